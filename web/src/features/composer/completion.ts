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

function rank(user: User, query: string): number {
  const [username, name] = [user.username.toLowerCase(), displayName(user, user.id).toLowerCase()];
  if (username === query) return 0;
  return username.startsWith(query) || name.startsWith(query) ? 1 : 2;
}

/**
 * Those who fit, group after group; in each whoever is named just so is the first. Where nobody of the first group is, whoever of
 * the server `own` is comes before all: among many they would not be in sight. Of other servers anybody can be named so.
 */
export function ranked(groups: readonly (readonly User[])[], query: string, own: string): User[] {
  const [first = [], ...others] = groups.map((users) =>
    users
      .filter((user) => matches(user, query))
      .sort(
        (a, b) => rank(a, query) - rank(b, query) || displayName(a, a.id).localeCompare(displayName(b, b.id)),
      ),
  );
  const rest = others.flat();
  const isNamed = ({ username }: User) => username.toLowerCase() === query;
  const named = first.some(isNamed) ? [] : rest.filter((user) => isNamed(user) && user.server === own);
  return [...named, ...first, ...rest.filter((user) => !named.includes(user))];
}
