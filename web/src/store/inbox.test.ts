import { describe, expect, it } from "vitest";
import type { LooseEvent } from "../api/frames";
import type { Notification, ThreadState } from "../api/types";
import { reduce } from "./reducer";
import { badgeCount, inboxCount, inboxNews, threadNews } from "./selectors";
import type { State } from "./state";
import { BO, feed, Log, ME, ROOM, started } from "./testing";

const room = (state: State) => state.channels[ROOM]!;
const read = (up_to: number, unread: number): LooseEvent => ({
  op: "event",
  t: "notifications.read",
  d: { up_to, only: false, unread, reminders_unread: 0 },
});

/** Three mentions that came live: ids 3, 4 and 5. */
function mentioned(): { state: State; log: Log } {
  const log = new Log();
  const start = started(log);
  for (const text of ["one", "two", "three"]) log.say(BO, `${text} @ada`, { mentions: [ME] });
  return { state: feed(start, log.after(2)), log };
}

describe("notifications.read", () => {
  it("marks what is up to its id, and leaves what came after", () => {
    const { state } = mentioned();
    expect(state.inbox.unread).toBe(3);
    const after = feed(state, [read(4, 1)]);
    expect(after.inbox.items.map(({ id, read: seen }) => [id, seen])).toEqual([
      [5, false],
      [4, true],
      [3, true],
    ]);
    expect(after.inbox.unread).toBe(1);
    expect(room(after).info.mentions).toBe(1);
    expect(room(after).info.unread).toBe(3);
  });

  it("twice is once", () => {
    const { state } = mentioned();
    const once = feed(state, [read(4, 1)]);
    expect(feed(once, [read(4, 1)])).toEqual(once);
  });

  it("with nothing left no channel keeps a mention, also one whose notifications are not loaded", () => {
    const { state } = mentioned();
    const unloaded: State = { ...state, inbox: { ...state.inbox, items: [] } };
    const after = feed(unloaded, [read(5, 0)]);
    expect(after.inbox.unread).toBe(0);
    expect(room(after).info.mentions).toBe(0);
  });

  it("a mention that comes after it counts again", () => {
    const { state, log } = mentioned();
    const before = log.head;
    log.say(BO, "four @ada", { mentions: [ME] });
    const after = feed(feed(state, [read(5, 0)]), log.after(before));
    expect(after.inbox.unread).toBe(1);
    expect(after.inbox.items[0]?.read).toBe(false);
    expect(room(after).info.mentions).toBe(1);
  });
});

describe("the inbox's count", () => {
  it("is the server's with a snapshot and with a page", () => {
    const { state, log } = mentioned();
    const synced = reduce(state, {
      type: "synced",
      sync: { ...log.sync(), notifications_unread: 12 },
      known: [ROOM],
    });
    expect(synced.inbox.unread).toBe(12);
    const items: Notification[] = [];
    const paged = reduce(synced, { type: "inbox_loaded", items, next: null, first: true, unread: 7 });
    expect(paged.inbox.unread).toBe(7);
  });

  it("falls when the channel is read, and when the person marks all read", () => {
    const { state } = mentioned();
    const here = reduce(state, {
      type: "read_set",
      channel: ROOM,
      read: { read_seq: 4, unread: 1, mentions: 1 },
    });
    expect(here.inbox.unread).toBe(1);
    const all = reduce(state, { type: "inbox_read", upTo: 5, only: false });
    expect(all.inbox.unread).toBe(0);
    expect(room(all).info.mentions).toBe(0);
  });
});

describe("threads", () => {
  const reply = (id: number, seq: number): LooseEvent => {
    const log = new Log();
    const message = { ...log.say(BO, "@ada", { mentions: [ME] }), seq, thread: "$root" };
    return {
      op: "event",
      t: "notification.created",
      channel: ROOM,
      d: { id, kind: "mention", channel: ROOM, message, ts: 1 },
    };
  };
  const told = (unread: number, read_seq: number): LooseEvent => ({
    op: "event",
    t: "thread.updated",
    channel: ROOM,
    d: { channel: ROOM, thread: "$root", following: true, read_seq, unread, mentions: unread, last_ts: 1 },
  });

  it("a mention in one stays until the thread is read, whatever was read of the channel", () => {
    const state = feed(started(new Log()), [reply(1, 5), told(1, 2)]);
    expect(state.inbox.unread).toBe(1);
    const outside = reduce(state, {
      type: "read_set",
      channel: ROOM,
      read: { read_seq: 9, unread: 0, mentions: 1, threads: false },
    });
    expect(outside.inbox.unread).toBe(1);
    expect(outside.threadStates.$root).toMatchObject({ unread: 1, following: true });
    const there = feed(outside, [told(0, 5)]);
    expect(there.inbox.unread).toBe(0);
    expect(threadNews(there)).toBe(0);
    const all = reduce(state, {
      type: "read_set",
      channel: ROOM,
      read: { read_seq: 9, unread: 0, mentions: 0 },
    });
    expect(all.inbox.unread).toBe(0);
  });

  it("are what the server's snapshot says, and no more", () => {
    const log = new Log();
    const state = feed(started(log), [told(2, 1)]);
    expect(threadNews(state)).toBe(1);
    const synced = reduce(state, { type: "synced", sync: log.sync(), known: [ROOM] });
    expect(threadNews(synced)).toBe(0);
  });
});

describe("what the bell counts", () => {
  const told = (over: Partial<ThreadState>): LooseEvent => ({
    op: "event",
    t: "thread.updated",
    d: {
      channel: ROOM,
      thread: "$3",
      following: true,
      read_seq: 3,
      unread: 1,
      mentions: 0,
      last_ts: 1,
      ...over,
    },
  });

  it("a mention in a thread once, a thread without one once", () => {
    const log = new Log();
    const start = started(log);
    log.say(ME, "root");
    log.say(BO, "here, @ada", { thread: "$3", mentions: [ME] });
    const state = feed(start, log.after(2));
    expect(inboxNews(state)).toBe(1);
    expect(inboxNews(feed(state, [told({ mentions: 1 })]))).toBe(1);
    expect(inboxNews(feed(state, [told({ mentions: 1 }), told({ thread: "$9" })]))).toBe(2);
  });

  it("nothing of a channel that one is in no longer", () => {
    const log = new Log();
    log.say(ME, "root");
    const state = feed(started(log), [told({ unread: 2 })]);
    expect(inboxNews(state)).toBe(1);
    const left = feed(state, [{ op: "event", t: "channel.left", d: { id: ROOM } }]);
    expect([inboxNews(left), threadNews(left)]).toEqual([0, 0]);
    // What is told late of it changes nothing.
    expect(inboxNews(feed(left, [told({ unread: 3 })]))).toBe(0);
  });
});

describe("a reminder", () => {
  const reminded = () => {
    const { state, log } = mentioned();
    const [said] = log.after(1);
    const message = (said as Extract<typeof said, { t: "message.created" }>).d;
    const told = (id: number): LooseEvent => ({
      op: "event",
      t: "notification.created",
      d: { id, kind: "reminder", channel: ROOM, message, ts: 9 },
    });
    return { state: feed(state, [told(6), told(7), told(7)]), message };
  };
  const seen = (d: Extract<LooseEvent, { t: "notifications.read" }>["d"]): LooseEvent => ({
    op: "event",
    t: "notifications.read",
    d,
  });

  it("counts once, in the inbox and for no channel", () => {
    const { state } = reminded();
    expect([state.inbox.unread, state.inbox.reminders, room(state).info.mentions]).toEqual([5, 2, 3]);
    expect([inboxCount(state), badgeCount(state)]).toEqual([5, 5]);
    // However silent the channel.
    const muted = reduce(state, { type: "notify_set", channel: ROOM, level: "none" });
    expect(badgeCount(muted)).toBe(2);
    const synced = reduce(state, {
      type: "synced",
      sync: { ...new Log().sync(), notifications_unread: 4, reminders_unread: 1 },
      known: [],
    });
    expect([synced.inbox.unread, synced.inbox.reminders]).toEqual([4, 1]);
  });

  it("is not seen by reading its conversation", () => {
    const { state, message } = reminded();
    const read = { channel: ROOM, read_seq: message.seq + 9, unread: 0, mentions: 0, threads: true };
    const after = reduce(state, { type: "read_set", channel: ROOM, read });
    expect([after.inbox.unread, after.inbox.reminders]).toEqual([2, 2]);
    const fresh = after.inbox.items.filter((item) => !item.read);
    expect(fresh.map(({ kind }) => kind)).toEqual(["reminder", "reminder"]);
  });

  it("is seen alone, and what is left is what the server says", () => {
    const { state } = reminded();
    const one = reduce(state, { type: "inbox_read", upTo: 6, only: true });
    expect(one.inbox.items.map(({ id, read: isRead }) => [id, isRead])).toEqual([
      [7, false],
      [6, true],
      [5, false],
      [4, false],
      [3, false],
    ]);
    expect([one.inbox.unread, one.inbox.reminders, room(one).info.mentions]).toEqual([4, 1, 3]);
    expect(feed(state, [seen({ up_to: 6, only: true, unread: 4, reminders_unread: 1 })])).toEqual(one);
    const all = reduce(one, { type: "inbox_read", upTo: 7, only: false });
    expect([all.inbox.unread, all.inbox.reminders, room(all).info.mentions]).toEqual([0, 0, 0]);
    // Of what is not loaded here nothing is left but reminders.
    const unloaded: State = { ...state, inbox: { ...state.inbox, items: [] } };
    const after = feed(unloaded, [seen({ up_to: 5, only: false, unread: 2, reminders_unread: 2 })]);
    expect([after.inbox.unread, after.inbox.reminders, room(after).info.mentions]).toEqual([2, 2, 0]);
  });
});
