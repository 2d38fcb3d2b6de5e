// What is shown when there is no network: the conversations and their last messages, as they were seen last. One
// person's only, and gone with the session.

import type { Message, Sync } from "../../api/types";
import { openDatabase } from "../../lib/idb";
import type { State } from "../../store/state";

const DATABASE = "loggia-offline";
const STORE = "snapshot";
const KEY = "last";
/** Of what is kept: another is not read. */
const VERSION = 2;
const DATABASE_VERSION = 1;
export const CHANNELS_MAX = 40;
export const MESSAGES_MAX = 60;

export interface KeptPage {
  channel: string;
  messages: Message[];
  head: number;
  /** Nothing stands before the first of them. */
  complete: boolean;
}

export interface Snapshot {
  version: typeof VERSION;
  sync: Sync;
  pages: KeptPage[];
}

/**
 * Null when there is nothing worth keeping. What was kept `before` of conversations that were not opened since is kept
 * further, where nothing happened in them: of what did, something may have been deleted.
 */
export function snapshotOf(state: State, before: Snapshot | null = null): Snapshot | null {
  const { me } = state;
  if (state.session !== "signed-in" || !state.synced || !me) return null;
  const recent = Object.values(state.channels).sort(
    (a, b) => (b.info.last_message?.ts ?? 0) - (a.info.last_message?.ts ?? 0),
  );
  const pages: KeptPage[] = [];
  const earlier = new Map(
    before?.sync.user.id === me.id ? before.pages.map((page) => [page.channel, page]) : [],
  );
  for (const { info, main, messages, cursor } of recent) {
    if (pages.length >= CHANNELS_MAX) break;
    if (!main || main.hasNewer || main.stale) {
      const page = earlier.get(info.id);
      if (page?.head === cursor) pages.push(withoutGone(page, ({ seq }) => seq >= info.kept_from_seq));
      continue;
    }
    const ids = main.ids.slice(-MESSAGES_MAX);
    const kept = ids.flatMap((id) => messages[id] ?? []).map(({ v: _v, ...message }) => message);
    const complete = !main.hasOlder && ids.length === main.ids.length;
    pages.push({ channel: info.id, messages: kept, head: cursor, complete });
  }
  const sync: Sync = {
    user: me,
    server: state.server?.name ?? me.server,
    // The counts and the head are of the last event that was seen.
    channels: recent.map(({ info, cursor }) => ({ ...info, head: cursor })),
    users: Object.values(state.users),
    notifications_unread: state.inbox.unread,
    reminders_unread: state.inbox.reminders,
    blocks: Object.keys(state.blocked),
  };
  return { version: VERSION, sync, pages };
}

/** Without what was kept long enough: before that there is nothing. */
export function withoutGone(page: KeptPage, isKept: (message: Message) => boolean): KeptPage {
  const messages = page.messages.filter(isKept);
  return messages.length === page.messages.length ? page : { ...page, messages, complete: true };
}

export async function keepSnapshot(snapshot: Snapshot | null): Promise<void> {
  await inStore("readwrite", (store) => (snapshot ? store.put(snapshot, KEY) : store.delete(KEY)));
}

export async function loadSnapshot(): Promise<Snapshot | null> {
  const found = await inStore("readonly", (store) => store.get(KEY));
  const known = found as Snapshot | undefined;
  return known?.version === VERSION ? known : null;
}

async function inStore(
  mode: IDBTransactionMode,
  run: (store: IDBObjectStore) => IDBRequest,
): Promise<unknown> {
  const make = (database: IDBDatabase) => void database.createObjectStore(STORE);
  const database = await openDatabase(DATABASE, DATABASE_VERSION, make);
  if (!database) return undefined;
  return new Promise((resolve) => {
    const end = (value: unknown) => {
      database.close();
      resolve(value);
    };
    try {
      const transaction = database.transaction(STORE, mode);
      const request = run(transaction.objectStore(STORE));
      transaction.oncomplete = () => end(request.result);
      transaction.onabort = () => end(undefined);
    } catch {
      end(undefined);
    }
  });
}
