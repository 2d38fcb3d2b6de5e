// The list of what the person saved: its newest messages at once, older ones when one turns to them.

import * as api from "../../api/operations";
import type { Saved } from "../../api/types";
import type { SavedList as Known } from "../../store/state";
import type { Client } from "./client";

const PAGE_MESSAGES = 100;
/** How many pages are asked for at once. */
export const PAGES_MAX = 5;
/** How often the list is asked for when it changes meanwhile. */
const TRIES = 3;

export class SavedList {
  private readonly client: Client;
  /** While it is being asked for. */
  private loading: Promise<boolean> | null = null;
  /** It was asked for once more meanwhile: what is on its way may be older than the reason for that. */
  private again = false;
  /** All that is asked for at once is wanted, known or not. */
  private whole = false;

  constructor(client: Client) {
    this.client = client;
  }

  private get store() {
    return this.client.store;
  }

  /** The other list of the person's own, which no frame tells of either while the line is down. */
  loadScheduled(): void {
    import("../scheduled/sending").then(({ load }) => load(this.client)).catch(() => undefined);
  }

  /** False when it changed each time that it was asked for. */
  load(): Promise<boolean> {
    this.whole = true;
    return this.refresh();
  }

  /** Up to a page of which all is known; what was taken off further down goes unnoticed. */
  refresh(): Promise<boolean> {
    this.again = this.loading !== null;
    this.loading ??= this.read().finally(() => {
      this.loading = null;
      this.whole = false;
    });
    return this.loading;
  }

  private async read(): Promise<boolean> {
    for (let tries = 0; tries < TRIES; tries += 1) {
      this.again = false;
      const before = this.store.getState().saved;
      const items: Saved[] = [];
      let next: string | null = null;
      for (let pages = 0; pages < PAGES_MAX; pages += 1) {
        const page = await this.page(next);
        items.push(...page.saved);
        next = page.next;
        if (!next || this.again || (!this.whole && before.loaded && isKnown(before, page.saved))) break;
      }
      // A frame that came meanwhile may be newer than the answer.
      if (this.again || this.store.getState().saved !== before) continue;
      this.tell(items, next, true);
      return true;
    }
    return false;
  }

  /** What was saved before that. */
  async more(): Promise<void> {
    const { next: cursor } = this.store.getState().saved;
    if (!cursor) return;
    const { saved, next } = await this.page(cursor);
    if (this.store.getState().saved.next === cursor) this.tell(saved, next, false);
  }

  /** A message of which only the place in the list is known. */
  async fetch(channel: string, id: string): Promise<void> {
    const message = await api.get_message(channel, id).catch(() => null);
    const kept = this.store.getState().saved.byId[id];
    if (!message || message.deleted || !kept || kept.message) return;
    this.store.dispatch({ type: "saved_set", message: id, kept: { ...kept, message } });
    this.client.people.need([message.sender]);
  }

  private page(cursor: string | null) {
    return api.list_saved({ limit: PAGE_MESSAGES, ...(cursor ? { cursor } : {}) });
  }

  private tell(items: readonly Saved[], next: string | null, first: boolean): void {
    this.store.dispatch({ type: "saved_loaded", items, next, first });
    this.client.people.need(items.map(({ message }) => message.sender));
  }
}

const isKnown = ({ byId }: Known, items: readonly Saved[]): boolean =>
  items.every(({ message, saved_ts, remind_ts }) => {
    const known = byId[message.id];
    return known?.saved_ts === saved_ts && known.remind_ts === remind_ts;
  });
