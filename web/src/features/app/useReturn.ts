// Keys go on somewhere when what had them is gone: a menu that opened a dialog is not there any more when that closes.

import { useEffect } from "react";
import { onceLost, writingPlace } from "../../lib/focus";
import type { DialogView } from "./view";

/** After a dialog, back to the message that it was about; where that is gone, and after leaving a channel, see below. */
export function useReturn(dialog: DialogView | null, channel: string | null): void {
  useEffect(() => {
    if (!dialog) return;
    const message = "message" in dialog ? dialog.message : null;
    return () => onceLost(() => rowOf(message) ?? writingPlace());
  }, [dialog]);
  useEffect(() => (channel ? () => onceLost(() => writingPlace()) : undefined), [channel]);
}

const rowOf = (message: string | null) =>
  message ? document.querySelector<HTMLElement>(`article[data-id="${CSS.escape(message)}"]`) : null;
