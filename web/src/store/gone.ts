// What is gone though no entry of the log says so: it was kept for as long as its channel's policy, or the server, says.

import type { ChannelState, State, StoredMessage, Window } from "./state";

export const TOMBSTONE = {
  text: "",
  deleted: true,
  reactions: [],
  attachments: [],
  previews: [],
  mentions: [],
};

/** Later than whatever may still be on its way. */
export const FOR_GOOD = Infinity;

/** Without what was said before the channel's messages are kept. A thread goes on when its beginning is gone. */
export function expire(channel: ChannelState): ChannelState {
  const from = channel.info.kept_from_seq;
  if (from === 0) return channel;
  const { info, threads } = channel;
  const messages: Record<string, StoredMessage> = {};
  const isOld = (id: string) => (channel.messages[id]?.seq ?? from) < from;
  for (const [id, message] of Object.entries(channel.messages)) {
    if (!isOld(id)) messages[id] = message;
    else if (threads[id]) messages[id] = { ...message, ...TOMBSTONE, v: FOR_GOOD };
  }
  const cut = (window: Window): Window => {
    if (window.lo >= from) return window;
    const { hi, hasNewer, stale } = window;
    const ids = window.ids.filter((id) => !isOld(id));
    // Nothing is left of what was further up.
    return {
      ...window,
      ids,
      lo: from,
      hi: Math.max(hi, from),
      hasOlder: false,
      stale: stale || (hasNewer && hi < from),
    };
  };
  const last = info.last_message;
  return {
    ...channel,
    messages,
    main: channel.main && cut(channel.main),
    threads: Object.fromEntries(Object.entries(threads).map(([id, window]) => [id, cut(window)])),
    recent: channel.recent.filter(({ d }) => !("seq" in d) || d.seq >= from),
    info: {
      ...info,
      pins: info.pins.filter((id) => !isOld(id)),
      last_message: last && last.seq < from ? null : last,
    },
  };
}

/** Messages are kept from there on. */
export function keptFrom(channel: ChannelState, from = 0): ChannelState {
  if (from <= channel.info.kept_from_seq) return channel;
  return expire({ ...channel, info: { ...channel.info, kept_from_seq: from } });
}

/** As told to who was away. */
export const expireAll = (state: State, froms: Record<string, number> = {}): State =>
  Object.entries(froms).reduce((next, [id, from]) => {
    const channel = next.channels[id];
    if (!channel || from <= channel.info.kept_from_seq) return next;
    const channels = { ...next.channels, [id]: keptFrom(channel, from) };
    return forgetExpired({ ...next, channels }, id);
  }, state);

/** Nor is there anything of it in the inbox and among what was saved. */
export function forgetExpired(state: State, id: string): State {
  const from = state.channels[id]?.info.kept_from_seq ?? 0;
  if (from === 0) return state;
  const isOld = (channel: string, seq: number | undefined) => channel === id && (seq ?? from) < from;
  const items = state.inbox.items.filter(({ channel, message }) => !isOld(channel, message.seq));
  const kept = Object.entries(state.saved.byId);
  const byId = Object.fromEntries(kept.filter(([, { channel, message }]) => !isOld(channel, message?.seq)));
  return { ...state, inbox: { ...state.inbox, items }, saved: { ...state.saved, byId } };
}
