// Hands to `shared.ts` what changes here and what is heard, and loads it when it is first needed.

import { ApiError, sessionSignal } from "../../api/http";
import { delete_setting, list_settings, put_setting } from "../../api/operations";
import type { Setting } from "../../api/types";
import { writeStored } from "../../lib/storage";
import type { Heard, Shared } from "./shared";

export class Sharing {
  private readonly user: () => string | null;
  private of: string | null = null;
  private loading: Promise<Shared> | null = null;

  constructor(user: () => string | null) {
    this.user = user;
    addEventListener("online", () => this.start());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden" && this.loading) this.with((shared) => shared.hurry());
    });
  }

  /** The connection is there, or there again. */
  start(): void {
    this.with((shared) => shared.reconcile());
  }

  stop(): void {
    void this.loading?.then((shared) => shared.stop());
    this.loading = null;
  }

  /** Whose session may be over by now. */
  forget(user: string): void {
    void this.loading?.then((shared) => shared.forget());
    this.loading = null;
    writeStored(`loggia.shared.${user}`, null);
  }

  changed(key: string): void {
    this.with((shared) => shared.changed(key));
  }

  heard(heard: Heard): void {
    this.with((shared) => shared.heard(heard));
  }

  /** Nothing when the session is over by the time that it is loaded. */
  private with(act: (shared: Shared) => unknown): void {
    const session = sessionSignal();
    void this.shared()
      ?.then((shared) => session.aborted || act(shared))
      // The next time the connection is there.
      .catch(() => undefined);
  }

  private shared(): Promise<Shared> | null {
    const user = this.user();
    if (!user) return null;
    if (this.of !== user) this.loading = null;
    this.of = user;
    const session = sessionSignal();
    this.loading ??= import("./shared").then(({ Shared }) => new Shared(user, session, port));
    return this.loading;
  }
}

const port = {
  list: async () => {
    const found: Setting[] = [];
    for (let cursor: string | null = ""; cursor !== null;) {
      const page: Awaited<ReturnType<typeof list_settings>> = await list_settings(cursor ? { cursor } : {});
      found.push(...page.settings);
      cursor = page.next;
    }
    return found;
  },
  put: put_setting,
  remove: async (key: string) => {
    try {
      await delete_setting(key);
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 404 && !error.temporary)) throw error;
    }
  },
  passing: (error: unknown) => !(error instanceof ApiError) || error.temporary,
  now: () => Date.now(),
};
