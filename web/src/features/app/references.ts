// Where names and addresses in messages lead.

import { useMemo } from "react";
import type { References } from "../../ui/markdown/references";
import type { State } from "../../store/state";
import { useClient } from "./context";
import { go, parseRoute, visit } from "./route";

/** The channel that is meant: by its whole address, by its address here, or by its name. */
export function channelNamed({ channels, me }: Pick<State, "channels" | "me">, name: string): string | null {
  const wanted = name.toLowerCase();
  const mine = Object.values(channels).filter(
    ({ info }) => info.kind === "channel" && info.membership !== "left",
  );
  const address = `#${wanted.includes(":") ? wanted : `${wanted}:${me?.server ?? ""}`}`;
  const found =
    mine.find(({ info }) => info.alias?.toLowerCase() === address) ??
    mine.find(({ info }) => info.name.toLowerCase() === wanted);
  return found?.info.id ?? null;
}

export function useReferences(): References {
  const client = useClient();
  return useMemo(
    () => ({
      channel: (name) => {
        const id = channelNamed(client.store.getState(), name);
        return id === null ? null : () => go(id);
      },
      inside: (url) => {
        const { origin, pathname, hash } = new URL(url);
        const { channel, message } = parseRoute(hash);
        if (origin !== location.origin || pathname !== location.pathname || !channel) return null;
        return () => visit(channel, message);
      },
    }),
    [client],
  );
}
