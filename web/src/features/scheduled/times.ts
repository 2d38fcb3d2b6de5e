// When a message may be sent, by the clock of whoever writes it.

import { dateOf, dayLabel, dayOf, clockTime, nextDay } from "../../lib/time";
import type { ScheduledTexts } from "../../i18n/scheduled";

export const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** As the server has it. */
export const AHEAD_MS_MAX = 120 * 24 * HOUR_MS;
const MORNING_HOUR = 9;
const WEEK_DAYS = 7;
const MONDAY = 1;

export type Preset = "hour" | "tomorrow" | "monday";

/** So many days from that on, at nine: by the calendar, as days need not have 24 hours. */
function morning(now: number, days: number): number {
  const date = new Date(now);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + days, MORNING_HOUR).getTime();
}

/** What is offered now, soonest first. On a Sunday tomorrow is Monday. */
export function presets(now: number): { id: Preset; ts: number }[] {
  const toMonday = (MONDAY - new Date(now).getDay() + WEEK_DAYS) % WEEK_DAYS || WEEK_DAYS;
  return [
    { id: "hour" as const, ts: Math.ceil((now + HOUR_MS) / MINUTE_MS) * MINUTE_MS },
    { id: "tomorrow" as const, ts: morning(now, 1) },
    ...(toMonday === 1 ? [] : [{ id: "monday" as const, ts: morning(now, toMonday) }]),
  ];
}

/** What a choice begins with: the next full hour that is well ahead. */
export const begins = (now: number): number => Math.ceil((now + HOUR_MS / 2) / HOUR_MS) * HOUR_MS;

/** `08:05`, as time fields write it. */
export function timeField(ts: number): string {
  const date = new Date(ts);
  const part = (value: number) => String(value).padStart(2, "0");
  return `${part(date.getHours())}:${part(date.getMinutes())}`;
}

/** The moment that a date and a time field name. */
export function momentOf(date: string, time: string): number | null {
  const day = dateOf(date);
  const match = /^([01]\d|2[0-3]):([0-5]\d)/.exec(time);
  if (day === null || !match) return null;
  const at = new Date(day);
  at.setHours(Number(match[1]), Number(match[2]));
  return at.getTime();
}

/** Why a message can't be sent then. */
export function refusal(ts: number, now: number): "past" | "far" | null {
  if (ts <= now) return "past";
  return ts > now + AHEAD_MS_MAX ? "far" : null;
}

/** When that is, within a sentence. */
export function whenText(ts: number, now: number, texts: ScheduledTexts): string {
  const time = clockTime(ts);
  if (dayOf(ts) === dayOf(now)) return texts.today(time);
  const isTomorrow = dayOf(ts) === nextDay(now);
  return isTomorrow ? texts.next(time) : texts.onDay(dayLabel(ts, now), time);
}
