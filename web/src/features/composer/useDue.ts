// Enter while a file is on its way: the message goes by itself once everything is there, wherever one looks then.

import { useEffect, useEffectEvent, useSyncExternalStore } from "react";
import { t } from "../../i18n";
import { useClient } from "../app/context";
import type { Uploads } from "../files/uploads";

export interface Due {
  /** It goes when the files are there. */
  waits: boolean;
  wait: () => void;
  stop: () => void;
}

interface Options {
  uploads: Uploads;
  place: string;
  text: string;
  send: () => void;
}

export function useDue({ uploads, place, text, send }: Options): Due {
  const client = useClient();
  const waits = useSyncExternalStore(uploads.subscribe, uploads.waits);
  const wait = () => {
    uploads.wait({
      // Another device may have gone on writing while nobody was here.
      go: () => client.draft(place) === text && send(),
      failed: () => client.notices.show(t.entering.uploadFailed),
    });
  };
  // Whoever comes back to it sends what is shown here, and sees it go.
  const again = useEffectEvent(wait);
  useEffect(() => {
    if (uploads.waits()) again();
  }, [uploads, send]);
  return { waits, wait, stop: () => uploads.stopWaiting() };
}
