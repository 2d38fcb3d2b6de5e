// Messages that the viewer is going to send later: a list of their own, the same on all of their devices.

import type { ScheduledUpdate } from "../api/frames";
import type { Scheduled } from "../api/types";
import type { Dict, State } from "./state";

/** All of them, as the server has them. */
export interface ScheduledAction {
  type: "scheduled_loaded";
  byId: Dict<Scheduled>;
}

/** One of them came, changed, or is gone. */
export function tellScheduled(state: State, { id, scheduled: item }: ScheduledUpdate): State {
  const byId: Record<string, Scheduled> = { ...state.scheduled.byId };
  if (item) byId[id] = item;
  else Reflect.deleteProperty(byId, id);
  return { ...state, scheduled: { ...state.scheduled, byId } };
}
