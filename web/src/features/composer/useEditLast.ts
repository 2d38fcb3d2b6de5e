// What one said last, for changing it: while that is on its way, once it is there.

import { useCallback, useEffect, useRef } from "react";
import { lastOwn } from "../../store/selectors";
import type { OutboxItem } from "../../store/state";
import { useClient } from "../app/context";

/** `root`: the thread whose last message it is. */
export function useEditLast(channel: string, root: string | undefined, edit: (id: string) => void) {
  const { store } = useClient();
  const stop = useRef<(() => void) | null>(null);
  useEffect(() => () => stop.current?.(), []);
  return useCallback(() => {
    stop.current?.();
    const { outbox, me } = store.getState();
    const pending = outbox[channel]?.findLast(({ thread }) => thread === root);
    const find = () => {
      const here = store.getState().channels[channel];
      const window = root ? here?.threads[root] : here?.main;
      return here && window ? lastOwn(here, window, me?.id ?? "", pending?.nonce) : null;
    };
    const last = pending ? null : find();
    if (last) edit(last);
    if (!pending) return;
    if (!isUnderWay(pending)) return showPending(pending.nonce);
    const look = () => {
      const found = find();
      const item = store.getState().outbox[channel]?.find(({ nonce }) => nonce === pending.nonce);
      if (found || !item || !isUnderWay(item)) stop.current?.();
      if (found) edit(found);
    };
    const unsubscribe = store.subscribe(look);
    const given = new AbortController();
    stop.current = () => {
      unsubscribe();
      given.abort();
      stop.current = null;
    };
    // Who does something else meanwhile has gone on.
    for (const name of ["keydown", "pointerdown"])
      addEventListener(name, () => stop.current?.(), { capture: true, signal: given.signal });
  }, [store, channel, root, edit]);
}

const isUnderWay = ({ status }: OutboxItem): boolean => status === "queued" || status === "sending";

/** What can be done with it stands there. */
function showPending(nonce: string): void {
  const row = document.querySelector<HTMLElement>(`[data-key="${CSS.escape(nonce)}"]`);
  row?.scrollIntoView({ block: "nearest" });
  row?.focus({ preventScroll: true });
}
