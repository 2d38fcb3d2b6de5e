// The smallest store: a snapshot, a reducer, listeners.

import { type Action, reduce } from "./reducer";
import { initialState, type State } from "./state";

export interface Store {
  getState: () => State;
  dispatch: (action: Action) => void;
  subscribe: (listener: () => void) => () => void;
  /** Tells of every action, once the snapshot has it: for lists that are no part of the snapshot. */
  follow: (follower: (action: Action) => void) => () => void;
}

export function createStore(state: State = initialState): Store {
  let current = state;
  const listeners = new Set<() => void>();
  const followers = new Set<(action: Action) => void>();
  return {
    getState: () => current,
    dispatch: (action) => {
      const next = reduce(current, action);
      if (next !== current) {
        current = next;
        for (const listener of [...listeners]) listener();
      }
      for (const follower of [...followers]) follower(action);
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    follow: (follower) => {
      followers.add(follower);
      return () => followers.delete(follower);
    },
  };
}
