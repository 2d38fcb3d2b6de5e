// Keeps the snapshot up to date while somebody is here. Loaded after the first picture.

import type { Store } from "../../store/store";
import { keepSnapshot, loadSnapshot, type Snapshot, snapshotOf } from "./snapshot";

const SETTLE_MS = 3_000;

export function keepOffline(store: Store): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;
  let last: Promise<Snapshot | null> = loadSnapshot();
  const save = () => {
    clearTimeout(timer);
    timer = undefined;
    last = last.then((before) => {
      const snapshot = stopped ? null : snapshotOf(store.getState(), before);
      if (snapshot) void keepSnapshot(snapshot);
      return snapshot ?? before;
    });
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
    stopped = true;
    clearTimeout(timer);
    unsubscribe();
    document.removeEventListener("visibilitychange", hidden);
  };
}
