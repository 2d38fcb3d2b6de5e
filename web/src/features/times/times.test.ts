import { describe, expect, it } from "vitest";
import { en } from "../../i18n/en";
import { times as texts } from "../../i18n/en.times";
import { begins, DAY_MS, momentOf, type Preset, presets, refusal, timeField, whenText } from "./times";

const at = (...parts: [number, number, number, number, number]): number => {
  const [year, month, day, hour, minute] = parts;
  return new Date(year, month - 1, day, hour, minute).getTime();
};
/** A Wednesday. */
const NOW = at(2026, 5, 13, 14, 20);
const LATER: readonly Preset[] = ["hour", "tomorrow", "monday"];
const offered = (now: number, wanted = LATER) => presets(now, wanted).map(({ id, ts }) => [id, ts]);

describe("a time that is chosen", () => {
  it("is offered by the calendar of whoever writes", () => {
    expect(offered(NOW)).toEqual([
      ["hour", at(2026, 5, 13, 15, 20)],
      ["tomorrow", at(2026, 5, 14, 9, 0)],
      ["monday", at(2026, 5, 18, 9, 0)],
    ]);
    // On a Monday the next one is meant, whatever the hour.
    expect(offered(at(2026, 5, 18, 7, 0)).at(-1)).toEqual(["monday", at(2026, 5, 25, 9, 0)]);
    expect(offered(at(2026, 5, 17, 23, 59))).toEqual([
      ["hour", at(2026, 5, 18, 0, 59)],
      ["tomorrow", at(2026, 5, 18, 9, 0)],
    ]);
    expect(offered(at(2026, 12, 31, 10, 0))[1]).toEqual(["tomorrow", at(2027, 1, 1, 9, 0)]);
    expect(offered(NOW, ["minutes", "hours", "tomorrow"])).toEqual([
      ["minutes", at(2026, 5, 13, 14, 40)],
      ["hours", at(2026, 5, 13, 17, 20)],
      ["tomorrow", at(2026, 5, 14, 9, 0)],
    ]);
  });

  it("is never earlier than what was said of it", () => {
    const [hour] = presets(NOW + 1, LATER);
    expect(hour?.ts).toBe(at(2026, 5, 13, 15, 21));
    expect(begins(NOW)).toBe(at(2026, 5, 13, 15, 0));
    expect(begins(at(2026, 5, 13, 14, 31))).toBe(at(2026, 5, 13, 16, 0));
  });

  it("is what the fields say", () => {
    expect(momentOf("2026-05-13", "08:05")).toBe(at(2026, 5, 13, 8, 5));
    expect(timeField(at(2026, 5, 13, 8, 5))).toBe("08:05");
    for (const [date, time] of [
      ["", "08:05"],
      ["2026-02-30", "08:05"],
      ["2026-05-13", ""],
      ["2026-05-13", "24:00"],
    ] as const) {
      expect(momentOf(date, time)).toBe(null);
    }
  });

  it("is in the future, and not too far", () => {
    expect([NOW - 1, NOW, NOW + 1].map((ts) => refusal(ts, NOW, 1))).toEqual(["past", "past", null]);
    for (const days of [1, 365]) {
      expect([0, 1].map((ms) => refusal(NOW + days * DAY_MS + ms, NOW, days))).toEqual([null, "far"]);
    }
  });

  it("is told in few words", () => {
    expect(whenText(at(2026, 5, 13, 18, 0), NOW, texts)).toMatch(/^today at 6:00/);
    expect(whenText(at(2026, 5, 14, 9, 0), NOW, texts)).toMatch(/^tomorrow at 9:00/);
    expect(whenText(at(2026, 5, 18, 9, 0), NOW, texts)).toMatch(/^Monday, May 18, at 9:00/);
    // What is over by then is of that day, too.
    expect(whenText(at(2026, 5, 12, 9, 0), NOW, texts)).toContain(en.timeline.yesterday);
  });
});
