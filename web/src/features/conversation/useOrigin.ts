// Where one was before the address named a message of the conversation: once it does no more, as after Back, one is
// there again.

import { useCallback, useEffect, useMemo, useRef } from "react";
import { useClient } from "../app/context";
import { parseRoute } from "../app/route";
import type { Place } from "../client/places";

export interface Origin {
  /** Before one is led to a message that the address names. */
  remember: (message: string) => void;
  /** One went elsewhere by oneself. */
  forget: () => void;
  /** Null is the end; undefined when one was not led anywhere. */
  take: () => Place | null | undefined;
}

export function useOrigin(target: string | null, place: () => Place | null): Origin {
  const origin = useRef<Place | null | undefined>(undefined);
  // Whoever opens the conversation at a message was nowhere in it before.
  const first = useRef(target);
  return useMemo(
    () => ({
      remember: (message) => {
        if (origin.current === undefined) origin.current = message === first.current ? null : place();
        first.current = null;
      },
      forget: () => {
        origin.current = undefined;
      },
      take: () => {
        const found = origin.current;
        origin.current = undefined;
        return found;
      },
    }),
    [place],
  );
}

export function useReturn(
  id: string,
  target: string | null,
  { take }: Origin,
  toPlace: (place: Place) => void,
  present: () => void,
): void {
  const client = useClient();
  const lead = useCallback(
    async (place: Place) => {
      if (!client.store.getState().channels[id]?.main?.ids.includes(place.key)) {
        const message = await client.timelines.message(id, place.key);
        if (!message) return present();
        await client.timelines.around(id, message.seq);
      }
      const { channel, message } = parseRoute(location.hash);
      if (channel === id && !message) toPlace(place);
    },
    [client, id, toPlace, present],
  );

  const before = useRef(target);
  useEffect(() => {
    const was = before.current;
    before.current = target;
    if (target || !was) return;
    const place = take();
    if (place === null) present();
    else if (place) lead(place).catch((error: unknown) => client.actions.failed(error));
  }, [client, target, take, lead, present]);
}
