// What a timeline draws, from a window and the outbox: separators, groups, pending messages.

import { dayOf } from "../../lib/time";
import type { Dict, OutboxItem, StoredMessage, Window } from "../../store/state";
import { reaches } from "../../store/window";

export type Row = { readonly guess: number } & (
  | { kind: "day"; key: string; ts: number }
  | { kind: "new"; key: "new" }
  | { kind: "message"; key: string; id: string; message: StoredMessage; head: boolean }
  | { kind: "blocked"; key: string; ids: readonly string[]; open: boolean }
  | { kind: "pending"; key: string; item: OutboxItem; head: boolean }
);

export type BlockedRow = Extract<Row, { kind: "blocked" }>;

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
  /** The read marker: the "new" line stands before the first message of others after it, if that one is loaded. */
  marker: number | null;
  veil?: Veil;
}

/** Whose messages are put together to a line, and in which of these the viewer has opened theirs. */
export interface Veil {
  readonly blocked: Dict<true>;
  /** By messages: a line is open when one of its own is. Others may join it at either end, and it has no other name. */
  readonly opened: Dict<true>;
}

const UNVEILED: Veil = { blocked: {}, opened: {} };

export function buildRows({ window, messages, outbox, me, marker, veil = UNVEILED }: Input): Row[] {
  const rows: Row[] = [];
  let day = 0;
  let last: { sender: string; ts: number } | null = null;
  // What is loaded may begin after it: its first message is not the first that is new.
  let marked = marker === null || !reaches(window, marker);
  /** Where the line of blocked people's messages ends. */
  let after = 0;

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

  const shown = window.ids.flatMap((id) => messages[id] ?? []);
  for (const [at, message] of shown.entries()) {
    if (at < after) continue;
    if (veil.blocked[message.sender]) {
      const folded = foldedAt(shown, at, veil);
      after = at + folded.length;
      const ids = folded.map(({ id }) => id);
      const open = ids.some((id) => veil.opened[id]);
      place("", message.ts, true);
      rows.push({ kind: "blocked", key: `blocked-${message.id}`, ids, open, guess: BLOCKED_PX });
      if (open) rows.push(...folded.map((each) => said(each, me, place(each.sender, each.ts, false))));
      last = { sender: "", ts: folded.at(-1)?.ts ?? message.ts };
      continue;
    }
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

/** What blocked people say one after the other, on one day. */
function foldedAt(shown: readonly StoredMessage[], at: number, { blocked }: Veil): readonly StoredMessage[] {
  const day = dayOf(shown[at]?.ts ?? 0);
  const belongs = (message?: StoredMessage) =>
    message && blocked[message.sender] && dayOf(message.ts) === day;
  let end = at;
  while (belongs(shown[end])) end += 1;
  return shown.slice(at, end);
}

/** What is opened once a line has been opened or closed. */
export function toggled(opened: Dict<true>, line: BlockedRow): Dict<true> {
  const next = { ...opened };
  for (const id of line.ids) {
    if (line.open) Reflect.deleteProperty(next, id);
    else next[id] = true;
  }
  return next;
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
