// Single keys do something with a message while it has the focus, and was led to by keys: whoever clicked somewhere and
// types goes on writing.

import { type KeyboardEvent, useCallback, useRef } from "react";
import { flushSync } from "react-dom";
import { composing, isMac, signOf } from "../../lib/keys";
import { pointing } from "../app/pointing";

/** Does what a key means for the message that has its tools; false where that is nothing. */
export type RunKey = (key: string) => boolean;

export function useMessageKeys(activate: (row: string) => void) {
  const run = useRef<RunKey | null>(null);
  const onKeys = useCallback((next: RunKey | null) => {
    run.current = next;
  }, []);
  const onKey = (event: KeyboardEvent) => {
    const key = keyOf(event.nativeEvent);
    const { target } = event;
    if (key === null || pointing.last || !(target instanceof HTMLElement) || !target.matches("article"))
      return;
    // The pointer may rest on another one, which has its tools instead.
    flushSync(() => activate(target.dataset["key"] ?? ""));
    if (run.current?.(key)) event.preventDefault();
  };
  return { onKeys, onKey };
}

type Pressed = Pick<
  globalThis.KeyboardEvent,
  "key" | "code" | "keyCode" | "isComposing" | "repeat" | "shiftKey" | "altKey" | "ctrlKey" | "metaKey"
>;

/** Null for what is no such key. A Mac's keyboard has one key to delete, which is another's Backspace. */
export function keyOf(event: Pressed, mac: boolean = isMac()): string | null {
  const { key, repeat, shiftKey, altKey, ctrlKey, metaKey } = event;
  if (repeat || shiftKey || altKey || ctrlKey || metaKey || composing(event)) return null;
  if (key === "Enter" || key === "Delete") return key;
  if (key === "Backspace") return mac ? "Delete" : null;
  return key.length === 1 && key !== " " ? signOf(event) : null;
}
