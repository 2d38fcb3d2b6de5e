import type { Action } from "../../store/reducer";
import type { Snapshot } from "./snapshot";

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
