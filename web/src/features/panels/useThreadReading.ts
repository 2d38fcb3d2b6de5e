// What counts as read in a thread: what was on the screen, at the end, in a focused window. And where its "new" line
// stands.

import { useCallback, useEffect, useState } from "react";
import { useClient, useSelect } from "../app/context";
import { type Reading, useBack, useFocused } from "../conversation/useReading";

const SETTLE_MS = 200;

/** `seen`: the end of the thread is on the screen, and it is the end. `last`: the seq of its last reply that is there. */
export function useThreadReading(channel: string, root: string, seen: boolean, last: number): Reading {
  const client = useClient();
  const connection = useSelect((state) => state.connection);
  const back = useBack(connection);
  const reading = useFocused() && seen && connection.state === "online";
  const known = useSelect((state) => state.threadStates[root]);
  const waiting = known !== undefined && known.unread > 0;
  const [marker, setMarker] = useState(waiting ? known.read_seq : null);
  const [before, setBefore] = useState(waiting);
  if (before !== waiting) {
    setBefore(waiting);
    if (waiting && (!reading || back)) setMarker(known.read_seq);
  }

  const due = known !== undefined && (known.unread > 0 || known.mentions > 0);
  useEffect(() => {
    if (!due || !reading || last < 0) return;
    const timer = setTimeout(() => void client.threads.markRead(channel, root, last), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [client, channel, root, due, reading, last]);
  const clear = useCallback(() => setMarker(null), []);
  return { marker, clear };
}
