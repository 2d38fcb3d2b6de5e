// How a channel that is shared with other servers stands, in plain words' terms. Pure.

import type { Channel } from "../../api/types";

type SyncState = NonNullable<Channel["sync"]>["state"];

/** What one writes may wait for the host before the server has said that the host is away. */
export function syncState(info: Pick<Channel, "sync">, waits: boolean): SyncState {
  const told = info.sync?.state ?? "live";
  if (told !== "live") return told;
  return waits ? "waiting" : "live";
}

export interface Delivery {
  have: number;
  total: number;
  /** Those that lack something, the worst first. */
  late: { server: string; behind: number }[];
}

export function delivery({ sync }: Pick<Channel, "sync">): Delivery | null {
  const servers = sync?.servers ?? [];
  if (servers.length === 0) return null;
  const late = servers.filter(({ behind }) => behind > 0).sort((a, b) => b.behind - a.behind);
  return { have: servers.length - late.length, total: servers.length, late };
}
