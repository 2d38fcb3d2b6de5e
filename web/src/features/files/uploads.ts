// The files that a message is going to carry: on their way up, there, or failed. Kept apart from what is drawn, so that
// who looks elsewhere meanwhile finds them again. What is there is kept in the browser: it is found after a reload, too.

import { type Carried, uploadFile, type Uploaded } from "../../api/files";
import { ApiError } from "../../api/http";
import { newNonce } from "../../lib/ids";

/** As the server calls it. */
export const TOO_LARGE = "too_large";

/** Before the server forgets a file that was never sent, which is after a day. */
const KEPT_MS_MAX = 23 * 60 * 60 * 1_000;

/** Of a file from before a reload the bytes are not here any more. */
export type Known = Pick<File, "name" | "size" | "type">;

export interface Chip {
  readonly key: string;
  readonly file: File | Known;
  /** From 0 to 1. */
  readonly progress: number;
  readonly uploaded?: Uploaded;
  /** What is to be seen or heard in it; empty as long as nobody says. */
  readonly description?: string;
  /** Since when it is there. */
  readonly since?: number;
  /** Where the parts of a large one are put: another attempt goes on there. */
  readonly begun?: string;
  /** The problem that ended it. */
  readonly error?: ApiError;
}

export const isRunning = (chip: Chip): boolean => !chip.uploaded && !chip.error;

export interface Bounds {
  /** How many files a message carries. */
  most: number;
  /** The most bytes that a file may have, where the server says so. */
  largest: number | undefined;
}

/** A file that is there. */
export interface KeptFile extends Carried {
  size: number;
  type: string;
  since: number;
}

/** Where it is remembered what is there. */
export interface Keeping {
  read: () => readonly KeptFile[];
  write: (files: readonly KeptFile[]) => void;
}

/** What has come of a message that waits for its files, `count` of them when it was said to go. */
export function outcome(chips: readonly Chip[], count: number): "waits" | "goes" | "failed" | "stopped" {
  // Another file, or one less, is another message; and one that failed is for the person to decide.
  if (chips.length !== count) return "stopped";
  if (chips.some(({ error }) => error)) return "failed";
  return chips.every(({ uploaded }) => uploaded) ? "goes" : "waits";
}

/** What becomes of a message that waits for its files. */
export interface WhenThere {
  go: () => void;
  failed: () => void;
}

type Upload = typeof uploadFile;

const carried = ({ hash, name }: Uploaded, { description }: Chip): Carried => ({
  hash,
  name,
  ...(description ? { description } : {}),
});

const NOWHERE: Keeping = { read: () => [], write: () => undefined };

export class Uploads {
  private list: readonly Chip[] = [];
  private readonly running = new Map<string, AbortController>();
  private readonly listeners = new Set<() => void>();
  private readonly upload: Upload;
  private readonly keeping: Keeping;
  /** The message that goes once so many files are there. */
  private due: (WhenThere & { count: number }) | null = null;

  constructor(upload: Upload = uploadFile, keeping: Keeping = NOWHERE) {
    this.upload = upload;
    this.keeping = keeping;
    const now = Date.now();
    this.list = keeping
      .read()
      .filter(({ since }) => now - since < KEPT_MS_MAX)
      .map(({ hash, name, description, size, type, since }) => ({
        key: newNonce(),
        file: { name, size, type },
        progress: 1,
        uploaded: { hash, name },
        ...(description ? { description } : {}),
        since,
      }));
  }

  readonly get = (): readonly Chip[] => this.list;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly waits = (): boolean => this.due !== null;

  /** Does it once everything is there, also when one looks elsewhere meanwhile; until then, again changes what is done. */
  wait(due: WhenThere): void {
    this.due = { ...due, count: this.list.length };
    this.set(this.list);
  }

  stopWaiting(): void {
    if (!this.due) return;
    this.due = null;
    this.set(this.list);
  }

  /** How many of them found no room; a file that is too large does not set out. */
  add(files: Iterable<File>, { most, largest }: Bounds): number {
    const given = [...files];
    const room = Math.max(0, most - this.list.length);
    const added = given.slice(0, room).map((file) => ({ key: newNonce(), file, progress: 0 }));
    this.set([...this.list, ...added]);
    for (const { key, file } of added) {
      if (largest !== undefined && file.size > largest) {
        this.change(key, { error: new ApiError({ status: 413, code: TOO_LARGE }) });
      } else void this.start(key, file);
    }
    return given.length - added.length;
  }

  remove(key: string): void {
    this.running.get(key)?.abort();
    this.set(this.list.filter((chip) => chip.key !== key));
    this.keep();
  }

  retry(key: string): void {
    const chip = this.list.find((each) => each.key === key);
    const file = chip?.file;
    if (!chip || !(file instanceof File)) return;
    const { begun, progress, description = "" } = chip;
    const again: Chip = begun
      ? { key, file, description, progress, begun }
      : { key, file, description, progress: 0 };
    this.set(this.list.map((each) => (each === chip ? again : each)));
    void this.start(key, file, begun);
  }

  /** Also while it is on its way. */
  describe(key: string, description: string): void {
    this.change(key, { description });
    this.keep();
  }

  /** What is there, taken out. */
  take(): Carried[] {
    const there = this.there();
    this.set([]);
    this.keep();
    return there;
  }

  there(): Carried[] {
    const there = this.list.flatMap((chip) => (chip.uploaded ? carried(chip.uploaded, chip) : []));
    // The same file picked twice is one file, and what was said of either is said of it.
    const same = (one: Carried, other: Carried) => one.hash === other.hash && one.name === other.name;
    return there
      .filter((file, at) => there.findIndex((each) => same(each, file)) === at)
      .map((file) => there.find((each) => same(each, file) && each.description) ?? file);
  }

  /** Somebody else may sit here next. What is remembered is not this one's to forget. */
  forget(): void {
    for (const controller of this.running.values()) controller.abort();
    this.set([]);
  }

  private async start(key: string, file: File, begun?: string): Promise<void> {
    const controller = new AbortController();
    const { signal } = controller;
    this.running.set(key, controller);
    try {
      const onProgress = (progress: number) => this.change(key, { progress });
      const onBegun = (url: string) => this.change(key, { begun: url });
      const uploaded = await this.upload(file, { signal, onProgress, begun, onBegun });
      if (signal.aborted) return;
      this.change(key, { uploaded, progress: 1, since: Date.now() });
      this.keep();
    } catch (error) {
      if (signal.aborted) return;
      this.change(key, {
        error: error instanceof ApiError ? error : new ApiError({ status: 0, code: "unknown" }),
      });
    } finally {
      this.running.delete(key);
    }
  }

  private keep(): void {
    this.keeping.write(
      this.list.flatMap((chip) => {
        const { file, uploaded, since } = chip;
        const { size, type } = file;
        return uploaded && since !== undefined ? [{ ...carried(uploaded, chip), size, type, since }] : [];
      }),
    );
  }

  private change(key: string, part: Partial<Chip>): void {
    this.set(this.list.map((chip) => (chip.key === key ? { ...chip, ...part } : chip)));
  }

  private set(list: readonly Chip[]): void {
    this.list = list;
    const { due } = this;
    const now = due ? outcome(list, due.count) : "waits";
    if (now !== "waits") this.due = null;
    for (const listener of this.listeners) listener();
    if (now === "goes") due?.go();
    if (now === "failed") due?.failed();
  }
}
