// The files of a channel, as a list that is loaded page by page and follows what happens meanwhile.

import type { StateFrame } from "../../api/frames";
import type { Attachment, FileKind, Message, SharedFile } from "../../api/types";

export interface Page {
  files: SharedFile[];
  next: string | null;
}

export interface Listed {
  /** Those of the newest message first, and those of one message in its order. */
  rows: readonly SharedFile[];
  next: string | null;
}

const KINDS: readonly string[] = ["image", "video", "audio"] satisfies FileKind[];

/** As the server tells them apart. */
export function kindOf({ media_type }: Attachment): FileKind {
  const kind = media_type.slice(0, Math.max(0, media_type.indexOf("/")));
  return KINDS.includes(kind) ? (kind as FileKind) : "other";
}

/** What a message has for the list. */
export function filesOf(message: Message, kind: FileKind | null): SharedFile[] {
  const { id, seq, sender, ts, imported, attachments, deleted } = message;
  if (deleted) return [];
  const wanted = attachments.filter((file) => kind === null || kindOf(file) === kind);
  return wanted.map((attachment) => ({
    message: id,
    seq,
    sender,
    ts,
    ...(imported ? { imported } : {}),
    attachment,
  }));
}

const without = (listed: Listed, message: string): Listed =>
  listed.rows.some((row) => row.message === message)
    ? { ...listed, rows: listed.rows.filter((row) => row.message !== message) }
    : listed;

/** The message carries these now; where it stands beyond what is loaded, they come with their page. */
function put(listed: Listed, message: Message, files: readonly SharedFile[]): Listed {
  const rest = without(listed, message.id);
  const place = rest.rows.findIndex((row) => row.seq < message.seq);
  if (files.length === 0 || (place < 0 && rest.next !== null)) return rest;
  const at = place < 0 ? rest.rows.length : place;
  return { ...rest, rows: [...rest.rows.slice(0, at), ...files, ...rest.rows.slice(at)] };
}

/** The list ends in the midst of the message, or may do so. */
function ends({ rows, next }: Listed, message: string): boolean {
  return next !== null && rows.at(-1)?.message === message;
}

/** What the list has of the message is what it carries now. */
function isSame({ rows }: Listed, message: string, files: readonly SharedFile[]): boolean {
  const known = rows.filter((row) => row.message === message);
  return known.every((row, index) => row.attachment.hash === files[index]?.attachment.hash);
}

/** What a frame makes of the list; null where it has to be read anew. */
export function followed(
  listed: Listed,
  frame: StateFrame,
  channel: string,
  kind: FileKind | null,
): Listed | null {
  if (frame.op === "resync") return channel in frame.d.heads ? null : listed;
  if (frame.op !== "event" || frame.channel !== channel) return listed;
  switch (frame.t) {
    case "message.deleted":
      return without(listed, frame.d.id);
    case "message.created":
    case "message.edited":
    case "message.updated": {
      const files = filesOf(frame.d, kind);
      if (!ends(listed, frame.d.id)) return put(listed, frame.d, files);
      return isSame(listed, frame.d.id, files) ? listed : null;
    }
    default:
      return listed;
  }
}

interface Told {
  list: (listed: Listed) => void;
  /** The beginning could not be had. */
  failed: (error: unknown) => void;
}

export class SharedFiles {
  private listed: Listed | null = null;
  /** What was heard while the beginning was on its way, which may know nothing of it; null when none is. */
  private meanwhile: StateFrame[] | null = null;
  private growing = false;
  private readonly channel: string;
  private readonly kind: FileKind | null;
  private readonly ask: (cursor: string | null) => Promise<Page>;
  private readonly told: Told;

  constructor(
    channel: string,
    kind: FileKind | null,
    ask: (cursor: string | null) => Promise<Page>,
    told: Told,
  ) {
    this.channel = channel;
    this.kind = kind;
    this.ask = ask;
    this.told = told;
  }

  /** The beginning, once at a time. */
  async load(): Promise<void> {
    if (this.meanwhile) return;
    const heard: StateFrame[] = [];
    this.meanwhile = heard;
    try {
      const { files, next } = await this.ask(null);
      this.meanwhile = null;
      this.show({ rows: files, next });
      this.follow(heard);
    } catch (error) {
      this.meanwhile = null;
      this.told.failed(error);
    }
  }

  /** The next page, if there is one. */
  async more(): Promise<void> {
    const cursor = this.listed?.next ?? null;
    if (cursor === null || this.growing) return;
    this.growing = true;
    try {
      const { files, next } = await this.ask(cursor);
      // What was read anew meanwhile goes on elsewhere.
      if (this.listed?.next !== cursor) return;
      this.show({ rows: [...this.listed.rows, ...files], next });
    } finally {
      this.growing = false;
    }
  }

  /** What is on the screen follows; what is on its way is made up for. */
  hear(frames: readonly StateFrame[]): void {
    this.meanwhile?.push(...frames);
    this.follow(frames);
  }

  private follow(frames: readonly StateFrame[]): void {
    if (!this.listed) return;
    let now = this.listed;
    for (const frame of frames) {
      const then = followed(now, frame, this.channel, this.kind);
      if (then === null) return void this.load();
      now = then;
    }
    if (now !== this.listed) this.show(now);
  }

  private show(listed: Listed): void {
    this.listed = listed;
    this.told.list(listed);
  }
}
