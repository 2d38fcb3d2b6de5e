// Enter while a file is on its way: the message goes by itself once everything is there.

import { useEffect, useEffectEvent, useState } from "react";
import type { Chip, Uploads } from "../files/uploads";

/** What has come of a message that waits for its files, `count` of them when it was said to go. */
export function outcome(chips: readonly Chip[], count: number): "waits" | "goes" | "stopped" {
  // Another file, or one less, is another message; and one that failed is for the person to decide.
  if (chips.length !== count || chips.some(({ error }) => error)) return "stopped";
  return chips.every(({ uploaded }) => uploaded) ? "goes" : "waits";
}

export interface Due {
  /** It goes when the files are there. */
  waits: boolean;
  wait: () => void;
  stop: () => void;
}

export function useDue(uploads: Uploads, send: () => void): Due {
  /** Of how many files it waits for. */
  const [count, setCount] = useState<number | null>(null);
  const go = useEffectEvent(send);
  useEffect(() => {
    if (count === null) return;
    const look = () => {
      const now = outcome(uploads.get(), count);
      if (now === "waits") return;
      setCount(null);
      if (now === "goes") go();
    };
    const stop = uploads.subscribe(look);
    // The last of them may have arrived meanwhile.
    look();
    return stop;
  }, [uploads, count]);
  return { waits: count !== null, wait: () => setCount(uploads.get().length), stop: () => setCount(null) };
}
