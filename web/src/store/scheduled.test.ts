import { describe, expect, it } from "vitest";
import type { Scheduled } from "../api/types";
import { reduce } from "./reducer";
import { initialState, type State } from "./state";
import { ROOM } from "./testing";

const NOW = 1_000;

const item = (id: string, send_ts: number, more: Partial<Scheduled> = {}): Scheduled => ({
  id,
  channel: ROOM,
  nonce: id,
  text: id,
  attachments: [],
  previews: [],
  created_ts: 1,
  send_ts,
  ...more,
});
const load = (state: State, ...items: Scheduled[]) =>
  reduce(state, { type: "scheduled_loaded", byId: Object.fromEntries(items.map((each) => [each.id, each])) });
const hear = (state: State, id: string, scheduled: Scheduled | null) =>
  reduce(state, {
    type: "frames",
    frames: [{ op: "event", t: "scheduled.updated", d: { id, scheduled } }],
    now: NOW,
  });
const shown = (state: State) => Object.keys(state.scheduled.byId);

describe("messages that are sent later", () => {
  it("come, change and go as frames say, also before the list was asked for", () => {
    const heard = hear(initialState, "a", item("a", 5));
    expect([shown(heard), heard.scheduled.loaded]).toEqual([["a"], false]);
    const failed = hear(heard, "a", item("a", 5, { failed: "not_member" }));
    expect(failed.scheduled.byId["a"]?.failed).toBe("not_member");
    expect(shown(hear(failed, "a", null))).toEqual([]);
    expect(shown(hear(initialState, "a", null))).toEqual([]);
  });

  it("are those that the server has, once it was asked", () => {
    const state = load(load(initialState, item("a", 1), item("b", 2)), item("b", 3));
    expect([shown(state), state.scheduled.loaded]).toEqual([["b"], true]);
  });
});
