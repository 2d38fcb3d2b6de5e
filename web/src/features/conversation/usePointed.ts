// Which row of a list shows its tools.

import { type PointerEvent, useCallback, useState } from "react";
import { keysInTools } from "../../ui/MessageRow";

/** The row's key; locked while one of its tools has something open. */
interface Pointed {
  key: string | null;
  locked: boolean;
}

export function usePointed() {
  const [pointed, setPointed] = useState<Pointed>({ key: null, locked: false });
  const activate = useCallback(
    (key: string | null) => setPointed((was) => (was.locked || was.key === key ? was : { ...was, key })),
    [],
  );
  const lock = useCallback(
    (locked: boolean) => setPointed((was) => (was.locked === locked ? was : { ...was, locked })),
    [],
  );
  const onPointerUp = useCallback(
    ({ target, currentTarget, pointerType }: PointerEvent) => {
      // What a tool opens comes through here, too, though it lies elsewhere.
      const isHere = target instanceof Element && currentTarget.contains(target);
      if (pointerType === "touch" && isHere && !target.closest("[data-key]")) activate(null);
    },
    [activate],
  );
  const onPointerLeave = useCallback(
    ({ pointerType }: PointerEvent) => {
      // A finger leaves whenever it is lifted, and before its click: the tool under it would be gone by then.
      if (pointerType !== "touch" && !keysInTools()) activate(null);
    },
    [activate],
  );
  return { active: pointed.key, activate, lock, handlers: { onPointerUp, onPointerLeave } };
}
