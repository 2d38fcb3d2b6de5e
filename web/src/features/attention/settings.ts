import { useEffect, useState, useSyncExternalStore } from "react";
import { Local } from "../../lib/local";
import { isQuiet, readSettings } from "./quiet";

export const attentionSettings = new Local("loggia.attention", readSettings);

/** The person said "not now" to the offer: it is not made again, the settings have it. */
export const offerDeclined = new Local("loggia.attention.declined", (stored) => stored === true);

export const useAttentionSettings = () =>
  useSyncExternalStore(attentionSettings.subscribe, attentionSettings.get);

const LOOK_MS = 20_000;

/** Whether it is quiet now; follows the clock. */
export function useQuiet(): boolean {
  const settings = useAttentionSettings();
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const first = setTimeout(() => setNow(Date.now()), 0);
    const timer = setInterval(() => setNow(Date.now()), LOOK_MS);
    return () => {
      clearTimeout(first);
      clearInterval(timer);
    };
  }, [settings]);
  return isQuiet(settings, now);
}
