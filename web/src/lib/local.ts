// Settings of this browser: a value with a default, kept in localStorage, the same in every tab.

import { readStored, writeStored } from "./storage";

export class Local<T> {
  private readonly key: string;
  private readonly read: (stored: unknown) => T;
  private raw: string | null = null;
  private value: T;
  private loaded = false;
  private readonly listeners = new Set<() => void>();

  /** `read` makes a value of whatever was stored, or of `undefined`: what is there may be old, or not ours. */
  constructor(key: string, read: (stored: unknown) => T) {
    this.key = key;
    this.read = read;
    this.value = read(undefined);
  }

  readonly get = (): T => {
    const raw = readStored(this.key);
    if (!this.loaded || raw !== this.raw) {
      this.loaded = true;
      this.raw = raw;
      this.value = this.read(parsed(raw));
    }
    return this.value;
  };

  set(value: T): void {
    writeStored(this.key, JSON.stringify(value));
    this.tell();
    // Where nothing can be stored, it holds for this page.
    if (readStored(this.key) === null) {
      this.value = value;
      this.tell();
    }
  }

  change(change: (value: T) => T): void {
    this.set(change(this.get()));
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    if (this.listeners.size === 0) addEventListener("storage", this.elsewhere);
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size === 0) removeEventListener("storage", this.elsewhere);
    };
  };

  private readonly elsewhere = (event: StorageEvent): void => {
    if (event.key === this.key || event.key === null) this.tell();
  };

  private tell(): void {
    for (const listener of [...this.listeners]) listener();
  }
}

function parsed(raw: string | null): unknown {
  try {
    return raw === null ? undefined : JSON.parse(raw);
  } catch {
    return undefined;
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
