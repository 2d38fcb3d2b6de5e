// Questions to a snapshot.

import { straight } from "../lib/bidi";
import { looksLikeId, serverOf } from "../lib/ids";
import type { Channel, Message, Notification, ThreadState, User } from "../api/types";
import type { ChannelState, State, Window } from "./state";

export function displayName(user: User | undefined, id: string): string {
  const name = straight(user?.display_name ?? "");
  // Nobody goes by another's address.
  if (looksLikeId(name)) return id;
  return name || user?.username || localPart(id);
}

/** Of somebody of another server the whole id: what they are called there is theirs to choose. */
export function foreignId(me: User | null, id: string): string | null {
  return me && serverOf(id) !== me.server ? id : null;
}

/** As above, of the other people of a direct conversation. */
export function foreignIds(me: User | null, { people }: Pick<Channel, "people">): string {
  const ids = people.map((user) => foreignId(me, user.id));
  return ids.filter((id) => id !== null).join(", ");
}

/** `@ada:example.org` to `ada`. */
export function localPart(id: string): string {
  return id.replace(/^@/, "").split(":")[0] ?? id;
}

/** The other people of a direct conversation. */
export function otherPeople(state: State, channel: ChannelState): User[] {
  const others = channel.info.people.filter((user) => user.id !== state.me?.id);
  return others.map((user) => state.users[user.id] ?? user);
}

/** Of another server's channel that one is only asked into nothing is here, and so nobody knows: then it is said of none. */
export const isPrivate = (info: Pick<Channel, "visibility" | "membership" | "member_count">): boolean =>
  info.visibility === "private" && !(info.membership === "invited" && info.member_count === 0);

/** A direct conversation in which nobody else is left: every other account is deleted. */
export function isForsaken(state: State, channel: ChannelState): boolean {
  const others = channel.info.kind === "dm" ? otherPeople(state, channel) : [];
  return others.length > 0 && others.every(({ deactivated }) => deactivated);
}

export function channelName(state: State, channel: ChannelState): string {
  if (channel.info.kind === "channel")
    return straight(channel.info.name) || channel.info.alias || channel.info.id;
  const others = otherPeople(state, channel);
  if (others.length === 0) return displayName(state.me ?? undefined, state.me?.id ?? "");
  return others.map((user) => displayName(user, user.id)).join(", ");
}

/** Where something was said, as a channel is written: empty for one that is not known. */
export function placeOf(state: State, id: string): string {
  const channel = state.channels[id];
  if (!channel) return "";
  const name = channelName(state, channel);
  return channel.info.kind === "channel" ? `#${name}` : name;
}

/** "Class 5" before "Class 10". */
const inOrder = new Intl.Collator(undefined, { numeric: true });
export const byName = (one: string, other: string): number => inOrder.compare(one, other);

export function joinedChannels(state: State): ChannelState[] {
  return Object.values(state.channels)
    .filter(
      ({ info }) =>
        info.kind === "channel" && (info.membership === "joined" || info.membership === "invited"),
    )
    .sort((a, b) => byName(a.info.name, b.info.name) || a.info.id.localeCompare(b.info.id));
}

/** A conversation with nobody but somebody whom the viewer blocks: it is not listed, and asks for nothing. */
export function isShunned(state: State, channel: ChannelState): boolean {
  const [other, ...more] = channel.info.kind === "dm" ? otherPeople(state, channel) : [];
  return other !== undefined && more.length === 0 && state.blocked[other.id] === true;
}

/** Conversations, the last spoken in first. Which one is open is listed in any case. */
export function directMessages(state: State, open: string | null = null): ChannelState[] {
  return Object.values(state.channels)
    .filter(({ info }) => info.kind === "dm" && info.membership !== "left")
    .filter((channel) => channel.info.id === open || !isShunned(state, channel))
    .sort((a, b) => lastTs(b) - lastTs(a));
}

function lastTs({ info }: ChannelState): number {
  return info.last_message?.ts ?? info.created_ts;
}

/** Unseen mentions, replies and reminders; direct messages show for themselves. */
export function inboxCount(state: State): number {
  return Object.values(state.channels)
    .filter(({ info }) => info.kind === "channel")
    .reduce((sum, { info }) => sum + info.mentions, state.inbox.reminders);
}

/** Direct messages show for themselves, and blocked people are not listened to. */
export function isShownInInbox({ kind, message }: Notification, blocked: State["blocked"]): boolean {
  return kind !== "dm" && !blocked[message.sender];
}

export function shownInInbox({ inbox, blocked }: Pick<State, "inbox" | "blocked">): Notification[] {
  return inbox.items.filter((item) => isShownInInbox(item, blocked));
}

/** Notifications of replies in a channel's threads that were not seen, as far as is known here. */
export function unseenInThreads(state: State, channel: string): number {
  return Object.values(state.threadStates)
    .filter((each) => each.channel === channel)
    .reduce((sum, { mentions }) => sum + mentions, 0);
}

/** Whether marking the conversation as read changes anything: replies in threads do not count as unread in it. */
export function hasUnread(state: State, channel: string): boolean {
  const info = state.channels[channel]?.info;
  if (!info) return false;
  const fresh = (thread: ThreadState) => thread.channel === channel && thread.unread > 0;
  return info.unread + info.mentions > 0 || Object.values(state.threadStates).some(fresh);
}

/** Threads that one follows in which something is new. */
export function threadNews(state: State): number {
  return freshThreads(state).length;
}

function freshThreads(state: State): ThreadState[] {
  return Object.values(state.threadStates).filter(
    ({ channel, following, unread }) => following && unread > 0 && listens(state, state.channels[channel]),
  );
}

const listens = (state: State, channel: ChannelState | undefined): boolean =>
  channel?.info.membership === "joined" && !isShunned(state, channel);

/** What the inbox has: mentions, and threads with something new that none of these mentions is in. */
export function inboxNews(state: State): number {
  const counted = ({ channel, mentions }: ThreadState) =>
    mentions > 0 && state.channels[channel]?.info.kind === "channel";
  return inboxCount(state) + freshThreads(state).filter((thread) => !counted(thread)).length;
}

/** What asks for attention: direct messages, mentions and reminders count, muted channels do not, nor what is in sight. */
export function badgeCount(state: State, inSight: string | null = null): number {
  let count = state.inbox.reminders;
  for (const channel of Object.values(state.channels)) {
    const { info } = channel;
    if (info.notify === "none" || info.id === inSight || isShunned(state, channel)) continue;
    count += info.kind === "dm" ? info.unread : info.mentions;
    if (info.membership === "invited") count += 1;
  }
  return count;
}

export function anyUnread(state: State, inSight: string | null = null): boolean {
  return Object.values(state.channels).some(
    (channel) =>
      channel.info.unread > 0 &&
      channel.info.notify !== "none" &&
      channel.info.id !== inSight &&
      !isShunned(state, channel),
  );
}

/** The cursor vector for `identify`, the most recent channels first because its length is limited. */
export function cursors(state: State, max: number): Record<string, number> {
  const joined = Object.values(state.channels).filter(({ info }) => info.membership === "joined");
  const recent = joined.sort((a, b) => lastTs(b) - lastTs(a)).slice(0, max);
  return Object.fromEntries(recent.map((channel) => [channel.info.id, channel.cursor]));
}

/** What the person said last in a window, for editing it; with a nonce, only what was sent with that. */
export function lastOwn(channel: ChannelState, window: Window, me: string, nonce?: string): string | null {
  const own = window.ids.findLast((id) => {
    const message = channel.messages[id];
    return message?.sender === me && !message.deleted && (!nonce || message.nonce === nonce);
  });
  return own ?? null;
}

/** People whose ids appear in these messages and who are not known yet. */
export function unknownUsers(state: State, messages: readonly Message[]): string[] {
  const ids = new Set<string>();
  for (const message of messages) {
    for (const id of [message.sender, ...message.mentions]) if (!state.users[id]) ids.add(id);
    for (const reaction of message.reactions)
      for (const id of reaction.users) if (!state.users[id]) ids.add(id);
  }
  return [...ids];
}
