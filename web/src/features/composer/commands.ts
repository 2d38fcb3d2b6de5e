// What a line that begins with `/` asks for. Pure.

export const COMMANDS = ["join", "invite", "topic", "me", "shrug", "leave", "dm", "help"] as const;
export type CommandName = (typeof COMMANDS)[number];

export type Command =
  | { kind: "say"; text: string }
  | { kind: "join"; alias: string }
  | { kind: "invite"; users: string[] }
  | { kind: "topic"; topic: string }
  | { kind: "dm"; users: string[] }
  | { kind: "leave" }
  | { kind: "help" }
  | { kind: "unknown"; name: string }
  /** Known, but what follows is not what it needs. */
  | { kind: "usage"; name: CommandName };

const LINE = /^\/([a-z]+)(?:\s+([\s\S]*))?$/i;
const ALIAS = /^#?([a-z0-9][a-z0-9._-]*)(:[a-z0-9.:-]+)?$/i;
const PERSON = /^@?([a-z0-9][a-z0-9._-]*)(:[a-z0-9.:-]+)?$/i;
const SHRUG = "¯\\\\\\_(ツ)\\_/¯";

/** Null when the text is only text: `/etc/hosts` is none, and `//` stands for a slash to be sent. */
export function parseCommand(text: string, server: string): Command | null {
  if (text.startsWith("//")) return { kind: "say", text: text.slice(1) };
  const match = LINE.exec(text);
  if (!match) return null;
  const typed = match[1]?.toLowerCase() ?? "";
  const rest = match[2]?.trim() ?? "";
  const name = COMMANDS.find((each) => each === typed);
  if (!name) return { kind: "unknown", name: typed };
  return read(name, rest, server) ?? { kind: "usage", name };
}

function read(name: CommandName, rest: string, server: string): Command | null {
  switch (name) {
    case "me":
      return rest === "" ? null : { kind: "say", text: `_${rest}_` };
    case "shrug":
      return { kind: "say", text: rest === "" ? SHRUG : `${rest} ${SHRUG}` };
    case "topic":
      return { kind: "topic", topic: rest };
    case "join": {
      const [alias] = names(rest, "#", ALIAS, server) ?? [];
      return alias && !/\s/.test(rest) ? { kind: "join", alias } : null;
    }
    case "invite":
    case "dm": {
      const users = names(rest, "@", PERSON, server);
      return users ? { kind: name, users } : null;
    }
    case "leave":
    case "help":
      return rest === "" ? { kind: name } : null;
  }
}

/** `bo` and `@bo` are people of this server. Null when there is none, or one that cannot be a name. */
function names(rest: string, sign: string, shape: RegExp, server: string): string[] | null {
  const parts = rest.split(/[\s,]+/).filter((part) => part !== "");
  const found: string[] = [];
  for (const part of parts) {
    const [, local, domain] = shape.exec(part) ?? [];
    if (!local) return null;
    found.push(`${sign}${local.toLowerCase()}${domain?.toLowerCase() ?? `:${server}`}`);
  }
  return found.length > 0 ? found : null;
}
