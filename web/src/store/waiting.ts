// What of the viewer's own waits for a channel's host: kept beside what the log says, and laid over it when it is shown.

import type { PendingUpdate } from "../api/frames";
import type { Message, Pending } from "../api/types";
import { changeChannel } from "./channels";
import { react } from "./events";
import { discard, setStatus } from "./outbox";
import type { OutboxItem, State, StoredMessage } from "./state";

/** Something began to wait, or does so no longer. */
export function tellPending(state: State, channel: string, update: PendingUpdate): State {
  const { state: fate, code, detail: _detail, ...pending } = update;
  if (fate === "dismissed") return putAway(state, pending.id);
  const next = changeChannel(state, channel, (known) => {
    const others = known.waiting.filter(({ id }) => id !== pending.id);
    if (fate === "waiting") return { ...known, waiting: [...others, pending] };
    return others.length === known.waiting.length ? known : { ...known, waiting: others };
  });
  const nonce = pending.kind === "message" ? pending.message?.nonce : undefined;
  if (!nonce) return next;
  if (fate === "refused")
    return setStatus(next, channel, nonce, { status: "failed", error: code ?? "unknown" });
  // It must not be sent again.
  return fate === "taken_back" ? discard(next, channel, nonce) : next;
}

/** A refusal that was seen, here or on another device. */
export function putAway(state: State, id: string): State {
  const refusals = state.refusals.filter(({ pending }) => pending.id !== id);
  return refusals.length === state.refusals.length ? state : { ...state, refusals };
}

/** Whether anything of one's own waits for the channel's host. */
export function waitsForHost(state: State, id: string): boolean {
  const inOutbox = state.outbox[id]?.some((item) => item.status === "hosted") ?? false;
  return inOutbox || (state.channels[id]?.waiting.length ?? 0) > 0;
}

/** The outbox, and what was written on other devices and waits. */
export function withWaiting(
  outbox: readonly OutboxItem[],
  waiting: readonly Pending[],
): readonly OutboxItem[] {
  const here = new Set(outbox.map(({ nonce }) => nonce));
  const elsewhere = waiting.flatMap(({ kind, message }) =>
    kind === "message" && message?.nonce && !here.has(message.nonce) ? [itemOf(message, message.nonce)] : [],
  );
  return elsewhere.length === 0 ? outbox : [...outbox, ...elsewhere].sort((a, b) => a.ts - b.ts);
}

function itemOf(message: Message, nonce: string): OutboxItem {
  const { channel, text, ts, reply_to, thread, attachments, previews } = message;
  return {
    nonce,
    channel,
    text,
    ts,
    status: "hosted",
    attachments,
    previews,
    ...(reply_to ? { reply_to } : {}),
    ...(thread ? { thread } : {}),
  };
}

/** A message as it is going to be, and what of that waits. */
export interface Expected {
  readonly message: StoredMessage;
  readonly edit: Pending | null;
  readonly removal: Pending | null;
  /** Reactions that are to come or to go. */
  readonly emoji: readonly string[];
}

export function expected(message: StoredMessage, waiting: readonly Pending[], me: string): Expected {
  const start: Expected = { message, edit: null, removal: null, emoji: [] };
  if (message.deleted) return start;
  return waiting.filter(({ target }) => target === message.id).reduce((so, each) => lay(so, each, me), start);
}

function lay(so: Expected, each: Pending, me: string): Expected {
  const { message } = so;
  const { kind, emoji } = each;
  if (kind === "edit" && each.message) {
    const { text, mentions, previews } = each.message;
    return { ...so, edit: each, message: { ...message, text, mentions, previews, edited_ts: each.ts } };
  }
  if (emoji !== undefined && (kind === "reaction" || kind === "redact")) {
    const reactions = react(message.reactions, emoji, me, kind === "reaction", me);
    return { ...so, emoji: [...so.emoji, emoji], message: { ...message, reactions } };
  }
  return kind === "redact" ? { ...so, removal: each } : so;
}
