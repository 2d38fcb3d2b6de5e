// The text that is being written: kept across reloads and devices, announced to others as typing.

import { type RefObject, useEffect, useRef, useState } from "react";
import { useClient } from "../app/context";

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

  const clear = () => {
    typedAt.current = 0;
    setText("");
    client.keepDraft(place, "");
    box.current?.focus();
  };

  return { text, change, clear };
}
