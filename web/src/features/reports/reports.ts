// What there is to know of reports without drawing them.

import { type Report, list_reports } from "../../api/reports";
import type { Channel } from "../../api/types";
import { serverOf } from "../../lib/ids";
import type { State } from "../../store/state";
import { canModerate, canRemove } from "../client/rights";

const PAGE = 30;
/** How many pages are read at once. */
const PAGES_MAX = 20;

/** Other servers that are told: where the channel lives, and where the author is. */
export function alsoTold(host: string, author: string, mine: string): string[] {
  return [...new Set([host, serverOf(author)])].filter((server) => server !== mine);
}

export type Removal = "moderator" | "administrator";

/** As what the viewer may delete the message. */
export function removalOf({ me, channels }: Pick<State, "me" | "channels">, report: Report): Removal | null {
  if (report.deleted) return null;
  const info: Channel | undefined = channels[report.channel.id]?.info;
  if (info && canModerate(info)) return "moderator";
  return canRemove(me) ? "administrator" : null;
}

/**
 * An administrator closes it for all, whoever asks, and looks into no conversation again; what was deleted needs no
 * moderator.
 */
export const canReopen = (isAdministrator: boolean, report: Report): boolean =>
  report.closed &&
  (isAdministrator ? report.channel.kind !== "dm" : report.closed_ts === null && !report.deleted);

export interface Loaded {
  rows: readonly Report[];
  next: string | null;
}

/** The newest ones, at least so many if there are. */
export async function loadReports(closed: boolean, least: number): Promise<Loaded> {
  let loaded: Loaded = await loadMore(closed, { rows: [], next: null });
  for (let pages = 1; pages < PAGES_MAX && loaded.next !== null && loaded.rows.length < least; pages += 1) {
    loaded = await loadMore(closed, loaded);
  }
  return loaded;
}

/** With the next page. */
export async function loadMore(closed: boolean, { rows, next: cursor }: Loaded): Promise<Loaded> {
  const query = { closed, limit: PAGE, ...(cursor === null ? {} : { cursor }) };
  const { reports, next } = await list_reports(query);
  return { rows: [...rows, ...reports], next };
}

/** All whom a report names. */
export const peopleOf = ({ author, reporter, handled_by, closed_by }: Report) =>
  [author, reporter, handled_by, closed_by].filter((user) => user !== null);
