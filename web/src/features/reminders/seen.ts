// Whoever is led to a message has seen what reminds of it: reading its conversation alone does not say so.

import { list_notifications } from "../../api/operations";
import type { Notification } from "../../api/types";
import { parseRoute } from "../app/route";
import type { Client } from "../client/client";

const PAGE = 100;
/** How far back it is looked for at most. */
export const PAGES_MAX = 3;

/** What the service worker says of a notification that was clicked. */
interface Wish {
  type: string;
  message?: string;
  reminder?: boolean;
}

export function seeReminders(client: Client): () => void {
  const { store, actions } = client;
  const looking = new Set<string>();
  /** What came while this page had no connection is on the server alone: here is how many there are, at most. */
  const look = async (message: string) => {
    if (looking.has(message)) return;
    looking.add(message);
    try {
      for (const id of await told(message)) void actions.readInbox(id, true);
    } catch {
      // It stays as it is, and in the inbox.
    } finally {
      looking.delete(message);
    }
  };
  const see = (message: string | null) => {
    if (!message) return;
    const { items, reminders } = store.getState().inbox;
    const fresh = items.filter(isFresh);
    for (const { id } of fresh.filter((item) => item.message.id === message))
      void actions.readInbox(id, true);
    if (reminders > fresh.length) void look(message);
  };
  const arrived = () => see(parseRoute(location.hash).message);
  const again = (event: Event) => see((event as CustomEvent<{ message: string }>).detail.message);
  // A page that sleeps has not heard yet of what it is woken for.
  const woken = ({ data: { type, message, reminder } }: MessageEvent<Wish>) => {
    if (type === "open" && reminder && message) void look(message);
  };
  const { serviceWorker } = navigator as { serviceWorker?: ServiceWorkerContainer };
  addEventListener("hashchange", arrived);
  addEventListener("loggia:jump", again);
  serviceWorker?.addEventListener("message", woken);
  // A window that a notification opened is led to its message by its address. What this browser kept may be older.
  const { message } = parseRoute(location.hash);
  if (message && document.visibilityState === "visible") void look(message);
  return () => {
    removeEventListener("hashchange", arrived);
    removeEventListener("loggia:jump", again);
    serviceWorker?.removeEventListener("message", woken);
  };
}

const isFresh = ({ read, kind }: Notification) => !read && kind === "reminder";

/** The ids of what reminds of a message, and was not seen. */
async function told(message: string): Promise<number[]> {
  let next: string | null = null;
  for (let pages = 0; pages < PAGES_MAX; pages += 1) {
    const from: { cursor?: string } = next ? { cursor: next } : {};
    const page = await list_notifications({ limit: PAGE, ...from });
    const found = page.notifications.filter((item) => isFresh(item) && item.message.id === message);
    if (found.length > 0) return found.map(({ id }) => id);
    next = page.unread > 0 ? page.next : null;
    if (!next) break;
  }
  return [];
}
