// What stands before the first message that is loaded: asked for on the way there. What could not be had is not asked
// for with every move, but by hand or once the line is back.

import { useCallback } from "react";
import { useClient } from "../app/context";
import { useFailing } from "./useFailing";

/** `drawn` is where what is shown begins. */
export function useOlder(channel: string, root: string | undefined, drawn: number | undefined) {
  const client = useClient();
  const { failed, fail, retry } = useFailing();
  const load = useCallback(
    () => void client.timelines.older(channel, root, drawn).catch(fail),
    [client, channel, root, drawn, fail],
  );
  const older = useCallback(() => {
    if (!failed) load();
  }, [failed, load]);
  const again = useCallback(() => {
    retry();
    load();
  }, [retry, load]);
  return { failed, older, again };
}
