import { IDBFactory, IDBKeyRange } from "fake-indexeddb";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError, endSession } from "../../api/http";
import { send_message } from "../../api/operations";
import type { Message } from "../../api/types";
import { createStore, type Store } from "../../store/store";
import { BO, channel, Log, ME, ROOM, user } from "../../store/testing";
import { Outbox } from "./outbox";

vi.mock("../../api/operations");

/** What the server has, by nonce. */
let log: Log;
let down: boolean;
const opened: Outbox[] = [];

beforeEach(() => {
  log = new Log();
  down = false;
  vi.stubGlobal("indexedDB", new IDBFactory());
  vi.stubGlobal("IDBKeyRange", IDBKeyRange);
  vi.mocked(send_message)
    .mockReset()
    .mockImplementation((_channel, { nonce, text }) => {
      if (down) return Promise.reject(new ApiError({ status: 0, code: "offline" }));
      const known = log.events.find((event) => event.t === "message.created" && event.d.nonce === nonce);
      return Promise.resolve((known?.d as Message | undefined) ?? log.say(ME, text, { nonce }));
    });
});

afterEach(() => {
  for (const outbox of opened.splice(0)) outbox.stop();
  endSession();
  vi.unstubAllGlobals();
});

const probe = vi.fn<() => void>();

function tab(): { store: Store; outbox: Outbox; waiting: () => string[] } {
  const store = createStore();
  store.dispatch({ type: "signed_in", user: user(ME) });
  store.dispatch({ type: "channel_loaded", channel: channel() });
  const outbox = new Outbox(store, probe);
  opened.push(outbox);
  outbox.start();
  return { store, outbox, waiting: () => (store.getState().outbox[ROOM] ?? []).map(({ text }) => text) };
}

const said = () => log.events.map((event) => (event.t === "message.created" ? event.d.text : event.t));

it("takes over what a closed tab left behind when the connection is back", async () => {
  const first = tab();
  down = true;
  const second = tab();
  await vi.waitFor(() => expect(second.outbox).toHaveProperty("loaded", true));
  second.outbox.send({ channel: ROOM, text: "Waits for the connection" });
  await vi.waitFor(() => expect(send_message).toHaveBeenCalled());
  second.outbox.stop();
  expect(first.waiting()).toEqual([]);

  down = false;
  first.outbox.flush();
  await vi.waitFor(() => expect(said()).toEqual(["Waits for the connection"]));
  await vi.waitFor(() => expect(first.waiting()).toEqual([]));
});

it("of two open tabs each message is sent once", async () => {
  down = true;
  const [first, second] = [tab(), tab()];
  await vi.waitFor(() =>
    expect([first.outbox, second.outbox]).toMatchObject([{ loaded: true }, { loaded: true }]),
  );
  first.outbox.send({ channel: ROOM, text: "one" });
  // Two tabs write in the same millisecond in no order.
  const sent = Date.now();
  await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(sent), { interval: 1 });
  second.outbox.send({ channel: ROOM, text: "two" });
  await vi.waitFor(() => expect(send_message).toHaveBeenCalledTimes(2));
  await first.outbox.adopt();
  await second.outbox.adopt();
  expect(first.waiting()).toEqual(["one", "two"]);
  expect(second.waiting()).toEqual(["one", "two"]);
  down = false;
  first.outbox.flush();
  second.outbox.flush();
  await vi.waitFor(() => expect([...first.waiting(), ...second.waiting()]).toEqual([]));
  expect(said().sort()).toEqual(["one", "two"]);
});

it("what another tab has thrown away is neither shown nor sent", async () => {
  down = true;
  const [first, second] = [tab(), tab()];
  await vi.waitFor(() =>
    expect([first.outbox, second.outbox]).toMatchObject([{ loaded: true }, { loaded: true }]),
  );
  first.outbox.send({ channel: ROOM, text: "Never mind" });
  await second.outbox.adopt();
  expect(second.waiting()).toEqual(["Never mind"]);
  const nonce = first.store.getState().outbox[ROOM]?.[0]?.nonce ?? "";
  first.outbox.discard(ROOM, nonce);
  down = false;
  second.outbox.flush();
  await vi.waitFor(() => expect(second.waiting()).toEqual([]));
  expect(said()).toEqual([]);
});

it("what has arrived already is not shown a second time", async () => {
  down = true;
  const first = tab();
  const second = tab();
  await vi.waitFor(() =>
    expect([first.outbox, second.outbox]).toMatchObject([{ loaded: true }, { loaded: true }]),
  );
  second.outbox.send({ channel: ROOM, text: "Sent, and not told" });
  const nonce = second.store.getState().outbox[ROOM]?.[0]?.nonce ?? "";
  second.outbox.stop();
  const page = { messages: [log.say(ME, "Sent, and not told", { nonce })], head: log.head, oldest: 3 };
  first.store.dispatch({ type: "page_loaded", channel: ROOM, kind: "latest", page, limit: 40 });
  const shown: string[][] = [];
  first.store.subscribe(() => shown.push(first.waiting()));
  await first.outbox.adopt();
  expect(shown.flat()).toEqual([]);
  // And it is not kept any longer.
  const third = tab();
  await vi.waitFor(() => expect(third.outbox).toHaveProperty("loaded", true));
  expect(third.waiting()).toEqual([]);
});

describe("who comes in after another person", () => {
  type Tab = ReturnType<typeof tab>;
  const isLoaded = ({ outbox }: Tab) => vi.waitFor(() => expect(outbox).toHaveProperty("loaded", true));

  function changeOver({ store, outbox }: Tab): void {
    outbox.stop();
    endSession();
    store.dispatch({ type: "signed_out", endedBy: null });
    store.dispatch({ type: "signed_in", user: user(BO) });
    store.dispatch({ type: "channel_loaded", channel: channel() });
    outbox.start();
  }

  it("does not find what was still being looked up", async () => {
    const before = tab();
    await isLoaded(before);
    down = true;
    before.outbox.send({ channel: ROOM, text: "Ada's words" });
    await vi.waitFor(() => expect(send_message).toHaveBeenCalledTimes(1));
    before.outbox.stop();
    const here = tab();
    const shown: string[][] = [];
    here.store.subscribe(() => shown.push(here.waiting()));
    changeOver(here);
    await isLoaded(here);
    expect(shown.flat()).toEqual([]);
  });

  it("does not find what the one before was refused", async () => {
    let refuse = (): void => undefined;
    vi.mocked(send_message).mockReturnValueOnce(
      new Promise((_, reject) => {
        refuse = () => reject(new ApiError({ status: 403, code: "forbidden" }));
      }),
    );
    const here = tab();
    await isLoaded(here);
    here.outbox.send({ channel: ROOM, text: "Ada's words" });
    await vi.waitFor(() => expect(send_message).toHaveBeenCalledTimes(1));
    changeOver(here);
    await isLoaded(here);
    refuse();
    await here.outbox.adopt();
    expect(here.waiting()).toEqual([]);
  });

  it("sends by themselves what they write, one after the other, whatever was waiting for its turn", async () => {
    const turns: (() => void)[] = [];
    const request = async (_name: string, _options: unknown, work: () => Promise<void>) => {
      await new Promise<void>((begin) => turns.push(begin));
      await work();
    };
    vi.stubGlobal("navigator", { locks: { request } });
    const here = tab();
    await isLoaded(here);
    here.outbox.send({ channel: ROOM, text: "Ada's words" });
    await vi.waitFor(() => expect(turns).toHaveLength(1));
    changeOver(here);
    await isLoaded(here);
    here.outbox.send({ channel: ROOM, text: "one" });
    expect(turns).toHaveLength(2);
    turns[0]?.();
    // Another one that is written does not begin a second row beside the first.
    await here.outbox.adopt();
    here.outbox.send({ channel: ROOM, text: "two" });
    expect(turns).toHaveLength(2);
    expect(send_message).not.toHaveBeenCalled();
    turns[1]?.();
    await vi.waitFor(() => expect(said()).toEqual(["one", "two"]));
  });
});

it("sends what is said of a file, also when it is sent again, and nothing where nothing is", async () => {
  const { outbox, waiting } = tab();
  await vi.waitFor(() => expect(outbox).toHaveProperty("loaded", true));
  down = true;
  const said = { hash: "x", name: "map.png", description: "A map" };
  const attachments = [said, { hash: "y", name: "b.png" }, { hash: "z", name: "c.png", description: "" }];
  outbox.send({ channel: ROOM, text: "Look", attachments });
  await vi.waitFor(() => expect(send_message).toHaveBeenCalledTimes(1));
  down = false;
  outbox.flush();
  await vi.waitFor(() => expect(waiting()).toEqual([]));
  const sent = [
    { file: "x", name: "map.png", description: "A map" },
    { file: "y", name: "b.png" },
    { file: "z", name: "c.png" },
  ];
  const bodies = vi.mocked(send_message).mock.calls.map(([, body]) => body.attachments);
  expect(bodies).toEqual([sent, sent]);
});

it("keeps what is said of a file for whoever takes the message over", async () => {
  down = true;
  const first = tab();
  await vi.waitFor(() => expect(first.outbox).toHaveProperty("loaded", true));
  const attachments = [{ hash: "x", name: "map.png", description: "A map" }];
  first.outbox.send({ channel: ROOM, text: "Look", attachments });
  await vi.waitFor(() => expect(send_message).toHaveBeenCalled());
  first.outbox.stop();
  vi.mocked(send_message).mockClear();
  down = false;
  tab();
  await vi.waitFor(() => expect(send_message).toHaveBeenCalled());
  expect(vi.mocked(send_message).mock.calls[0]?.[1].attachments).toEqual([
    { file: "x", name: "map.png", description: "A map" },
  ]);
});

it("keeps previews with the message, also for whoever takes it over, and sends none where there are none", async () => {
  down = true;
  const first = tab();
  await vi.waitFor(() => expect(first.outbox).toHaveProperty("loaded", true));
  const preview = { url: "https://a.example", title: "A page" };
  first.outbox.send({ channel: ROOM, text: "https://a.example", previews: [preview] });
  first.outbox.send({ channel: ROOM, text: "no link", previews: [] });
  await vi.waitFor(() => expect(send_message).toHaveBeenCalled());
  first.outbox.stop();
  vi.mocked(send_message).mockClear();
  down = false;
  tab();
  await vi.waitFor(() => expect(send_message).toHaveBeenCalledTimes(2));
  const bodies = vi.mocked(send_message).mock.calls.map(([, body]) => body.previews);
  expect(bodies).toEqual([[preview], undefined]);
});

it("asks for the line when no answer comes, and sends it again as soon as there is one", async () => {
  const here = tab();
  await vi.waitFor(() => expect(here.outbox).toHaveProperty("loaded", true));
  vi.useFakeTimers();
  try {
    probe.mockReset();
    // It arrives, but the answer does not.
    vi.mocked(send_message).mockImplementationOnce((_channel, { nonce, text }, signal) => {
      log.say(ME, text, { nonce });
      return new Promise((_, reject) =>
        signal.addEventListener("abort", () => reject(signal.reason as DOMException)),
      );
    });
    here.outbox.send({ channel: ROOM, text: "Into the tunnel" });
    await vi.advanceTimersByTimeAsync(4_900);
    expect(probe).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(200);
    expect(probe).toHaveBeenCalledTimes(1);
    expect(send_message).toHaveBeenCalledTimes(1);
    here.outbox.flush();
    await vi.advanceTimersByTimeAsync(0);
    expect(send_message).toHaveBeenCalledTimes(2);
    const nonces = vi.mocked(send_message).mock.calls.map(([, { nonce }]) => nonce);
    expect(nonces[1]).toBe(nonces[0]);
    expect([here.waiting(), said()]).toEqual([[], ["Into the tunnel"]]);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(probe).toHaveBeenCalledTimes(1);
  } finally {
    vi.useRealTimers();
  }
});

it("is sent again after a minute at most, whatever the server asks for", async () => {
  const here = tab();
  await vi.waitFor(() => expect(here.outbox).toHaveProperty("loaded", true));
  const busy = new ApiError({ status: 503, code: "busy" }, 3_600_000);
  vi.mocked(send_message).mockRejectedValueOnce(busy);
  const timers = vi.spyOn(globalThis, "setTimeout");
  here.outbox.send({ channel: ROOM, text: "Soon" });
  await vi.waitFor(() => expect(timers.mock.calls.map(([, ms]) => ms)).toContain(60_000));
  expect(Math.max(...timers.mock.calls.map(([, ms]) => ms ?? 0))).toBe(60_000);
  timers.mockRestore();
});

it("what was too soon in a slow channel waits for its author, with the time from which on it can go", async () => {
  const { store, outbox } = tab();
  await vi.waitFor(() => expect(outbox).toHaveProperty("loaded", true));
  const soon = new ApiError({ status: 429, code: "slow_mode" }, 30_000);
  vi.mocked(send_message).mockRejectedValueOnce(soon);
  const before = Date.now();
  outbox.send({ channel: ROOM, text: "Too soon" });
  const items = () => store.getState().outbox[ROOM] ?? [];
  await vi.waitFor(() => expect(items()).toMatchObject([{ status: "failed", error: "slow_mode" }]));
  expect(items()[0]?.until).toBeGreaterThanOrEqual(before + 30_000);
  outbox.flush();
  outbox.send({ channel: ROOM, text: "Not held up" });
  await vi.waitFor(() => expect(said()).toEqual(["Not held up"]));
  // A reload keeps it, and when.
  const later = tab();
  await vi.waitFor(() => expect(later.store.getState().outbox[ROOM]).toMatchObject(items()));
  later.outbox.stop();

  outbox.retry(ROOM, items()[0]?.nonce ?? "");
  expect(items()[0]?.until).toBeUndefined();
  await vi.waitFor(() => expect(said()).toEqual(["Not held up", "Too soon"]));
});
