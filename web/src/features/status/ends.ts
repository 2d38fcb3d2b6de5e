// Until when a status is to stand, as people choose it. `now` comes in.

import { nextDay } from "../../lib/time";

export const ENDS = ["never", "half", "hour", "hours", "today", "week"] as const;
export type End = (typeof ENDS)[number];

const MINUTE_MS = 60_000;
const SPANS: Partial<Record<End, number>> = {
  half: 30 * MINUTE_MS,
  hour: 60 * MINUTE_MS,
  hours: 240 * MINUTE_MS,
};
const DAYS = 7;

/** When it is over; null: it stands until it is taken back. A week ends with its Sunday. */
export function endOf(end: End, now: number): number | null {
  const span = SPANS[end];
  if (span !== undefined) return now + span;
  if (end === "never") return null;
  let day = nextDay(now);
  if (end === "week") {
    for (let left = DAYS; left > 0 && new Date(day).getDay() !== 1; left -= 1) day = nextDay(day);
  }
  return day;
}

/** What is said often, and for how long. */
export const PRESETS = [
  { id: "meeting", emoji: "📅", end: "hour" },
  { id: "commuting", emoji: "🚌", end: "half" },
  { id: "sick", emoji: "🤒", end: "today" },
  { id: "vacation", emoji: "🌴", end: "never" },
  { id: "remote", emoji: "🏡", end: "today" },
] as const satisfies readonly { id: string; emoji: string; end: End }[];
