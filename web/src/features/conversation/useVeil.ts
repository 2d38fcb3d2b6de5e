// Blocked people's messages are folded into lines; which of these are open is known here.

import { useCallback, useMemo, useState } from "react";
import type { Dict } from "../../store/state";
import { useSelect } from "../app/context";
import type { Veil } from "./rows";

export function useVeil(): { veil: Veil; onVeil: (key: string) => void } {
  const blocked = useSelect((state) => state.blocked);
  const [opened, setOpened] = useState<Dict<true>>({});
  const onVeil = useCallback((key: string) => {
    setOpened((was) => {
      const { [key]: open, ...others } = was;
      return open ? others : { ...was, [key]: true };
    });
  }, []);
  return { veil: useMemo(() => ({ blocked, opened }), [blocked, opened]), onVeil };
}
