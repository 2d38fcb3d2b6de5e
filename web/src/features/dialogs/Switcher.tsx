// Ctrl/Cmd+K: conversations first, people and commands after.

import { useCallback, useMemo, useState } from "react";
import { list_directory } from "../../api/operations";
import type { User } from "../../api/types";
import { t } from "../../i18n";
import { straight } from "../../lib/bidi";
import { Avatar } from "../../ui/Avatar";
import { TopDialog } from "../../ui/Dialog";
import { Icon } from "../../ui/Icon";
import { Picker, type PickerOption } from "../../ui/Picker";
import { channelName, displayName, otherPeople } from "../../store/selectors";
import type { ChannelState, State } from "../../store/state";
import { useClient, useMe } from "../app/context";
import { go, parseRoute } from "../app/route";
import { useView } from "../app/view";
import { Waiting, waitingOf } from "../sidebar/Waiting";
import { commandsFor } from "./switcherCommands";
import { findUsers } from "./findUsers";
import { rankConversations, rankPeople } from "./ranking";
import { useSearch } from "./useSearch";

const FOUND_MAX = 8;
const SEARCH = ">search";

export function Switcher({ onClose }: { onClose: () => void }) {
  const client = useClient();
  const view = useView();
  const me = useMe();
  const [query, setQuery] = useState("");
  const state = client.store.getState();
  const wanted = query.trim().toLowerCase();
  const ask = useCallback(async (text: string) => {
    if (text === "" || text.startsWith(">")) return { users: [], channels: [] };
    const [{ users }, { channels }] = await Promise.all([
      findUsers(text, FOUND_MAX),
      list_directory({ query: text, limit: FOUND_MAX }),
    ]);
    return { users, channels };
  }, []);
  const { current: found, waiting } = useSearch(query, ask);

  const { conversations, sure } = useMemo(() => rankConversations(state, wanted), [state, wanted]);
  const outside = (found?.channels ?? []).filter((entry) => !isIn(state, entry.id));
  const commands = commandsFor(state, view, parseRoute(location.hash).channel);

  const others = (found?.users ?? []).filter((user) => user.id !== me?.id);
  const known = rankPeople(others, wanted);
  const talks = conversations.map((channel) => conversationOption(state, channel));
  const people = known.people.map((user) => personOption(user, me?.server));

  const options: PickerOption[] = [
    // A person who is called so goes before a group that she is in.
    ...(!sure && known.sure ? [...people, ...talks] : [...talks, ...people]),
    ...outside.map((entry) => ({
      id: entry.id,
      group: t.directory.title,
      lead: <Icon name="hash" />,
      title: straight(entry.name),
      detail: entry.topic,
    })),
    ...commands
      .filter(({ title }) => title.toLowerCase().includes(wanted.replace(/^>\s*/, "")))
      .map(({ id, title, icon }) => ({ id, group: t.switcher.commands, lead: <Icon name={icon} />, title })),
    ...(wanted === "" || wanted.startsWith(">")
      ? []
      : [
          {
            id: SEARCH,
            group: t.switcher.commands,
            lead: <Icon name="search" />,
            title: t.search.messagesWith(query.trim()),
          } as const,
        ]),
  ];

  const pick = async (id: string) => {
    const command = commands.find((each) => each.id === id);
    if (!command || !("dialog" in command)) onClose();
    if (command) return "dialog" in command ? view.openDialog(command.dialog) : command.run();
    if (id === SEARCH) return view.setPanel({ kind: "search", query: query.trim() });
    const entry = outside.find((each) => each.id === id);
    // Where one has to ask, the door says so.
    if (entry && entry.policy.join !== "knock" && !(await client.actions.join(id))) return;
    if (!id.startsWith("@")) return go(id);
    const channel = await client.actions.startDm([id]);
    if (channel) go(channel.id);
  };

  return (
    <TopDialog label={t.switcher.label} onClose={onClose}>
      <Picker
        label={t.switcher.label}
        placeholder={t.switcher.placeholder}
        query={query}
        onQuery={setQuery}
        options={options}
        onPick={(id) => void pick(id)}
        empty={t.switcher.empty}
        waiting={waiting && !sure}
      />
    </TopDialog>
  );
}

const isIn = ({ channels }: State, id: string): boolean => {
  const membership = channels[id]?.info.membership;
  return membership === "joined" || membership === "invited";
};

const personOption = (user: User, server: string | undefined): PickerOption => ({
  id: user.id,
  group: t.switcher.people,
  lead: <Avatar id={user.id} name={displayName(user, user.id)} size={26} />,
  title: displayName(user, user.id),
  detail: user.server === server ? `@${user.username}` : user.id,
});

function conversationOption(state: State, channel: ChannelState): PickerOption {
  const { info } = channel;
  const [other] = otherPeople(state, channel);
  return {
    id: info.id,
    group: t.switcher.conversations,
    lead:
      info.kind === "dm" && other ? (
        <Avatar id={other.id} name={displayName(other, other.id)} size={26} />
      ) : (
        <Icon name={info.visibility === "private" ? "lock" : "hash"} />
      ),
    title: channelName(state, channel),
    detail: info.topic,
    trail: <Waiting {...waitingOf(info)} />,
  };
}
