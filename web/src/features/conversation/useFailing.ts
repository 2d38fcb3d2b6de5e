// What could not be loaded: said, and asked for again when the line is back or somebody wants it.

import { useCallback, useState } from "react";
import { useClient, useSelect } from "../app/context";

export function useFailing() {
  const client = useClient();
  const [failed, setFailed] = useState(false);
  const online = useSelect((state) => state.connection.state === "online");
  const [wasOnline, setWasOnline] = useState(online);
  if (wasOnline !== online) {
    setWasOnline(online);
    if (online) setFailed(false);
  }
  const fail = useCallback(
    (error?: unknown) => {
      setFailed(true);
      // Without an error it is said already; and while there is no connection the page says so.
      if (error !== undefined && client.store.getState().connection.state === "online")
        client.actions.failed(error);
    },
    [client],
  );
  const retry = useCallback(() => setFailed(false), []);
  return { failed, fail, retry };
}
