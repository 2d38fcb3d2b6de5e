import { describe, expect, it } from "vitest";
import type { Message, Notification } from "../../api/types";
import {
  type AttentionSettings,
  disturbs,
  happenings,
  inSchedule,
  isQuiet,
  minutesOf,
  readSettings,
  timeField,
  tomorrowMorning,
  withServer,
} from "./quiet";

const at = (hour: number, minute = 0, day = 10) => new Date(2026, 4, day, hour, minute).getTime();
const noon = at(12);
const settings = (over: Partial<AttentionSettings> = {}): AttentionSettings => ({
  ...readSettings(undefined),
  ...over,
});
const message = (over: Partial<Message> = {}): Message => ({
  id: "$1",
  channel: "!room",
  seq: 5,
  sender: "@bo:test",
  ts: noon,
  text: "hi",
  reactions: [],
  attachments: [],
  previews: [],
  mentions: [],
  status: "sent",
  ...over,
});
const situation = { settings: settings(), now: noon, me: "@ada:test", level: "all" as const, seen: false };
const mention = { message: message(), kind: "mention" as const, live: true };
const plain = { message: message(), kind: null, live: true };

describe("disturbs", () => {
  it("a mention, a reply, a direct message: yes; any other message: only by wish", () => {
    expect(disturbs(mention, situation)).toBe(true);
    expect(disturbs(plain, situation)).toBe(false);
    const all = { ...situation, settings: settings({ scope: "all" }) };
    expect(disturbs(plain, all)).toBe(true);
    expect(disturbs(plain, { ...all, level: "mentions" })).toBe(false);
  });

  it("never what one wrote, what one looks at, or what is muted or unknown", () => {
    expect(disturbs({ ...mention, message: message({ sender: "@ada:test" }) }, situation)).toBe(false);
    expect(disturbs(mention, { ...situation, seen: true })).toBe(false);
    expect(disturbs(mention, { ...situation, level: "none" })).toBe(false);
    expect(disturbs(mention, { ...situation, level: undefined })).toBe(false);
  });

  it("a reminder, however old its message and silent its channel, also of what one wrote; not in silence", () => {
    const old = message({ sender: "@ada:test", ts: noon - 90_000_000 });
    const reminder = { message: old, kind: "reminder" as const, live: true };
    const silent = { ...situation, level: "none" as const };
    expect(disturbs(reminder, silent)).toBe(true);
    expect(disturbs({ ...reminder, live: false }, silent)).toBe(false);
    expect(disturbs(reminder, { ...silent, level: undefined })).toBe(false);
    expect(disturbs(reminder, { ...silent, settings: settings({ until: noon + 1 }) })).toBe(false);
  });

  it("what was missed for long does not ring, what was missed for a moment does", () => {
    const missed = (ago: number) => ({ ...mention, live: false, message: message({ ts: noon - ago }) });
    expect(disturbs(missed(3_000), situation)).toBe(true);
    expect(disturbs(missed(600_000), situation)).toBe(false);
    expect(disturbs({ ...missed(600_000), live: true }, situation)).toBe(true);
  });

  it("nothing while it is quiet", () => {
    const paused = { ...situation, settings: settings({ until: noon + 1 }) };
    expect(disturbs(mention, paused)).toBe(false);
    expect(disturbs(mention, { ...paused, now: noon + 1 })).toBe(true);
  });
});

describe("quiet hours", () => {
  const night = { on: true, from: 22 * 60, to: 8 * 60, zone: null };
  it("go over midnight", () => {
    expect([at(21, 59), at(22), at(0), at(7, 59), at(8)].map((now) => inSchedule(night, now))).toEqual([
      false,
      true,
      true,
      true,
      false,
    ]);
  });
  it("or within a day, or not at all", () => {
    const lunch = { on: true, from: 12 * 60, to: 13 * 60, zone: null };
    expect([at(11, 59), noon, at(13)].map((now) => inSchedule(lunch, now))).toEqual([false, true, false]);
    expect(inSchedule({ ...night, on: false }, at(23))).toBe(false);
    expect(inSchedule({ on: true, from: 60, to: 60, zone: null }, at(1))).toBe(false);
  });
  it("add to a pause", () => {
    expect(isQuiet(settings({ schedule: night }), at(23))).toBe(true);
    expect(isQuiet(settings({ schedule: night, until: at(13) }), noon)).toBe(true);
    expect(isQuiet(settings({ schedule: night, until: at(11) }), noon)).toBe(false);
  });
  it("until tomorrow morning is the next eight o'clock", () => {
    expect(tomorrowMorning(at(15))).toBe(at(8, 0, 11));
    expect(tomorrowMorning(at(3))).toBe(at(8));
    expect(tomorrowMorning(at(8))).toBe(at(8, 0, 11));
  });
});

describe("settings as they were stored", () => {
  it("whatever is there, something sensible comes of it", () => {
    for (const stored of [undefined, null, 5, "x", [], { schedule: 3 }, { until: "never" }]) {
      expect(readSettings(stored)).toEqual(settings());
    }
    const odd = readSettings({ desktop: false, schedule: { on: true, from: 99_999, to: 1.5, zone: null } });
    expect(odd.desktop).toBe(false);
    expect(odd.schedule).toEqual({ on: true, from: 22 * 60, to: 8 * 60, zone: null });
  });
  it("times of day there and back", () => {
    expect(minutesOf("22:30")).toBe(22 * 60 + 30);
    expect(timeField(22 * 60 + 5)).toBe("22:05");
    for (const bad of ["", "24:00", "7:00", "aa:bb"]) expect(minutesOf(bad)).toBeNull();
  });
});

describe("happenings", () => {
  const note = (over: Partial<Notification> = {}) =>
    ({ id: 1, kind: "mention", channel: "!room", message: message(), ts: noon, ...over }) as const;
  it("tells of a message once, with its reason", () => {
    const found = happenings({ messages: [message()], notifications: [note()], live: true });
    expect(found).toEqual([{ message: message(), kind: "mention", live: true }]);
  });
  it("a notification without its message is told too", () => {
    const other = message({ id: "$2" });
    const found = happenings({
      messages: [message()],
      notifications: [note({ message: other })],
      live: false,
    });
    expect(found.map((each) => [each.message.id, each.kind, each.live])).toEqual([
      ["$1", null, false],
      ["$2", "mention", false],
    ]);
  });
});

describe("withServer", () => {
  const local = settings({ sound: true, until: 5 });
  it("silence is the server's, the rest the device's own", () => {
    const schedule = { zone: "Europe/Berlin", from_min: 60, to_min: 120 };
    const known = withServer(local, { keywords: [], quiet_until_ts: null, schedule });
    expect(known).toEqual({
      ...local,
      until: null,
      schedule: { on: true, from: 60, to: 120, zone: "Europe/Berlin" },
    });
    const off = withServer(known, { keywords: [], quiet_until_ts: 7, schedule: null });
    expect(off).toEqual({ ...known, until: 7, schedule: { ...known.schedule, on: false } });
  });

  it("the clock is that of the zone, wherever the device is", () => {
    const now = Date.UTC(2026, 6, 1, 21, 30);
    const night = { on: true, from: 22 * 60, to: 8 * 60 };
    expect(inSchedule({ ...night, zone: "Europe/Berlin" }, now)).toBe(true);
    expect(inSchedule({ ...night, zone: "America/New_York" }, now)).toBe(false);
    expect(inSchedule({ ...night, zone: "UTC" }, now)).toBe(false);
  });
});
