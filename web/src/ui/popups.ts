// Back closes a menu where it is a gesture for that, and what is not to be lost by it wherever it is.

import { createContext, use, useEffect, useEffectEvent } from "react";

export interface PopupOptions {
  /** Also where Back is a button of the browser. */
  always?: boolean;
}

/** Told of something that opened: calls `close` when one goes back. What it returns is called once it is closed. */
export type Popups = (close: () => void, options: PopupOptions) => () => void;

export const PopupsContext = createContext<Popups | null>(null);

export function useBackCloses(open: boolean, close: () => void, { always = false }: PopupOptions = {}): void {
  const popups = use(PopupsContext);
  const end = useEffectEvent(close);
  useEffect(() => (open ? popups?.(() => end(), { always }) : undefined), [open, popups, always]);
}
