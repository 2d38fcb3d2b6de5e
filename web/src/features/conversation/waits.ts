// What waits for a channel's host, for the views.

import { useMemo } from "react";
import type { OutboxItem, StoredMessage } from "../../store/state";
import { type Expected, expected, withWaiting } from "../../store/waiting";
import { useMe, useSelect } from "../app/context";

const NONE = [] as const;

/** What was written and is not in the log, here or on another device. */
export function useUnsent(channel: string): readonly OutboxItem[] {
  const outbox = useSelect((state) => state.outbox[channel]) ?? NONE;
  const waiting = useSelect((state) => state.channels[channel]?.waiting) ?? NONE;
  return useMemo(() => withWaiting(outbox, waiting), [outbox, waiting]);
}

/** The message as it is going to be. */
export function useExpected(channel: string, message: StoredMessage): Expected {
  const me = useMe()?.id ?? "";
  const waiting = useSelect((state) => state.channels[channel]?.waiting) ?? NONE;
  return useMemo(() => expected(message, waiting, me), [message, waiting, me]);
}
