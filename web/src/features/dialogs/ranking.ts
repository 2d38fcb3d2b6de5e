// What comes first of what was found by a few letters.

import { channelName, directMessages, displayName, joinedChannels } from "../../store/selectors";
import type { ChannelState, State } from "../../store/state";
import type { User } from "../../api/types";

const CONVERSATIONS_MAX = 12;

/** It is what was asked for, as far as letters tell: nothing that comes later goes before it. */
const SURE = 0;
const GROUP = 1;
const HOLDS = 2;
const NOT = 9;

export interface Ranked {
  conversations: ChannelState[];
  /** The first of them is what was asked for. */
  sure: boolean;
}

/** Names that begin with the words, those of groups after others; then names that hold them. Unread ones first when nothing is typed. */
export function rankConversations(state: State, wanted: string): Ranked {
  const all = [...joinedChannels(state), ...directMessages(state)];
  const rank = (channel: ChannelState): number => {
    const name = channelName(state, channel).toLowerCase();
    if (wanted === "") return channel.info.unread > 0 ? SURE : GROUP;
    // It is called after all who are in it: the letters may well mean the first of them alone.
    if (name.startsWith(wanted)) return isGroup(channel) ? GROUP : SURE;
    return name.includes(wanted) ? HOLDS : NOT;
  };
  const ranked = all
    .map((channel) => ({ channel, rank: rank(channel) }))
    .filter(({ rank }) => rank < NOT)
    .sort((a, b) => a.rank - b.rank || lastTs(b.channel) - lastTs(a.channel))
    .slice(0, CONVERSATIONS_MAX);
  return {
    conversations: ranked.map(({ channel }) => channel),
    sure: wanted === "" || ranked[0]?.rank === SURE,
  };
}

const isGroup = ({ info }: ChannelState): boolean => info.kind === "dm" && info.people.length > 2;

const lastTs = ({ info }: ChannelState): number => info.last_message?.ts ?? info.created_ts;

/** Those whose name begins with the words first. */
export function rankPeople(users: readonly User[], wanted: string): { people: User[]; sure: boolean } {
  const begins = (user: User): boolean =>
    displayName(user, user.id).toLowerCase().startsWith(wanted) || user.username.startsWith(wanted);
  const people = [...users.filter(begins), ...users.filter((user) => !begins(user))];
  const [first] = people;
  return { people, sure: first !== undefined && begins(first) };
}
