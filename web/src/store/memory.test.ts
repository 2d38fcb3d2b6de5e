// What a long sitting in a busy channel leaves in memory, and what it does to somebody who reads further up.

import { describe, expect, it } from "vitest";
import { reduce } from "./reducer";
import { MESSAGES_KEPT_MAX, type State, WINDOW_MESSAGES_MAX } from "./state";
import { BO, feed, Log, ROOM, started, withPage } from "./testing";

const room = (state: State) => state.channels[ROOM]!;
const held = (state: State, on: boolean) => reduce(state, { type: "window_held", channel: ROOM, held: on });

function flooded(state: State, log: Log, count: number): State {
  const before = log.head;
  for (let at = 0; at < count; at += 1) log.say(BO, `m${String(at)}`);
  return feed(state, log.after(before));
}

describe("a flood", () => {
  it("keeps a bounded number of messages, and every one that is shown", () => {
    const log = new Log();
    const first = log.say(BO, "quoted");
    let state = withPage(started(log), log);
    state = flooded(state, log, 3_000);
    const answer = log.say(BO, "an answer", { reply_to: first.id });
    state = feed(state, log.after(answer.seq - 1));
    state = flooded(state, log, 100);
    const { messages, main } = room(state);
    expect(Object.keys(messages).length).toBeLessThanOrEqual(MESSAGES_KEPT_MAX + WINDOW_MESSAGES_MAX);
    expect(main?.ids.length).toBeLessThanOrEqual(WINDOW_MESSAGES_MAX);
    for (const id of main?.ids ?? []) expect(messages[id]).toBeDefined();
  });

  it("forgets neither pins, nor threads that are open, nor what is quoted", () => {
    const log = new Log();
    const pinned = log.say(BO, "pinned");
    const root = log.say(BO, "root");
    const quoted = log.say(BO, "quoted");
    let state = withPage(started(log), log);
    log.update({ pins: [pinned.id] });
    state = reduce(feed(state, log.after(quoted.seq)), {
      type: "thread_loaded",
      channel: ROOM,
      kind: "latest",
      page: { root, messages: [], head: log.head, oldest: null },
      limit: 50,
    });
    for (let round = 0; round < 6; round += 1) {
      state = flooded(state, log, 499);
      const answer = log.say(BO, "again", { reply_to: quoted.id });
      state = feed(state, log.after(answer.seq - 1));
    }
    const { messages } = room(state);
    expect([pinned, root, quoted].map(({ id }) => messages[id]?.text)).toEqual(["pinned", "root", "quoted"]);
    expect(messages["$30"]).toBeUndefined();
  });
});

describe("somebody who reads further up", () => {
  it("keeps what they read, however much arrives; the present is a page away", () => {
    const log = new Log();
    for (let at = 0; at < 50; at += 1) log.say(BO, `old ${String(at)}`);
    const start = held(withPage(started(log), log), true);
    const top = room(start).main!.ids[0]!;
    const state = flooded(start, log, 2_000);
    expect(room(state).main?.ids[0]).toBe(top);
    expect(room(state).main?.hasNewer).toBe(true);
    expect(room(state).info.unread).toBe(2_050);
    const follows = flooded(held(withPage(started(log), log), false), log, 2_000);
    expect(room(follows).main?.hasNewer).toBe(false);
    expect(room(follows).main?.ids[0]).not.toBe(top);
  });

  it("holding twice changes nothing", () => {
    const log = new Log();
    log.say(BO, "hello");
    const once = held(withPage(started(log), log), true);
    expect(held(once, true)).toBe(once);
  });
});
