// Leads to a reply of a thread, wherever it stands, and lights it up for a moment.

import { useEffect } from "react";
import { useClient } from "../app/context";
import type { ReplyTarget } from "../app/view";
import { arrive, useFlash } from "../conversation/useJump";

export function useReplyTarget(
  channel: string,
  root: string,
  target: ReplyTarget | null,
  toRow: (key: string) => void,
  reveal: (message: string) => void,
): string | null {
  const client = useClient();
  const { flash, light } = useFlash();
  useEffect(() => {
    if (!target) return;
    let wanted = true;
    const lead = async () => {
      const window = client.store.getState().channels[channel]?.threads[root];
      if (!window?.ids.includes(target.id)) await client.timelines.around(channel, target.seq, root);
      if (!wanted) return;
      reveal(target.id);
      light(target.id);
      toRow(target.id);
      arrive(target.id, ".thread");
    };
    const timer = setTimeout(() => {
      lead().catch((error: unknown) => client.actions.failed(error));
    }, 0);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [client, channel, root, target, toRow, reveal, light]);
  return flash;
}
