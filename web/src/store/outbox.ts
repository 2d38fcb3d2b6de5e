// What the person wrote and the server has not acknowledged. A message leaves the outbox when it is seen, by answer,
// frame or page, whichever comes first; its nonce says that it is the same one.

import type { Message } from "../api/types";
import type { OutboxItem, State } from "./state";

export function queue(state: State, item: OutboxItem): State {
  const items = state.outbox[item.channel] ?? [];
  if (items.some((known) => known.nonce === item.nonce)) return state;
  // What an earlier page left behind was written before, also when it is found after.
  return withItems(
    state,
    item.channel,
    [...items, item].sort((a, b) => a.ts - b.ts),
  );
}

/** What became of one of them. */
export type Delivery = Pick<OutboxItem, "status" | "error" | "until">;

export function setStatus(
  state: State,
  channel: string,
  nonce: string,
  { status, error, until }: Delivery,
): State {
  const items = state.outbox[channel] ?? [];
  return withItems(
    state,
    channel,
    items.map((item) => {
      if (item.nonce !== nonce) return item;
      const { error: _error, until: _until, ...rest } = item;
      return { ...rest, status, ...(error ? { error } : {}), ...(until ? { until } : {}) };
    }),
  );
}

export function discard(state: State, channel: string, nonce: string): State {
  const items = state.outbox[channel] ?? [];
  if (!items.some((item) => item.nonce === nonce)) return state;
  return withItems(
    state,
    channel,
    items.filter((item) => item.nonce !== nonce),
  );
}

/** Takes out what these messages prove to have arrived. */
export function settle(state: State, messages: readonly Message[]): State {
  let next = state;
  for (const message of messages) {
    if (
      message.status !== "pending" &&
      message.nonce &&
      message.sender === state.me?.id &&
      next.outbox[message.channel]
    ) {
      next = discard(next, message.channel, message.nonce);
    }
  }
  return next;
}

function withItems(state: State, channel: string, items: readonly OutboxItem[]): State {
  const outbox = { ...state.outbox, [channel]: items };
  if (items.length === 0) Reflect.deleteProperty(outbox, channel);
  return { ...state, outbox };
}
