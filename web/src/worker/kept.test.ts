import { describe, expect, it } from "vitest";
import { type Caches, keptOf } from "./kept";

/** In the order in which they were made, as a browser searches them. */
function cachesOf(made: Record<string, Record<string, string>>): Caches {
  const answer = (text: string | undefined) => (text === undefined ? undefined : new Response(text));
  return {
    open: async (name) => ({ match: async (asked) => answer(made[name]?.[String(asked)]) }),
    match: async (asked) =>
      answer(Object.values(made).find((cache) => String(asked) in cache)?.[String(asked)]),
  };
}

describe("what is kept", () => {
  const caches = cachesOf({ old: { "/": "old", "/assets/old.js": "chunk" }, own: { "/": "own" } });

  it("is this version's own, where it has it", async () => {
    expect(await (await keptOf(caches, "own", "/"))?.text()).toBe("own");
  });

  it("is the one before's where a page of that one may ask for it", async () => {
    expect(await (await keptOf(caches, "own", "/assets/old.js"))?.text()).toBe("chunk");
    expect(await keptOf(caches, "own", "/nothing")).toBeUndefined();
  });

  it("is found though no cache can be opened", async () => {
    const shut = { ...caches, open: () => Promise.reject(new Error("full")) };
    expect(await (await keptOf(shut, "own", "/"))?.text()).toBe("old");
  });
});
