import { useEffect } from "react";
import type { Channel } from "../../api/types";
import { waitsForHost } from "../../store/waiting";
import { useClient, useSelect } from "../app/context";

/** How often it is asked how a shared channel stands, in milliseconds: while all is well, and while it is not. */
const CALM_MS = 30_000;
const BUSY_MS = 4_000;

/** Keeps up with how the channel that is looked at stands to other servers. No frame tells it. */
export function useStanding({ id, host, sync }: Channel): void {
  const client = useClient();
  const online = useSelect((state) => state.connection.state === "online");
  const waiting = useSelect((state) => waitsForHost(state, id));
  const elsewhere = useSelect((state) => state.server !== null && state.server.name !== host);
  const shared = elsewhere || sync !== undefined;
  const late = sync !== undefined && (sync.state !== "live" || sync.servers.some(({ behind }) => behind > 0));
  const ms = waiting || late ? BUSY_MS : CALM_MS;

  useEffect(() => {
    if (online) void client.actions.loadStanding(id);
  }, [client, id, online, waiting]);

  // From then on frames tell.
  useEffect(() => {
    if (online && elsewhere) void client.actions.loadPending(id);
  }, [client, id, online, elsewhere]);

  useEffect(() => {
    if (!online || !shared) return;
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") void client.actions.loadStanding(id);
    }, ms);
    return () => clearInterval(timer);
  }, [client, id, online, shared, ms]);
}
