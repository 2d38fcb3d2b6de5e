// Where unsent messages outlive the page: IndexedDB, or localStorage where that is missing or forbidden.

import { openDatabase } from "../../lib/idb";
import { readStored, storedKeys, writeStored } from "../../lib/storage";
import type { OutboxItem } from "../../store/state";

const DATABASE = "loggia";
const VERSION = 1;
const STORE = "outbox";

export class Kept {
  private database: IDBDatabase | null = null;
  private readonly opening: Promise<IDBDatabase | null>;

  constructor() {
    this.opening = open().then((database) => {
      this.database = database;
      return database;
    });
  }

  /** The user's items in the order in which they were written. */
  async all(user: string): Promise<OutboxItem[]> {
    const database = await this.opening;
    const items = [...(database ? await readAll(database, user) : []), ...readLocal(user)];
    const byNonce = new Map(items.map((item) => [item.nonce, item]));
    return [...byNonce.values()].sort((a, b) => a.ts - b.ts);
  }

  /** Asked of the database at once when it is open, so that a reload right after loses nothing. */
  put(user: string, item: OutboxItem): void {
    this.write(
      (store) => store.put({ ...item, user }),
      () => writeStored(localKey(user, item.nonce), JSON.stringify(item)),
    );
  }

  remove(user: string, nonce: string): void {
    const local = () => writeStored(localKey(user, nonce), null);
    local();
    this.write((store) => store.delete([user, nonce]), local);
  }

  /** Nothing of this user's stays behind. */
  async clear(user: string): Promise<void> {
    for (const item of await this.all(user)) this.remove(user, item.nonce);
  }

  private write(change: (store: IDBObjectStore) => void, otherwise?: () => void): void {
    if (!this.database) {
      void this.opening.then((database) => (database ? this.write(change, otherwise) : otherwise?.()));
      return;
    }
    try {
      const transaction = this.database.transaction(STORE, "readwrite");
      transaction.onabort = () => otherwise?.();
      change(transaction.objectStore(STORE));
    } catch {
      otherwise?.();
    }
  }
}

function open(): Promise<IDBDatabase | null> {
  return openDatabase(
    DATABASE,
    VERSION,
    (database) => void database.createObjectStore(STORE, { keyPath: ["user", "nonce"] }),
  );
}

function readAll(database: IDBDatabase, user: string): Promise<OutboxItem[]> {
  return new Promise((resolve) => {
    try {
      const range = IDBKeyRange.bound([user, ""], [user, "\uffff"]);
      const request = database.transaction(STORE).objectStore(STORE).getAll(range);
      request.onsuccess = () =>
        resolve(
          (request.result as (OutboxItem & { user: string })[]).map(({ user: _user, ...item }) => item),
        );
      request.onerror = () => resolve([]);
    } catch {
      resolve([]);
    }
  });
}

const localKey = (user: string, nonce: string) => `loggia.outbox.${user}.${nonce}`;

function readLocal(user: string): OutboxItem[] {
  const items: OutboxItem[] = [];
  for (const key of storedKeys(localKey(user, ""))) {
    try {
      items.push(JSON.parse(readStored(key) ?? "") as OutboxItem);
    } catch {
      writeStored(key, null);
    }
  }
  return items;
}
