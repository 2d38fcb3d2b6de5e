import { expect, it } from "vitest";
import type { StateFrame } from "../api/frames";
import { reduce } from "./reducer";
import { Log, started } from "./testing";

it("an event that it does not know changes nothing", () => {
  const state = started(new Log());
  const unknown = { op: "event", t: "something.newer", d: {} } as unknown as StateFrame;
  expect(reduce(state, { type: "frames", frames: [unknown], now: 1 })).toEqual(state);
});
