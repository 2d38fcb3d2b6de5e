// Loads what a conversation opens in, and later the end anew whenever what was missed cannot be replayed.

import { useEffect, useState } from "react";
import { ApiError } from "../../api/http";
import type { ChannelState } from "../../store/state";
import { useClient, useSelect } from "../app/context";
import { load, opensIn } from "./opening";
import { useFailing } from "./useFailing";

const REPLAYING_MS = 2_000;

export function useOpening({ info, main, messages }: ChannelState, target: string | null) {
  const client = useClient();
  const { id } = info;
  const online = useSelect((state) => state.connection.state === "online");
  const { failed, fail, retry } = useFailing();
  const [tries, setTries] = useState(0);
  const [coming] = useState(() => ({
    target: messages[target ?? ""]?.thread ? null : target,
    unread: info.unread,
    readSeq: info.read_seq,
    left: client.places.of(id),
  }));
  // Without a connection what is at hand is all there is.
  const [due, setDue] = useState(() => !main || (online && !opensIn(main, coming)));
  const needed = due || !main || main.stale;

  useEffect(() => {
    if (!needed || failed) return;
    let again: ReturnType<typeof setTimeout> | undefined;
    const run = due ? load(client, id, coming) : client.timelines.latest(id);
    run.then(
      () => setDue(false),
      (error: unknown) => {
        // What is at hand is better than nothing, though it may be elsewhere than one wanted.
        if (due && client.store.getState().channels[id]?.main) setDue(false);
        const wait = waitOf(error);
        if (wait === null) return fail(error);
        again = setTimeout(() => setTries(tries + 1), wait);
      },
    );
    return () => clearTimeout(again);
  }, [client, id, needed, due, failed, fail, coming, tries]);

  return { opened: !due, needed, failed, retry };
}

/** How long until a channel that is on its way here from another server may have something to show. */
const waitOf = (error: unknown): number | null =>
  error instanceof ApiError && error.code === "replaying" ? (error.retryAfterMs ?? REPLAYING_MS) : null;
