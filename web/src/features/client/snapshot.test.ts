import "fake-indexeddb/auto";
import { afterEach, describe, expect, it, vi } from "vitest";
import { reduce } from "../../store/reducer";
import { initialState, type State } from "../../store/state";
import { BO, feed, Log, ROOM, seen, started, withPage } from "../../store/testing";
import { keepSnapshot, loadSnapshot, MESSAGES_MAX, snapshotOf } from "./snapshot";
import { restored } from "./restore";

function talked(count: number): { log: Log; state: State } {
  const log = new Log();
  for (let at = 0; at < count; at += 1) log.say(BO, `m${String(at)}`);
  return { log, state: withPage(started(log), log, log.head, 100) };
}

const fresh = (snapshot: ReturnType<typeof snapshotOf>, now = 2_000) =>
  restored(snapshot!, now).reduce((state, action) => reduce(state, action), initialState);

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("a snapshot", () => {
  it("is not waited for where the database never opens", async () => {
    vi.useFakeTimers();
    vi.stubGlobal("indexedDB", { open: () => ({}) });
    const loaded = loadSnapshot();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await loaded).toBeNull();
  });

  it("shows the same as before", async () => {
    const { state } = talked(5);
    await keepSnapshot(snapshotOf(state));
    const again = fresh(await loadSnapshot());
    expect(again.session).toBe("signed-in");
    expect(again.synced).toBe(true);
    expect(seen(again)).toEqual(seen(state));
  });

  it("and what came since, through the stream, is the same as if one had stayed", () => {
    const { log, state } = talked(5);
    const again = fresh(snapshotOf(state));
    const before = log.head;
    log.say(BO, "while away");
    log.edit(log.view(log.head)[0]!, "changed");
    expect(again.channels[ROOM]?.cursor).toBe(before);
    expect(seen(feed(again, log.after(before)))).toEqual(seen(feed(state, log.after(before))));
  });

  for (const [count, how] of [
    [3, "one by one"],
    [12, "at once"],
  ] as const) {
    it(`and a server's answer before the stream: what comes ${how} counts once`, () => {
      const { log, state } = talked(5);
      const { unread } = state.channels[ROOM]!.info;
      const before = log.head;
      for (let at = 0; at < count; at += 1) log.say(BO, `while away ${String(at)}`);
      const again = fresh(snapshotOf(state));
      const synced = reduce(again, { type: "synced", sync: log.sync(), known: [ROOM] });
      const caught = feed(synced, log.after(before));
      expect(caught.channels[ROOM]?.info.unread).toBe(unread + count);
      expect(seen(caught)).toEqual(seen(feed(state, log.after(before))));
      const after = log.head;
      log.say(BO, "and now");
      expect(feed(caught, log.after(after)).channels[ROOM]?.info.unread).toBe(unread + count + 1);
    });
  }

  it("keeps the last messages, and that there are older ones", () => {
    const { state } = talked(90);
    const again = fresh(snapshotOf(state));
    expect(again.channels[ROOM]?.main?.ids).toHaveLength(MESSAGES_MAX);
    expect(again.channels[ROOM]?.main?.hasOlder).toBe(true);
    expect(fresh(snapshotOf(talked(5).state)).channels[ROOM]?.main?.hasOlder).toBe(false);
  });

  it("keeps further what was not opened since, where nothing happened and of the same person only", () => {
    const { log, state } = talked(5);
    const before = snapshotOf(state);
    const loadedAgain = started(log);
    expect(snapshotOf(loadedAgain)?.pages).toEqual([]);
    const kept = snapshotOf(loadedAgain, before);
    expect(kept?.pages).toEqual(before?.pages);
    expect(seen(fresh(kept))).toEqual(seen(state));
    const of = before!.sync;
    const others = { ...before!, sync: { ...of, user: { ...of.user, id: BO } } };
    expect(snapshotOf(loadedAgain, others)?.pages).toEqual([]);
    log.say(BO, "and then");
    expect(snapshotOf(started(log), before)?.pages).toEqual([]);
  });

  it("has nothing of what was kept long enough, by the server's word or by the time", () => {
    const { log, state } = talked(5);
    const before = snapshotOf(state);
    const kept_from_seq = log.view(log.head)[3]!.seq;
    const info = { ...log.snapshot(), kept_from_seq };
    const texts = (snapshot: typeof before) => snapshot?.pages[0]?.messages.map(({ text }) => text);
    const opened = reduce(state, { type: "channel_loaded", channel: info });
    expect(texts(snapshotOf(opened))).toEqual(["m3", "m4"]);
    const unopened = reduce(started(log), { type: "channel_loaded", channel: info });
    const kept = snapshotOf(unopened, before);
    expect(texts(kept)).toEqual(["m3", "m4"]);
    expect(fresh(kept).channels[ROOM]?.main).toMatchObject({ hasOlder: false });

    const policy = { ...info.policy, retention_days: 2 };
    const limited = snapshotOf(
      reduce(state, { type: "channel_loaded", channel: { ...info, policy } }),
      null,
    )!;
    const [, last] = limited.pages[0]!.messages;
    const shown = (now: number) => fresh(limited, now).channels[ROOM]?.main?.ids;
    expect(shown(last!.ts)).toHaveLength(2);
    expect(shown(last!.ts + 2 * 86_400_000)).toEqual([last!.id]);
    expect(shown(last!.ts + 2 * 86_400_000 + 1)).toEqual([]);
  });

  it("is nothing without a session, and gone when it is taken away", async () => {
    expect(snapshotOf(initialState)).toBeNull();
    await keepSnapshot(snapshotOf(talked(2).state));
    await keepSnapshot(null);
    expect(await loadSnapshot()).toBeNull();
  });
});
