// Times that people choose, by the clock of their device: when a message is sent, or they are reminded of one.

import { dateOf, dayLabel, dayOf, clockTime, nextDay } from "../../lib/time";
import type { TimesTexts } from "../../i18n/times";

export const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;
const MORNING_HOUR = 9;
const WEEK_DAYS = 7;
const MONDAY = 1;

export type Preset = "minutes" | "hour" | "hours" | "tomorrow" | "monday";

/** Those that are soon. */
const SOON: Partial<Record<Preset, number>> = { minutes: 20 * MINUTE_MS, hour: HOUR_MS, hours: 3 * HOUR_MS };

/** So many days from that on, at nine: by the calendar, as days need not have 24 hours. */
function morning(now: number, days: number): number {
  const date = new Date(now);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + days, MORNING_HOUR).getTime();
}

/** Of these what can be offered now. On a Sunday tomorrow is Monday. */
export function presets(now: number, wanted: readonly Preset[]): { id: Preset; ts: number }[] {
  const toMonday = (MONDAY - new Date(now).getDay() + WEEK_DAYS) % WEEK_DAYS || WEEK_DAYS;
  return wanted.flatMap((id) => {
    const ahead = SOON[id];
    if (ahead !== undefined) return { id, ts: Math.ceil((now + ahead) / MINUTE_MS) * MINUTE_MS };
    if (id === "tomorrow") return { id, ts: morning(now, 1) };
    return toMonday === 1 ? [] : { id, ts: morning(now, toMonday) };
  });
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

/** Why it can't be then, where it may be so many days ahead. */
export function refusal(ts: number, now: number, days: number): "past" | "far" | null {
  if (ts <= now) return "past";
  return ts > now + days * DAY_MS ? "far" : null;
}

/** When that is, within a sentence. */
export function whenText(ts: number, now: number, texts: TimesTexts): string {
  const time = clockTime(ts);
  if (dayOf(ts) === dayOf(now)) return texts.today(time);
  const isTomorrow = dayOf(ts) === nextDay(now);
  return isTomorrow ? texts.next(time) : texts.onDay(dayLabel(ts, now), time);
}
