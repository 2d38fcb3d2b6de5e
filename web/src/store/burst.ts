// Many new messages of one channel at once: the same as one after the other, without copying all that is known for each.

import type { LogEvent } from "../api/frames";
import { applyEvent, isUnread, notTyping } from "./events";
import {
  type ChannelState,
  RECENT_EVENTS_MAX,
  type StoredMessage,
  WINDOW_MESSAGES_KEPT,
  WINDOW_MESSAGES_MAX,
  type Window,
} from "./state";
import { prune } from "./window";

export type Said = Extract<LogEvent, { t: "message.created" }>;

/** Fewer are applied one by one. */
const BURST_MIN = 4;

/** How many of the events, from `at` on, are new messages of one channel's main timeline. */
export function burstLength(events: readonly { op: string }[], at: number): number {
  const first = events[at];
  if (!isSaid(first)) return 0;
  let to = at;
  for (let event = events[to]; isSaid(event) && event.channel === first.channel; event = events[to]) to += 1;
  return to - at >= BURST_MIN ? to - at : 0;
}

function isSaid(event: { op: string } | undefined): event is Said {
  const said = event as Said | undefined;
  return said?.op === "event" && said.t === "message.created" && !said.d.thread;
}

export function applyBurst(channel: ChannelState, events: readonly Said[], me: string): ChannelState {
  const fresh = unseen(channel, events);
  // What is known already, or belongs between what is known, is for the careful way.
  const plain = fresh.every(({ d }) => !channel.messages[d.id] && d.seq > (channel.main?.hi ?? 0));
  const last = fresh.at(-1);
  if (!last) return channel;
  if (!plain) return fresh.reduce((next, event) => applyEvent(next, event, me), channel);
  const recent = [...channel.recent, ...fresh];
  const cut = Math.max(0, recent.length - RECENT_EVENTS_MAX);
  const { info } = channel;
  const told = info.last_message;
  // What a snapshot up to its place has counted already is not counted again.
  const uncounted = fresh.filter(({ seq, d }) => seq > info.head && isUnread(d, info.read_seq, me));
  const grown: ChannelState = {
    ...channel,
    cursor: last.seq,
    recent: recent.slice(cut),
    recentFloor: cut > 0 ? (recent[cut - 1]?.seq ?? channel.recentFloor) : channel.recentFloor,
    info: {
      ...info,
      head: Math.max(info.head, last.seq),
      unread: info.unread + uncounted.length,
      last_message: !told || told.seq < last.d.seq ? last.d : told,
    },
    typing: notTyping(channel.typing, ...fresh.map(({ d }) => d.sender)),
  };
  return channel.main && !channel.main.hasNewer ? shown(grown, channel.main, fresh) : grown;
}

function unseen(channel: ChannelState, events: readonly Said[]): Said[] {
  let cursor = channel.cursor;
  return events.filter((event) => {
    if (event.seq <= cursor) return false;
    cursor = event.seq;
    return true;
  });
}

/** At the end of a window that reaches the channel's end. */
function shown(channel: ChannelState, main: Window, events: readonly Said[]): ChannelState {
  let messages: Record<string, StoredMessage> = { ...channel.messages };
  let ids = [...main.ids];
  let window: Window = main;
  for (const { d } of events) {
    if (window.held && ids.length >= WINDOW_MESSAGES_MAX) {
      window = { ...window, hasNewer: true };
      break;
    }
    messages[d.id] = { ...d, v: d.seq };
    ids.push(d.id);
    window = { ...window, hi: d.seq };
    if (ids.length > WINDOW_MESSAGES_MAX) {
      ids = ids.slice(-WINDOW_MESSAGES_KEPT);
      window = { ...window, lo: messages[ids[0] ?? ""]?.seq ?? window.lo, hasOlder: true };
      messages = prune({ ...channel, messages, main: { ...window, ids } }).messages;
    }
  }
  return { ...channel, messages, main: { ...window, ids } };
}
