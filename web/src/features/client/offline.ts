// Keeps the snapshot up to date while somebody is here. Loaded after the first picture.

import type { Store } from "../../store/store";
import { keepSnapshot, snapshotOf } from "./snapshot";

const SETTLE_MS = 3_000;

export function keepOffline(store: Store): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const save = () => {
    clearTimeout(timer);
    timer = undefined;
    const snapshot = snapshotOf(store.getState());
    if (snapshot) void keepSnapshot(snapshot);
  };
  const hidden = () => {
    if (document.visibilityState === "hidden") save();
  };
  const unsubscribe = store.subscribe(() => {
    timer ??= setTimeout(save, SETTLE_MS);
  });
  document.addEventListener("visibilitychange", hidden);
  timer = setTimeout(save, SETTLE_MS);
  return () => {
    clearTimeout(timer);
    unsubscribe();
    document.removeEventListener("visibilitychange", hidden);
  };
}
