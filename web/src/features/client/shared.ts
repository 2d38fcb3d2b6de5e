// What is kept in this browser and shared with the person's other devices: drafts, the arrangement of the
// sidebar, whether links have previews.
// The browser's own copy is what is shown and written; this brings it and the server's together. Newest wins, and
// what is being written here is never overwritten. Loaded when it is first needed, for one session: once that is over,
// nothing is sent, which would go to whoever is signed in next, and nothing is written.

import { isRecord } from "../../lib/local";
import { readStored, storedKeys, writeStored } from "../../lib/storage";

export interface Setting {
  key: string;
  value: unknown;
  updated_ts: number;
}

/** What `settings.updated` says. */
export type Heard = Setting | { key: string; deleted: true };

export interface Port {
  list: () => Promise<Setting[]>;
  put: (key: string, value: unknown) => Promise<Setting>;
  /** What is gone already is as good. */
  remove: (key: string) => Promise<void>;
  /** Whether trying again may help. */
  passing: (error: unknown) => boolean;
  now: () => number;
}

/** How long after the last key a draft is sent, and for how long what others send then waits. */
export const QUIET_MS = 900;
export const HOLD_MS = 4_000;
const RETRY_MS = 5_000;
const VALUE_BYTES_MAX = 16 * 1024;
const DRAFT = "draft:";
/** Kept as they are. */
const WHOLE = ["sidebar", "previews"];

/** `base`: the server's version that this copy is of. `dirty`: when it was changed here since, else 0. */
interface Entry {
  base: number;
  dirty: number;
}

export class Shared {
  private readonly user: string;
  /** Aborted when it is over. */
  private readonly session: AbortSignal;
  private readonly port: Port;
  private readonly timers = new Map<string, ReturnType<typeof setTimeout>>();
  private readonly touched = new Map<string, number>();
  private readonly busy = new Set<string>();

  constructor(user: string, session: AbortSignal, port: Port) {
    this.user = user;
    this.session = session;
    this.port = port;
  }

  stop(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
  }

  /** Nothing of the person stays in this browser. */
  forget(): void {
    this.stop();
    writeStored(this.ledgerKey, null);
  }

  /** Was changed here. */
  changed(key: string): void {
    const now = this.port.now();
    this.touched.set(key, now);
    this.note(key, (entry) => ({ ...entry, dirty: now }));
    this.later(key, QUIET_MS);
  }

  /** Sends at once what waits: the page may be about to go. */
  hurry(): void {
    for (const key of [...this.timers.keys()]) void this.push(key);
  }

  /** Was changed elsewhere; of one's own changes, too, the server tells. */
  heard(heard: Heard): void {
    const entry = this.ledger()[heard.key] ?? { base: 0, dirty: 0 };
    if (entry.dirty > 0 || this.busy.has(heard.key)) return;
    if ("deleted" in heard) {
      if (entry.base > 0) this.take(heard.key, null, 0);
    } else if (heard.updated_ts > entry.base) {
      this.take(heard.key, heard.value, heard.updated_ts);
    }
  }

  /** After being away: both copies are compared. */
  async reconcile(): Promise<void> {
    const found = new Map((await this.port.list()).map((setting) => [setting.key, setting]));
    const ledger = this.ledger();
    for (const key of new Set([...found.keys(), ...Object.keys(ledger), ...this.kept()])) {
      if (this.session.aborted) return;
      if (this.busy.has(key)) continue;
      const theirs = found.get(key);
      // What was kept before there was sharing is older than anything.
      const { base, dirty } = ledger[key] ?? { base: 0, dirty: this.read(key) === undefined ? 0 : 1 };
      const news = (theirs?.updated_ts ?? 0) > base;
      if (dirty > 0 && !(news && (theirs?.updated_ts ?? 0) > dirty)) {
        this.note(key, () => ({ base: Math.max(base, theirs?.updated_ts ?? 0), dirty }));
        await this.push(key);
      } else if (theirs && news) this.take(key, theirs.value, theirs.updated_ts);
      else if (!theirs && base > 0) this.take(key, null, 0);
    }
  }

  /** Puts what came from elsewhere here, as if another tab had. */
  private take(key: string, value: unknown, base: number): void {
    const local = this.local(key);
    if (local === null) return;
    // It is nowhere else, and may be much.
    if (tooLong(this.read(key))) return;
    if (this.port.now() - (this.touched.get(key) ?? -HOLD_MS) < HOLD_MS) {
      this.note(key, (entry) => ({ base: Math.max(entry.base, base), dirty: this.port.now() }));
      return this.later(key, QUIET_MS);
    }
    writeStored(local, value === null ? null : toLocal(key, value));
    this.note(key, () => (base > 0 ? { base, dirty: 0 } : null));
    dispatchEvent(new StorageEvent("storage", { key: local }));
  }

  private async push(key: string): Promise<void> {
    clearTimeout(this.timers.get(key));
    this.timers.delete(key);
    const { dirty = 0 } = this.ledger()[key] ?? {};
    if (dirty === 0) return;
    if (this.busy.has(key)) return this.later(key, QUIET_MS);
    this.busy.add(key);
    try {
      const value = this.read(key);
      const known = this.ledger()[key]?.base ?? 0;
      let base = 0;
      // What was never sent needs no deleting: most messages are written in one go. What is too long stays here, and
      // elsewhere nothing is better than what it was before.
      if (value === undefined || tooLong(value)) await (known > 0 ? this.port.remove(key) : null);
      else base = (await this.port.put(key, value)).updated_ts;
      if (this.session.aborted) return;
      // What was written meanwhile is still to be sent.
      this.note(key, (now) => {
        if (now.dirty > dirty) return { ...now, base };
        return base > 0 ? { base, dirty: 0 } : null;
      });
    } catch (error) {
      if (this.session.aborted) return;
      if (this.port.passing(error)) this.later(key, RETRY_MS);
      else this.note(key, (entry) => ({ ...entry, dirty: 0 }));
    } finally {
      this.busy.delete(key);
    }
  }

  private later(key: string, ms: number): void {
    clearTimeout(this.timers.get(key));
    this.timers.set(
      key,
      setTimeout(() => void this.push(key), ms),
    );
  }

  private read(key: string): unknown {
    const local = this.local(key);
    const raw = local === null ? null : readStored(local);
    return raw === null ? undefined : toShared(key, raw);
  }

  /** Where it is kept in this browser; null for what other programs share. */
  private local(key: string): string | null {
    if (WHOLE.includes(key)) return `loggia.${key}.${this.user}`;
    return key.startsWith(DRAFT) ? `loggia.draft.${this.user}.${key.slice(DRAFT.length)}` : null;
  }

  private kept(): string[] {
    const drafts = `loggia.draft.${this.user}.`;
    const keys = storedKeys(drafts).map((local) => DRAFT + local.slice(drafts.length));
    return [...keys, ...WHOLE.filter((key) => readStored(`loggia.${key}.${this.user}`) !== null)];
  }

  private get ledgerKey(): string {
    return `loggia.shared.${this.user}`;
  }

  /** Read anew each time: another tab writes it too. */
  private ledger(): Record<string, Entry> {
    try {
      const stored: unknown = JSON.parse(readStored(this.ledgerKey) ?? "{}");
      return isRecord(stored) ? (stored as Record<string, Entry>) : {};
    } catch {
      return {};
    }
  }

  private note(key: string, change: (entry: Entry) => Entry | null): void {
    const ledger = this.ledger();
    const next = change(ledger[key] ?? { base: 0, dirty: 0 });
    if (next) ledger[key] = next;
    else Reflect.deleteProperty(ledger, key);
    writeStored(this.ledgerKey, JSON.stringify(ledger));
  }
}

function toLocal(key: string, value: unknown): string | null {
  if (!key.startsWith(DRAFT)) return JSON.stringify(value);
  const text = isRecord(value) ? value["text"] : null;
  return typeof text === "string" && text !== "" ? text : null;
}

function toShared(key: string, raw: string): unknown {
  if (key.startsWith(DRAFT)) return { text: raw };
  try {
    return JSON.parse(raw);
  } catch {
    return undefined;
  }
}

const tooLong = (value: unknown): boolean =>
  value !== undefined && new TextEncoder().encode(JSON.stringify(value)).length > VALUE_BYTES_MAX;
