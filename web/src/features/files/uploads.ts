// The files that a message is going to carry: on their way up, there, or failed. Kept apart from what is drawn, so that
// who looks elsewhere meanwhile finds them again.

import { isAborted, uploadFile, type Uploaded } from "../../api/files";
import { ApiError } from "../../api/http";
import { newNonce } from "../../lib/ids";

/** As the server calls it. */
export const TOO_LARGE = "too_large";

export interface Chip {
  readonly key: string;
  readonly file: File;
  /** From 0 to 1. */
  readonly progress: number;
  readonly uploaded?: Uploaded;
  /** Where the parts of a large one are put: another attempt goes on there. */
  readonly begun?: string;
  /** The problem that ended it. */
  readonly error?: ApiError;
}

export interface Bounds {
  /** How many files a message carries. */
  most: number;
  /** The most bytes that a file may have, where the server says so. */
  largest: number | undefined;
}

type Upload = typeof uploadFile;

export class Uploads {
  private list: readonly Chip[] = [];
  private readonly running = new Map<string, AbortController>();
  private readonly listeners = new Set<() => void>();
  private readonly upload: Upload;

  constructor(upload: Upload = uploadFile) {
    this.upload = upload;
  }

  readonly get = (): readonly Chip[] => this.list;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** How many of them found no room; a file that is too large does not set out. */
  add(files: Iterable<File>, { most, largest }: Bounds): number {
    const given = [...files];
    const room = Math.max(0, most - this.list.length);
    const added = given.slice(0, room).map((file): Chip => ({ key: newNonce(), file, progress: 0 }));
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
  }

  retry(key: string): void {
    const chip = this.list.find((each) => each.key === key);
    if (!chip) return;
    const { file, begun, progress } = chip;
    const again: Chip = begun ? { key, file, progress, begun } : { key, file, progress: 0 };
    this.set(this.list.map((each) => (each === chip ? again : each)));
    void this.start(key, file, begun);
  }

  /** What is there, taken out. */
  take(): Uploaded[] {
    const there = this.list.flatMap((chip) => chip.uploaded ?? []);
    this.set([]);
    // The same file picked twice is one file.
    return there.filter(
      ({ hash, name }, at) => there.findIndex((each) => each.hash === hash && each.name === name) === at,
    );
  }

  /** Somebody else may sit here next. */
  forget(): void {
    for (const controller of this.running.values()) controller.abort();
    this.set([]);
  }

  private async start(key: string, file: File, begun?: string): Promise<void> {
    const controller = new AbortController();
    this.running.set(key, controller);
    try {
      const onProgress = (progress: number) => this.change(key, { progress });
      const onBegun = (url: string) => this.change(key, { begun: url });
      const uploaded = await this.upload(file, { signal: controller.signal, onProgress, begun, onBegun });
      this.change(key, { uploaded, progress: 1 });
    } catch (error) {
      if (isAborted(error)) return;
      this.change(key, {
        error: error instanceof ApiError ? error : new ApiError({ status: 0, code: "unknown" }),
      });
    } finally {
      this.running.delete(key);
    }
  }

  private change(key: string, part: Partial<Chip>): void {
    this.set(this.list.map((chip) => (chip.key === key ? { ...chip, ...part } : chip)));
  }

  private set(list: readonly Chip[]): void {
    this.list = list;
    for (const listener of this.listeners) listener();
  }
}
