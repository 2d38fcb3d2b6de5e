import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Sync } from "../../api/types";
import { overseen } from "../../store/reports";
import { createStore, type Store } from "../../store/store";
import { channel, ME, ROOM, user } from "../../store/testing";
import { Reports } from "./reports";

vi.mock("../../store/reports", { spy: true });

let store: Store;
/** What was asked for and has no answer yet. */
let asked: { resolve: (answer: { open: number }) => void; reject: (error: Error) => void }[];

const settled = () => new Promise((done) => setTimeout(done));
const answer = async (open: number) => {
  asked.shift()?.resolve({ open });
  await settled();
};
const open = () => store.getState().reports?.open ?? null;
const enter = (role: "user" | "admin", over: Partial<Sync> = {}) => {
  store.dispatch({ type: "signed_in", user: { ...user(ME), role } });
  const sync = { user: { ...user(ME), role }, server: "test", channels: [channel()], users: [] };
  store.dispatch({ type: "synced", sync: { ...sync, notifications_unread: 0, ...over }, known: [] });
};
const become = (role: "member" | "moderator") =>
  store.dispatch({ type: "channel_loaded", channel: channel({ role }) });

beforeEach(() => {
  store = createStore();
  asked = [];
  new Reports(store, () => new Promise((resolve, reject) => asked.push({ resolve, reject })));
});

describe("how many reports are open", () => {
  it("is not asked for where the first answer says it", () => {
    enter("admin", { reports_open: 2 });
    expect([open(), asked.length]).toEqual([2, 0]);
  });

  it("is not asked for by those who see to none", () => {
    enter("user", { reports_open: null });
    store.dispatch({ type: "channel_loaded", channel: channel({ id: "!other" }) });
    expect([open(), asked.length]).toEqual([null, 0]);
  });

  it("is asked for by who becomes a moderator, and is nothing to who is none any more", async () => {
    enter("user", { reports_open: null });
    become("moderator");
    expect(asked).toHaveLength(1);
    await answer(4);
    expect(open()).toBe(4);
    become("member");
    expect([open(), asked.length]).toEqual([null, 0]);
  });

  it("is asked for by who is no administrator any more and still moderates a channel", async () => {
    enter("admin", { reports_open: 9, channels: [channel({ role: "owner" })] });
    const frame = { op: "event", t: "account.updated", d: { role: "user" } } as const;
    store.dispatch({ type: "frames", frames: [frame], now: 0 });
    expect(asked).toHaveLength(1);
    await answer(1);
    expect(open()).toBe(1);
  });

  it("is what was told last: an answer that comes after a frame is older", async () => {
    enter("user", { reports_open: null });
    become("moderator");
    const frame = { op: "event", t: "reports.updated", d: { open: 5 } } as const;
    store.dispatch({ type: "frames", frames: [frame], now: 0 });
    await answer(4);
    expect(open()).toBe(5);
  });

  it("is nobody's any more when the answer comes to who has left the channel", async () => {
    enter("user", { reports_open: null });
    become("moderator");
    store.dispatch({ type: "channel_left", channel: ROOM });
    await answer(4);
    expect(open()).toBeNull();
  });

  it("is looked at when something changes that it hangs on, and at nothing else", () => {
    enter("user", { reports_open: null });
    vi.mocked(overseen).mockClear();
    store.dispatch({ type: "connection_changed", connection: { state: "connecting" } });
    store.dispatch({ type: "reports_told", open: null });
    expect(overseen).not.toHaveBeenCalled();
    become("moderator");
    expect(overseen).toHaveBeenCalledTimes(1);
    expect(asked).toHaveLength(1);
  });

  it("is not known where a server does not say it", async () => {
    enter("user", { reports_open: null });
    become("moderator");
    asked.shift()?.reject(new Error("not found"));
    await settled();
    expect(open()).toBeNull();
  });
});
