// Pages that join, and those that do not any more.

import { describe, expect, it } from "vitest";
import { reduce } from "./reducer";
import { type State, WINDOW_MESSAGES_MAX } from "./state";
import { BO, feed, Log, ME, ROOM, started, withPage } from "./testing";
import type { PageKind } from "./window";

const room = (state: State) => state.channels[ROOM]!;
const texts = (state: State) => room(state).main?.ids.map((id) => room(state).messages[id]?.text);

describe("windows", () => {
  function load(state: State, log: Log, kind: PageKind, around?: number): State {
    const query = typeof kind === "object" ? kind : around === undefined ? {} : { around };
    const page = log.page({ ...query, limit: 50 });
    return reduce(state, { type: "page_loaded", channel: ROOM, kind, page, limit: 50 });
  }

  function long(count: number): Log {
    const log = new Log();
    for (let i = 0; i < count; i += 1) log.say(i % 2 ? ME : BO, `m ${i}`);
    return log;
  }

  it("older and newer pages join without gap or repeat", () => {
    const log = long(200);
    let state = withPage(started(log), log);
    state = load(state, log, "around", 100);
    expect(room(state).main).toMatchObject({ hasOlder: true, hasNewer: true });
    while (room(state).main?.hasOlder) state = load(state, log, { before: room(state).main!.lo });
    while (room(state).main?.hasNewer) state = load(state, log, { after: room(state).main!.hi });
    expect(texts(state)).toEqual(Array.from({ length: 200 }, (_, i) => `m ${i}`));
  });

  it.each([3, 0])("a short page of %i does not say that a channel begins with it", (count) => {
    const log = long(200);
    const page = { ...log.page({ limit: 50 }), oldest: 2 };
    const short = { ...page, messages: count > 0 ? page.messages.slice(-count) : [] };
    const action = { type: "page_loaded", channel: ROOM, kind: "latest", page: short, limit: 50 } as const;
    expect(room(reduce(started(log), action)).main).toMatchObject({ hasOlder: true, hasNewer: false });
  });

  it("leaves out a page that was asked for before the window was replaced", () => {
    const log = long(200);
    const there = load(withPage(started(log), log), log, "around", 60);
    const { lo, hi } = room(there).main!;
    const present = load(there, log, "latest");
    for (const late of [{ after: hi }, { before: lo }]) {
      expect(room(load(present, log, late)).main).toEqual(room(present).main);
    }
  });

  it("does not append to a window that ends earlier, but counts", () => {
    const log = long(200);
    const around = log.page({ around: 100 });
    let state = reduce(started(log), {
      type: "page_loaded",
      channel: ROOM,
      kind: "around",
      page: around,
      limit: 50,
    });
    const before = log.head;
    const unread = room(state).info.unread;
    log.say(BO, "live");
    state = feed(state, log.after(before));
    expect(texts(state)).not.toContain("live");
    expect(room(state).info).toMatchObject({ unread: unread + 1, last_message: { text: "live" } });
  });

  it("stays bounded at the live end and knows that there is more", () => {
    const log = long(10);
    const before = log.head;
    let state = withPage(started(log), log);
    expect(room(state).main?.hasOlder).toBe(false);
    for (let i = 0; i < WINDOW_MESSAGES_MAX + 50; i += 1) log.say(BO, `x ${i}`);
    state = feed(state, log.after(before));
    expect(room(state).main?.ids.length).toBeLessThanOrEqual(WINDOW_MESSAGES_MAX);
    expect(room(state).main?.hasOlder).toBe(true);
    expect(texts(state)?.at(-1)).toBe(`x ${WINDOW_MESSAGES_MAX + 49}`);
  });

  it("keeps threads out of the main window and counts them at the root", () => {
    const log = new Log();
    const root = log.say(BO, "root");
    const before = log.head;
    let state = withPage(started(log), log);
    state = reduce(state, {
      type: "thread_loaded",
      channel: ROOM,
      kind: "latest",
      page: { root, messages: [], head: log.head, oldest: 3 },
      limit: 50,
    });
    log.say(ME, "in thread", { thread: root.id });
    log.say(BO, "also", { thread: root.id });
    state = feed(state, log.after(before));
    expect(texts(state)).toEqual(["root"]);
    expect(room(state).messages[root.id]?.thread_count).toBe(2);
    expect(room(state).threads[root.id]?.ids).toHaveLength(2);
    expect(texts(withPage(started(log), log))).toEqual(["root"]);
  });
});
