// The text that is being written: kept across reloads and devices, announced to others as typing.

import { type KeyboardEvent, type RefObject, useEffect, useRef, useState } from "react";
import { commanded, signOf } from "../../lib/keys";
import { useClient } from "../app/context";
import { isFormatting, toggled } from "./formatting";

const TYPING_EVERY_MS = 3_000;

interface Options {
  channel: string;
  place: string;
  box: RefObject<HTMLTextAreaElement | null>;
  onChange: () => void;
}

export function useDraft({ channel, place, box, onChange }: Options) {
  const client = useClient();
  const [text, setText] = useState(() => client.draft(place));
  const [caret, setCaret] = useState(text.length);
  const typedAt = useRef(0);

  // Another tab or device wrote it, or sent it.
  useEffect(() => {
    const onStorage = (event: StorageEvent) => {
      if (event.key === client.draftKey(place)) setText(client.draft(place));
    };
    addEventListener("storage", onStorage);
    return () => removeEventListener("storage", onStorage);
  }, [client, place]);

  const change = (next: string) => {
    setText(next);
    onChange();
    client.keepDraft(place, next);
    const now = Date.now();
    if (next.trim() !== "" && !next.startsWith("/") && now - typedAt.current > TYPING_EVERY_MS) {
      typedAt.current = now;
      client.sendTyping(channel);
    }
  };

  /** Replaces from `from` to `to` and puts the caret behind. */
  const insert = (piece: string, from: number, to: number) => {
    change(text.slice(0, from) + piece + text.slice(to));
    const at = from + piece.length;
    setCaret(at);
    requestAnimationFrame(() => {
      box.current?.focus();
      box.current?.setSelectionRange(at, at);
    });
  };

  /** Bold and the like, around what is selected. True for a key that means that. */
  const format = (event: KeyboardEvent<HTMLTextAreaElement>): boolean => {
    const sign = signOf(event);
    if (!commanded(event) || event.altKey || event.shiftKey || !isFormatting(sign)) return false;
    event.preventDefault();
    const { selectionStart: from, selectionEnd: to } = event.currentTarget;
    const next = toggled(sign, { text, from, to });
    change(next.text);
    requestAnimationFrame(() => box.current?.setSelectionRange(next.from, next.to));
    return true;
  };

  const clear = () => {
    typedAt.current = 0;
    setText("");
    client.keepDraft(place, "");
    box.current?.focus();
  };

  return { text, caret, setCaret, change, insert, format, clear };
}
