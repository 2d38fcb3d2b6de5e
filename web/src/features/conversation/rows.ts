// What a timeline draws, from a window and the outbox: separators, groups, pending messages.

import { dayOf } from "../../lib/time";
import type { Dict, OutboxItem, StoredMessage, Window } from "../../store/state";

export type Row =
  | { kind: "day"; key: string; ts: number }
  | { kind: "new"; key: "new" }
  | { kind: "message"; key: string; message: StoredMessage; head: boolean }
  | { kind: "pending"; key: string; item: OutboxItem; head: boolean };

const GROUP_MS = 5 * 60_000;

interface Input {
  window: Window;
  messages: Dict<StoredMessage>;
  outbox: readonly OutboxItem[];
  me: string;
  /** The read marker: the "new" line stands before the first message of others after it. */
  marker: number | null;
}

export function buildRows({ window, messages, outbox, me, marker }: Input): Row[] {
  const rows: Row[] = [];
  let day = 0;
  let last: { sender: string; ts: number } | null = null;
  let marked = marker === null;

  const place = (sender: string, ts: number, alone: boolean): boolean => {
    if (dayOf(ts) !== day) {
      day = dayOf(ts);
      rows.push({ kind: "day", key: `day-${String(day)}`, ts });
      last = null;
    }
    const head = alone || last?.sender !== sender || ts - last.ts > GROUP_MS;
    last = { sender, ts };
    return head;
  };

  for (const id of window.ids) {
    const message = messages[id];
    if (!message) continue;
    if (!marked && marker !== null && message.seq > marker && message.sender !== me) {
      marked = true;
      last = null;
      const head = place(message.sender, message.ts, true);
      rows.push({ kind: "new", key: "new" }, { kind: "message", key: keyOf(message, me), message, head });
      continue;
    }
    const head = place(message.sender, message.ts, Boolean(message.reply_to && !message.thread));
    rows.push({ kind: "message", key: keyOf(message, me), message, head });
  }
  if (!window.hasNewer) {
    for (const item of outbox) {
      const head = place(me, Math.max(item.ts, lastTs(last)), Boolean(item.reply_to && !item.thread));
      rows.push({ kind: "pending", key: item.nonce, item, head });
    }
  }
  return rows;
}

const lastTs = (last: { ts: number } | null): number => last?.ts ?? 0;

/** A message that was pending keeps its key when it arrives, so that it stays the same element. */
function keyOf(message: StoredMessage, me: string): string {
  return message.sender === me && message.nonce ? message.nonce : message.id;
}
