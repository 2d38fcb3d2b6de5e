// What could not be loaded: said, and asked for again when the line is back or somebody wants it.

import { useCallback, useEffect, useState } from "react";
import { useClient, useSelect } from "../app/context";

/** How soon it is asked for once more by itself. */
const AGAIN_MS = 4_000;

export function useFailing() {
  const client = useClient();
  const [failed, setFailed] = useState(false);
  const online = useSelect((state) => state.connection.state === "online");
  const [wasOnline, setWasOnline] = useState(online);
  if (wasOnline !== online) {
    setWasOnline(online);
    if (online) setFailed(false);
  }
  const [again, setAgain] = useState(false);
  useEffect(() => {
    if (!failed || again || !online) return;
    const timer = setTimeout(() => {
      setAgain(true);
      setFailed(false);
    }, AGAIN_MS);
    return () => clearTimeout(timer);
  }, [failed, again, online]);
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
