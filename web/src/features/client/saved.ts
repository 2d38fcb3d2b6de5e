// Messages that the person saves for later. They are marked wherever they are shown, so the list is asked for once, when
// there is nothing else to do.

import { sessionSignal } from "../../api/http";
import * as api from "../../api/operations";
import type { SavedUpdate } from "../../api/frames";
import type { Message } from "../../api/types";
import type { Kept } from "../../store/state";
import type { Client } from "./client";
import type { SavedList } from "./savedList";

const IDLE_AFTER_MS = 3_000;
/** When a server is back, all who were connected to it are within a moment: they ask over so long. */
export const SPREAD_MS = 5_000;

export class SavedMessages {
  private readonly client: Client;
  private loading: Promise<SavedList> | null = null;
  private due: ReturnType<typeof setTimeout> | undefined;

  constructor(client: Client) {
    this.client = client;
  }

  /** What asks for the list: nothing for the first picture. */
  list(): Promise<SavedList> {
    this.loading ??= import("./savedList").then(
      ({ SavedList: List }) => new List(this.client),
      (error: unknown) => {
        this.loading = null;
        throw error;
      },
    );
    return this.loading;
  }

  /** No frame tells what happened on other devices while the line was down. */
  connected(): void {
    if (!this.client.store.getState().saved.loaded) return this.begin();
    this.due ??= setTimeout(() => {
      this.due = undefined;
      this.whenIdle((list) => list.refresh());
    }, Math.random() * SPREAD_MS);
  }

  /** All of it: of a channel that one comes back to anything may be in it. */
  begin(): void {
    this.whenIdle((list) => list.load());
  }

  private whenIdle(act: (list: SavedList) => Promise<unknown>): void {
    const begin = async () => {
      if (this.client.store.getState().session !== "signed-in") return;
      const list = await this.list();
      list.loadScheduled();
      await act(list);
    };
    const quietly = () => void begin().catch(() => undefined);
    if ("requestIdleCallback" in globalThis) requestIdleCallback(quietly, { timeout: IDLE_AFTER_MS });
    else setTimeout(quietly, IDLE_AFTER_MS);
  }

  /** Another device saved what may never have been shown here. */
  async heard({ channel, message }: SavedUpdate): Promise<void> {
    if (this.client.store.getState().saved.byId[message]?.message !== null) return;
    // What can't be had is marked, and listed when the list is asked for again.
    await this.list().then(
      (list) => list.fetch(channel, message),
      () => undefined,
    );
  }

  /** Shown at once, and taken back where the server refuses. */
  async set(message: Message, on: boolean): Promise<boolean> {
    const { store, actions } = this.client;
    const { channel, id } = message;
    const session = sessionSignal();
    const known = () => store.getState().saved.byId[id];
    const put = (kept: Kept | null) => store.dispatch({ type: "saved_set", message: id, kept });
    const before = known() ?? null;
    put(on ? { channel, saved_ts: Date.now(), remind_ts: null, message } : null);
    const mine = known();
    try {
      await (on ? api.save_message(channel, id) : api.unsave_message(channel, id));
      return true;
    } catch (error) {
      // The list is another person's by now.
      if (session.aborted) return false;
      // What another device did meanwhile stays.
      if (known() === mine) put(before);
      actions.failed(error);
      return false;
    }
  }
}
