// Back closes a menu where it is a gesture for that.

import { createContext, use, useEffect, useEffectEvent } from "react";

/** Told of something that opened: calls `close` when one goes back. What it returns is called once it is closed. */
export type Popups = (close: () => void) => () => void;

export const PopupsContext = createContext<Popups | null>(null);

export function useBackCloses(open: boolean, close: () => void): void {
  const popups = use(PopupsContext);
  const end = useEffectEvent(close);
  useEffect(() => (open ? popups?.(() => end()) : undefined), [open, popups]);
}
