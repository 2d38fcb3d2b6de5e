// The other button of the mouse opens a message's menu, but where the browser's own one is of more use.

import type { MouseEvent, PointerEvent } from "react";

/** How the menu may be about to be asked for: on a Mac what is under the pointer is selected by then. */
export interface Press {
  /** A finger that stays selects text. */
  touch: boolean;
  /** On text that was selected already. */
  selected: boolean;
}

export function pressOf({ pointerType, clientX, clientY }: PointerEvent): Press {
  return { touch: pointerType === "touch", selected: isSelected(clientX, clientY) };
}

/** Links, pictures, films and boxes are opened, kept and corrected by it. */
const BROWSERS = "a, img, video, audio, input, textarea, select";

/** `press`: none where a key asks. With Shift one always gets the browser's. */
export function isForBrowser({ target, shiftKey }: MouseEvent, press: Press | null): boolean {
  if (shiftKey || press?.touch) return true;
  if (press ? press.selected : getSelection()?.isCollapsed === false) return true;
  return target instanceof Element && target.closest(BROWSERS) !== null;
}

function isSelected(x: number, y: number): boolean {
  const selection = getSelection();
  if (!selection || selection.isCollapsed) return false;
  const boxes = [...selection.getRangeAt(0).getClientRects()];
  return boxes.some(({ left, right, top, bottom }) => left <= x && x <= right && top <= y && y <= bottom);
}
