import { useEffect, useState } from "react";
import type { Status } from "../../api/types";

/** What a timer takes: one that is to wait for longer goes off at once. */
const WAIT_MS_MAX = 2 ** 31 - 1;

/** The status until it ends: nobody tells of that, each client knows when. */
export function useStatus(status: Status | null | undefined): Status | null {
  const until = status?.until_ts ?? Infinity;
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (until === Infinity || until <= now) return;
    const renew = () => setNow(Date.now());
    const timer = setTimeout(renew, Math.min(Math.max(until - Date.now(), 0), WAIT_MS_MAX));
    // A device that slept may be late with its timers.
    document.addEventListener("visibilitychange", renew);
    return () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", renew);
    };
  }, [until, now]);
  return status && until > now ? status : null;
}
