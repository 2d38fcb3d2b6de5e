// What counts as read in a thread: what was on the screen, at the end, in a focused window.

import { useEffect } from "react";
import { useClient, useSelect } from "../app/context";
import { useFocused } from "../conversation/useReading";

const SETTLE_MS = 200;

/** `seen`: the end of the thread is on the screen. `last`: the seq of its last reply that is there. */
export function useThreadReading(channel: string, root: string, seen: boolean, last: number): void {
  const client = useClient();
  const focused = useFocused();
  const due = useSelect((state) => {
    const known = state.threadStates[root];
    return known !== undefined && (known.unread > 0 || known.mentions > 0);
  });
  useEffect(() => {
    if (!due || !seen || !focused || last < 0) return;
    const timer = setTimeout(() => void client.threads.markRead(channel, root, last), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [client, channel, root, due, seen, focused, last]);
}
