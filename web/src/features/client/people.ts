// Looks up people that messages mention, many at a time, once.

import { list_users } from "../../api/operations";
import type { Store } from "../../store/store";

const IDS_PER_REQUEST_MAX = 50;
const GATHER_MS = 40;

export class People {
  private readonly store: Store;
  private readonly wanted = new Set<string>();
  private readonly asked = new Set<string>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(store: Store) {
    this.store = store;
  }

  need(ids: readonly string[]): void {
    for (const id of ids) if (!this.asked.has(id) && !this.store.getState().users[id]) this.wanted.add(id);
    if (this.wanted.size > 0) this.timer ??= setTimeout(() => void this.fetch(), GATHER_MS);
  }

  reset(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.wanted.clear();
    this.asked.clear();
  }

  private async fetch(): Promise<void> {
    this.timer = undefined;
    const ids = [...this.wanted].slice(0, IDS_PER_REQUEST_MAX);
    for (const id of ids) {
      this.wanted.delete(id);
      this.asked.add(id);
    }
    try {
      const { users } = await list_users({ ids: ids.join(","), limit: IDS_PER_REQUEST_MAX });
      this.store.dispatch({ type: "users_loaded", users });
    } catch {
      // The id's own local part is shown meanwhile; a later message asks again.
      for (const id of ids) this.asked.delete(id);
    }
    if (this.wanted.size > 0) this.need([]);
  }
}
