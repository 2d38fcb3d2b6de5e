import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { type Ending, Endings } from "./endings";

const kept = new Map<string, string>();
const ending = (channel: string, banned = false): Ending => ({
  user: "@ada:test",
  channel,
  name: `#${channel}`,
  banned,
});

beforeEach(() => {
  kept.clear();
  vi.stubGlobal("sessionStorage", {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
    removeItem: (key: string) => kept.delete(key),
  });
});

afterEach(() => vi.unstubAllGlobals());

it("is told until it is put away, also after a reload", () => {
  const first = new Endings();
  first.tell(ending("one"));
  first.tell(ending("two"));
  first.tell(ending("one", true));
  expect(first.get()).toEqual([ending("two"), ending("one", true)]);
  const reloaded = new Endings();
  expect(reloaded.get()).toEqual(first.get());
  reloaded.close("one");
  expect(new Endings().get()).toEqual([ending("two")]);
  reloaded.end();
  expect(kept.size).toBe(0);
});

it("what is kept may be anything, or out of reach", () => {
  for (const stored of ["{", "3", '[{"user":1}]', "null"]) {
    kept.set("loggia.endings", stored);
    expect(new Endings().get()).toEqual([]);
  }
  vi.stubGlobal("sessionStorage", undefined);
  const endings = new Endings();
  endings.tell(ending("one"));
  expect(endings.get()).toEqual([ending("one")]);
});
