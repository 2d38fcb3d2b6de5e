// What is typed after a box was asked for and before its part of the page has come: the box gets it.

import { useEffectEvent, useLayoutEffect } from "react";
import { composing } from "../lib/keys";

const CHARS_MAX = 500;
/** How long keys are caught for a part that does not come. */
const EARLY_MS_MAX = 5_000;
/** Keys that lead elsewhere. */
const LEAVING = new Set(["Tab", "F6"]);

let early = "";
/** One takes over from another without a key between them. */
let waiting = 0;

/** The text after a key, or null where the key is none of writing. */
export function typedBy(
  text: string,
  event: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey">,
): string | null {
  const { key, ctrlKey, metaKey, altKey } = event;
  // With AltGr, which is both to a browser, one writes.
  if (metaKey || ctrlKey !== altKey) return null;
  if (key === "Backspace") return [...text].slice(0, -1).join("");
  // It presses what was pressed once more, or what is to be found, which nobody has seen yet.
  if (key === "Enter") return text;
  return [...key].length === 1 ? (text + key).slice(0, CHARS_MAX) : null;
}

/** In place of a part with a box to write in. */
export function EarlyKeys({ onEscape }: { onEscape: () => void }): null {
  const escape = useEffectEvent(onEscape);
  useLayoutEffect(() => {
    waiting += 1;
    const over = new AbortController();
    const onKey = (event: KeyboardEvent) => {
      // What is being composed goes where it began.
      if (composing(event)) return;
      if (LEAVING.has(event.key)) {
        over.abort();
        return;
      }
      const next = typedBy(early, event);
      if (next !== null) early = next;
      else if (event.key === "Escape") escape();
      else return;
      event.preventDefault();
      event.stopPropagation();
    };
    addEventListener("keydown", onKey, { capture: true, signal: over.signal });
    // Whoever turns to something else while it does not come has their keys back, and in the end everybody.
    addEventListener("pointerdown", () => over.abort(), { capture: true, signal: over.signal });
    const enough = setTimeout(() => over.abort(), EARLY_MS_MAX);
    return () => {
      clearTimeout(enough);
      waiting -= 1;
      over.abort();
      // The part, or what waits for a part of that, is there at once.
      setTimeout(() => {
        if (waiting === 0) early = "";
      });
    };
  }, []);
  return null;
}

/** Once, where the box is there: what was typed before. */
export function useEarlyKeys(onText: (text: string) => void): void {
  const give = useEffectEvent(onText);
  useLayoutEffect(() => {
    const text = early;
    early = "";
    if (text) give(text);
  }, []);
}
