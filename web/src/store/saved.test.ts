import { describe, expect, it } from "vitest";
import type { StreamEvent } from "../api/frames";
import type { Message, Saved } from "../api/types";
import { reduce } from "./reducer";
import { savedShown } from "./saved";
import type { State } from "./state";
import { BO, feed, Log, ROOM, started, withPage } from "./testing";

const log = new Log();
const [one, two, three] = ["one", "two", "three"].map((text) => log.say(BO, text)) as [
  Message,
  Message,
  Message,
];
const start = started(log);

const item = (message: Message, saved_ts: number): Saved => ({
  channel: ROOM,
  saved_ts,
  remind_ts: null,
  message,
});
const loaded = (state: State, items: Saved[], next: string | null = null, first = true) =>
  reduce(state, { type: "saved_loaded", items, next, first });
const told = (message: Message, saved_ts: number | null, remind_ts: number | null = null): StreamEvent => ({
  op: "event",
  t: "saved.updated",
  channel: ROOM,
  d: { channel: ROOM, message: message.id, saved: saved_ts !== null, saved_ts, remind_ts },
});
const texts = (state: State) => savedShown(state).map(({ message }) => message.text);

describe("what is saved for later", () => {
  it("is listed by when it was saved, a page after the other", () => {
    const state = loaded(start, [item(one, 30), item(three, 20)], "c");
    expect([texts(state), state.saved.next, state.saved.loaded]).toEqual([["one", "three"], "c", true]);
    const more = loaded(state, [item(two, 10)], null, false);
    expect([texts(more), more.saved.next]).toEqual([["one", "three", "two"], null]);
    expect(texts(loaded(more, [item(two, 40)]))).toEqual(["two"]);
  });

  it("keeps what follows its newest ones when these are loaded anew, unless something may be missing between", () => {
    const first = loaded(start, [item(one, 30), item(three, 20)], "c");
    const state = loaded(first, [item(two, 10)], "d", false);
    const four = { ...two, id: "$four", text: "four" };
    const anew = loaded(state, [item(four, 40), item(one, 30)], "b");
    expect([texts(anew), anew.saved.next]).toEqual([["four", "one", "three", "two"], "d"]);
    const shorter = loaded(state, [item(three, 20)], "c");
    expect([texts(shorter), shorter.saved.next]).toEqual([["three", "two"], "d"]);
    const gap = loaded(state, [item(four, 40)], "a");
    expect([texts(gap), gap.saved.next]).toEqual([["four"], "a"]);
    const moved = loaded(state, [item(two, 40)], "a");
    expect([texts(moved), moved.saved.next]).toEqual([["two"], "a"]);
    const further = loaded(loaded(start, [item(one, 30)], null), [item(one, 30)], "c");
    expect(further.saved.next).toBe("c");
  });

  it("follows other devices", () => {
    const state = feed(loaded(withPage(start, log), [item(one, 10)]), [told(two, 20)]);
    expect(texts(state)).toEqual(["two", "one"]);
    expect(texts(feed(state, [told(one, null)]))).toEqual(["two"]);
    expect(feed(state, [told(three, null)])).toBe(state);
    expect(texts(feed(state, [told(one, 30)]))).toEqual(["one", "two"]);
  });

  it("is marked, and not listed, while nothing but its place is known", () => {
    const state = feed(loaded(start, [item(one, 10)]), [told(two, 20)]);
    expect(state.saved.byId[two.id]?.message).toBeNull();
    expect(texts(state)).toEqual(["one"]);
    const kept = { channel: ROOM, saved_ts: 20, remind_ts: null, message: two };
    expect(texts(reduce(state, { type: "saved_set", message: two.id, kept }))).toEqual(["two", "one"]);
  });

  it("says what the messages say now, and goes with them", () => {
    const own = new Log();
    const [kept, gone] = [own.say(BO, "first"), own.say(BO, "gone")];
    const state = loaded(started(own), [item(kept, 10), item(gone, 20)]);
    const head = own.head;
    own.edit(kept, "changed");
    own.remove(gone);
    const after = feed(state, own.after(head));
    expect(texts(after)).toEqual(["changed"]);
    expect(after.saved.byId[kept.id]?.message?.edited_ts).toBeDefined();
    expect(Object.keys(after.saved.byId)).toEqual([kept.id]);
  });

  it("shows nothing of a channel that one is in no more", () => {
    const state = loaded(start, [item(one, 10)]);
    expect(texts(reduce(state, { type: "channel_left", channel: ROOM }))).toEqual([]);
  });

  it("says when one is reminded of it, as frames tell", () => {
    const state = feed(loaded(start, [item(one, 30), item(two, 20)]), [told(one, 30, 99)]);
    const due = (of: State) => savedShown(of).map(({ remind_ts }) => remind_ts);
    expect(due(state)).toEqual([99, null]);
    expect(texts(state)).toEqual(["one", "two"]);
    expect(feed(state, [told(one, 30, 99)])).toBe(state);
    expect(due(feed(state, [told(one, 30)]))).toEqual([null, null]);
    // A reminder saves what was not.
    expect(due(feed(state, [told(three, 40, 50)]))).toEqual([99, null]);
    expect(feed(state, [told(three, 40, 50)]).saved.byId[three.id]?.remind_ts).toBe(50);
  });
});
