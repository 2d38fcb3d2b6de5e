// What a timeline draws, from a window and the outbox: separators, groups, pending messages.

import { dayOf } from "../../lib/time";
import type { Dict, OutboxItem, StoredMessage, Window } from "../../store/state";

export type Row = { readonly guess: number } & (
  | { kind: "day"; key: string; ts: number }
  | { kind: "new"; key: "new" }
  | { kind: "message"; key: string; id: string; message: StoredMessage; head: boolean }
  | { kind: "blocked"; key: string; count: number; open: boolean }
  | { kind: "pending"; key: string; item: OutboxItem; head: boolean }
);

const DAY_PX = 36;
const NEW_PX = 24;
const BLOCKED_PX = 28;
const LINE_PX = 22;
const LINE_CHARS = 160;
const ROW_PX = 27;
const HEAD_PX = 24;
const REACTIONS_PX = 30;

const GROUP_MS = 5 * 60_000;

interface Input {
  window: Window;
  messages: Dict<StoredMessage>;
  outbox: readonly OutboxItem[];
  me: string;
  /** The read marker: the "new" line stands before the first message of others after it. */
  marker: number | null;
  veil?: Veil;
}

/** Whose messages are put together to a line, and which of these lines the viewer has opened. */
export interface Veil {
  readonly blocked: Dict<true>;
  readonly opened: Dict<true>;
}

const UNVEILED: Veil = { blocked: {}, opened: {} };

export function buildRows({ window, messages, outbox, me, marker, veil = UNVEILED }: Input): Row[] {
  const rows: Row[] = [];
  let day = 0;
  let last: { sender: string; ts: number } | null = null;
  let marked = marker === null;
  /** The line of blocked people's messages that the next one may belong to. */
  let line: { at: number; count: number; open: boolean } | null = null;

  const place = (sender: string, ts: number, alone: boolean): boolean => {
    if (dayOf(ts) !== day) {
      day = dayOf(ts);
      rows.push({ kind: "day", key: `day-${String(day)}`, ts, guess: DAY_PX });
      last = null;
    }
    const head = alone || last?.sender !== sender || ts - last.ts > GROUP_MS;
    last = { sender, ts };
    return head;
  };

  for (const id of window.ids) {
    const message = messages[id];
    if (!message) continue;
    if (veil.blocked[message.sender]) {
      if (dayOf(message.ts) !== day) line = null;
      if (!line) {
        place("", message.ts, true);
        line = { at: rows.length, count: 0, open: veil.opened[`blocked-${id}`] ?? false };
        rows.push({ kind: "blocked", key: `blocked-${id}`, count: 0, open: line.open, guess: BLOCKED_PX });
      }
      line.count += 1;
      const known = rows[line.at];
      if (known?.kind === "blocked") rows[line.at] = { ...known, count: line.count };
      if (line.open) rows.push(said(message, me, place(message.sender, message.ts, false)));
      continue;
    }
    if (line) last = null;
    line = null;
    if (!marked && marker !== null && message.seq > marker && message.sender !== me) {
      marked = true;
      last = null;
      const head = place(message.sender, message.ts, true);
      rows.push({ kind: "new", key: "new", guess: NEW_PX }, said(message, me, head));
      continue;
    }
    const head = place(message.sender, message.ts, Boolean(message.reply_to && !message.thread));
    rows.push(said(message, me, head));
  }
  if (!window.hasNewer) {
    for (const item of outbox) {
      const head = place(me, Math.max(item.ts, lastTs(last)), Boolean(item.reply_to && !item.thread));
      rows.push({ kind: "pending", key: item.nonce, item, head, guess: guessed(item.text, head) });
    }
  }
  return rows;
}

function said(message: StoredMessage, me: string, head: boolean): Row {
  let guess = guesses.get(message);
  if (guess === undefined) {
    guess = guessed(message.text, false) + (message.reactions.length > 0 ? REACTIONS_PX : 0);
    guesses.set(message, guess);
  }
  const id = message.id;
  return { kind: "message", key: keyOf(message, me), id, message, head, guess: guess + (head ? HEAD_PX : 0) };
}

const guesses = new WeakMap<StoredMessage, number>();

/** Where nothing was drawn yet: rather too low than too high. */
function guessed(text: string, head: boolean): number {
  const lines = text.split("\n").length - 1 + Math.floor(text.length / LINE_CHARS);
  return ROW_PX + lines * LINE_PX + (head ? HEAD_PX : 0);
}

const lastTs = (last: { ts: number } | null): number => last?.ts ?? 0;

/** A message that was pending keeps its key when it arrives, so that it stays the same element. */
function keyOf(message: StoredMessage, me: string): string {
  return message.sender === me && message.nonce ? message.nonce : message.id;
}
