// Times as people say them. `now` comes in, so that all of it can be tested.

import { locale, t } from "../i18n";

const formats = new Map<string, Intl.DateTimeFormat>();

function format(name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale}/${name}`;
  const known = formats.get(key);
  if (known) return known;
  const made = new Intl.DateTimeFormat(navigatorLocale(), options);
  formats.set(key, made);
  return made;
}

/** The browser's own regional habits (24 hours or not) when it speaks the client's language. */
function navigatorLocale(): string {
  const preferred = typeof navigator === "undefined" ? locale : navigator.language;
  return preferred.startsWith(locale) ? preferred : locale;
}

/** The nearest moment that a date can be: what others write as a time may be any number. */
const TS_MAX = 8_640_000_000_000_000;
const dated = (ts: number) => new Date(Math.max(-TS_MAX, Math.min(TS_MAX, ts)) || 0);

/** As machines read it. */
export const isoTime = (ts: number): string => dated(ts).toISOString();

export const clockTime = (ts: number) =>
  format("time", { hour: "numeric", minute: "2-digit" }).format(dated(ts));

export const fullTime = (ts: number) =>
  format("full", { dateStyle: "full", timeStyle: "short" }).format(dated(ts));

export const shortDate = (ts: number) => format("date", { dateStyle: "medium" }).format(dated(ts));

/** Local midnight before `ts`, to tell days apart. */
export function dayOf(ts: number): number {
  const date = dated(ts);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}

/** Local midnight after `ts`. */
export function nextDay(ts: number): number {
  const date = dated(ts);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + 1).getTime();
}

export function dayLabel(ts: number, now: number): string {
  const day = dayOf(ts);
  const today = dayOf(now);
  if (day === today) return t.timeline.today;
  if (day === dayOf(today - 1)) return t.timeline.yesterday;
  const sameYear = dated(ts).getFullYear() === new Date(now).getFullYear();
  return sameYear
    ? format("day", { weekday: "long", month: "long", day: "numeric" }).format(dated(ts))
    : format("day-year", { weekday: "long", year: "numeric", month: "long", day: "numeric" }).format(
        dated(ts),
      );
}

/** A moment in few words: the time today, else the date. */
export function moment(ts: number, now: number): string {
  return dayOf(ts) === dayOf(now) ? clockTime(ts) : `${shortDate(ts)}, ${clockTime(ts)}`;
}

/** `2026-05-10`, as date fields write it, of the local day. */
export function dateField(ts: number): string {
  const date = dated(ts);
  const part = (value: number, digits: number) => String(value).padStart(digits, "0");
  return `${part(date.getFullYear(), 4)}-${part(date.getMonth() + 1, 2)}-${part(date.getDate(), 2)}`;
}

/** Local midnight of such a day. */
export function dateOf(text: string): number | null {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (!match) return null;
  const date = new Date(Number(match[1]), Number(match[2]) - 1, Number(match[3]));
  return dateField(date.getTime()) === text ? date.getTime() : null;
}
