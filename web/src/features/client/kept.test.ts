import { IDBFactory, IDBKeyRange } from "fake-indexeddb";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { OutboxItem } from "../../store/state";
import { Kept } from "./kept";

const item = (nonce: string, ts: number): OutboxItem => ({
  nonce,
  ts,
  channel: "!room",
  text: `text of ${nonce}`,
  status: "queued",
});

function localStorageStub() {
  const stub = {
    getItem: (key: string) => (stub as Record<string, unknown>)[key] ?? null,
    setItem: (key: string, value: string) => void Object.assign(stub, { [key]: value }),
    removeItem: (key: string) => void Reflect.deleteProperty(stub, key),
  };
  for (const name of Object.keys(stub)) Object.defineProperty(stub, name, { enumerable: false });
  return stub;
}

let local: ReturnType<typeof localStorageStub>;

beforeEach(() => {
  local = localStorageStub();
  vi.stubGlobal("localStorage", local);
});
afterEach(() => vi.unstubAllGlobals());

const PLACES: Record<string, () => void> = {
  IndexedDB: () => {
    vi.stubGlobal("indexedDB", new IDBFactory());
    vi.stubGlobal("IDBKeyRange", IDBKeyRange);
  },
  "localStorage, where IndexedDB is missing": () => vi.stubGlobal("indexedDB", undefined),
  "localStorage, where IndexedDB is forbidden": () =>
    vi.stubGlobal("indexedDB", {
      open: () => {
        throw new DOMException("no", "SecurityError");
      },
    }),
};

for (const [name, prepare] of Object.entries(PLACES)) {
  describe(`unsent messages in ${name}`, () => {
    beforeEach(prepare);

    it("survive the page, in their order, each person's own", async () => {
      const kept = new Kept();
      kept.put("@ada:test", item("b", 2));
      kept.put("@ada:test", item("a", 3));
      kept.put("@ada:test", item("c", 1));
      kept.put("@bo:test", item("d", 1));
      expect((await new Kept().all("@ada:test")).map(({ nonce }) => nonce)).toEqual(["c", "b", "a"]);
      expect(await new Kept().all("@bo:test")).toEqual([item("d", 1)]);
    });

    it("are gone when they were sent", async () => {
      const kept = new Kept();
      kept.put("@ada:test", item("a", 1));
      kept.put("@ada:test", item("b", 2));
      kept.remove("@ada:test", "a");
      expect((await new Kept().all("@ada:test")).map(({ nonce }) => nonce)).toEqual(["b"]);
    });

    it("are gone after signing out", async () => {
      const kept = new Kept();
      kept.put("@ada:test", item("a", 1));
      kept.put("@bo:test", item("b", 1));
      await kept.clear("@ada:test");
      expect(await new Kept().all("@ada:test")).toEqual([]);
      expect(await new Kept().all("@bo:test")).toHaveLength(1);
    });
  });
}

it("what localStorage kept while IndexedDB was out of order is found", async () => {
  vi.stubGlobal("indexedDB", new IDBFactory());
  vi.stubGlobal("IDBKeyRange", IDBKeyRange);
  local.setItem("loggia.outbox.@ada:test.a", JSON.stringify(item("a", 1)));
  local.setItem("loggia.outbox.@ada:test.broken", "{");
  const kept = new Kept();
  expect(await kept.all("@ada:test")).toEqual([item("a", 1)]);
  kept.remove("@ada:test", "a");
  expect(await new Kept().all("@ada:test")).toEqual([]);
  expect(Object.keys(local)).toEqual([]);
});
