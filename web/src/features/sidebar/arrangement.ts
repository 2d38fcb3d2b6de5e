import { useCallback, useMemo, useSyncExternalStore } from "react";
import { Local } from "../../lib/local";
import { directMessages, joinedChannels } from "../../store/selectors";
import type { ChannelState, State } from "../../store/state";
import { useClient, useMe } from "../app/context";
import { type Arrangement, arrange, type Group, readArrangement } from "./sections";

const settings = new Map<string, Local<Arrangement>>();

/** Each person's own: a browser may be shared. */
export function arrangementOf(user: string): Local<Arrangement> {
  const known = settings.get(user) ?? new Local(`loggia.sidebar.${user}`, readArrangement);
  settings.set(user, known);
  return known;
}

export function useArrangement(): [Arrangement, (change: (known: Arrangement) => Arrangement) => void] {
  const client = useClient();
  const user = useMe()?.id ?? "";
  const setting = useMemo(() => arrangementOf(user), [user]);
  const value = useSyncExternalStore(setting.subscribe, setting.get);
  const change = useCallback(
    (to: (known: Arrangement) => Arrangement) => {
      setting.change(to);
      client.sharing.changed("sidebar");
    },
    [setting, client],
  );
  return [value, change];
}

/** The sidebar's conversations, as they stand there; `open` is the one that is shown. */
export function groups(state: State, arrangement: Arrangement, open: string | null): Group<ChannelState>[] {
  return arrange(arrangement, joinedChannels(state), directMessages(state, open), ({ info }) => info.id);
}
