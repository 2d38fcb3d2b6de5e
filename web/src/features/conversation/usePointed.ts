// Which row of a list shows its tools.

import { type MouseEvent, type PointerEvent, useCallback, useRef, useState } from "react";
import { flushSync } from "react-dom";
import type { Point } from "../../ui/Menu";
import { keysInTools } from "../../ui/MessageRow";
import { isForBrowser, type Press, pressOf } from "./otherButton";

/** Each time that a row's menu is asked for by the other button of the mouse it is a new one, which begins open there. */
export interface Asked {
  times: number;
  at: Point | null;
}

/** The row's key; locked while one of its tools has something open. */
interface Pointed {
  key: string | null;
  locked: boolean;
  asked: Asked;
}

const NEVER: Asked = { times: 0, at: null };

export function usePointed() {
  const [pointed, setPointed] = useState<Pointed>({ key: null, locked: false, asked: NEVER });
  const press = useRef<Press | null>(null);
  const activate = useCallback(
    (key: string | null) => setPointed((was) => (was.locked || was.key === key ? was : { ...was, key })),
    [],
  );
  const lock = useCallback(
    (locked: boolean) =>
      setPointed((was) => {
        if (was.locked === locked) return was;
        return { ...was, locked, asked: locked ? was.asked : { ...was.asked, at: null } };
      }),
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
  const onPointerDownCapture = useCallback((event: PointerEvent) => {
    press.current = pressOf(event);
  }, []);
  const onKeyDownCapture = useCallback(() => {
    press.current = null;
  }, []);
  const onContextMenu = useCallback(
    (event: MouseEvent) => {
      const { target, currentTarget, clientX: x, clientY: y } = event;
      if (!(target instanceof Element) || !currentTarget.contains(target)) return;
      // They have a menu of their own.
      if (target.closest("[data-person]")) return;
      const row = target.closest<HTMLElement>("[data-key]");
      const key = row?.dataset["key"];
      if (key === undefined || isForBrowser(event, press.current)) return;
      // Where the pointer has only just come its tools have not.
      flushSync(() => activate(key));
      // Where nothing can be done with a message there is no menu but the browser's.
      if (!row?.querySelector(".message-tools")) return;
      event.preventDefault();
      setPointed(({ asked }) => ({ key, locked: true, asked: { times: asked.times + 1, at: { x, y } } }));
    },
    [activate],
  );
  const menu = { onPointerDownCapture, onKeyDownCapture, onContextMenu };
  const handlers = { onPointerUp, onPointerLeave, ...menu };
  return { active: pointed.key, asked: pointed.asked, activate, lock, handlers };
}
