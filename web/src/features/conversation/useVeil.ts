// Blocked people's messages are folded into lines; which of these are open is known here.

import { useCallback, useMemo, useState } from "react";
import type { Dict, State } from "../../store/state";
import { useClient, useSelect } from "../app/context";
import { type BlockedRow, toggled, type Veil } from "./rows";

interface Veiling {
  veil: Veil;
  onVeil: (line: BlockedRow) => void;
  /** Opens the line that a message is in, should it be in one: whoever is led to it is to see it. */
  reveal: (message: string) => void;
}

/** `target`: the message that one is led to from the start. */
export function useVeil(channel: string, target: string | null): Veiling {
  const { store } = useClient();
  const blocked = useSelect((state) => state.blocked);
  const [opened, setOpened] = useState(() => veiled(store.getState(), channel, target));
  const onVeil = useCallback((line: BlockedRow) => setOpened((was) => toggled(was, line)), []);
  const reveal = useCallback(
    (message: string) => {
      const more = veiled(store.getState(), channel, message);
      setOpened((was) => ({ ...was, ...more }));
    },
    [store, channel],
  );
  return { veil: useMemo(() => ({ blocked, opened }), [blocked, opened]), onVeil, reveal };
}

/** Nothing of others: should they be blocked later, what one was led to before is folded as the rest is. */
function veiled({ blocked, channels }: State, channel: string, message: string | null): Dict<true> {
  const said = channels[channel]?.messages[message ?? ""];
  return said && blocked[said.sender] ? { [said.id]: true } : {};
}
