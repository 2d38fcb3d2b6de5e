// Which dialogs stay open when one is led elsewhere.

import type { DialogView } from "./view";

/** What may be half filled in there belongs to no conversation. */
const OF_NO_PLACE: ReadonlySet<DialogView["kind"]> = new Set([
  "settings",
  "admin",
  "reports",
  "status",
  "create",
  "dm",
]);

/** `channel`: where one is led to. */
export function keepsDialog(dialog: DialogView, channel: string | null): boolean {
  if ("channel" in dialog && dialog.channel) return dialog.channel === channel;
  return OF_NO_PLACE.has(dialog.kind);
}
