// Windows over a channel's log, and the messages they show.

import type { Message, MessagePage, Reaction } from "../api/types";
import {
  type ChannelState,
  type Dict,
  MESSAGES_KEPT_MAX,
  type StoredMessage,
  WINDOW_MESSAGES_KEPT,
  WINDOW_MESSAGES_MAX,
  type Window,
} from "./state";

/** Which page: the newest, the one that joins on at a position that a window ended at, or the one around a message. */
export type PageKind = "latest" | "around" | { readonly before: number } | { readonly after: number };

const EMPTY: Window = { ids: [], lo: 0, hi: 0, hasOlder: false, hasNewer: false, stale: false };

/** What is known of a message: as it was told, or as a page has it. */
export function known(channel: ChannelState, id: string): Message | undefined {
  for (const event of channel.recent) if (event.t === "message.created" && event.d.id === id) return event.d;
  const last = channel.info.last_message;
  return channel.messages[id] ?? (last?.id === id ? last : undefined);
}

/** Adds a message, or brings a known one up to date; what is already known of a later position wins. */
export function putMessage(messages: Dict<StoredMessage>, message: Message, v: number): Dict<StoredMessage> {
  const known = messages[message.id];
  if (known && known.v > v) return messages;
  const reactions = message.reactions.map((reaction) => withMe(reaction, known));
  return { ...messages, [message.id]: { ...message, reactions, v } };
}

export function patchMessage(
  messages: Dict<StoredMessage>,
  id: string,
  v: number,
  patch: (known: StoredMessage) => Partial<StoredMessage>,
): Dict<StoredMessage> {
  const known = messages[id];
  if (!known || known.v > v) return messages;
  return { ...messages, [id]: { ...known, ...patch(known), v } };
}

/** Frames do not say `me`: keep what an HTTP answer said. */
function withMe(reaction: Reaction, known: StoredMessage | undefined): Reaction {
  if (reaction.me !== undefined) return reaction;
  const before = known?.reactions.find((candidate) => candidate.emoji === reaction.emoji);
  return before?.me === undefined ? reaction : { ...reaction, me: before.me };
}

/** Inserts by `seq`; nothing happens when it is there already. */
export function insertId(
  ids: readonly string[],
  message: { id: string; seq: number },
  messages: Dict<StoredMessage>,
): readonly string[] {
  if (ids.includes(message.id)) return ids;
  let at = ids.length;
  while (at > 0 && (messages[ids[at - 1] ?? ""]?.seq ?? 0) > message.seq) at -= 1;
  return [...ids.slice(0, at), message.id, ...ids.slice(at)];
}

/** A new message at the live end of a window. */
export function appendLive(
  window: Window,
  message: { id: string; seq: number },
  messages: Dict<StoredMessage>,
): Window {
  if (window.hasNewer || message.seq < window.lo) return window;
  if (window.held && window.ids.length >= WINDOW_MESSAGES_MAX && !window.ids.includes(message.id)) {
    return { ...window, hasNewer: true };
  }
  const ids = insertId(window.ids, message, messages);
  const grown = { ...window, ids, hi: Math.max(window.hi, message.seq) };
  return ids.length > WINDOW_MESSAGES_MAX ? trim(grown, "older", messages) : grown;
}

/** Whether what comes first after a position of the log would be in the window. */
export function reaches({ lo, hi, hasOlder, hasNewer }: Window, seq: number): boolean {
  return (!hasOlder || lo <= seq + 1) && (!hasNewer || hi > seq);
}

function trim(window: Window, end: "older" | "newer", messages: Dict<StoredMessage>): Window {
  if (end === "older") {
    const ids = window.ids.slice(-WINDOW_MESSAGES_KEPT);
    return { ...window, ids, lo: messages[ids[0] ?? ""]?.seq ?? window.lo, hasOlder: true };
  }
  const ids = window.ids.slice(0, WINDOW_MESSAGES_KEPT);
  return { ...window, ids, hi: messages[ids.at(-1) ?? ""]?.seq ?? window.hi, hasNewer: true };
}

export function mergePage(
  current: Window | null,
  kind: PageKind,
  page: MessagePage,
  limit: number,
  messages: Dict<StoredMessage>,
  belongs: (message: Message) => boolean,
): Window {
  const full = page.messages.length >= limit;
  const first = page.messages[0]?.seq;
  const last = page.messages.at(-1)?.seq;
  // A short page says nothing about its beginning: what lies before it may still be on its way to this server.
  const start = first ?? (kind === "latest" ? page.head + 1 : 0);
  const older = page.oldest !== null && start > page.oldest;
  const fresh = page.messages.filter(belongs);

  if (typeof kind === "object") {
    if (!current) return EMPTY;
    // Asked for at a window that another one has replaced since, or that was cut: it does not join on any more.
    const joins =
      "before" in kind ? kind.before === current.lo : current.hasNewer && kind.after === current.hi;
    if (!joins) return current;
    let ids = current.ids;
    for (const message of fresh) ids = insertId(ids, message, messages);
    const grown =
      "before" in kind
        ? { ...current, ids, lo: first ?? current.lo, hasOlder: older }
        : { ...current, ids, hi: last ?? current.hi, hasNewer: full };
    return ids.length > WINDOW_MESSAGES_MAX
      ? trim(grown, "before" in kind ? "newer" : "older", messages)
      : grown;
  }

  const replaced: Window = {
    ids: fresh.map((message) => message.id),
    lo: first ?? page.head,
    hi: last ?? page.head,
    hasOlder: older,
    hasNewer: kind === "around" && last !== undefined && last < page.head,
    stale: false,
  };
  const overlaps =
    current && !current.stale && !current.hasNewer && first !== undefined && first <= current.hi;
  if (kind === "latest" && overlaps && current.lo < first) {
    let ids = current.ids;
    for (const message of fresh) ids = insertId(ids, message, messages);
    return { ...current, ids, hi: Math.max(current.hi, replaced.hi) };
  }
  return replaced;
}

/** Applies `change` to the main window and to the windows of its threads. */
export function mapWindows(channel: ChannelState, change: (window: Window) => Window): ChannelState {
  const threads = Object.fromEntries(
    Object.entries(channel.threads).map(([id, window]) => [id, change(window)]),
  );
  return { ...channel, main: channel.main ? change(channel.main) : null, threads };
}

/** Forgets messages that no window shows, nobody pinned and nothing shown quotes, when there are too many. */
export function prune(channel: ChannelState): ChannelState {
  const all = Object.keys(channel.messages);
  if (all.length <= MESSAGES_KEPT_MAX) return channel;
  const shown = [
    ...(channel.main?.ids ?? []),
    ...Object.entries(channel.threads).flatMap(([root, window]) => [root, ...window.ids]),
    ...channel.info.pins,
  ];
  const messages: Record<string, StoredMessage> = {};
  const keep = (id: string | undefined) => {
    const message = id === undefined ? undefined : channel.messages[id];
    if (message) messages[message.id] = message;
    return message;
  };
  for (const id of shown) keep(keep(id)?.reply_to);
  return { ...channel, messages };
}
