// A message that waits for its channel's host has no place yet: it stays in the outbox until it is seen with one.

import { describe, expect, it } from "vitest";
import { reduce } from "./reducer";
import type { OutboxItem, State } from "./state";
import { BO, feed, Log, ME, ROOM, started, withPage } from "./testing";

const item: OutboxItem = { nonce: "n1", channel: ROOM, text: "hello", ts: 5, status: "sending" };

function waiting(): { state: State; log: Log } {
  const log = new Log();
  log.say(BO, "first");
  const queued = reduce(withPage(started(log), log), { type: "outbox_queued", item });
  const state = reduce(queued, { type: "outbox_status", channel: ROOM, nonce: "n1", status: "hosted" });
  return { state, log };
}

describe("pending", () => {
  it("an answer without a place puts nothing into the timeline", () => {
    const { state, log } = waiting();
    const message = { ...log.view(log.head)[0]!, id: "$p", seq: -1, sender: ME, nonce: "n1" };
    const after = reduce(state, { type: "message_confirmed", message: { ...message, status: "pending" } });
    expect(after.channels[ROOM]?.main).toEqual(state.channels[ROOM]?.main);
    expect(after.outbox[ROOM]).toHaveLength(1);
  });

  it("the frame with its place takes it out of the outbox", () => {
    const { state, log } = waiting();
    const said = log.say(ME, "hello", { nonce: "n1" });
    const after = feed(state, log.after(said.seq - 1));
    expect(after.outbox[ROOM]).toBeUndefined();
    expect(after.channels[ROOM]?.main?.ids.at(-1)).toBe(said.id);
  });

  it("other people's messages meanwhile change nothing about it", () => {
    const { state, log } = waiting();
    const before = log.head;
    log.say(BO, "second");
    expect(feed(state, log.after(before)).outbox[ROOM]).toEqual([{ ...item, status: "hosted" }]);
  });
});
