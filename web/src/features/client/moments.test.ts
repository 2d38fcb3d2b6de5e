import { describe, expect, it } from "vitest";
import type { Message } from "../../api/types";
import { firstAt } from "./moments";

/** A log with a message at every `[seq, ts]`, other entries between them. */
function log(at: [number, number][]) {
  const messages = at.map(([seq, ts]) => ({ id: `$${String(seq)}`, seq, ts }) as Message);
  let probes = 0;
  const last = messages.at(-1)!;
  return {
    find: (ts: number) =>
      firstAt({ ts, oldest: messages[0]!.seq, head: last.seq + 5, last }, (seq) => {
        probes += 1;
        return Promise.resolve(messages.find((each) => each.seq >= seq) ?? null);
      }),
    truth: (ts: number) => messages.find((each) => each.ts >= ts) ?? last,
    probes: () => probes,
    messages,
  };
}

/** The same numbers on every run. */
function* numbers(seed: number): Generator<number, never> {
  let state = seed;
  for (;;) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    yield state / 2_147_483_648;
  }
}

describe("firstAt", () => {
  it("finds the first message at or after any moment, however unevenly people wrote", async () => {
    for (let seed = 1; seed <= 60; seed += 1) {
      const random = numbers(seed);
      const next = () => random.next().value;
      let [seq, ts] = [1, 1_000];
      const at: [number, number][] = [];
      for (let i = 0; i < 120; i += 1) {
        at.push([seq, ts]);
        seq += 1 + Math.floor(next() * next() * 9);
        ts += Math.floor(next() ** 8 * 1_000_000);
      }
      const made = log(at);
      for (let i = 0; i < 12; i += 1) {
        const wanted = Math.floor(next() * (ts + 2_000));
        expect((await made.find(wanted))?.seq, `seed ${String(seed)}`).toBe(made.truth(wanted).seq);
      }
    }
  });

  it("needs few questions in a long log", async () => {
    const made = log(Array.from({ length: 50_000 }, (_, i) => [i + 1, 1_000 + i * 1_000]));
    expect((await made.find(31_234_567))?.seq).toBe(made.truth(31_234_567).seq);
    expect(made.probes()).toBeLessThan(12);
  });

  it("before everything is the first, after everything the last", async () => {
    const made = log([
      [5, 100],
      [9, 200],
    ]);
    expect((await made.find(0))?.seq).toBe(5);
    expect((await made.find(999))?.seq).toBe(9);
    expect((await made.find(101))?.seq).toBe(9);
  });
});
