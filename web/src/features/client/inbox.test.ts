import { beforeEach, describe, expect, it, vi } from "vitest";
import { list_notifications } from "../../api/operations";
import type { Notification } from "../../api/types";
import { shownInInbox } from "../../store/selectors";
import { initialState } from "../../store/state";
import { createStore } from "../../store/store";
import { BO, Log, ME, ROOM } from "../../store/testing";
import { Actions, INBOX_PAGES_MAX } from "./actions";
import type { Client } from "./client";

vi.mock("../../api/operations");

const PAGE = 30;

/** What a server lists that has these notifications, the newest first. */
function serve(all: readonly Notification[]): void {
  vi.mocked(list_notifications).mockImplementation(({ cursor, limit = PAGE }) => {
    const from = Number(cursor ?? "0");
    const to = from + limit;
    const next = to < all.length ? String(to) : null;
    return Promise.resolve({ notifications: all.slice(from, to), unread: 1, next });
  });
}

const log = new Log();
let id = 10_000;
const told = (kind: Notification["kind"]): Notification => ({
  id: (id -= 1),
  kind,
  channel: ROOM,
  message: log.say(BO, "@ada", { mentions: [ME] }),
  ts: 1,
  read: false,
});
const many = (kind: Notification["kind"], count: number) => Array.from({ length: count }, () => told(kind));

function begun(blocked: Record<string, true> = {}) {
  const store = createStore({ ...initialState, blocked });
  const client = { store, people: { need: () => undefined } } as unknown as Client;
  const inbox = () => store.getState().inbox;
  return { actions: new Actions(client), inbox, shown: () => shownInInbox(store.getState()).length };
}

beforeEach(() => {
  vi.mocked(list_notifications).mockReset();
});

describe("the inbox", () => {
  it("goes on while there are only direct messages", async () => {
    serve([...many("dm", PAGE * 2), told("mention"), ...many("dm", PAGE)]);
    const { actions, inbox, shown } = begun();
    await actions.loadInbox();
    expect(shown()).toBe(1);
    expect(inbox().items).toHaveLength(3 * PAGE);
    expect(inbox().next).toBe(String(3 * PAGE));
  });

  it("asks once where the first page has something", async () => {
    serve([told("reply"), ...many("dm", PAGE * 2)]);
    const { actions, shown } = begun();
    await actions.loadInbox();
    expect(shown()).toBe(1);
    expect(list_notifications).toHaveBeenCalledTimes(1);
  });

  it("goes on also where more was asked for, and keeps what was there", async () => {
    serve([...many("mention", PAGE), ...many("dm", PAGE), told("mention")]);
    const { actions, inbox, shown } = begun();
    await actions.loadInbox();
    await actions.loadInbox(inbox().next ?? "");
    expect(shown()).toBe(PAGE + 1);
    expect(inbox().next).toBeNull();
  });

  it("does not show what blocked people wrote", async () => {
    serve([...many("mention", PAGE * 2)]);
    const { actions, inbox, shown } = begun({ [BO]: true });
    await actions.loadInbox();
    expect([shown(), inbox().next]).toEqual([0, null]);
  });

  it("gives up after some pages", async () => {
    serve(many("dm", PAGE * 100));
    const { actions, inbox } = begun();
    await actions.loadInbox();
    expect(list_notifications).toHaveBeenCalledTimes(INBOX_PAGES_MAX);
    expect(inbox().next).not.toBeNull();
  });
});
