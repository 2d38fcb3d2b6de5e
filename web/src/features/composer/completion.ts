// Which word before the caret asks for suggestions. Pure.

export interface Trigger {
  kind: "person" | "channel" | "emoji" | "command";
  query: string;
  from: number;
}

const KINDS = { "@": "person", "#": "channel", ":": "emoji" } as const;
/** What can be the beginning of an emoji's name: `:-D` and `:._` are none. */
const EMOJI_QUERY = /^[\p{L}\p{N}+]./u;

/** `commands`: whether `/topic` and the like mean something here. */
export function triggerAt(text: string, caret: number, commands = true): Trigger | null {
  const command = commands && /^\/([a-z]*)$/i.exec(text.slice(0, caret));
  if (command) return { kind: "command", query: (command[1] ?? "").toLowerCase(), from: 0 };
  const match = /(?:^|[\s(])([@#:])([\p{L}\p{N}._+-]*)$/u.exec(text.slice(0, caret));
  if (!match) return null;
  const [, sign, query = ""] = match;
  if (sign !== "@" && sign !== "#" && sign !== ":") return null;
  const kind = KINDS[sign];
  if (kind === "emoji" && !EMOJI_QUERY.test(query)) return null;
  return { kind, query: query.toLowerCase(), from: caret - query.length - 1 };
}
