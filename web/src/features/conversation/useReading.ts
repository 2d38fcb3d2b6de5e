// What counts as read: only what was on the screen, at the end, in a focused window. And where the "new" line stands.

import { useCallback, useEffect, useLayoutEffect, useState, useSyncExternalStore } from "react";
import type { Channel } from "../../api/types";
import type { ConnectionState } from "../../store/state";
import { useClient } from "../app/context";

const SETTLE_MS = 200;

const subscribeFocus = (listener: () => void) => {
  addEventListener("focus", listener);
  addEventListener("blur", listener);
  document.addEventListener("visibilitychange", listener);
  return () => {
    removeEventListener("focus", listener);
    removeEventListener("blur", listener);
    document.removeEventListener("visibilitychange", listener);
  };
};

export const useFocused = (): boolean =>
  useSyncExternalStore(subscribeFocus, () => document.hasFocus() && document.visibilityState === "visible");

const useVisible = (): boolean =>
  useSyncExternalStore(subscribeFocus, () => document.visibilityState === "visible");

export interface Reading {
  marker: number | null;
  clear: () => void;
}

export interface Returning extends Reading {
  /** One comes back to what nobody has seen coming: it is to be led to its beginning, as when one opens. */
  returned: boolean;
  led: () => void;
}

/**
 * Whether the picture is the first with this connection. It brings what came while there was none, which nobody has
 * seen coming: frames are applied before the connection counts as being back.
 */
export function useBack(connection: ConnectionState): boolean {
  const [known, setKnown] = useState(connection);
  if (known !== connection) setKnown(connection);
  return known !== connection;
}

interface Sight {
  /** The end of what is there is on the screen. */
  seen: boolean;
  /** What is there ends before the conversation does, for what was missed could not be repeated. */
  stale: boolean;
  /** Of the same moment. */
  connection: ConnectionState;
}

export function useReading(info: Channel, { seen, stale, connection }: Sight): Returning {
  const client = useClient();
  const focused = useFocused();
  const back = useBack(connection);
  // "Mark unread from here" lasts until the person says otherwise or comes back.
  const [held, setHeld] = useState(false);
  const [returned, setReturned] = useState(false);
  const reading = seen && !stale && !returned && focused && !held && connection.state === "online";
  const [marker, setMarker] = useState<number | null>(info.unread > 0 ? info.read_seq : null);
  const waiting = info.unread > 0;
  const [before, setBefore] = useState(waiting);
  if (before !== waiting) {
    setBefore(waiting);
    if (waiting && (!reading || back)) setMarker(info.read_seq);
  }
  const visible = useVisible();
  const [here, setHere] = useState(visible);
  if (here !== visible) setHere(visible);
  const comes = (back && connection.state === "online") || (visible && !here);
  if (comes && waiting && !held && seen && !returned) setReturned(true);

  const { id, head, read_seq: readSeq, membership } = info;
  const last = info.last_message?.seq ?? 0;
  const due = membership === "joined" && (waiting || last > readSeq);
  useEffect(() => {
    if (!reading || !due) return;
    const timer = setTimeout(() => void client.actions.markRead(id, head), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [client, reading, due, id, head]);

  useLayoutEffect(() => {
    const onRead = (event: Event) => {
      if ((event as CustomEvent<string>).detail !== id) return;
      setHeld(false);
      setMarker(null);
    };
    const onUnread = (event: Event) => {
      const { channel, marker: from } = (event as CustomEvent<{ channel: string; marker: number }>).detail;
      if (channel !== id) return;
      setHeld(true);
      setMarker(from);
    };
    addEventListener("loggia:read", onRead);
    addEventListener("loggia:unread", onUnread);
    return () => {
      removeEventListener("loggia:read", onRead);
      removeEventListener("loggia:unread", onUnread);
    };
  }, [id]);

  const clear = () => {
    setHeld(false);
    setMarker(null);
  };
  const led = useCallback(() => setReturned(false), []);
  return { marker, clear, returned: returned && !stale, led };
}
