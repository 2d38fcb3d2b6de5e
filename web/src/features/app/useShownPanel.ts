import type { State } from "../../store/state";
import { useSelect } from "./context";
import type { Panel } from "./view";

const OF_A_CONVERSATION: ReadonlySet<Panel["kind"]> = new Set(["members", "pins", "files"]);

/** A panel of a conversation has nothing to show where there is none: at the start, or beside a door. */
export function useShownPanel(panel: Panel | null, channel: string | null): Panel | null {
  const inside = useSelect((state) => isIn(state, channel));
  return panel && !inside && OF_A_CONVERSATION.has(panel.kind) ? null : panel;
}

/** Until it is known, a panel keeps its place. */
function isIn({ synced, channels }: State, channel: string | null): boolean {
  if (!channel) return false;
  return !synced || channels[channel]?.info.membership === "joined";
}
