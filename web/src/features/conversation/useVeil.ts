// Blocked people's messages are folded into lines; which of these are open is known here.

import { useCallback, useMemo, useState } from "react";
import type { Dict } from "../../store/state";
import { useSelect } from "../app/context";
import { type BlockedRow, toggled, type Veil } from "./rows";

export function useVeil(): { veil: Veil; onVeil: (line: BlockedRow) => void } {
  const blocked = useSelect((state) => state.blocked);
  const [opened, setOpened] = useState<Dict<true>>({});
  const onVeil = useCallback((line: BlockedRow) => setOpened((was) => toggled(was, line)), []);
  return { veil: useMemo(() => ({ blocked, opened }), [blocked, opened]), onVeil };
}
