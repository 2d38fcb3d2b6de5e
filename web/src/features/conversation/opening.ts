// Where a conversation opens: at what the address names, else at what is new, else where it was left, else at its end.
// Pure, but for `load`.

import type { Window } from "../../store/state";
import { reaches } from "../../store/window";
import type { Client } from "../client/client";
import type { Place } from "../client/places";

/** How one stands when one comes. */
export interface Coming {
  /** What the address names, unless it is known to stand in a thread. */
  readonly target: string | null;
  readonly unread: number;
  readonly readSeq: number;
  /** Where one was when one left. */
  readonly left: Place | null;
}

/** More unread than one page: open in the middle of the log, not at its end. */
const UNREAD_AROUND_MIN = 40;

/** Whether one can open in what is loaded. While one was away it may have lost its oldest, or may never have had what is new. */
export function opensIn(window: Window, { target, unread, readSeq, left }: Coming): boolean {
  if (target) return window.ids.includes(target);
  if (unread > 0) return !window.stale && reaches(window, readSeq);
  return !window.hasNewer || (!window.stale && left !== null && window.ids.includes(left.key));
}

/** The row or the place; null is the end. */
export function openingOf(
  { ids, hasNewer }: Window,
  { target, left }: Pick<Coming, "target" | "left">,
  hasLine: boolean,
): string | Place | null {
  if (target && ids.includes(target)) return target;
  if (hasLine) return "new";
  if (left && ids.includes(left.key)) return left;
  // What should have been loaded could not be: the newest there is, and not an end to follow.
  return hasNewer ? (ids.at(-1) ?? null) : null;
}

/** Loads what one opens in. */
export async function load(client: Client, id: string, { target, unread, readSeq }: Coming): Promise<void> {
  const { timelines, store } = client;
  if (target && (await seek(client, id, target).catch(() => false))) return;
  const news = unread > 0 && readSeq > 0;
  if (news && unread > UNREAD_AROUND_MIN) return timelines.around(id, readSeq);
  await timelines.latest(id);
  // Replies in threads and one's own messages fill pages, too.
  const main = store.getState().channels[id]?.main;
  if (news && main && !reaches(main, readSeq)) await timelines.around(id, readSeq);
}

/** Loads what is around a message, unless it stands in a thread or cannot be had: then it is as without it. */
async function seek({ timelines }: Client, id: string, target: string): Promise<boolean> {
  const message = await timelines.message(id, target);
  if (!message || message.thread) return false;
  await timelines.around(id, message.seq);
  return true;
}
