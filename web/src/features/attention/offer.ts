// The quiet offer to turn notifications on: made after the first message that would have been one.

import { useSyncExternalStore } from "react";
import { permission } from "./permission";
import { offerDeclined } from "./settings";

const listeners = new Set<() => void>();
let made = false;

function set(value: boolean): void {
  if (made === value) return;
  made = value;
  for (const listener of listeners) listener();
}

export const offer = {
  make(): void {
    if (permission() === "default" && !offerDeclined.get()) set(true);
  },
  decline(): void {
    offerDeclined.set(true);
    set(false);
  },
  close(): void {
    set(false);
  },
};

export const useOffer = (): boolean =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => made,
  );
