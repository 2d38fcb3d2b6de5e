// A burst is applied at once, and must come out as if one had come after the other.

import { describe, expect, it } from "vitest";
import { burstLength } from "./burst";
import { reduce } from "./reducer";
import { type State, WINDOW_MESSAGES_MAX } from "./state";
import { BO, Log, ME, ROOM, seen, started, withPage } from "./testing";

const room = (state: State) => state.channels[ROOM]!;
const all = (state: State, log: Log, from: number) =>
  reduce(state, { type: "frames", frames: log.after(from), now: 0 });
const oneByOne = (state: State, log: Log, from: number) =>
  log.after(from).reduce((next, frame) => reduce(next, { type: "frames", frames: [frame], now: 0 }), state);

/** Everything that counts; of what is known and shown nowhere each may keep as much as it likes. */
function essence(state: State) {
  const { messages: _messages, ...channel } = room(state);
  return { seen: seen(state), channel, outbox: state.outbox, inbox: state.inbox };
}

function begun(count: number): { log: Log; state: State; from: number } {
  const log = new Log();
  for (let at = 0; at < count; at += 1) log.say(BO, `old ${String(at)}`);
  return { log, state: withPage(started(log), log), from: log.head };
}

const SITUATIONS: Record<string, (state: State, log: Log) => State> = {
  "at the end": (state) => state,
  "reading further up": (state) => reduce(state, { type: "window_held", channel: ROOM, held: true }),
  "with nothing loaded": (_state, log) => started(log),
  "in a window that ends earlier": (state, log) =>
    reduce(state, {
      type: "page_loaded",
      channel: ROOM,
      kind: "around",
      page: log.page({ around: 20 }),
      limit: 50,
    }),
  "while somebody types": (state) =>
    reduce(state, {
      type: "frames",
      frames: [{ op: "event", t: "typing", channel: ROOM, d: { user: BO, expires_ms: 5_000 } }],
      now: 0,
    }),
  "with a message of one's own under way": (state) =>
    reduce(state, {
      type: "outbox_queued",
      item: { nonce: "mine-3", channel: ROOM, text: "x", ts: 1, status: "sending" },
    }),
};

describe("a burst", () => {
  for (const [name, prepare] of Object.entries(SITUATIONS)) {
    for (const count of [4, 60, WINDOW_MESSAGES_MAX + 20, 3 * WINDOW_MESSAGES_MAX]) {
      it(`of ${String(count)}, ${name}`, () => {
        const { log, state, from } = begun(120);
        const start = prepare(state, log);
        for (let at = 0; at < count; at += 1) {
          const mine = at % 7 === 3;
          log.say(mine ? ME : BO, `new ${String(at)}`, mine ? { nonce: `mine-${String(at)}` } : {});
        }
        const once = all(start, log, from);
        expect(essence(once)).toEqual(essence(oneByOne(start, log, from)));
        expect(all(once, log, from)).toEqual(once);
        for (const id of room(once).main?.ids ?? []) expect(room(once).messages[id]).toBeDefined();
      });
    }
  }

  it("among edits, reactions, mentions and answers in threads", () => {
    const { log, state, from } = begun(10);
    const root = log.say(BO, "root");
    for (let at = 0; at < 30; at += 1) {
      const said = log.say(BO, `new ${String(at)}`, at % 9 === 0 ? { mentions: [ME] } : {});
      if (at % 6 === 5) log.edit(said, "changed");
      if (at % 10 === 9) log.say(BO, "in the thread", { thread: root.id });
      if (at % 11 === 10) log.react(said, ME, "👍", true);
    }
    expect(essence(all(state, log, from))).toEqual(essence(oneByOne(state, log, from)));
  });

  it("that an answer has brought in part already", () => {
    const { log, state, from } = begun(10);
    for (let at = 0; at < 12; at += 1) log.say(BO, `new ${String(at)}`);
    const ahead = withPage(state, log, from + 6);
    expect(essence(all(ahead, log, from))).toEqual(essence(oneByOne(ahead, log, from)));
  });

  it("is of one channel, of the main timeline, and of some length", () => {
    const { log, from } = begun(1);
    const root = log.say(BO, "root");
    for (let at = 0; at < 5; at += 1) log.say(BO, "x");
    log.say(BO, "in the thread", { thread: root.id });
    const frames = log.after(from);
    expect(burstLength(frames, 0)).toBe(6);
    expect(burstLength(frames, 3)).toBe(0);
    expect(burstLength(frames, 6)).toBe(0);
    expect(burstLength(frames, 99)).toBe(0);
    expect(
      burstLength(
        frames.map((frame, at) => ({ ...frame, channel: `!${String(at)}` })),
        0,
      ),
    ).toBe(0);
  });
});
