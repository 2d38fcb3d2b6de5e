// How many reports are open, once the viewer sees to more or fewer channels than before: frames tell of reports only.

import { list_reports } from "../../api/reports";
import { overseen } from "../../store/reports";
import type { State } from "../../store/state";
import type { Store } from "../../store/store";

type Ask = () => Promise<{ open: number }>;

export class Reports {
  private readonly store: Store;
  private readonly ask: Ask;
  private of = "";
  private told: State["reports"] = null;
  private seen: State | null = null;

  constructor(store: Store, ask: Ask = () => list_reports({ limit: 1 })) {
    this.store = store;
    this.ask = ask;
    store.subscribe(() => this.look());
  }

  private look(): void {
    const state = this.store.getState();
    const { reports, me, channels, synced } = state;
    // What made them others said how many are open, too.
    const known = reports !== null && reports !== this.told;
    this.told = reports;
    const { seen } = this;
    this.seen = state;
    if (seen?.me === me && seen.channels === channels && seen.synced === synced) return;
    const of = synced ? overseen(state) : "";
    if (of === this.of) return;
    this.of = of;
    if (of === "") this.tell(null);
    else if (!known) void this.count();
  }

  private async count(): Promise<void> {
    const { of, told } = this;
    try {
      const { open } = await this.ask();
      // What came meanwhile is newer.
      if (of === this.of && told === this.told) this.tell(open);
    } catch {
      // An older server knows of none; another says so when the connection is back.
    }
  }

  private tell(open: number | null): void {
    this.store.dispatch({ type: "reports_told", open });
  }
}
