// For how many days messages are kept, as the form and those who read have it. Pure.

import type { Channel, ServerInfo } from "../../api/types";

/** As the server limits it. */
export const DAYS_MAX = 36_500;
/** What most want; a year is 365 days. */
export const USUAL_DAYS = [1, 7, 30, 90, 365] as const;

export type Keeping = "ever" | "other" | `${(typeof USUAL_DAYS)[number]}`;

export function keepingOf(days: number | null): Keeping {
  if (days === null) return "ever";
  return USUAL_DAYS.some((each) => each === days) ? (String(days) as Keeping) : "other";
}

/** Undefined where what is typed is no number of days. */
export function daysOf(keeping: Keeping, typed: string): number | null | undefined {
  if (keeping === "ever") return null;
  const text = keeping === "other" ? typed.trim() : keeping;
  const days = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  return days >= 1 && days <= DAYS_MAX ? days : undefined;
}

/** Whether something that is kept now would be kept no more. */
export const isShorter = (before: number | null, after: number | null): boolean =>
  after !== null && (before === null || after < before);

/** The shorter of what the channel says and what this server does; null: for ever. */
export function keptDays(
  { policy }: Pick<Channel, "policy">,
  server: Pick<ServerInfo, "retention_days"> | null,
): number | null {
  const days = Math.min(policy.retention_days ?? Infinity, server?.retention_days ?? Infinity);
  return days === Infinity ? null : days;
}
