// The live connection: connects, identifies with the cursor vector, keeps the line warm, reconnects with backoff
// and jitter. It knows frames, not state: cursors are asked for, frames are handed on in batches.

import type { ClientFrame, ServerFrame } from "./frames";
import { lineIsBack } from "./line";

export type Connection =
  | { state: "connecting" }
  | { state: "online" }
  /** `retryAt` is when the next attempt starts (clock of `Date.now`). */
  | { state: "waiting"; retryAt: number; attempt: number };

export type Ending = "unauthenticated" | "revoked";

export interface SocketOptions {
  url: string;
  cursors: () => Record<string, number>;
  onFrames: (frames: ServerFrame[]) => void;
  onConnection: (connection: Connection) => void;
  onEnd: (ending: Ending) => void;
}

const BACKOFF_MIN_MS = 400;
const BACKOFF_MAX_MS = 20_000;
const HANDSHAKE_TIMEOUT_MS = 15_000;
const HEARTBEAT_DEFAULT_MS = 30_000;
const PROBE_TIMEOUT_MS = 5_000;
/** Frames that arrive within one picture are applied together: 500 a second must not mean 500 renders. */
const BATCH_MS = 16;
/** Faster than anybody reads, frames wait for longer, so that keys and pointer have most of the time. */
const BATCH_MS_MAX = 250;
const BATCH_FRAMES_CALM = 4;
const BATCH_FRAMES_MAX = 500;
/** As browsers say it of a connection that ended without a goodbye. */
const CLOSE_DEAD = 1006;
const CLOSE_UNAUTHENTICATED = 4001;
const CLOSE_REVOKED = 4003;
const CLOSE_TOO_MANY_FRAMES = 4029;

export class StreamSocket {
  private readonly options: SocketOptions;
  private socket: WebSocket | null = null;
  private attempt = 0;
  private stopped = true;
  private batch: ServerFrame[] = [];
  private batchTimer: ReturnType<typeof setTimeout> | undefined;
  private batchMs = BATCH_MS;
  private retryTimer: ReturnType<typeof setTimeout> | undefined;
  private beatTimer: ReturnType<typeof setInterval> | undefined;
  private deadTimer: ReturnType<typeof setTimeout> | undefined;
  /** When the connection counts as dead, and when that is looked at next (clock of `performance.now`). */
  private deadAt = 0;
  private looksAt = 0;
  private heartbeatMs = HEARTBEAT_DEFAULT_MS;
  /** The server has said that everything missed is here; before that, it may take its time. */
  private ready = false;
  /** When the connecting began (clock of `performance.now`). */
  private begunAt = 0;

  constructor(options: SocketOptions) {
    this.options = options;
  }

  start(): void {
    if (!this.stopped) return;
    this.stopped = false;
    addEventListener("online", this.renew);
    addEventListener("pageshow", this.probe);
    addEventListener("focus", this.returned);
    document.addEventListener("resume", this.probe);
    document.addEventListener("visibilitychange", this.returned);
    this.connect();
  }

  stop(): void {
    this.stopped = true;
    removeEventListener("online", this.renew);
    removeEventListener("pageshow", this.probe);
    removeEventListener("focus", this.returned);
    document.removeEventListener("resume", this.probe);
    document.removeEventListener("visibilitychange", this.returned);
    clearTimeout(this.retryTimer);
    this.drop();
  }

  send(frame: ClientFrame): boolean {
    if (this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(frame));
    return true;
  }

  /** Try at once instead of waiting out the backoff. */
  readonly hurry = (): void => {
    if (this.stopped || this.socket) return;
    clearTimeout(this.retryTimer);
    this.connect();
  };

  /** A socket may look open and be dead, after a sleep or in another network: ask, and give up soon when nothing comes. */
  readonly probe = (): void => {
    if (!this.socket) this.hurry();
    else if (this.ready && this.send({ op: "ping", d: {} })) this.expectSomething(PROBE_TIMEOUT_MS);
    else if (this.isConnecting() && performance.now() - this.begunAt > PROBE_TIMEOUT_MS) this.replace();
  };

  /** The network is another one: what sets out in the old one does not arrive. */
  private readonly renew = (): void => {
    if (this.isConnecting()) this.replace();
    else this.probe();
  };

  private readonly returned = (): void => {
    if (document.visibilityState === "visible") this.probe();
  };

  private isConnecting(): boolean {
    return this.socket?.readyState === WebSocket.CONNECTING;
  }

  private replace(): void {
    this.drop();
    this.connect();
  }

  private connect(): void {
    this.options.onConnection({ state: "connecting" });
    const socket = new WebSocket(this.options.url);
    this.socket = socket;
    this.ready = false;
    this.begunAt = performance.now();
    this.expectSomething(HANDSHAKE_TIMEOUT_MS);
    socket.onopen = () => {
      this.send({ op: "identify", d: { channels: this.options.cursors() } });
      this.expectSomething(HANDSHAKE_TIMEOUT_MS);
    };
    socket.onmessage = (event) => this.receive(event.data as string);
    socket.onclose = (event) => this.closed(socket, event.code);
  }

  private receive(text: string): void {
    this.expectSomething(this.heartbeatMs * 2);
    const frame = JSON.parse(text) as ServerFrame;
    if (frame.op === "hello") {
      this.heartbeatMs = Math.max(1_000, frame.d.heartbeat_ms);
      clearInterval(this.beatTimer);
      this.beatTimer = setInterval(() => this.send({ op: "ping", d: {} }), this.heartbeatMs);
      return;
    }
    if (frame.op === "pong" || frame.op === "error") return;
    this.batch.push(frame);
    if (frame.op === "ready") {
      this.flush();
      this.ready = true;
      this.attempt = 0;
      this.options.onConnection({ state: "online" });
      lineIsBack();
    } else if (this.batch.length >= BATCH_FRAMES_MAX) {
      this.flush();
    } else {
      this.batchTimer ??= setTimeout(() => this.flush(), this.batchMs);
    }
  }

  private flush(): void {
    clearTimeout(this.batchTimer);
    this.batchTimer = undefined;
    const frames = this.batch;
    this.batch = [];
    if (frames.length === 0) return;
    const calm = frames.length <= BATCH_FRAMES_CALM;
    this.batchMs = calm ? BATCH_MS : Math.min(BATCH_MS_MAX, this.batchMs * 2);
    this.options.onFrames(frames);
  }

  private closed(socket: WebSocket, code: number): void {
    if (socket !== this.socket) return;
    this.drop();
    if (this.stopped) return;
    if (code === CLOSE_UNAUTHENTICATED || code === CLOSE_REVOKED) {
      this.stop();
      this.options.onEnd(code === CLOSE_REVOKED ? "revoked" : "unauthenticated");
      return;
    }
    if (code === CLOSE_TOO_MANY_FRAMES) this.attempt = Math.max(this.attempt, 4);
    const ceiling = Math.min(BACKOFF_MAX_MS, BACKOFF_MIN_MS * 2 ** this.attempt);
    const delay = ceiling / 2 + (Math.random() * ceiling) / 2;
    this.attempt += 1;
    this.options.onConnection({ state: "waiting", retryAt: Date.now() + delay, attempt: this.attempt });
    this.retryTimer = setTimeout(() => this.connect(), delay);
  }

  /** Gives the connection up when nothing comes. Called for each frame, and so it sets no timer for each. */
  private expectSomething(withinMs: number): void {
    this.deadAt = performance.now() + withinMs;
    if (this.deadTimer !== undefined && this.deadAt >= this.looksAt) return;
    clearTimeout(this.deadTimer);
    this.looksAt = this.deadAt;
    this.deadTimer = setTimeout(() => {
      this.deadTimer = undefined;
      const left = this.deadAt - performance.now();
      if (left > 0) this.expectSomething(left);
      else if (this.socket) this.closed(this.socket, CLOSE_DEAD);
    }, withinMs);
  }

  private drop(): void {
    clearInterval(this.beatTimer);
    clearTimeout(this.deadTimer);
    this.deadTimer = undefined;
    this.flush();
    const socket = this.socket;
    this.socket = null;
    if (socket) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close();
    }
  }
}
