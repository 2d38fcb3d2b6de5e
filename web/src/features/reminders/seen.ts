// Whoever is led to a message has seen what reminds of it: reading its conversation alone does not say so.

import { parseRoute } from "../app/route";
import type { Client } from "../client/client";

export function seeReminders(client: Client): () => void {
  const see = (message: string | null) => {
    const due = client.store
      .getState()
      .inbox.items.filter((item) => !item.read && item.kind === "reminder" && item.message.id === message);
    for (const { id } of due) void client.actions.readInbox(id, true);
  };
  const arrived = () => see(parseRoute(location.hash).message);
  const again = (event: Event) => see((event as CustomEvent<{ message: string }>).detail.message);
  addEventListener("hashchange", arrived);
  addEventListener("loggia:jump", again);
  return () => {
    removeEventListener("hashchange", arrived);
    removeEventListener("loggia:jump", again);
  };
}
