// What belongs to something that is being written, besides its text: files, the message that is answered, an edit.

import { readStored, storedKeys, writeStored } from "../../lib/storage";
import { isRecord } from "../../lib/local";
import { isRunning, type Keeping, type KeptFile, Uploads } from "../files/uploads";

export class Unfinished {
  private readonly me: () => string;
  private readonly files = new Map<string, Uploads>();
  /** By message: what it is to say. */
  private readonly texts = new Map<string, string>();
  /** By channel: the message that is being edited there. */
  private readonly edits = new Map<string, string>();

  private readonly listeners = new Set<() => void>();

  constructor(me: () => string) {
    this.me = me;
  }

  /** `place` is what a draft is kept under. */
  uploads(place: string): Uploads {
    const known = this.files.get(place);
    if (known) return known;
    const uploads = new Uploads(undefined, keptAt(this.filesKey(place)));
    uploads.subscribe(() => {
      for (const listener of this.listeners) listener();
    });
    this.files.set(place, uploads);
    return uploads;
  }

  /** A file is on its way, wherever it was picked. */
  get uploading(): boolean {
    return [...this.files.values()].some((uploads) => uploads.get().some(isRunning));
  }

  /** Where files are that are not sent yet. A string, so that it is equal as long as nothing changed. */
  readonly withFiles = (): string => {
    const prefix = this.filesKey("");
    const stored = storedKeys(prefix).map((key) => key.slice(prefix.length));
    const places = new Set([...this.files.keys(), ...stored]);
    return [...places].filter((place) => this.uploads(place).get().length > 0).join(" ");
  };

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  };

  /** Kept as long as the draft's text. */
  reply(place: string): string | null {
    return readStored(this.replyKey(place));
  }

  keepReply(place: string, message: string | null): void {
    writeStored(this.replyKey(place), message);
  }

  editing(channel: string): string | null {
    return this.edits.get(channel) ?? null;
  }

  keepEditing(channel: string, message: string | null): void {
    if (message) this.edits.set(channel, message);
    else this.edits.delete(channel);
  }

  editText(message: string): string | null {
    return this.texts.get(message) ?? null;
  }

  keepEditText(message: string, text: string | null): void {
    if (text === null) this.texts.delete(message);
    else this.texts.set(message, text);
  }

  /** The session is over. */
  end(): void {
    for (const uploads of this.files.values()) uploads.forget();
    this.files.clear();
    this.texts.clear();
    this.edits.clear();
  }

  /** Nothing of this person stays in the browser. */
  forget(me: string): void {
    this.end();
    const keys = [...storedKeys(`loggia.reply.${me}.`), ...storedKeys(`loggia.files.${me}.`)];
    for (const key of keys) writeStored(key, null);
  }

  private replyKey(place: string): string {
    return `loggia.reply.${this.me()}.${place}`;
  }

  /** On this device only, unlike the text: another one that showed them could send them as well. */
  private filesKey(place: string): string {
    return `loggia.files.${this.me()}.${place}`;
  }
}

function keptAt(key: string): Keeping {
  return {
    read: () => {
      try {
        const stored: unknown = JSON.parse(readStored(key) ?? "[]");
        return Array.isArray(stored) ? stored.filter(isKept) : [];
      } catch {
        return [];
      }
    },
    write: (files) => writeStored(key, files.length === 0 ? null : JSON.stringify(files)),
  };
}

function isKept(value: unknown): value is KeptFile {
  if (!isRecord(value)) return false;
  const strings = [value["hash"], value["name"], value["type"]];
  const numbers = [value["size"], value["since"]];
  const said = value["description"];
  return (
    strings.every((each) => typeof each === "string") &&
    numbers.every((each) => typeof each === "number") &&
    (said === undefined || typeof said === "string")
  );
}
