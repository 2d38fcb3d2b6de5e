// Keys go on somewhere when what had them is gone: a menu that opened a dialog is not there any more when that closes.

import { useEffect } from "react";
import type { DialogView } from "./view";

/** The dialog's own way back takes a moment. */
const FRAMES_MIN = 2;
const FRAMES_MAX = 20;

/** After a dialog, back to the message that it was about; where that is gone, and after leaving a channel, see below. */
export function useReturn(dialog: DialogView | null, channel: string | null): void {
  useEffect(() => {
    if (!dialog) return;
    const message = "message" in dialog ? dialog.message : null;
    return () => onceLost(() => rowOf(message) ?? place());
  }, [dialog]);
  useEffect(() => (channel ? () => onceLost(place) : undefined), [channel]);
}

function onceLost(find: () => HTMLElement | null): void {
  const look = (frame: number) => {
    const lost = document.activeElement === document.body && !document.querySelector(OPEN);
    if (lost && frame >= FRAMES_MIN) find()?.focus({ preventScroll: true });
    else if (frame < FRAMES_MAX) requestAnimationFrame(() => look(frame + 1));
  };
  requestAnimationFrame(() => look(1));
}

const OPEN = "[role=dialog],[role=alertdialog]";

const rowOf = (message: string | null) =>
  message ? document.querySelector<HTMLElement>(`article[data-id="${CSS.escape(message)}"]`) : null;

/** Where one writes, unless that would bring up the keyboard of a phone. */
function place(): HTMLElement | null {
  const writes = matchMedia("(pointer: fine)").matches;
  const box = writes ? document.querySelector<HTMLElement>(".conversation .composer textarea") : null;
  return box ?? document.getElementById("main");
}
