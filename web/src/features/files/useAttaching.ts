// Files for a message, however they come: picked, dropped or pasted.

import type { ClipboardEvent, DragEvent } from "react";
import { t } from "../../i18n";
import { useClient, useSelect } from "../app/context";
import { useUploads } from "./useUploads";

const ATTACHMENTS_DEFAULT = 10;

/** The uploads, and what the element that takes files listens to. */
export function useAttaching() {
  const client = useClient();
  const most = useSelect((state) => state.server?.limits?.["attachments"]) ?? ATTACHMENTS_DEFAULT;
  const largest = useSelect((state) => state.server?.limits?.["file_bytes"]);
  const uploads = useUploads({ most, largest }, () => client.notices.show(t.files.tooMany(most)));
  const take = (event: ClipboardEvent | DragEvent, files: FileList) => {
    if (files.length === 0) return;
    event.preventDefault();
    uploads.add(files);
  };
  const drop = {
    onDragOver: (event: DragEvent) => event.dataTransfer.types.includes("Files") && event.preventDefault(),
    onDrop: (event: DragEvent) => take(event, event.dataTransfer.files),
    onPaste: (event: ClipboardEvent) => take(event, event.clipboardData.files),
  };
  return { uploads, drop };
}
