// The connection's own affairs: when it counts as dead, how it comes back, and how frames are handed on.

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ServerFrame } from "./frames";
import { onLineBack } from "./line";
import { type Connection, type Ending, StreamSocket } from "./socket";

class Wire {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly all: Wire[] = [];
  readyState = 0;
  readonly sent: { op: string; d: unknown }[] = [];
  onopen: (() => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;

  constructor() {
    Wire.all.push(this);
  }
  send(text: string) {
    this.sent.push(JSON.parse(text) as { op: string; d: unknown });
  }
  close() {
    this.readyState = 3;
  }
  opens() {
    this.readyState = 1;
    this.onopen?.();
  }
  says(frame: unknown) {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
  ends(code: number) {
    this.readyState = 3;
    this.onclose?.({ code });
  }
}

const typing = { op: "event", t: "typing", channel: "!a", d: { user: "@b:x", expires_ms: 1 } };
const ready = { op: "ready", d: { user_id: "@a:x", session_id: "s", heads: {}, online: [] } };
const wire = () => Wire.all.at(-1)!;

function started() {
  const batches: ServerFrame[][] = [];
  const states: Connection[] = [];
  const endings: Ending[] = [];
  const socket = new StreamSocket({
    url: "ws://x",
    cursors: () => ({ "!a": 7 }),
    onFrames: (frames) => batches.push(frames),
    onConnection: (state) => states.push(state),
    onEnd: (ending) => endings.push(ending),
  });
  socket.start();
  wire().opens();
  wire().says({ op: "hello", d: { heartbeat_ms: 30_000, feature_level: 1 } });
  wire().says(ready);
  return { socket, batches, states, endings };
}

beforeEach(() => {
  Wire.all.length = 0;
  vi.useFakeTimers();
  vi.stubGlobal("WebSocket", Wire);
  const page = new EventTarget();
  vi.stubGlobal("document", Object.assign(page, { visibilityState: "visible" }));
  const global = new EventTarget();
  vi.stubGlobal("addEventListener", global.addEventListener.bind(global));
  vi.stubGlobal("removeEventListener", global.removeEventListener.bind(global));
  vi.stubGlobal("dispatchEvent", global.dispatchEvent.bind(global));
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("the stream's socket", () => {
  it("names its cursors, and is online when the server is ready", () => {
    const { states } = started();
    expect(wire().sent[0]).toEqual({ op: "identify", d: { channels: { "!a": 7 } } });
    expect(states.map(({ state }) => state)).toEqual(["connecting", "online"]);
    const hear = vi.fn<() => void>();
    onLineBack(hear, AbortSignal.timeout(60_000));
    wire().says(ready);
    expect(hear).toHaveBeenCalledTimes(1);
  });

  it("keeps the line warm, and gives it up when nothing comes for two heartbeats", () => {
    const { states } = started();
    vi.advanceTimersByTime(59_000);
    expect(wire().sent.filter(({ op }) => op === "ping")).toHaveLength(1);
    expect(states.at(-1)?.state).toBe("online");
    vi.advanceTimersByTime(1_100);
    expect(states.find(({ state }) => state === "waiting")).toMatchObject({ attempt: 1 });
  });

  it("lives as long as something comes, however often", () => {
    const { states } = started();
    for (let second = 0; second < 300; second += 1) {
      vi.advanceTimersByTime(1_000);
      wire().says(typing);
    }
    expect(states.at(-1)?.state).toBe("online");
    expect(Wire.all).toHaveLength(1);
    vi.advanceTimersByTime(61_000);
    expect(states.map(({ state }) => state)).toContain("waiting");
  });

  it("asks after a sleep, gives up soon when no answer comes, and resumes from its cursors", () => {
    const { states } = started();
    dispatchEvent(new Event("focus"));
    expect(wire().sent.at(-1)?.op).toBe("ping");
    vi.advanceTimersByTime(5_100);
    expect(states.at(-1)?.state).toBe("waiting");
    vi.advanceTimersByTime(1_000);
    expect(Wire.all).toHaveLength(2);
    wire().opens();
    expect(wire().sent[0]).toEqual({ op: "identify", d: { channels: { "!a": 7 } } });
  });

  it.each(["online", "pageshow", "resume"])("asks also where nobody looks: %s", (event) => {
    const { states } = started();
    Object.assign(document, { visibilityState: "hidden" });
    dispatchEvent(new Event("focus"));
    expect(wire().sent.at(-1)?.op).toBe("identify");
    (event === "resume" ? document : globalThis).dispatchEvent(new Event(event));
    expect(wire().sent.at(-1)?.op).toBe("ping");
    vi.advanceTimersByTime(5_100);
    expect(states.at(-1)?.state).toBe("waiting");
  });

  it("begins anew in another network, and where connecting takes too long", () => {
    const { socket } = started();
    wire().ends(1006);
    vi.advanceTimersByTime(400);
    expect(Wire.all).toHaveLength(2);
    dispatchEvent(new Event("online"));
    expect(Wire.all.map(({ readyState }) => readyState)).toEqual([3, 3, 0]);
    socket.probe();
    expect(Wire.all).toHaveLength(3);
    vi.advanceTimersByTime(5_100);
    socket.probe();
    expect(Wire.all).toHaveLength(4);
    // What was missed may be much: that takes its time.
    wire().opens();
    vi.advanceTimersByTime(6_000);
    socket.probe();
    dispatchEvent(new Event("online"));
    vi.advanceTimersByTime(6_000);
    expect(Wire.all).toHaveLength(4);
  });

  it("stays when the answer comes after a sleep", () => {
    const { states } = started();
    dispatchEvent(new Event("focus"));
    wire().says({ op: "pong" });
    vi.advanceTimersByTime(20_000);
    expect(states.at(-1)?.state).toBe("online");
  });

  it("waits longer from attempt to attempt, and at once when the network is back", () => {
    const { states } = started();
    const waits: number[] = [];
    for (let attempt = 0; attempt < 4; attempt += 1) {
      wire().ends(1006);
      const last = states.at(-1);
      if (last?.state !== "waiting") continue;
      waits.push(last.retryAt - Date.now());
      vi.advanceTimersByTime(waits[attempt]!);
    }
    expect(waits).toHaveLength(4);
    waits.forEach((ms, at) => expect(ms).toBeLessThanOrEqual(400 * 2 ** at));
    waits.forEach((ms, at) => expect(ms).toBeGreaterThanOrEqual(200 * 2 ** at));
    wire().ends(1006);
    const before = Wire.all.length;
    dispatchEvent(new Event("online"));
    expect(Wire.all).toHaveLength(before + 1);
  });

  it("ends where the session has ended, and does not come back", () => {
    const { endings } = started();
    wire().ends(4003);
    vi.advanceTimersByTime(120_000);
    expect(endings).toEqual(["revoked"]);
    expect(Wire.all).toHaveLength(1);
  });

  it("hands on what came together as one, in order, and nothing is kept back for long", () => {
    const { batches } = started();
    batches.length = 0;
    for (let at = 0; at < 3; at += 1) wire().says({ ...typing, d: { user: String(at), expires_ms: 1 } });
    vi.advanceTimersByTime(16);
    expect(batches.map((batch) => batch.length)).toEqual([3]);
    // 500 a second: fewer and fewer batches, at most a quarter of a second apart.
    batches.length = 0;
    for (let ms = 0; ms < 2_000; ms += 2) {
      wire().says(typing);
      vi.advanceTimersByTime(2);
    }
    vi.advanceTimersByTime(250);
    expect(batches.flat()).toHaveLength(1_000);
    expect(batches.length).toBeLessThan(14);
    expect(batches.length).toBeGreaterThanOrEqual(8);
    // And soon again when it has become quiet.
    wire().says(typing);
    vi.advanceTimersByTime(250);
    batches.length = 0;
    wire().says(typing);
    vi.advanceTimersByTime(16);
    expect(batches).toHaveLength(1);
  });
});
