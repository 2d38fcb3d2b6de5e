// To the end of a conversation or of a thread, which may have to be loaded first.

import { useCallback } from "react";
import { useClient } from "../app/context";

export function usePresent(channel: string, root: string | undefined, toEnd: () => void): () => void {
  const client = useClient();
  return useCallback(() => {
    const known = client.store.getState().channels[channel];
    const window = root === undefined ? known?.main : known?.threads[root];
    if (!window?.hasNewer) return toEnd();
    const { hash } = location;
    client.timelines.latest(channel, root).then(
      () => {
        // Who was led to another message of the conversation meanwhile stays there.
        if (root !== undefined || location.hash === hash) toEnd();
      },
      (error: unknown) => client.actions.failed(error),
    );
  }, [client, channel, root, toEnd]);
}
