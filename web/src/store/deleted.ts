// A message that is deleted was perhaps counted: as unread, as a mention. The server counts it no longer, and no frame
// says so.

import type { ChannelEvent, StreamEvent } from "../api/frames";
import type { Message } from "../api/types";
import { mentionsMe } from "./events";
import type { ChannelState, State } from "./state";
import { changeChannel } from "./channels";
import { known } from "./window";

type Deletion = Extract<ChannelEvent, { t: "message.deleted" }>;

const isNews = (channel: ChannelState, message: Message, me: string): boolean =>
  message.sender !== me && message.seq > channel.info.read_seq;

/** `before`: the channel as it was until then. */
export function forgetNotified(state: State, before: ChannelState | undefined, event: Deletion): State {
  if (!before || event.seq <= before.cursor) return state;
  const of = (item: { message: Message }) => item.message.id === event.d.id;
  const told = state.inbox.items.filter(of);
  const items = told.length > 0 ? state.inbox.items.filter((item) => !of(item)) : state.inbox.items;
  const me = state.me?.id ?? "";
  const gone = known(before, event.d.id);
  // Of what was told before the inbox was loaded only the count is here.
  const guessed = gone && told.length === 0 && isNews(before, gone, me) && mentionsMe(gone, me) ? 1 : 0;
  const less = told.filter(({ read }) => !read).length + guessed;
  const unread = Math.max(0, state.inbox.unread - less);
  const next = { ...state, inbox: { ...state.inbox, items, unread } };
  // What a snapshot up to this place does not count any more stays as it is.
  if (less === 0 || event.seq <= before.info.head) return next;
  return changeChannel(next, event.channel, (channel) => ({
    ...channel,
    info: { ...channel.info, mentions: Math.max(0, channel.info.mentions - less) },
  }));
}

/** Whether a frame deletes something of which it is not known here whether it was counted. */
export function isUnsure(state: State, frame: { op: string }): boolean {
  const event = frame as StreamEvent;
  if (event.op !== "event" || event.t !== "message.deleted") return false;
  const channel = state.channels[event.channel];
  if (!channel || channel.info.unread + channel.info.mentions === 0) return false;
  const gone = known(channel, event.d.id);
  if (!gone) return true;
  if (!isNews(channel, gone, state.me?.id ?? "") || channel.info.mentions === 0) return false;
  return !state.inbox.items.some(({ message }) => message.id === gone.id);
}
