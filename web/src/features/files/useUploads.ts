// The files that a message is going to carry: on their way up, there, or failed.

import { useCallback, useEffect, useRef, useState } from "react";
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
  /** The problem that ended it. */
  readonly error?: ApiError;
}

export interface Uploads {
  chips: readonly Chip[];
  /** Something is still on its way, or failed. */
  unfinished: boolean;
  add: (files: Iterable<File>) => void;
  remove: (key: string) => void;
  retry: (key: string) => void;
  /** What is there, taken out. */
  take: () => Uploaded[];
  /** The most bytes that a file may have, where the server says so. */
  largest: number | undefined;
}

export interface Bounds {
  /** How many files a message carries. */
  most: number;
  largest: number | undefined;
}

/** What is beyond `most` is left out, and told to `onTooMany`; a file that is too large does not set out. */
export function useUploads({ most, largest }: Bounds, onTooMany: () => void): Uploads {
  const [chips, setChips] = useState<readonly Chip[]>([]);
  const running = useRef(new Map<string, AbortController>());

  const change = useCallback((key: string, part: Partial<Chip>) => {
    setChips((all) => all.map((chip) => (chip.key === key ? { ...chip, ...part } : chip)));
  }, []);

  const start = useCallback(
    async (key: string, file: File) => {
      if (largest !== undefined && file.size > largest) {
        change(key, { error: new ApiError({ status: 413, code: TOO_LARGE }) });
        return;
      }
      const controller = new AbortController();
      running.current.set(key, controller);
      try {
        const onProgress = (progress: number) => change(key, { progress });
        const uploaded = await uploadFile(file, { signal: controller.signal, onProgress });
        change(key, { uploaded, progress: 1 });
      } catch (error) {
        if (isAborted(error)) return;
        change(key, {
          error: error instanceof ApiError ? error : new ApiError({ status: 0, code: "unknown" }),
        });
      } finally {
        running.current.delete(key);
      }
    },
    [change, largest],
  );

  useEffect(() => {
    const all = running.current;
    return () => all.forEach((controller) => controller.abort());
  }, []);

  const add = (files: Iterable<File>) => {
    const given = [...files];
    const room = Math.max(0, most - chips.length);
    if (given.length > room) onTooMany();
    const added = given.slice(0, room).map((file): Chip => ({ key: newNonce(), file, progress: 0 }));
    setChips([...chips, ...added]);
    for (const { key, file } of added) void start(key, file);
  };

  const remove = (key: string) => {
    running.current.get(key)?.abort();
    setChips((all) => all.filter((chip) => chip.key !== key));
  };

  const retry = (key: string) => {
    const chip = chips.find((each) => each.key === key);
    if (!chip) return;
    setChips((all) => all.map((each) => (each.key === key ? { key, file: chip.file, progress: 0 } : each)));
    void start(key, chip.file);
  };

  const take = () => {
    const there = chips.flatMap((chip) => chip.uploaded ?? []);
    setChips([]);
    // The same file picked twice is one file.
    return there.filter((file, at) => there.findIndex((each) => each.hash === file.hash) === at);
  };

  return { chips, unfinished: chips.some((chip) => !chip.uploaded), add, remove, retry, take, largest };
}
