// Messages that the person saves for later. They are marked wherever they are shown, so the list is asked for once, when
// there is nothing else to do.

import * as api from "../../api/operations";
import type { SavedUpdate } from "../../api/frames";
import type { Message } from "../../api/types";
import type { Kept } from "../../store/state";
import type { Client } from "./client";
import type { SavedList } from "./savedList";

const IDLE_AFTER_MS = 3_000;

export class SavedMessages {
  private readonly client: Client;
  private loading: Promise<SavedList> | null = null;

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

  /** What happened on other devices before the line was there no frame tells, nor what a channel that one comes back to has. */
  begin(): void {
    const load = async () => {
      if (this.client.store.getState().session === "signed-in") await (await this.list()).load();
    };
    const quietly = () => void load().catch(() => undefined);
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
    const known = () => store.getState().saved.byId[id];
    const put = (kept: Kept | null) => store.dispatch({ type: "saved_set", message: id, kept });
    const before = known() ?? null;
    put(on ? { channel, saved_ts: Date.now(), message } : null);
    const mine = known();
    try {
      await (on ? api.save_message(channel, id) : api.unsave_message(channel, id));
      return true;
    } catch (error) {
      // What another device did meanwhile stays.
      if (known() === mine) put(before);
      actions.failed(error);
      return false;
    }
  }
}
