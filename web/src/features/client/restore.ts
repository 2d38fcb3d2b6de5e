import type { Action } from "../../store/reducer";
import type { Store } from "../../store/store";
import { loadSnapshot, type Snapshot } from "./snapshot";

/** Shows what was seen last, unless something newer is shown or somebody else is here. Says which channels that is. */
export async function restore(store: Store, session: AbortSignal): Promise<string[]> {
  const snapshot = await loadSnapshot();
  const { me, synced } = store.getState();
  if (!snapshot || session.aborted || synced || (me && me.id !== snapshot.sync.user.id)) return [];
  for (const action of restored(snapshot)) store.dispatch(action);
  return snapshot.sync.channels.map(({ id }) => id);
}

/** The actions that show a snapshot. */
export function restored({ sync, pages }: Snapshot): Action[] {
  const actions: Action[] = [
    { type: "signed_in", user: sync.user },
    { type: "synced", sync, known: [] },
  ];
  for (const { channel, messages, head, complete } of pages) {
    const oldest = complete ? (messages[0]?.seq ?? null) : 0;
    const page = { messages, head, oldest };
    actions.push({ type: "page_loaded", channel, kind: "latest", page, limit: messages.length });
  }
  return actions;
}
