// What others reported and the viewer sees to: how much of it is open, and of which channels it can be.

import type { Channel } from "../api/types";
import type { State } from "./state";

/** The same number told again is news, too: other reports may be open. */
export function tellReports(state: State, open: number | null): State {
  if (open === null && state.reports === null) return state;
  return { ...state, reports: open === null ? null : { open } };
}

const isModerated = ({ kind, membership, role }: Channel): boolean =>
  kind === "channel" && membership === "joined" && (role === "owner" || role === "moderator");

/** Of which channels the viewer sees reports, in a word that is another when these are others; empty: of none. */
export function overseen({ me, channels }: Pick<State, "me" | "channels">): string {
  if (me?.role === "admin") return "all";
  const moderated = Object.values(channels).filter(({ info }) => isModerated(info));
  return moderated
    .map(({ info }) => info.id)
    .sort()
    .join(" ");
}
