// Sends what was written, one message at a time per channel so that they keep their order, with the same nonce until
// the server has answered. Each is kept on the device: a reload loses nothing, and what a closed tab left behind another
// one takes over. Sending the same nonce twice is one message.

import type { Carried } from "../../api/files";
import { ApiError, isAborted, sessionSignal } from "../../api/http";
import { send_message } from "../../api/operations";
import type { Preview } from "../../api/previews";
import { newNonce } from "../../lib/ids";
import { inTurn } from "../../lib/turns";
import type { OutboxItem } from "../../store/state";
import type { Store } from "../../store/store";
import { Kept } from "./kept";

const RETRY_MIN_MS = 1_000;
const RETRY_MAX_MS = 30_000;
/** Whoever says that it takes longer is asked sooner all the same. */
const RETRY_AFTER_MS_MAX = 60_000;
/** Without an answer for so long the line may be dead: the stream is asked, which finds out sooner than a request. */
const ANSWER_SOON_MS = 5_000;

export interface Draft {
  channel: string;
  text: string;
  reply_to?: string;
  thread?: string;
  attachments?: readonly Carried[];
  previews?: readonly Preview[];
}

export class Outbox {
  private readonly store: Store;
  private readonly probe: () => void;
  /** What ends the attempts that are under way. */
  private readonly running = new Set<AbortController>();
  private readonly kept = new Kept();
  private readonly busy = new Set<string>();
  private readonly timers = new Map<string, ReturnType<typeof setTimeout>>();
  private hostTimer: ReturnType<typeof setTimeout> | undefined;
  private readonly attempts = new Map<string, number>();
  private unsubscribe: (() => void) | null = null;
  /** What the last page left behind goes first. */
  private loaded = false;
  private lastTs = 0;
  /** What was seen to be kept: when it is no longer, another tab has sent it or thrown it away. */
  private seen = new Set<string>();
  /** What was settled here: a look at what is kept may have begun before. */
  private readonly gone = new Set<string>();

  /** `probe` finds out whether there is still a line; when there is again, `flush` is told. */
  constructor(store: Store, probe: () => void = () => undefined) {
    this.store = store;
    this.probe = probe;
  }

  /** Shows what waits, while it is not known yet whether there is still a session to send it in. */
  show(): void {
    this.load("waiting", () => undefined);
  }

  start(): void {
    this.load("queued", () => {
      this.loaded = true;
      this.flush();
    });
  }

  private load(status: "waiting" | "queued", done: () => void): void {
    this.unsubscribe?.();
    this.unsubscribe = this.forgetSettled();
    void this.look(status).then((looked) => looked && done());
  }

  /** Takes over what other tabs have left behind; what they have settled goes from here too. */
  async adopt(): Promise<void> {
    if (!this.loaded || !(await this.look("queued"))) return;
    for (const channel of Object.keys(this.store.getState().outbox)) {
      if (!this.timers.has(channel)) void this.work(channel);
    }
  }

  /** False when the session is another one by now. */
  private async look(status: "waiting" | "queued"): Promise<boolean> {
    const session = sessionSignal();
    const user = this.user();
    const items = await this.kept.all(user);
    if (session.aborted) return false;
    const there = new Set(items.map(({ nonce }) => nonce));
    for (const { channel, nonce } of Object.values(this.store.getState().outbox).flat()) {
      if (this.seen.has(nonce) && !there.has(nonce)) this.discard(channel, nonce);
    }
    this.seen = there;
    for (const item of items) {
      if (this.gone.has(item.nonce)) continue;
      if (this.hasArrived(item)) {
        this.kept.remove(user, item.nonce);
        continue;
      }
      // What was refused waits for the person, also after a reload; the rest goes on by itself.
      const next = item.status === "failed" ? item.status : status;
      this.store.dispatch({ type: "outbox_queued", item: { ...item, status: next } });
    }
    return true;
  }

  /** Sent by another tab, which did not live to see it. */
  private hasArrived({ channel, nonce }: OutboxItem): boolean {
    const messages = Object.values(this.store.getState().channels[channel]?.messages ?? {});
    return messages.some((message) => message.nonce === nonce && message.sender === this.user());
  }

  stop(): void {
    this.unsubscribe?.();
    this.unsubscribe = null;
    this.loaded = false;
    clearTimeout(this.hostTimer);
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
    this.busy.clear();
    this.seen.clear();
    this.gone.clear();
  }

  send(draft: Draft): void {
    // Distinct times keep the order of what is written in one millisecond.
    this.lastTs = Math.max(Date.now(), this.lastTs + 1);
    const item: OutboxItem = { ...draft, nonce: newNonce(), ts: this.lastTs, status: "queued" };
    this.kept.put(this.user(), item);
    this.store.dispatch({ type: "outbox_queued", item });
    void this.work(item.channel);
  }

  retry(channel: string, nonce: string): void {
    this.store.dispatch({ type: "outbox_status", channel, nonce, status: "queued" });
    const item = this.store.getState().outbox[channel]?.find((each) => each.nonce === nonce);
    if (item) this.kept.put(this.user(), item);
    this.attempts.delete(channel);
    void this.work(channel);
  }

  discard(channel: string, nonce: string): void {
    this.store.dispatch({ type: "outbox_discarded", channel, nonce });
  }

  /** The host will not have it, so it is not sent again by itself, also after a reload. False when it is not of here. */
  keepRefused(channel: string, nonce: string): boolean {
    const item = this.store.getState().outbox[channel]?.find((each) => each.nonce === nonce);
    if (item) this.kept.put(this.user(), item);
    return item !== undefined;
  }

  /** The connection is back: do not wait out the timers, nor for answers that went lost with the one before. */
  flush(): void {
    for (const attempt of this.running) attempt.abort();
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
    this.attempts.clear();
    this.askAgain();
    void this.adopt();
  }

  /** Somebody else may sit here next. */
  forgetAll(user: string): Promise<void> {
    return this.kept.clear(user);
  }

  private user(): string {
    return this.store.getState().me?.id ?? "";
  }

  /** Whatever took an item out of the outbox (answer, frame, page, discard) also ends its being kept. */
  private forgetSettled(): () => void {
    const user = this.user();
    let before = this.store.getState().outbox;
    return this.store.subscribe(() => {
      const { outbox, session } = this.store.getState();
      if (outbox === before || session !== "signed-in") return;
      const left = new Set(Object.values(outbox).flatMap((items) => items.map((item) => item.nonce)));
      for (const items of Object.values(before)) {
        for (const { nonce } of items) {
          if (left.has(nonce)) continue;
          this.gone.add(nonce);
          this.kept.remove(user, nonce);
        }
      }
      before = outbox;
    });
  }

  private async work(channel: string): Promise<void> {
    if (!this.loaded || this.busy.has(channel)) return;
    if (!this.due(channel)) return;
    const session = sessionSignal();
    this.busy.add(channel);
    try {
      await inTurn(`loggia.outbox.${this.user()}.${channel}`, async () => {
        for (;;) {
          const item = this.due(channel);
          if (!this.loaded || !item || session.aborted) return;
          if (!(await this.attempt(item, session))) return;
        }
      });
    } finally {
      if (!session.aborted) this.busy.delete(channel);
    }
  }

  private due(channel: string): OutboxItem | undefined {
    const items = this.store.getState().outbox[channel];
    return items?.find(({ status }) => status !== "failed" && status !== "hosted");
  }

  /** True when the next one may be sent. */
  private async attempt(item: OutboxItem, session: AbortSignal): Promise<boolean> {
    const { channel, nonce, text, reply_to, thread, attachments, previews } = item;
    this.store.dispatch({ type: "outbox_status", channel, nonce, status: "sending" });
    const running = new AbortController();
    this.running.add(running);
    const asking = setTimeout(this.probe, ANSWER_SOON_MS);
    try {
      const body = {
        nonce,
        text,
        ...(reply_to ? { reply_to } : {}),
        ...(thread ? { thread } : {}),
        ...(attachments ? { attachments: attachments.map(attached) } : {}),
        ...(previews?.length ? { previews: [...previews] } : {}),
      };
      const message = await send_message(channel, body, running.signal);
      if (message.status === "pending") {
        this.hosted(item);
        return true;
      }
      this.store.dispatch({ type: "message_confirmed", message });
      this.store.dispatch({ type: "outbox_discarded", channel, nonce });
      this.attempts.delete(channel);
      return true;
    } catch (error) {
      // It is kept, and is sent when its writer is here again.
      if (session.aborted) return false;
      // Once more, at once: it is one message, whether or not it arrived.
      if (isAborted(error)) return true;
      if (error instanceof ApiError && !error.temporary) {
        const { code, retryAfterMs } = error;
        const until = code === "slow_mode" && retryAfterMs ? { until: Date.now() + retryAfterMs } : {};
        const failed = { status: "failed", error: code, ...until } as const;
        this.kept.put(this.user(), { ...item, ...failed });
        this.store.dispatch({ type: "outbox_status", channel, nonce, ...failed });
        return true;
      }
      this.store.dispatch({ type: "outbox_status", channel, nonce, status: "waiting" });
      this.later(channel, error instanceof ApiError ? error.retryAfterMs : null);
      return false;
    } finally {
      clearTimeout(asking);
      this.running.delete(running);
    }
  }

  /** The server keeps it for the channel's host; it leaves the outbox when it is seen, or asked for again. */
  private hosted({ channel, nonce }: OutboxItem): void {
    this.store.dispatch({ type: "outbox_status", channel, nonce, status: "hosted" });
    this.attempts.delete(channel);
    clearTimeout(this.hostTimer);
    this.hostTimer = setTimeout(() => {
      this.askAgain();
      void this.adopt();
    }, RETRY_MAX_MS);
  }

  /** The same nonce again: the answer says whether the host has it, and nothing is sent twice. */
  private askAgain(): void {
    for (const items of Object.values(this.store.getState().outbox)) {
      for (const { channel, nonce, status } of items) {
        if (status === "hosted") {
          this.store.dispatch({ type: "outbox_status", channel, nonce, status: "queued" });
        }
      }
    }
  }

  private later(channel: string, retryAfterMs: number | null): void {
    const attempt = this.attempts.get(channel) ?? 0;
    this.attempts.set(channel, attempt + 1);
    const backoff = Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** attempt) * (0.5 + Math.random() / 2);
    clearTimeout(this.timers.get(channel));
    this.timers.set(
      channel,
      setTimeout(
        () => {
          this.timers.delete(channel);
          void this.adopt();
        },
        Math.min(retryAfterMs ?? backoff, RETRY_AFTER_MS_MAX),
      ),
    );
  }
}

export const attached = ({ hash, name, description }: Carried) => ({
  file: hash,
  name,
  ...(description ? { description } : {}),
});
