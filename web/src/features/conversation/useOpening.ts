// Loads what a conversation opens in, and later the end anew whenever what was missed cannot be replayed.

import { useEffect, useState } from "react";
import { ApiError } from "../../api/http";
import type { Channel } from "../../api/types";
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
    // As when one comes: what was missed is read from its beginning.
    const now = client.store.getState().channels[id]?.info ?? { unread: 0, read_seq: 0 };
    const run = load(client, id, due ? coming : { ...coming, target: null, ...missed(now) });
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

const missed = ({ unread, read_seq: readSeq }: Pick<Channel, "unread" | "read_seq">) => ({ unread, readSeq });

/** How long until a channel that is on its way here from another server may have something to show. */
const waitOf = (error: unknown): number | null =>
  error instanceof ApiError && error.code === "replaying" ? (error.retryAfterMs ?? REPLAYING_MS) : null;
