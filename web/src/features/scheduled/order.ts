import type { Scheduled } from "../../api/types";
import type { State } from "../../store/state";

/** Soonest first; of one time the one first that was written first. */
export const scheduledShown = ({ scheduled }: Pick<State, "scheduled">): Scheduled[] =>
  Object.values(scheduled.byId).sort(
    (one, other) => one.send_ts - other.send_ts || one.created_ts - other.created_ts,
  );
