// A list of messages is one stop of the Tab key: what stands in a row is among the stops while the row has the focus.

import { createContext, use } from "react";

/** Whether what is drawn here can be reached with Tab. */
export const Stops = createContext(true);

/** For elements that are stops by themselves; `own` is for those that are not. */
export function useStop(): -1 | undefined;
export function useStop(own: 0): -1 | 0;
export function useStop(own?: 0): -1 | 0 | undefined {
  return use(Stops) ? own : -1;
}
