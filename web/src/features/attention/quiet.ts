// What may disturb, and when. Pure: the clock comes in.

import type { Attention, Message, Notification, NotifyLevel } from "../../api/types";
import { isRecord } from "../../lib/local";

/** Minutes since midnight; over midnight when `from` is the later one. */
export interface Schedule {
  on: boolean;
  from: number;
  to: number;
  /** Whose clock it is; null: the device's own. */
  zone: string | null;
}

export interface AttentionSettings {
  desktop: boolean;
  /** Direct messages, mentions and replies; or whatever the channels' own levels let through. */
  scope: "mine" | "all";
  sound: boolean;
  /** Silence until then (ms), by the person's wish. */
  until: number | null;
  schedule: Schedule;
}

const DAY_MIN = 24 * 60;
const EVENING_MIN = 22 * 60;
const MORNING_MIN = 8 * 60;
/** What was missed for longer is in the inbox; it does not ring when the line comes back. */
const FRESH_MS = 2 * 60_000;

const minutes = (value: unknown, otherwise: number): number =>
  typeof value === "number" && Number.isInteger(value) && value >= 0 && value < DAY_MIN ? value : otherwise;

export function readSettings(stored: unknown): AttentionSettings {
  const known = isRecord(stored) ? stored : {};
  const schedule = isRecord(known["schedule"]) ? known["schedule"] : {};
  return {
    desktop: known["desktop"] !== false,
    scope: known["scope"] === "all" ? "all" : "mine",
    sound: known["sound"] === true,
    until: typeof known["until"] === "number" ? known["until"] : null,
    schedule: {
      on: schedule["on"] === true,
      from: minutes(schedule["from"], EVENING_MIN),
      to: minutes(schedule["to"], MORNING_MIN),
      zone: typeof schedule["zone"] === "string" ? schedule["zone"] : null,
    },
  };
}

export function minuteOf(now: number, zone: string | null = null): number {
  const date = new Date(now);
  if (zone !== null) {
    try {
      const there = date.toLocaleTimeString("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit" });
      return minutesOf(there) ?? 0;
    } catch {
      // A zone that this browser does not know: its own clock is nearest.
    }
  }
  return date.getHours() * 60 + date.getMinutes();
}

/** What the server keeps for all devices stands in place of what this one had. */
export function withServer(known: AttentionSettings, server: Attention): AttentionSettings {
  const { schedule } = server;
  return {
    ...known,
    until: server.quiet_until_ts,
    schedule: schedule
      ? { on: true, from: schedule.from_min, to: schedule.to_min, zone: schedule.zone }
      : { ...known.schedule, on: false },
  };
}

export function inSchedule({ on, from, to, zone }: Schedule, now: number): boolean {
  if (!on || from === to) return false;
  const minute = minuteOf(now, zone);
  return from < to ? minute >= from && minute < to : minute >= from || minute < to;
}

export function isQuiet(settings: AttentionSettings, now: number): boolean {
  return (settings.until !== null && settings.until > now) || inSchedule(settings.schedule, now);
}

/** The next eight o'clock in the morning. */
export function tomorrowMorning(now: number): number {
  const date = new Date(now);
  const past = minuteOf(now) >= MORNING_MIN;
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + (past ? 1 : 0), 8).getTime();
}

/** What the stream said in one go. */
export interface Heard {
  messages: readonly Message[];
  notifications: readonly Omit<Notification, "read">[];
  /** What another device changed, or this one. */
  attention?: Attention;
  live: boolean;
}

export interface Happening {
  message: Message;
  /** Why it concerns the person in particular; null when it is only a message. */
  kind: Notification["kind"] | null;
  /** It came as it happened, not while catching up. */
  live: boolean;
}

export interface Situation {
  settings: AttentionSettings;
  now: number;
  me: string;
  level: NotifyLevel | undefined;
  seen: boolean;
}

/** Whether the person is told at all, by picture or by sound. */
export function disturbs({ message, kind, live }: Happening, situation: Situation): boolean {
  const { settings, now, me, level, seen } = situation;
  if (seen || level === undefined) return false;
  // One asked for it oneself: however silent the channel, and however old the message.
  if (kind === "reminder") return live && !isQuiet(settings, now);
  if (level === "none" || message.sender === me) return false;
  if (kind === null && (settings.scope !== "all" || level !== "all")) return false;
  if (!live && now - message.ts > FRESH_MS) return false;
  return !isQuiet(settings, now);
}

/** `22:30` to minutes and back, as the browser's time fields write it. */
export function minutesOf(text: string): number | null {
  const match = /^(\d{2}):(\d{2})$/.exec(text);
  if (!match) return null;
  const value = Number(match[1]) * 60 + Number(match[2]);
  return value < DAY_MIN ? value : null;
}

export const timeField = (value: number): string =>
  `${String(Math.floor(value / 60)).padStart(2, "0")}:${String(value % 60).padStart(2, "0")}`;

/** Each message once, with the most particular reason to tell of it. */
export function happenings({ messages, notifications, live }: Heard): Happening[] {
  const kinds = new Map(notifications.map((each) => [each.message.id, each.kind]));
  const known = new Set(messages.map((message) => message.id));
  const others = notifications.filter((each) => !known.has(each.message.id)).map((each) => each.message);
  return [...messages, ...others].map((message) => ({
    message,
    kind: kinds.get(message.id) ?? null,
    live,
  }));
}
