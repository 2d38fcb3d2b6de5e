import { describe, expect, it, vi } from "vitest";
import type { Window } from "../../store/state";
import type { Client } from "../client/client";
import { type Coming, load, openingOf, opensIn } from "./opening";

const seqs = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, at) => `$${String(from + at)}`);

/** Messages `lo` to `hi` of a log of a thousand. */
function loaded(lo: number, hi: number, over: Partial<Window> = {}): Window {
  return { ids: seqs(lo, hi), lo, hi, hasOlder: lo > 1, hasNewer: hi < 1_000, stale: false, ...over };
}

function coming(over: Partial<Coming> = {}): Coming {
  return { target: null, unread: 0, readSeq: 1_000, left: null, ...over };
}

describe("one can open in what is loaded", () => {
  it("when it has the first that is new, which it may have lost while one was away", () => {
    const away = coming({ unread: 600, readSeq: 400 });
    expect(opensIn(loaded(380, 1_000), away)).toBe(true);
    expect(opensIn(loaded(401, 1_000), away)).toBe(true);
    expect(opensIn(loaded(601, 1_000), away)).toBe(false);
    expect(opensIn(loaded(601, 1_000, { hasOlder: false }), away)).toBe(true);
    expect(opensIn(loaded(100, 300), away)).toBe(false);
    expect(opensIn(loaded(300, 500), away)).toBe(true);
    expect(opensIn(loaded(380, 1_000, { stale: true }), away)).toBe(false);
  });

  it("when it ends where the conversation does, or has the place that was left", () => {
    expect(opensIn(loaded(900, 1_000), coming())).toBe(true);
    expect(opensIn(loaded(900, 1_000, { stale: true }), coming())).toBe(true);
    expect(opensIn(loaded(100, 200), coming())).toBe(false);
    expect(opensIn(loaded(100, 200), coming({ left: { key: "$150", top: 7 } }))).toBe(true);
    expect(opensIn(loaded(100, 200), coming({ left: { key: "$950", top: 7 } }))).toBe(false);
  });

  it("when it has what the address names", () => {
    expect(opensIn(loaded(100, 200), coming({ target: "$150", unread: 600 }))).toBe(true);
    expect(opensIn(loaded(900, 1_000), coming({ target: "$150" }))).toBe(false);
  });
});

it("one opens at what the address names, else at what is new, else where one left, else at the end", () => {
  const left = { key: "$150", top: 7 };
  const all = { target: "$120", left };
  expect(openingOf(loaded(100, 200), all, true)).toBe("$120");
  expect(openingOf(loaded(130, 200), all, true)).toBe("new");
  expect(openingOf(loaded(130, 200), all, false)).toBe(left);
  expect(openingOf(loaded(900, 1_000), all, false)).toBe(null);
  // Not at an end that is none: whoever follows it is carried further back.
  expect(openingOf(loaded(160, 200), all, false)).toBe("$200");
});

describe("what is loaded", () => {
  /** What is asked for; the newest page has the last 50. */
  async function asked(how: Coming, message: object | null = null): Promise<string[]> {
    const calls: string[] = [];
    const timelines = {
      message: vi.fn(() => Promise.resolve(message)),
      latest: () => Promise.resolve(void calls.push("latest")),
      around: (_: string, seq: number) => Promise.resolve(void calls.push(`around ${String(seq)}`)),
    };
    const store = { getState: () => ({ channels: { "!room": { main: loaded(951, 1_000) } } }) };
    await load({ timelines, store } as unknown as Client, "!room", how);
    return calls;
  }

  it("is what is around the message that the address names, unless that one is in a thread or not to be had", async () => {
    const how = coming({ target: "$7" });
    expect(await asked(how, { seq: 7 })).toEqual(["around 7"]);
    expect(await asked(how, { seq: 7, thread: "$1" })).toEqual(["latest"]);
    expect(await asked(how)).toEqual(["latest"]);
  });

  it("is what is around the first that is new, also where the newest page turns out not to have it", async () => {
    expect(await asked(coming({ unread: 600, readSeq: 400 }))).toEqual(["around 400"]);
    expect(await asked(coming({ unread: 30, readSeq: 970 }))).toEqual(["latest"]);
    expect(await asked(coming({ unread: 30, readSeq: 900 }))).toEqual(["latest", "around 900"]);
    expect(await asked(coming({ unread: 30, readSeq: 0 }))).toEqual(["latest"]);
  });
});
