// What a push means. Pure: the service worker shows it.

export interface Shown {
  title: string;
  body: string;
  /** A message is shown once, whether the page or the worker was faster. */
  tag: string;
  data: { channel?: string; message?: string };
}

const TEXT_CHARS_MAX = 300;
/** The browser wants something shown for every push, also for one that makes no sense. */
const UNKNOWN: Shown = { title: "Loggia", body: "", tag: "loggia", data: {} };

/** As in lib/bidi: the worker is one file, and shares none. */
const TURNING = /[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/g;

const text = (value: unknown): string =>
  typeof value === "string" ? value.replace(TURNING, "").slice(0, TEXT_CHARS_MAX) : "";

/** As i18n says it, in the browser's language: no page need be open. */
const REMINDERS: Record<string, (title: string) => string> = {
  de: (title) => `Erinnerung: ${title}`,
  fr: (title) => `Rappel\u00a0: ${title}`,
};
const inEnglish = (title: string): string => `Reminder: ${title}`;

const REMINDER = "reminder ";
export const isReminder = (tag: string): boolean => tag.startsWith(REMINDER);

export function shownOf(payload: string | null, language = ""): Shown {
  const said = parsed(payload);
  const title = text(said["title"]);
  const channel = id(said["channel"], "!");
  const message = id(said["message"], "$");
  if (title === "" || !channel) return UNKNOWN;
  const reminds = said["kind"] === "reminder";
  const worded = REMINDERS[language.slice(0, 2)] ?? inEnglish;
  const tag = message ?? channel;
  return {
    title: reminds ? worded(title) : title,
    body: text(said["body"]),
    tag: reminds ? REMINDER + tag : tag,
    data: message ? { channel, message } : { channel },
  };
}

/** The page to open for a notification. */
export function pageOf(data: unknown): string {
  const known = isRecord(data) ? data : {};
  const channel = id(known["channel"], "!");
  if (!channel) return "/";
  const message = id(known["message"], "$");
  return `/#/c/${encodeURIComponent(channel)}${message ? `/${encodeURIComponent(message)}` : ""}`;
}

/** `!` or `$` and a hash: nothing else may get into an address. */
function id(value: unknown, sign: string): string | undefined {
  return typeof value === "string" && value.startsWith(sign) && /^.[A-Za-z0-9_-]{1,64}$/.test(value)
    ? value
    : undefined;
}

function parsed(payload: string | null): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(payload ?? "");
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
