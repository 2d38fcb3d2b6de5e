// What is deleted before it was seen counts no longer.

import { describe, expect, it } from "vitest";
import { isUnsure } from "./deleted";
import { reduce } from "./reducer";
import { BO, feed, Log, ME, ROOM, started, withPage } from "./testing";
import type { State } from "./state";

const counts = ({ channels, inbox }: State) => ({
  unread: channels[ROOM]?.info.unread,
  mentions: channels[ROOM]?.info.mentions,
  inbox: inbox.unread,
  items: inbox.items.length,
});
const last = (log: Log) => log.events.at(-1)!;

describe("a deleted message", () => {
  it("is not unread any more, and what told of it is gone", () => {
    const log = new Log();
    const start = started(log);
    const said = log.say(BO, "oops @ada", { mentions: [ME] });
    log.say(BO, "well");
    const told = feed(start, log.after(2));
    expect(counts(told)).toEqual({ unread: 2, mentions: 1, inbox: 1, items: 1 });
    const cursor = log.head;
    log.remove(said);
    expect(isUnsure(told, last(log))).toBe(false);
    const after = feed(told, log.after(cursor));
    expect(counts(after)).toEqual({ unread: 1, mentions: 0, inbox: 0, items: 0 });
    expect(counts(feed(after, log.after(cursor)))).toEqual(counts(after));
  });

  it("changes nothing where it was read, or one's own", () => {
    const log = new Log();
    const start = started(log);
    const mine = log.say(ME, "mine");
    const read = log.say(BO, "read");
    let state = feed(start, log.after(2));
    const marks = { channel: ROOM, read_seq: log.head, unread: 0, mentions: 0 };
    state = reduce(state, { type: "read_set", channel: ROOM, read: marks });
    log.say(BO, "new");
    log.remove(mine);
    log.remove(read);
    expect(counts(feed(state, log.after(read.seq)))).toMatchObject({ unread: 1, mentions: 0 });
  });

  it("of which a snapshot knew already is not counted off twice", () => {
    const log = new Log();
    const start = started(log);
    const said = log.say(BO, "one");
    log.say(BO, "two");
    const told = feed(start, log.after(2));
    const cursor = log.head;
    log.remove(said);
    const synced = reduce(told, { type: "synced", sync: log.sync(), known: [ROOM] });
    expect(counts(feed(synced, log.after(cursor)))).toMatchObject({ unread: 1 });
    // The other way round: the frame first, and then an older snapshot.
    const late = reduce(feed(told, log.after(cursor)), {
      type: "synced",
      sync: log.sync(cursor),
      known: [ROOM],
    });
    expect(counts(late)).toMatchObject({ unread: 1 });
  });

  it("is asked about where it is not known whether it counted", () => {
    const log = new Log();
    const far = log.say(BO, "far above");
    for (let at = 0; at < 60; at += 1) log.say(BO, `m ${at}`);
    const state = withPage(started(log), log);
    log.remove(far);
    expect(isUnsure(state, last(log))).toBe(true);
    expect(isUnsure(feed(state, log.after(log.head - 1)), { op: "ready", d: {} } as never)).toBe(false);
  });
});
