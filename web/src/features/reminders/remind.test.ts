import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError, endSession } from "../../api/http";
import { list_notifications, save_message } from "../../api/operations";
import type { Notification } from "../../api/types";
import { createStore } from "../../store/store";
import { BO, Log, ROOM, started, withPage } from "../../store/testing";
import type { Client } from "../client/client";
import { remind } from "./remind";
import { PAGES_MAX, seeReminders } from "./seen";

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
  const worker = new EventTarget();
  const document = { visibilityState: "visible" };
  const here = `#/c/${encodeURIComponent(ROOM)}/${encodeURIComponent(said.id)}`;
  const listed = (notifications: Notification[], unread: number, next: string | null = null) =>
    vi.mocked(list_notifications).mockResolvedValue({ notifications, unread, next });

  beforeEach(() => {
    listed([], 0);
    document.visibilityState = "visible";
    vi.stubGlobal("document", document);
    vi.stubGlobal("navigator", { serviceWorker: worker });
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

  it("is what a window does that was opened at the message, where only the server knows", async () => {
    listed([item(9, "mention"), item(8, "reminder"), item(7, "reminder", true)], 2);
    location.hash = here;
    const { client, readInbox } = begun();
    seeReminders(client)();
    await vi.waitFor(() => expect(readInbox.mock.calls).toEqual([[8, true]]));
  });

  it("is nothing that a window does which nobody sees, or which was led nowhere", () => {
    location.hash = here;
    document.visibilityState = "hidden";
    seeReminders(begun().client)();
    document.visibilityState = "visible";
    location.hash = `#/c/${encodeURIComponent(ROOM)}`;
    seeReminders(begun().client)();
    expect(list_notifications).not.toHaveBeenCalled();
  });

  it("asks the server where it counts more than are known here", async () => {
    listed([item(5, "reminder")], 1);
    const { client, store, readInbox } = begun();
    const stop = seeReminders(client);
    const jump = () => {
      listeners.dispatchEvent(
        new CustomEvent("loggia:jump", { detail: { channel: ROOM, message: said.id } }),
      );
    };
    jump();
    expect(list_notifications).not.toHaveBeenCalled();
    const sync = { ...log.sync(log.head), notifications_unread: 1, reminders_unread: 1 };
    store.dispatch({ type: "synced", sync, known: [] });
    jump();
    await vi.waitFor(() => expect(readInbox.mock.calls).toEqual([[5, true]]));
    stop();
  });

  it("asks the server when a page is woken by what reminds, and by nothing else", async () => {
    listed([item(5, "reminder")], 1);
    const { client, readInbox } = begun();
    const stop = seeReminders(client);
    const says = (data: object) => worker.dispatchEvent(new MessageEvent("message", { data }));
    says({ type: "open", channel: ROOM, message: said.id, reminder: false });
    says({ type: "other", message: said.id, reminder: true });
    expect(list_notifications).not.toHaveBeenCalled();
    says({ type: "open", channel: ROOM, message: said.id, reminder: true });
    await vi.waitFor(() => expect(readInbox.mock.calls).toEqual([[5, true]]));
    stop();
    says({ type: "open", channel: ROOM, message: said.id, reminder: true });
    expect(list_notifications).toHaveBeenCalledTimes(1);
  });

  it("looks no further than something is unread, and not for ever", async () => {
    location.hash = here;
    listed([item(9, "mention", true)], 0, "more");
    seeReminders(begun().client)();
    await vi.waitFor(() => expect(list_notifications).toHaveBeenCalledTimes(1));
    vi.mocked(list_notifications).mockClear();
    listed([item(9, "mention")], 1, "more");
    seeReminders(begun().client)();
    await vi.waitFor(() => expect(list_notifications).toHaveBeenCalledTimes(PAGES_MAX));
    expect(vi.mocked(list_notifications).mock.lastCall).toEqual([{ limit: 100, cursor: "more" }]);
  });

  it("leaves it where the server does not answer", async () => {
    location.hash = here;
    vi.mocked(list_notifications).mockRejectedValue(new TypeError("no connection"));
    const { client, readInbox, failed } = begun();
    seeReminders(client)();
    await vi.waitFor(() => expect(list_notifications).toHaveBeenCalledTimes(1));
    expect([readInbox.mock.calls, failed.mock.calls]).toEqual([[], []]);
  });
});
