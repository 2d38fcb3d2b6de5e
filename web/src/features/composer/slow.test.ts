import { describe, expect, it } from "vitest";
import { slow as de } from "../../i18n/de.slow";
import { slow as en } from "../../i18n/en.slow";
import { slow as fr } from "../../i18n/fr.slow";
import { reduce } from "../../store/reducer";
import type { State } from "../../store/state";
import { createStore } from "../../store/store";
import { BO, channel, Log, ME, ROOM, user } from "../../store/testing";
import { slowSeconds } from "../client/rights";
import { clock, Holds, lasting, lately } from "./slow";

function signedIn(): State {
  const store = createStore();
  store.dispatch({ type: "signed_in", user: user(ME) });
  store.dispatch({ type: "channel_loaded", channel: channel() });
  return store.getState();
}

describe("a slow channel", () => {
  it("holds who may not delete what others said", () => {
    const policy = { ...channel().policy, slow_seconds: 30 };
    const of = (role: "member" | "moderator", caps = {}) =>
      slowSeconds({ ...channel(), role, policy: { ...policy, caps } });
    expect(of("member")).toBe(30);
    expect(of("moderator")).toBe(0);
    expect(of("member", { redact_others: "member" })).toBe(0);
    expect(of("moderator", { redact_others: "owner" })).toBe(30);
    expect(slowSeconds({ ...channel(), role: "member" })).toBe(0);
  });

  it("goes by the last of one's own messages, whatever else is said", () => {
    let state = signedIn();
    expect(lately(state, ROOM)).toBe("0 0 0");
    const log = new Log();
    const first = log.say(ME, "one");
    state = reduce(state, { type: "message_confirmed", message: first });
    expect(lately(state, ROOM)).toBe(`${first.ts} 0 0`);
    const thread = log.say(ME, "two", { thread: first.id });
    for (const message of [thread, log.say(BO, "three")]) {
      state = reduce(state, { type: "message_confirmed", message });
    }
    expect(thread.ts).toBeGreaterThan(first.ts);
    expect(lately(state, ROOM)).toBe(`${thread.ts} 0 0`);
    const item = { nonce: "n", channel: ROOM, text: "x", ts: 1, status: "sending" } as const;
    state = reduce(state, { type: "outbox_queued", item });
    expect(lately(state, ROOM)).toBe(`${thread.ts} 0 1`);
    const refused = { status: "failed", error: "slow_mode", until: 9 } as const;
    state = reduce(state, { type: "outbox_status", channel: ROOM, nonce: "n", ...refused });
    expect(lately(state, ROOM)).toBe(`${thread.ts} 9 0`);
    state = reduce(state, { type: "outbox_status", channel: ROOM, nonce: "n", status: "queued" });
    expect(lately(state, ROOM)).toBe(`${thread.ts} 0 1`);
  });

  it("holds for no longer than from one message to the next, whatever this device's clock says", () => {
    const held = (said: string, now: number) => new Holds().hold(said, 10_000, now);
    expect(held("0 0 0", 500_000)).toEqual({ until: 0, sending: false });
    expect(held("100000 0 1", 103_000)).toEqual({ until: 110_000, sending: true });
    expect(held("100000 0 0", 110_000).until).toBe(0);
    // A clock that is behind, and one that is behind when the server refuses.
    expect(held("900000 0 0", 100_000).until).toBe(110_000);
    expect(held("0 900000 0", 100_000).until).toBe(110_000);
    const behind = new Holds();
    expect(behind.hold("900000 0 0", 10_000, 100_000).until).toBe(110_000);
    expect(behind.hold("900000 0 0", 10_000, 109_000).until).toBe(110_000);
    expect(behind.hold("900000 105000 0", 10_000, 104_000).until).toBe(110_000);
    // The next message, and a channel that becomes slower.
    expect(behind.hold("910000 0 0", 10_000, 120_000).until).toBe(130_000);
    expect(behind.hold("910000 0 0", 60_000, 121_000).until).toBe(181_000);
  });

  it("says how long that is", () => {
    expect([5, 60, 90, 3_600, 21_600, 3_661].map((each) => lasting(each, en))).toEqual([
      "5 seconds",
      "1 minute",
      "1 minute 30 seconds",
      "1 hour",
      "6 hours",
      "1 hour 1 minute 1 second",
    ]);
    expect([de, fr].map((texts) => lasting(61, texts))).toEqual(["1 Minute 1 Sekunde", "1 minute 1 seconde"]);
    expect([0, 7, 65, 3_600, 3_725].map(clock)).toEqual(["0:00", "0:07", "1:05", "1:00:00", "1:02:05"]);
  });
});
