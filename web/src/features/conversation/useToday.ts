import { useEffect, useState } from "react";
import { nextDay } from "../../lib/time";

/** A moment of the present day: another one after midnight. */
export function useToday(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const renew = () => setNow(Date.now());
    const timer = setTimeout(renew, nextDay(now) - Date.now());
    // A device that slept through midnight may be late with its timers.
    document.addEventListener("visibilitychange", renew);
    return () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", renew);
    };
  }, [now]);
  return now;
}
