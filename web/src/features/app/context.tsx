// The client for the views: one object, and a hook that reads a part of its snapshot.

import { createContext, use, useSyncExternalStore } from "react";
import type { ChannelState, State } from "../../store/state";
import type { Client } from "../client/client";

export const ClientContext = createContext<Client | null>(null);

export function useClient(): Client {
  const client = use(ClientContext);
  if (!client) throw new Error("useClient outside of ClientContext");
  return client;
}

/** `select` must return a part of the snapshot, not a new object: derive with useMemo. */
export function useSelect<T>(select: (state: State) => T): T {
  const { store } = useClient();
  return useSyncExternalStore(store.subscribe, () => select(store.getState()));
}

export const useChannel = (id: string): ChannelState | undefined => useSelect((state) => state.channels[id]);

export const useMe = () => useSelect((state) => state.me);
