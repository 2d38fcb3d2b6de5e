import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError, endSession } from "../../api/http";
import { save_message } from "../../api/operations";
import type { Notification } from "../../api/types";
import { createStore } from "../../store/store";
import { BO, Log, ROOM, started, withPage } from "../../store/testing";
import type { Client } from "../client/client";
import { remind } from "./remind";
import { seeReminders } from "./seen";

vi.mock("../../api/operations");

const log = new Log();
const said = log.say(BO, "clean the oven");

function begun() {
  const store = createStore(withPage(started(log), log));
  const [failed, show, readInbox] = [vi.fn(), vi.fn(), vi.fn(() => Promise.resolve())];
  const client = { store, actions: { failed, readInbox }, notices: { show } } as unknown as Client;
  const kept = () => store.getState().saved.byId[said.id];
  return { client, store, failed, show, readInbox, kept };
}

beforeEach(() => {
  vi.resetAllMocks();
});

describe("a reminder", () => {
  it("saves what was not, says when it comes, and is taken back", async () => {
    const { client, kept, show } = begun();
    const ts = Date.now() + 3_600_000;
    expect(await remind(client, ROOM, said.id, ts)).toBe(true);
    expect(vi.mocked(save_message).mock.calls).toEqual([[ROOM, said.id, { remind_ts: ts }]]);
    expect(kept()).toMatchObject({ channel: ROOM, remind_ts: ts, message: { text: "clean the oven" } });
    expect(show.mock.lastCall?.[0]).toMatch(/^You will be reminded (today|tomorrow) at /);
    const { saved_ts } = kept()!;
    expect(await remind(client, ROOM, said.id, null)).toBe(true);
    expect(kept()).toMatchObject({ saved_ts, remind_ts: null });
    expect(show.mock.lastCall?.[0]).toBe("The reminder was removed.");
  });

  it("that is refused leaves everything as it was, with a word", async () => {
    const { client, kept, failed, show } = begun();
    const refused = new ApiError({ status: 409, code: "reminders_full" });
    vi.mocked(save_message).mockRejectedValue(refused);
    expect(await remind(client, ROOM, said.id, Date.now() + 1)).toBe(false);
    expect([kept(), failed.mock.calls, show.mock.calls]).toEqual([undefined, [[refused]], []]);
  });

  it("of somebody who is gone by then is nobody else's", async () => {
    const { client, kept, show } = begun();
    vi.mocked(save_message).mockImplementation((() => Promise.resolve(endSession())) as never);
    expect(await remind(client, ROOM, said.id, Date.now() + 1)).toBe(false);
    expect([kept(), show.mock.calls]).toEqual([undefined, []]);
  });
});

describe("seeing reminders", () => {
  const item = (id: number, kind: Notification["kind"], read = false): Notification => ({
    id,
    kind,
    channel: ROOM,
    message: said,
    ts: 1,
    read,
  });
  const listeners = new EventTarget();

  beforeEach(() => {
    vi.stubGlobal("location", { hash: "" });
    vi.stubGlobal("addEventListener", listeners.addEventListener.bind(listeners));
    vi.stubGlobal("removeEventListener", listeners.removeEventListener.bind(listeners));
  });
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it("is what being led to the message does, until one looks no more", () => {
    const { client, store, readInbox } = begun();
    const items = [item(9, "reminder"), item(8, "mention"), item(7, "reminder", true), item(6, "reminder")];
    store.dispatch({ type: "inbox_loaded", items, next: null, first: true, unread: 3 });
    const stop = seeReminders(client);
    const go = (message: string) => {
      location.hash = `#/c/${encodeURIComponent(ROOM)}/${encodeURIComponent(message)}`;
      listeners.dispatchEvent(new Event("hashchange"));
    };
    go("$other");
    expect(readInbox.mock.calls).toEqual([]);
    go(said.id);
    expect(readInbox.mock.calls).toEqual([
      [9, true],
      [6, true],
    ]);
    const jump = new CustomEvent("loggia:jump", { detail: { channel: ROOM, message: said.id } });
    listeners.dispatchEvent(jump);
    expect(readInbox).toHaveBeenCalledTimes(4);
    stop();
    go(said.id);
    expect(readInbox).toHaveBeenCalledTimes(4);
  });
});
