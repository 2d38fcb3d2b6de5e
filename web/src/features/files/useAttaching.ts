// Files for a message, however they come: picked, dropped or pasted.

import { type ClipboardEvent, type RefObject, useSyncExternalStore } from "react";
import { t } from "../../i18n";
import { useClient, useSelect } from "../app/context";
import { useDropping } from "./dropping";
import { isText } from "./pasting";
import { type Chip, isRunning, type Uploads } from "./uploads";

const ATTACHMENTS_DEFAULT = 10;

export interface Attaching {
  /** What the draft is kept under. */
  place: string;
  uploads: Uploads;
  chips: readonly Chip[];
  /** Something is still on its way. */
  running: boolean;
  failed: boolean;
  largest: number | undefined;
  add: (files: Iterable<File>) => void;
  onPaste: (event: ClipboardEvent) => void;
  /** Files are held over the conversation. */
  over: boolean;
}

/** `done` when files were taken: one goes on writing. */
export function useAttaching(
  place: string,
  area: RefObject<HTMLElement | null>,
  done: () => void,
): Attaching {
  const client = useClient();
  const most = useSelect((state) => state.server?.limits?.["attachments"]) ?? ATTACHMENTS_DEFAULT;
  const largest = useSelect((state) => state.server?.limits?.["file_bytes"]);
  const uploads = client.unfinished.uploads(place);
  const chips = useSyncExternalStore(uploads.subscribe, uploads.get);
  const add = (files: Iterable<File>) => {
    if (uploads.add(files, { most, largest }) > 0) client.notices.show(t.files.tooMany(most));
    done();
  };
  const onPaste = (event: ClipboardEvent) => {
    const { files, types } = event.clipboardData;
    if (files.length === 0 || isText(types)) return;
    event.preventDefault();
    add(files);
  };
  const over = useDropping(area, add);
  const running = chips.some(isRunning);
  const failed = chips.some((chip) => chip.error);
  return { place, uploads, chips, running, failed, largest, add, onPaste, over };
}
