// Suggestions for @people, #channels, :emoji: and /commands while one writes.

import { type KeyboardEvent, useEffect, useId, useMemo, useState } from "react";
import { list_users } from "../../api/operations";
import { t } from "../../i18n";
import { Avatar } from "../../ui/Avatar";
import { Icon } from "../../ui/Icon";
import type { Suggestion } from "../../ui/Suggestions";
import type { User } from "../../api/types";
import { displayName, joinedChannels } from "../../store/selectors";
import { useClient, useMe, useSelect } from "../app/context";
import { may } from "../client/rights";
import { useSearch } from "../dialogs/useSearch";
import type { Emoji } from "../emoji/emoji";
import { COMMANDS } from "./commands";
import { ranked, type Trigger, triggerAt } from "./completion";
import { usage } from "./useCommands";

const OPTIONS_MAX = 8;
const NOTHING: Record<string, never> = {};

interface Input {
  channel: string;
  text: string;
  caret: number;
  /** Puts it in the place of `from` to `to` in the text box. */
  insert: (piece: string, from: number, to: number) => void;
  /** Whether `/topic` and the like mean something here. */
  commands: boolean;
}

interface Option extends Suggestion {
  piece: string;
}

export function useCompletion({ channel, text, caret, insert, commands }: Input) {
  const listId = useId();
  const [at, setAt] = useState(0);
  const [dismissed, setDismissed] = useState<number | null>(null);
  const trigger = useMemo(() => triggerAt(text, caret, commands), [text, caret, commands]);
  const options = useOptions(channel, trigger);
  // Put away is what stands there, not what is written there another time.
  if (trigger === null && dismissed !== null) setDismissed(null);
  const open = trigger !== null && options.length > 0 && dismissed !== trigger.from;
  const active = Math.min(at, Math.max(0, options.length - 1));

  const pick = (index: number) => {
    const option = options[index];
    if (trigger && option) insert(`${option.piece} `, trigger.from, caret);
    setAt(0);
  };

  /** True when the key was for the suggestions. */
  const onKey = (event: KeyboardEvent): boolean => {
    if (!open) return false;
    if (event.key === "ArrowDown") setAt((active + 1) % options.length);
    else if (event.key === "ArrowUp") setAt((active - 1 + options.length) % options.length);
    else if (event.key === "Enter" || event.key === "Tab") pick(active);
    else if (event.key === "Escape") setDismissed(trigger.from);
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  };

  /** True when what was typed closes a `:code:`, which is put in as its emoji. */
  const closes = (next: string): boolean => {
    if (trigger?.kind !== "emoji" || next !== `${text.slice(0, caret)}:${text.slice(caret)}`) return false;
    const found = options.find(({ title }) => title === `:${trigger.query}:`);
    // With the colon, which stands there already: who takes the emoji back has the code.
    if (found) insert(found.piece, trigger.from, caret + 1);
    return found !== undefined;
  };

  return { open, options, active, closes, activeId: `${listId}-${active}`, listId, pick, onKey };
}

function useOptions(channel: string, trigger: Trigger | null): Option[] {
  const people = usePeople(channel, trigger?.kind === "person" ? trigger.query : null);
  // Only what the suggestions at hand need: the box must not be drawn anew for each message that arrives.
  const channels = useSelect((state) => (trigger?.kind === "channel" ? state.channels : NOTHING));
  const users = useSelect((state) => (trigger?.kind === "person" ? state.users : NOTHING));
  const client = useClient();
  const info = useSelect((state) => (trigger?.kind === "person" ? state.channels[channel]?.info : undefined));
  const search = useEmojiSearch(trigger?.kind === "emoji");
  const me = useMe();
  return useMemo(() => {
    if (!trigger) return [];
    const { kind, query } = trigger;
    if (kind === "emoji") {
      return (search?.(query, OPTIONS_MAX) ?? []).map((emoji) => ({
        id: emoji.char,
        lead: <span className="suggestion-emoji">{emoji.char}</span>,
        title: `:${emoji.code}:`,
        piece: emoji.char,
      }));
    }
    if (kind === "command") {
      // Written out: Enter carries it out.
      if (COMMANDS.some((name) => name === query)) return [];
      return COMMANDS.filter((name) => name.startsWith(query)).map((name) => ({
        id: name,
        lead: <Icon name="command" />,
        title: usage(name),
        detail: t.commands[name].does,
        piece: `/${name}`,
      }));
    }
    if (kind === "channel") {
      return joinedChannels({ ...client.store.getState(), channels })
        .filter(({ info: { name } }) => name.toLowerCase().includes(query))
        .slice(0, OPTIONS_MAX)
        .map(({ info: { id, name, topic } }) => ({
          id,
          lead: <Icon name="hash" />,
          title: name,
          detail: topic,
          piece: `#${name}`,
        }));
    }
    const everybody =
      info?.kind === "channel" && may(info, "mention_all") && "all".startsWith(query)
        ? [
            {
              id: "all",
              lead: <Icon name="people" />,
              title: "@all",
              detail: t.composer.everyone,
              piece: "@all",
            },
          ]
        : [];
    const groups = people.map((group) => group.map((user) => users[user.id] ?? user));
    const found = ranked(groups, query, me?.server ?? "")
      .filter((user) => user.id !== me?.id)
      .map((user) => ({
        id: user.id,
        lead: <Avatar id={user.id} name={displayName(user, user.id)} size={26} />,
        title: displayName(user, user.id),
        detail: user.server === me?.server ? `@${user.username}` : user.id,
        piece: user.server === me?.server ? `@${user.username}` : user.id,
      }));
    return [...found, ...everybody].slice(0, OPTIONS_MAX);
  }, [trigger, people, channels, users, client, info, search, me]);
}

/**
 * Who is here: the members, asked for when the first `@` is typed. After them, so that nobody moves when the answer
 * comes, those whom the server finds. `query` is null while nobody is looked for.
 */
function usePeople(channel: string, query: string | null): User[][] {
  const client = useClient();
  const state = useSelect((known) => (query === null ? undefined : known.channels[channel]));
  const missing = state?.info.kind === "channel" && !state.members;
  useEffect(() => {
    if (missing) void client.actions.loadMembers(channel);
  }, [client, channel, missing]);
  const members = state?.members;
  const people = state?.info.kind === "dm" ? state.info.people : undefined;
  const { found } = useSearch(members?.next ? (query ?? "") : "", findOthers);
  return useMemo(() => {
    if (people) return [people];
    const known = members?.byId ?? {};
    const joined = Object.values(known).filter((member) => member.membership === "joined");
    const others = members?.next ? (found ?? []).filter((user) => !known[user.id]) : [];
    return [joined.map((member) => member.user), others];
  }, [members, people, found]);
}

/** Of a large channel only the first members are known here. Whether the others are in it the server does not say. */
async function findOthers(query: string): Promise<User[]> {
  if (query === "") return [];
  const { users } = await list_users({ query, limit: OPTIONS_MAX });
  return users.filter((user) => !user.deactivated);
}

type Search = (query: string, max: number) => Emoji[];

function useEmojiSearch(wanted: boolean): Search | null {
  const [search, setSearch] = useState<Search | null>(null);
  useEffect(() => {
    if (wanted && !search)
      void import("../emoji/emoji").then((module) => setSearch(() => module.searchEmoji));
  }, [wanted, search]);
  return search;
}
