// What each event of a channel's log does to the channel. Applying one twice changes nothing.

import type { ChannelEvent, ChannelUpdate, LogEvent, MemberUpdate, ReactionChange } from "../api/frames";
import type { Member, Message, Reaction, User } from "../api/types";
import { FOR_GOOD, keptFrom, TOMBSTONE } from "./gone";
import { type ChannelState, RECENT_EVENTS_MAX } from "./state";
import { appendLive, known, patchMessage, prune, putMessage } from "./window";

/** What a message says and a channel's name can come after their entries: what says so has no place of its own. */
export const hasPlace = (event: ChannelEvent): event is LogEvent => event.seq !== undefined;

/** Live: moves the cursor, counts unread. Returns the same channel for an event that it has seen. */
export function applyEvent(channel: ChannelState, event: LogEvent, me: string): ChannelState {
  if (event.seq <= channel.cursor) return channel;
  const recent = [...channel.recent, event];
  const cut = Math.max(0, recent.length - RECENT_EVENTS_MAX);
  const advanced: ChannelState = {
    ...channel,
    cursor: event.seq,
    recent: cut > 0 ? recent.slice(cut) : recent,
    recentFloor: cut > 0 ? (recent[cut - 1]?.seq ?? channel.recentFloor) : channel.recentFloor,
    info: event.seq > channel.info.head ? { ...channel.info, head: event.seq } : channel.info,
  };
  // What a snapshot up to this place has counted already is not counted again.
  const isNew = event.seq > channel.info.head;
  return overlay(isNew ? counted(advanced, event, me) : advanced, event, me);
}

/** The event's effect on what is shown, without cursor and counters: also laid over late HTTP answers. */
export function overlay(channel: ChannelState, event: ChannelEvent, me: string): ChannelState {
  switch (event.t) {
    case "message.created":
      return created(channel, event.d);
    case "message.edited":
      return edited(channel, event.d, event.seq);
    case "message.updated":
      return restated(channel, event.d, event.seq);
    case "message.deleted":
      return removed(channel, event.d.id, event.seq);
    case "reaction.added":
    case "reaction.removed":
      return reacted(channel, event.d, event.t === "reaction.added", event.seq, me);
    case "channel.updated":
      return updated(channel, event.d);
    case "member.updated":
      return memberUpdated(channel, event.d, me);
  }
}

/** What others wrote after the read marker and did not delete. Mentions are counted by their notifications. */
export function counted(channel: ChannelState, event: LogEvent, me: string): ChannelState {
  const { info } = channel;
  const by = unreadBy(channel, event, me);
  return by === 0 ? channel : { ...channel, info: { ...info, unread: Math.max(0, info.unread + by) } };
}

function unreadBy(channel: ChannelState, event: LogEvent, me: string): number {
  const { read_seq: readSeq } = channel.info;
  if (event.t === "message.created") return isUnread(event.d, readSeq, me) ? 1 : 0;
  if (event.t !== "message.deleted") return 0;
  // A page may have it as deleted already; what is counted does not come from pages.
  const gone = known(channel, event.d.id);
  return gone && gone.sender !== me && gone.seq > readSeq ? -1 : 0;
}

export function isUnread(message: Message, readSeq: number, me: string): boolean {
  return message.sender !== me && message.seq > readSeq && !message.deleted;
}

export function mentionsMe(message: Message, me: string): boolean {
  return message.mentions_all === true || message.mentions_here === true || message.mentions.includes(me);
}

function created(channel: ChannelState, message: Message): ChannelState {
  const known = channel.messages[message.id];
  let next = channel;
  if (shownSomewhere(channel, message) && !known) {
    next = { ...next, messages: putMessage(next.messages, message, message.seq) };
  }
  next = place(next, message);
  const trimmed = (next.main?.ids.length ?? 0) < (channel.main?.ids.length ?? 0);
  if (trimmed) next = prune(next);
  const typing = notTyping(next.typing, message.sender);
  if (typing !== next.typing) next = { ...next, typing };
  const last = next.info.last_message;
  if (!last || last.seq < message.seq) next = { ...next, info: { ...next.info, last_message: message } };
  return next;
}

/** Whoever has said it, or is gone, types no more. */
export function notTyping(typing: ChannelState["typing"], ...users: string[]): ChannelState["typing"] {
  if (!users.some((user) => user in typing)) return typing;
  const gone = new Set(users);
  return Object.fromEntries(Object.entries(typing).filter(([user]) => !gone.has(user)));
}

function shownSomewhere(channel: ChannelState, message: Message): boolean {
  const window = message.thread ? channel.threads[message.thread] : channel.main;
  return window ? !window.hasNewer : false;
}

/** Puts a known message into the window where it belongs, when that window reaches the channel's end. */
export function place(channel: ChannelState, message: Message): ChannelState {
  if (!message.thread) {
    return channel.main ? { ...channel, main: appendLive(channel.main, message, channel.messages) } : channel;
  }
  const root = message.thread;
  const window = channel.threads[root];
  const threads = window
    ? { ...channel.threads, [root]: appendLive(window, message, channel.messages) }
    : channel.threads;
  const known = channel.messages[root];
  const count = Math.max(known?.thread_count ?? 0, message.thread_index ?? 0);
  if (!known || count === (known.thread_count ?? 0)) return { ...channel, threads };
  return {
    ...channel,
    threads,
    messages: { ...channel.messages, [root]: { ...known, thread_count: count } },
  };
}

function edited(channel: ChannelState, message: Message, seq: number): ChannelState {
  const messages = patchMessage(channel.messages, message.id, seq, () => ({
    text: message.text,
    edited_ts: message.edited_ts ?? message.ts,
    mentions: message.mentions,
    ...(message.mentions_all === undefined ? {} : { mentions_all: message.mentions_all }),
    ...(message.mentions_here === undefined ? {} : { mentions_here: message.mentions_here }),
    attachments: message.attachments,
    previews: message.previews,
  }));
  const last = channel.info.last_message;
  const info =
    last?.id === message.id
      ? { ...channel.info, last_message: { ...last, text: message.text } }
      : channel.info;
  return { ...channel, messages, info };
}

/** What a message says now, also for an answer that is older than this. */
const saidSince = (recent: readonly LogEvent[], id: string, says: Partial<Message>): LogEvent[] =>
  recent.map((event) =>
    (event.t === "message.created" || event.t === "message.edited") && event.d.id === id
      ? { ...event, d: { ...event.d, ...says } }
      : event,
  );

/**
 * The message as it stands now: a reaction was taken back while this client was away, or what it says came after its entry.
 * Only the first has a place of its own, a `seq`.
 */
function restated(channel: ChannelState, message: Message, seq?: number): ChannelState {
  const { id, text, mentions, attachments, previews } = message;
  const known = channel.messages[id];
  if (!message.deleted && known?.deleted) return channel;
  const says = message.deleted ? TOMBSTONE : { text, mentions, attachments, previews };
  const { info } = channel;
  const last = info.last_message;
  const v = seq ?? (message.deleted ? FOR_GOOD : (known?.v ?? 0));
  return {
    ...channel,
    messages: known ? putMessage(channel.messages, { ...message, ...says }, v) : channel.messages,
    recent: saidSince(channel.recent, id, says),
    info: {
      ...info,
      pins: message.deleted ? info.pins.filter((pin) => pin !== id) : info.pins,
      last_message: last?.id === id ? { ...last, ...says } : last,
    },
  };
}

/** Without a `seq` it was taken from this server, and no entry says so. */
export function removed(channel: ChannelState, id: string, seq: number | undefined): ChannelState {
  const messages = patchMessage(channel.messages, id, seq ?? FOR_GOOD, () => TOMBSTONE);
  const last = channel.info.last_message;
  const pins = channel.info.pins.filter((pin) => pin !== id);
  const info = {
    ...channel.info,
    pins: pins.length === channel.info.pins.length ? channel.info.pins : pins,
    last_message: last?.id === id ? { ...last, text: "", deleted: true } : last,
  };
  const recent = seq === undefined ? saidSince(channel.recent, id, TOMBSTONE) : channel.recent;
  return { ...channel, messages, info, recent };
}

function reacted(
  channel: ChannelState,
  change: ReactionChange,
  added: boolean,
  seq: number,
  me: string,
): ChannelState {
  const messages = patchMessage(channel.messages, change.message, seq, (known) => ({
    reactions: react(known.reactions, change.emoji, change.user, added, me, change.count),
  }));
  return messages === channel.messages ? channel : { ...channel, messages };
}

/** One person's reaction put or taken; `count` is the server's when it is known. */
export function react(
  reactions: readonly Reaction[],
  emoji: string,
  user: string,
  added: boolean,
  me: string,
  count?: number,
): Reaction[] {
  const known = reactions.find((candidate) => candidate.emoji === emoji);
  const others = known?.users.filter((id) => id !== user) ?? [];
  const users = added ? [...others, user] : others;
  const had = known ? known.users.includes(user) || (user === me && known.me === true) : false;
  const guess = (known?.count ?? 0) + (added === had ? 0 : added ? 1 : -1);
  const total = count ?? guess;
  const mine = user === me ? added : (known?.me ?? known?.users.includes(me) ?? false);
  const next: Reaction = { emoji, count: total, users, me: mine };
  if (!known) return total > 0 ? [...reactions, next] : [...reactions];
  return reactions
    .map((candidate) => (candidate === known ? next : candidate))
    .filter(({ count: left }) => left > 0);
}

function updated(channel: ChannelState, update: ChannelUpdate): ChannelState {
  const { kept_from_seq } = channel.info;
  return keptFrom({ ...channel, info: { ...channel.info, ...update, kept_from_seq } }, update.kept_from_seq);
}

function memberUpdated(channel: ChannelState, update: MemberUpdate, me: string): ChannelState {
  const info = { ...channel.info, member_count: update.member_count ?? channel.info.member_count };
  if (update.user.id === me) {
    info.membership = update.membership;
    info.role = update.role;
  }
  const typing = update.membership === "joined" ? channel.typing : notTyping(channel.typing, update.user.id);
  const list = channel.members;
  if (!list) return { ...channel, info, typing };
  const known = list.byId[update.user.id];
  const user = { ...known?.user, ...update.user } as User;
  const member: Member = {
    user,
    membership: update.membership,
    role: update.role,
    since_seq: update.since_seq,
  };
  return { ...channel, info, typing, members: { ...list, byId: { ...list.byId, [user.id]: member } } };
}
