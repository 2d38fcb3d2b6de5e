import { useCallback } from "react";
import type { Channel, NotifyLevel } from "../../api/types";
import { useClient } from "../app/context";
import { useArrangement } from "./arrangement";
import { levelled } from "./sections";

/** Sets what a channel tells of. */
export function useLevel(): (info: Channel, level: NotifyLevel) => void {
  const client = useClient();
  const [, arrange] = useArrangement();
  return useCallback(
    ({ id, notify }, level) => {
      arrange((known) => levelled(known, id, notify, level));
      void client.actions.setNotify(id, level);
    },
    [client, arrange],
  );
}
