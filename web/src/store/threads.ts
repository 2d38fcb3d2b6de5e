// How one stands in threads. A thread of which nothing was told has nothing new for the viewer.

import type { ThreadState } from "../api/types";
import type { State } from "./state";

export function tellThreads(state: State, told: readonly ThreadState[]): State {
  if (told.length === 0) return state;
  const threadStates = { ...state.threadStates };
  for (const each of told) threadStates[each.thread] = each;
  return told.reduce(seeThread, { ...state, threadStates });
}

/** Only threads with something new are listed: the others are as they were, and nothing is new in them. */
export function quieted(states: State["threadStates"]): State["threadStates"] {
  return Object.fromEntries(
    Object.entries(states).map(([id, each]) => [id, { ...each, unread: 0, mentions: 0 }]),
  );
}

/** Reading a thread also sees its notifications. */
function seeThread(state: State, { thread, read_seq }: ThreadState): State {
  const { inbox } = state;
  const due = inbox.items.filter(
    ({ kind, read, message }) =>
      !read && kind !== "reminder" && message.thread === thread && message.seq <= read_seq,
  );
  if (due.length === 0) return state;
  const items = inbox.items.map((item) => (due.includes(item) ? { ...item, read: true } : item));
  return { ...state, inbox: { ...inbox, items, unread: Math.max(0, inbox.unread - due.length) } };
}
