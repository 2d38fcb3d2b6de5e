// What becomes of messages that are sent later: on their way to the list, and from it.

import type { Carried } from "../../api/files";
import { sessionSignal } from "../../api/http";
import type { Preview } from "../../api/previews";
import * as api from "../../api/scheduled";
import type { Scheduled } from "../../api/types";
import { newNonce } from "../../lib/ids";
import type { Client } from "../client/client";
import { attached } from "../client/outbox";

/** How many days ahead, as the server has it. */
export const DAYS_MAX = 120;

/** What is written, and where. */
export interface Written {
  channel: string;
  text: string;
  reply_to?: string | null;
  thread?: string | null;
  attachments: readonly Carried[];
  previews: readonly Preview[];
}

/** The frame may be slower than the answer, or lost with the line. */
function tell(client: Client, id: string, scheduled: Scheduled | null): void {
  const frame = { op: "event", t: "scheduled.updated", d: { id, scheduled } } as const;
  client.store.dispatch({ type: "frames", frames: [frame], now: Date.now() });
}

/** Null where it could not be done, which is told. */
async function attempt<T>(client: Client, run: () => Promise<T>): Promise<T | null> {
  const session = sessionSignal();
  try {
    const done = await run();
    return session.aborted ? null : done;
  } catch (error) {
    if (!session.aborted) client.actions.failed(error);
    return null;
  }
}

/** The same message for the same time is kept once, however often that is tried. */
export class Scheduling {
  private last = { of: "", nonce: "" };

  keep(client: Client, written: Written, send_ts: number): Promise<Scheduled | null> {
    const of = JSON.stringify([written, send_ts]);
    if (this.last.of !== of) this.last = { of, nonce: newNonce() };
    const { nonce } = this.last;
    const { channel, text, reply_to, thread, attachments, previews } = written;
    return attempt(client, async () => {
      const kept = await api.schedule_message(channel, {
        nonce,
        text,
        send_ts,
        ...(reply_to ? { reply_to } : {}),
        ...(thread ? { thread } : {}),
        ...(attachments.length > 0 ? { attachments: attachments.map(attached) } : {}),
        ...(previews.length > 0 ? { previews: [...previews] } : {}),
      });
      tell(client, kept.id, kept);
      this.last = { of: "", nonce: "" };
      return kept;
    });
  }
}

export async function change(client: Client, id: string, body: { text?: string; send_ts?: number }) {
  const changed = await attempt(client, () => api.update_scheduled(id, body));
  if (changed) tell(client, id, changed);
  return changed !== null;
}

export async function sendNow(client: Client, id: string): Promise<boolean> {
  const sent = await attempt(client, () => api.send_scheduled(id));
  if (!sent) return false;
  tell(client, id, null);
  return true;
}

export async function remove(client: Client, id: string): Promise<boolean> {
  const gone = await attempt(client, async () => {
    await api.delete_scheduled(id);
    return true;
  });
  if (gone) tell(client, id, null);
  return gone === true;
}

/** All of them, as the server has them. */
export async function load(client: Client): Promise<void> {
  const session = sessionSignal();
  const { scheduled: before } = client.store.getState();
  const { scheduled: items } = await api.list_scheduled();
  if (session.aborted) return;
  // A frame that came meanwhile may be newer than the answer.
  if (client.store.getState().scheduled !== before) return load(client);
  const byId = Object.fromEntries(items.map((item) => [item.id, item]));
  client.store.dispatch({ type: "scheduled_loaded", byId });
}
