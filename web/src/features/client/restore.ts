import type { Action } from "../../store/reducer";
import type { Store } from "../../store/store";
import { withoutGone, loadSnapshot, type Snapshot } from "./snapshot";

/** Shows what was seen last, unless something newer is shown or somebody else is here. Says which channels that is. */
export async function restore(store: Store, session: AbortSignal): Promise<string[]> {
  const snapshot = await loadSnapshot();
  const { me, synced } = store.getState();
  if (!snapshot || session.aborted || synced || (me && me.id !== snapshot.sync.user.id)) return [];
  for (const action of restored(snapshot, Date.now())) store.dispatch(action);
  return snapshot.sync.channels.map(({ id }) => id);
}

const DAY_MS = 86_400_000;

/** The actions that show a snapshot, but for what its channel keeps no longer by now. */
export function restored({ sync, pages }: Snapshot, now: number): Action[] {
  const actions: Action[] = [
    { type: "signed_in", user: sync.user },
    { type: "synced", sync, known: [] },
  ];
  const days = new Map(sync.channels.map(({ id, policy }) => [id, policy.retention_days ?? Infinity]));
  for (const page of pages) {
    const since = now - (days.get(page.channel) ?? Infinity) * DAY_MS;
    const { channel, messages, head, complete } = withoutGone(page, ({ ts }) => ts >= since);
    const oldest = complete ? (messages[0]?.seq ?? null) : 0;
    const shown = { messages, head, oldest };
    actions.push({ type: "page_loaded", channel, kind: "latest", page: shown, limit: messages.length });
  }
  return actions;
}
