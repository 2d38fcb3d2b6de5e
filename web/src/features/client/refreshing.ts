// Asks anew for whatever frames do not carry, and again while that fails for the moment.

import { ApiError } from "../../api/http";

/** What many frames make uncertain is asked for once. */
const SOON_MS = 2_000;
/** Longest pause after what failed, of which each is twice the one before. */
const PAUSE_MS_MAX = 60_000;

export class Refreshing {
  private readonly ask: () => Promise<void>;
  private readonly live: () => boolean;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private failures = 0;

  constructor(ask: () => Promise<void>, live: () => boolean) {
    this.ask = ask;
    this.live = live;
  }

  /** Until it succeeds, or the connection is lost: the next one begins with it. */
  async now(): Promise<void> {
    try {
      await this.ask();
      this.failures = 0;
    } catch (error) {
      if (!this.live() || !(error instanceof ApiError && error.temporary)) return;
      this.failures += 1;
      this.soon();
    }
  }

  soon(): void {
    const pause = Math.min(SOON_MS * 2 ** this.failures, PAUSE_MS_MAX);
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      void this.now();
    }, pause);
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }
}
