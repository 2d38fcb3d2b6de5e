// Which word before the caret asks for suggestions, and who is suggested first. Pure.

import type { User } from "../../api/types";
import { displayName } from "../../store/selectors";

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

const matches = (user: User, query: string) =>
  user.username.toLowerCase().includes(query) || displayName(user, user.id).toLowerCase().includes(query);

const rank = (user: User, query: string) =>
  user.username.toLowerCase().startsWith(query) || displayName(user, user.id).toLowerCase().startsWith(query)
    ? 0
    : 1;

/** Those who fit, group after group; before them all whoever is named just so. */
export function ranked(groups: readonly (readonly User[])[], query: string): User[] {
  const found = groups.flatMap((users) =>
    users
      .filter((user) => matches(user, query))
      .sort(
        (a, b) => rank(a, query) - rank(b, query) || displayName(a, a.id).localeCompare(displayName(b, b.id)),
      ),
  );
  const named = ({ username }: User) => username.toLowerCase() === query;
  return [...found.filter(named), ...found.filter((user) => !named(user))];
}
