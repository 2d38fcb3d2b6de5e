// Messages that the person keeps for later: a list of their own, the same on all of their devices.

import type { StreamEvent } from "../api/frames";
import type { Message, Saved } from "../api/types";
import type { Dict, Kept, State } from "./state";

export type SavedAction =
  /** `first`: from the newest one on. What is known already and follows them in the list stays. */
  | { type: "saved_loaded"; items: readonly Saved[]; next: string | null; first: boolean }
  /** Null: it is kept no longer. */
  | { type: "saved_set"; message: string; kept: Kept | null };

type LoadedAction = Extract<SavedAction, { type: "saved_loaded" }>;

export function reduceSaved(state: State, action: SavedAction): State {
  if (action.type === "saved_set") return put(state, action.message, action.kept);
  const before = action.first ? following(state, action) : state.saved.byId;
  const items = action.items.map((item): [string, Kept] => [item.message.id, item]);
  const byId: Dict<Kept> = { ...before, ...Object.fromEntries(items) };
  const continued = action.first && Object.keys(before).length > 0;
  return { ...state, saved: { byId, next: continued ? state.saved.next : action.next, loaded: true } };
}

/** What was loaded before of what comes after these; nothing, should there be a gap between. */
function following({ saved: { byId } }: State, { items, next }: LoadedAction): Dict<Kept> {
  const last = items.at(-1);
  if (next === null || !last || byId[last.message.id]?.saved_ts !== last.saved_ts) return {};
  return Object.fromEntries(Object.entries(byId).filter(([, { saved_ts }]) => saved_ts < last.saved_ts));
}

/** What an event says of the list. Of a message that is not known here the list has the place alone, until it is asked for. */
export function followSaved(state: State, event: StreamEvent): State {
  const { byId } = state.saved;
  switch (event.t) {
    case "saved.updated": {
      const { channel, message: id, saved_ts, remind_ts } = event.d;
      if (saved_ts === null) return put(state, id, null);
      const known = byId[id];
      if (known?.saved_ts === saved_ts && known.remind_ts === remind_ts) return state;
      const message = known?.message ?? state.channels[channel]?.messages[id] ?? null;
      return put(state, id, { channel, saved_ts, remind_ts, message });
    }
    case "message.deleted":
      return put(state, event.d.id, null);
    case "message.edited":
    case "message.updated": {
      if (event.t === "message.updated" && event.d.deleted) return put(state, event.d.id, null);
      const known = byId[event.d.id];
      return known?.message
        ? put(state, event.d.id, { ...known, message: restated(known.message, event.d) })
        : state;
    }
    default:
      return state;
  }
}

const restated = (
  known: Message,
  { text, attachments, previews, mentions, edited_ts }: Message,
): Message => ({
  ...known,
  text,
  attachments,
  previews,
  mentions,
  ...(edited_ts === undefined ? {} : { edited_ts }),
});

function put(state: State, id: string, kept: Kept | null): State {
  if (!kept && !state.saved.byId[id]) return state;
  const byId: Record<string, Kept> = { ...state.saved.byId };
  if (kept) byId[id] = kept;
  else Reflect.deleteProperty(byId, id);
  return { ...state, saved: { ...state.saved, byId } };
}

/** What can be shown, the one saved last first: of channels that one is in no more nothing is. */
export function savedShown({ saved, channels }: Pick<State, "saved" | "channels">): Saved[] {
  return Object.values(saved.byId)
    .flatMap(({ message, ...kept }) =>
      message && channels[kept.channel]?.info.membership === "joined" ? [{ ...kept, message }] : [],
    )
    .sort((one, other) => other.saved_ts - one.saved_ts);
}
