import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError, endSession } from "../../api/http";
import { get_message, list_saved, save_message, unsave_message } from "../../api/operations";
import type { Message, Saved } from "../../api/types";
import { savedShown } from "../../store/saved";
import { createStore } from "../../store/store";
import { BO, Log, ROOM, started, withPage } from "../../store/testing";
import type { Client } from "./client";
import { SavedMessages, SPREAD_MS } from "./saved";
import { PAGES_MAX } from "./savedList";

vi.mock("../../api/operations");

const log = new Log();
const [one, two] = [log.say(BO, "one"), log.say(BO, "two")];
const item = (message: Message, saved_ts: number): Saved => ({
  channel: ROOM,
  saved_ts,
  remind_ts: null,
  message,
});

function begun() {
  const store = createStore(withPage(started(log), log));
  const failed = vi.fn();
  const people = { need: () => undefined };
  const saved = new SavedMessages({ store, people, actions: { failed } } as unknown as Client);
  const texts = () => savedShown(store.getState()).map(({ message }) => message.text);
  const tell = (message: string, saved_ts: number | null) => {
    const d = { channel: ROOM, message, saved: saved_ts !== null, saved_ts, remind_ts: null };
    const frame = { op: "event", t: "saved.updated", channel: ROOM, d } as const;
    store.dispatch({ type: "frames", frames: [frame], now: 0 });
    return d;
  };
  return { store, saved, failed, texts, tell };
}

/** An answer that comes when it is let go. */
function held<T>() {
  let release: (value: T) => void = () => undefined;
  let refuse: (error: Error) => void = () => undefined;
  const answer = new Promise<T>((resolve, reject) => {
    release = resolve;
    refuse = reject;
  });
  return { answer, release, refuse };
}

/** By then what waits for a quiet moment has begun. */
const IDLE_MS = 3_000;
const refused = new ApiError({ status: 409, code: "saved_full" });

beforeEach(() => {
  vi.resetAllMocks();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("saving for later", () => {
  it("is seen at once, and taken back with a word when it is refused", async () => {
    const { saved, failed, texts } = begun();
    const answer = held<undefined>();
    vi.mocked(save_message).mockReturnValue(answer.answer as never);
    const done = saved.set(one, true);
    expect(texts()).toEqual(["one"]);
    answer.refuse(refused);
    expect(await done).toBe(false);
    expect(texts()).toEqual([]);
    expect(failed).toHaveBeenCalledWith(refused);
  });

  it("comes off the list at once, and back to its place when that is refused", async () => {
    const { store, saved, failed, texts } = begun();
    store.dispatch({ type: "saved_loaded", items: [item(two, 20), item(one, 10)], next: null, first: true });
    vi.mocked(unsave_message).mockRejectedValueOnce(refused);
    const done = saved.set(two, false);
    expect(texts()).toEqual(["one"]);
    expect(await done).toBe(false);
    expect(texts()).toEqual(["two", "one"]);
    expect(failed).toHaveBeenCalledTimes(1);
    expect(await saved.set(two, false)).toBe(true);
    expect(texts()).toEqual(["one"]);
    expect(unsave_message).toHaveBeenLastCalledWith(ROOM, two.id);
  });

  it("leaves what another device did meanwhile", async () => {
    const { saved, texts, tell } = begun();
    const answer = held<undefined>();
    vi.mocked(save_message).mockReturnValue(answer.answer as never);
    const done = saved.set(one, true);
    tell(one.id, 5);
    answer.refuse(refused);
    await done;
    expect(texts()).toEqual(["one"]);
  });

  it("puts nothing back once the session is over", async () => {
    const { store, saved, texts } = begun();
    store.dispatch({ type: "saved_loaded", items: [item(one, 10)], next: null, first: true });
    const answer = held<undefined>();
    vi.mocked(unsave_message).mockReturnValue(answer.answer as never);
    const done = saved.set(one, false);
    endSession();
    answer.refuse(new DOMException("", "AbortError"));
    expect(await done).toBe(false);
    expect(texts()).toEqual([]);
  });
});

describe("the list", () => {
  it("is asked for page after page, so far and no further", async () => {
    vi.mocked(list_saved).mockImplementation(({ cursor }) => {
      const page = Number(cursor ?? "0");
      const message = { ...one, id: `$p${page}` };
      return Promise.resolve({ saved: [item(message, 100 - page)], next: String(page + 1) });
    });
    const { store, saved, texts } = begun();
    const list = await saved.list();
    expect(await list.load()).toBe(true);
    expect(list_saved).toHaveBeenCalledTimes(PAGES_MAX);
    expect([texts().length, store.getState().saved.next]).toEqual([PAGES_MAX, String(PAGES_MAX)]);
    await list.more();
    expect(texts()).toHaveLength(PAGES_MAX + 1);
  });

  it("is asked for once more when it changed while the answer was on its way", async () => {
    const early = held<{ saved: Saved[]; next: null }>();
    vi.mocked(list_saved).mockReturnValueOnce(early.answer as never);
    vi.mocked(list_saved).mockResolvedValueOnce({ saved: [item(two, 20), item(one, 10)], next: null });
    const { saved, texts, tell } = begun();
    const done = (await saved.list()).load();
    tell(two.id, 20);
    early.release({ saved: [item(one, 10)], next: null });
    expect(await done).toBe(true);
    expect(list_saved).toHaveBeenCalledTimes(2);
    expect(texts()).toEqual(["two", "one"]);
  });

  it("asks for a message that was saved elsewhere and never shown here", async () => {
    const { saved, texts, tell } = begun();
    const other: Message = { ...one, id: "$other", text: "other" };
    vi.mocked(get_message).mockResolvedValue(other);
    await saved.heard(tell("$other", 5));
    expect(get_message).toHaveBeenCalledWith(ROOM, "$other");
    expect(texts()).toEqual(["other"]);
    await saved.heard(tell(one.id, 6));
    expect(get_message).toHaveBeenCalledTimes(1);
    expect(texts()).toEqual(["one", "other"]);
  });

  it("is asked for once more when that is wanted while the answer is on its way", async () => {
    const early = held<{ saved: Saved[]; next: null }>();
    vi.mocked(list_saved).mockReturnValueOnce(early.answer as never);
    vi.mocked(list_saved).mockResolvedValueOnce({ saved: [item(two, 20), item(one, 10)], next: null });
    const { saved, texts } = begun();
    const list = await saved.list();
    const done = [list.load(), list.load()];
    early.release({ saved: [item(one, 10)], next: null });
    expect(await Promise.all(done)).toEqual([true, true]);
    expect(list_saved).toHaveBeenCalledTimes(2);
    expect(texts()).toEqual(["two", "one"]);
    vi.mocked(list_saved).mockResolvedValueOnce({ saved: [], next: null });
    await list.load();
    expect(list_saved).toHaveBeenCalledTimes(3);
  });

  describe("when the line is there again", () => {
    /** The newest first, one a page. */
    const answers = (...items: Saved[]) => {
      vi.mocked(list_saved).mockReset();
      vi.mocked(list_saved).mockImplementation(({ cursor }) => {
        const at = Number(cursor ?? "0");
        return Promise.resolve({
          saved: items.slice(at, at + 1),
          next: at + 1 < items.length ? String(at + 1) : null,
        });
      });
    };
    const three = { ...one, id: "$three", text: "three" };

    it("is asked for up to what is known, unless all of it is wanted", async () => {
      const { store, saved, texts } = begun();
      const list = await saved.list();
      answers(item(two, 20), item(one, 10));
      await list.refresh();
      expect(list_saved).toHaveBeenCalledTimes(2);
      answers(item(three, 30), item(two, 20), item(one, 10));
      await list.refresh();
      expect(list_saved).toHaveBeenCalledTimes(2);
      expect([texts(), store.getState().saved.next]).toEqual([["three", "two", "one"], null]);
      answers(item(three, 30), item(two, 20), item(one, 10));
      await Promise.all([list.refresh(), list.load()]);
      expect(list_saved).toHaveBeenCalledTimes(4);
      answers(item(two, 40), item(three, 30), item(one, 10));
      await list.refresh();
      expect(texts()).toEqual(["two", "three", "one"]);
    });

    it("is asked for at some moment soon, once", async () => {
      vi.useFakeTimers();
      vi.spyOn(Math, "random").mockReturnValue(0.5);
      const { store, saved } = begun();
      answers(item(one, 10));
      saved.connected();
      await vi.advanceTimersByTimeAsync(IDLE_MS);
      await vi.dynamicImportSettled();
      expect(store.getState().saved.loaded).toBe(true);
      expect(list_saved).toHaveBeenCalledTimes(1);
      saved.connected();
      saved.connected();
      await vi.advanceTimersByTimeAsync(SPREAD_MS / 2 + IDLE_MS - 1);
      expect(list_saved).toHaveBeenCalledTimes(1);
      await vi.advanceTimersByTimeAsync(1);
      expect(list_saved).toHaveBeenCalledTimes(2);
    });
  });
});
