// A message that is gone was perhaps counted: as unread, as a mention. The server counts it no longer, and no frame says so.

import type { ChannelEvent, Ready, StreamEvent } from "../api/frames";
import type { Message } from "../api/types";
import { changeChannel } from "./channels";
import { mentionsMe } from "./events";
import { forgetExpired } from "./gone";
import type { ChannelState, State } from "./state";
import { known } from "./window";

const isNews = (channel: ChannelState, message: Message, me: string): boolean =>
  message.sender !== me && message.seq > channel.info.read_seq;

/** Which messages an event says are gone; null where it says nothing of the kind. */
function goneBy(event: StreamEvent, before: ChannelState): ((message: Message) => boolean) | null {
  switch (event.t) {
    case "message.deleted":
      return ({ id }) => id === event.d.id;
    case "message.updated":
      return event.d.deleted ? ({ id }) => id === event.d.id : null;
    case "channel.updated": {
      const from = event.d.kept_from_seq;
      return from > before.info.kept_from_seq
        ? ({ channel, seq }) => channel === event.d.id && seq < from
        : null;
    }
    default:
      return null;
  }
}

/** What was told of it is gone, too. `before`: the channel as it was until then. */
export function followGone(state: State, before: ChannelState | undefined, event: ChannelEvent): State {
  const place = event.seq ?? Infinity;
  if (!before || place <= before.cursor) return state;
  const isGone = goneBy(event, before);
  if (!isGone) return state;
  const told = state.inbox.items.filter(({ message }) => isGone(message));
  const items =
    told.length > 0 ? state.inbox.items.filter(({ message }) => !isGone(message)) : state.inbox.items;
  const me = state.me?.id ?? "";
  // Of what was told before the inbox was loaded only the count is here.
  const gone = event.t === "message.deleted" ? known(before, event.d.id) : undefined;
  const guessed = gone && told.length === 0 && isNews(before, gone, me) && mentionsMe(gone, me) ? 1 : 0;
  const less = told.filter(({ read }) => !read).length + guessed;
  const unread = Math.max(0, state.inbox.unread - less);
  const next = forgetExpired({ ...state, inbox: { ...state.inbox, items, unread } }, event.channel);
  // What a snapshot up to this place does not count any more stays as it is.
  if (less === 0 || place <= before.info.head) return next;
  return changeChannel(next, event.channel, (channel) => ({
    ...channel,
    info: { ...channel.info, mentions: Math.max(0, channel.info.mentions - less) },
  }));
}

/** Whether a frame says that something is gone of which it is not known here whether it was counted. */
export function isUnsure(state: State, frame: { op: string }): boolean {
  const event = frame as StreamEvent | { op: "ready"; d: Ready };
  if (event.op === "ready") {
    return Object.entries(event.d.kept_from_seqs ?? {}).some(([id, from]) => {
      const info = state.channels[id]?.info;
      return info !== undefined && from > info.kept_from_seq && info.unread + info.mentions > 0;
    });
  }
  const channel = event.op === "event" ? state.channels[event.channel ?? ""] : undefined;
  if (!channel || !goneBy(event, channel)) return false;
  const { unread, mentions, id } = channel.info;
  // No frame without a place is counted.
  if (event.t !== "message.deleted" || event.seq === undefined) {
    const inThreads = Object.values(state.threadStates).some(
      (each) => each.channel === id && each.unread > 0,
    );
    return unread + mentions > 0 || inThreads;
  }
  if (unread + mentions === 0) return false;
  const gone = known(channel, event.d.id);
  if (!gone) return true;
  if (!isNews(channel, gone, state.me?.id ?? "") || mentions === 0) return false;
  return !state.inbox.items.some(({ message }) => message.id === gone.id);
}
