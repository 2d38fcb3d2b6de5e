// Channels and people as HTTP answers give them: snapshots at a head, joined with the events since.

import type { Channel, Member, Message, MessagePage, Notification, NotifyLevel, User } from "../api/types";
import { counted, notTyping, overlay, place } from "./events";
import { expire, forgetExpired } from "./gone";
import type { ChannelState, State } from "./state";
import { mapWindows, mergePage, type PageKind, prune, putMessage } from "./window";

export function putUsers(state: State, users: readonly User[]): State {
  const fresh = users.filter((user) => state.users[user.id] !== user);
  if (fresh.length === 0) return state;
  const byId = { ...state.users };
  const online = { ...state.online };
  for (const user of fresh) {
    byId[user.id] = { ...byId[user.id], ...user };
    if (user.deactivated) Reflect.deleteProperty(online, user.id);
    else if (user.presence === "online") online[user.id] = true;
  }
  const mine = state.me ? byId[state.me.id] : undefined;
  const next = { ...state, users: byId, online, me: mine ? { ...state.me, ...mine } : state.me };
  return fresh.reduce((left, { id, deactivated }) => (deactivated ? typesNoMore(left, id) : left), next);
}

/** Nobody is left at the keys of an account that is deleted. */
function typesNoMore(state: State, user: string): State {
  return Object.values(state.channels).reduce((next, { info, typing }) => {
    const left = notTyping(typing, user);
    if (left === typing) return next;
    return changeChannel(next, info.id, (channel) => ({ ...channel, typing: left }));
  }, state);
}

/** A channel's snapshot. Events that came after its head stay in force: they are laid over it. */
export function upsertChannel(state: State, info: Channel): State {
  const known = state.channels[info.id];
  const me = state.me?.id ?? "";
  const channel = known ? refreshed(known, info, me) : newChannel(info);
  const told = state.inbox.items.filter((item) => item.channel === info.id && isNews(item, info)).length;
  const withNews =
    told > 0 ? { ...channel, info: { ...channel.info, mentions: info.mentions + told } } : channel;
  const { people, invited_by } = info;
  const named = invited_by ? [...people, invited_by] : people;
  const next = putUsers({ ...state, channels: { ...state.channels, [info.id]: withNews } }, named);
  return info.kept_from_seq > (known?.info.kept_from_seq ?? 0) ? forgetExpired(next, info.id) : next;
}

/** A notification that came after the snapshot was made. */
function isNews({ kind, message, read }: Notification, info: Channel): boolean {
  return !read && kind !== "reminder" && message.seq > info.head && message.seq > info.read_seq;
}

function newChannel(info: Channel): ChannelState {
  return {
    info,
    cursor: info.head,
    messages: {},
    main: null,
    threads: {},
    recent: [],
    recentFloor: info.head,
    typing: {},
    members: null,
    waiting: [],
  };
}

function refreshed(known: ChannelState, info: Channel, me: string): ChannelState {
  // Up to where everything is counted, by the snapshot or by the events below.
  const head = Math.max(known.cursor, info.head);
  const kept_from_seq = Math.max(known.info.kept_from_seq, info.kept_from_seq);
  const told = { ...known.info, invited_by: null, ...info, head, kept_from_seq };
  let next: ChannelState = expire({ ...known, info: told });
  for (const event of known.recent) {
    if (event.seq <= info.head) continue;
    next = overlay(counted(next, event, me), event, me);
  }
  return next;
}

export function changeChannel(
  state: State,
  id: string,
  change: (channel: ChannelState) => ChannelState,
): State {
  const known = state.channels[id];
  if (!known) return state;
  const next = change(known);
  return next === known ? state : { ...state, channels: { ...state.channels, [id]: next } };
}

/** How loud the channel is from now on. */
export const setLevel = (state: State, id: string, notify: NotifyLevel): State =>
  changeChannel(state, id, (channel) => ({ ...channel, info: { ...channel.info, notify } }));

export interface PageAnswer {
  kind: PageKind;
  page: MessagePage;
  limit: number;
}

/** A page of the main timeline, or of a thread when `root` is given. */
export function addPage(channel: ChannelState, answer: PageAnswer, me: string, root?: Message): ChannelState {
  const { kind, page, limit } = answer;
  let messages = channel.messages;
  for (const message of page.messages) messages = putMessage(messages, message, page.head);
  if (root) messages = putMessage(messages, root, page.head);

  const current = root ? (channel.threads[root.id] ?? null) : channel.main;
  const belongs = root ? () => true : (message: Message) => !message.thread;
  let window = mergePage(current, kind, page, limit, messages, belongs);
  // More events passed meanwhile than are kept: what is shown as the end may not be the end.
  if (!window.hasNewer && page.head < channel.recentFloor) window = { ...window, stale: true };

  let next: ChannelState = root
    ? { ...channel, messages, threads: { ...channel.threads, [root.id]: window } }
    : { ...channel, messages, main: window };
  for (const event of channel.recent) {
    if (event.seq > page.head) next = overlay(next, event, me);
  }
  return prune(expire(next));
}

/** Messages that are shown outside a window: quoted, pinned, looked up. */
export function addMessages(
  channel: ChannelState,
  found: readonly Message[],
  head: number,
  me: string,
): ChannelState {
  let messages = channel.messages;
  for (const message of found) messages = putMessage(messages, message, head);
  let next = { ...channel, messages };
  for (const event of channel.recent) if (event.seq > head) next = overlay(next, event, me);
  return expire(next);
}

/** The HTTP answer to a send or an edit; the frame may have been here before it. */
export function confirmMessage(channel: ChannelState, message: Message): ChannelState {
  const known = channel.messages[message.id];
  if (message.status === "pending") return channel;
  if (!known) {
    const messages = putMessage(channel.messages, message, message.seq);
    return place({ ...channel, messages }, message);
  }
  if ((message.edited_ts ?? 0) <= (known.edited_ts ?? 0) || known.deleted) return channel;
  const { text, edited_ts, mentions } = message;
  const next = { ...known, text, mentions, ...(edited_ts === undefined ? {} : { edited_ts }) };
  return { ...channel, messages: { ...channel.messages, [message.id]: next } };
}

/** The server could not replay what was missed: everything loaded is to be asked for again. */
export function resynced(
  channel: ChannelState,
  head: number,
  counts: { unread: number; mentions: number } | undefined,
): ChannelState {
  const stale = mapWindows(channel, (window) => ({ ...window, stale: true }));
  // A server that was restored from a backup has less than what was seen here.
  const restored = head < channel.cursor;
  const info = { ...channel.info, ...counts, head: restored ? head : Math.max(head, channel.info.head) };
  return { ...stale, info, cursor: head, recent: [], recentFloor: head, members: null };
}

export function addMembers(
  channel: ChannelState,
  members: readonly Member[],
  next: string | null,
  first: boolean,
): ChannelState {
  const byId = { ...(first ? {} : channel.members?.byId) };
  for (const member of members) byId[member.user.id] = member;
  return { ...channel, members: { byId, next } };
}

/** Frames carry a part of a profile: it completes what is known, it does not make a new person. */
export function knowUser(state: State, user: Partial<User> & Pick<User, "id">): State {
  const known = state.users[user.id];
  return known ? putUsers(state, [{ ...known, ...user }]) : state;
}
