// What belongs to something that is being written, besides its text: files, the message that is answered, an edit.

import { readStored, storedKeys, writeStored } from "../../lib/storage";
import { Uploads } from "../files/uploads";

export class Unfinished {
  private readonly me: () => string;
  private readonly files = new Map<string, Uploads>();
  /** By message: what it is to say. */
  private readonly texts = new Map<string, string>();
  /** By channel: the message that is being edited there. */
  private readonly edits = new Map<string, string>();

  constructor(me: () => string) {
    this.me = me;
  }

  /** `place` is what a draft is kept under. */
  uploads(place: string): Uploads {
    const known = this.files.get(place) ?? new Uploads();
    this.files.set(place, known);
    return known;
  }

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
    for (const key of storedKeys(`loggia.reply.${me}.`)) writeStored(key, null);
  }

  private replyKey(place: string): string {
    return `loggia.reply.${this.me()}.${place}`;
  }
}
