import { describe, expect, it } from "vitest";
import type { ThreadState } from "../api/types";
import { reduce } from "./reducer";
import { hasUnread } from "./selectors";
import { Log, ROOM, started } from "./testing";

const thread = (over: Partial<ThreadState>): ThreadState => ({
  channel: ROOM,
  thread: "$3",
  following: true,
  read_seq: 3,
  unread: 0,
  mentions: 0,
  last_ts: 0,
  ...over,
});

describe("how one stands in threads", () => {
  it("is still known after a snapshot that lists only those with something new", () => {
    const log = new Log();
    const states = [thread({}), thread({ thread: "$4", unread: 2, mentions: 1 })];
    const told = reduce(started(log), { type: "threads_told", states });
    const listed = thread({ thread: "$5", unread: 1 });
    const sync = { ...log.sync(), threads: [listed] };
    const { threadStates } = reduce(told, { type: "synced", sync, known: [ROOM] });
    expect(threadStates).toEqual({
      $3: thread({}),
      $4: thread({ thread: "$4" }),
      $5: listed,
    });
  });

  it("makes a conversation one that can be marked as read", () => {
    const state = started(new Log());
    const tell = (over: Partial<ThreadState>) =>
      hasUnread(reduce(state, { type: "threads_told", states: [thread(over)] }), ROOM);
    expect(hasUnread(state, ROOM)).toBe(false);
    expect(hasUnread(state, "!other")).toBe(false);
    expect(tell({ unread: 1 })).toBe(true);
    expect(tell({ unread: 1, channel: "!other" })).toBe(false);
    expect(tell({})).toBe(false);
    const channel = { ...state.channels[ROOM]!.info, mentions: 1 };
    expect(hasUnread(reduce(state, { type: "channel_loaded", channel }), ROOM)).toBe(true);
  });
});
