import { describe, expect, it } from "vitest";
import { channel } from "../../store/testing";
import { daysOf, isShorter, keepingOf, keptDays } from "./retention";

describe("for how many days messages are kept", () => {
  it("is chosen among a few, or typed", () => {
    expect([null, 1, 7, 365, 8].map(keepingOf)).toEqual(["ever", "1", "7", "365", "other"]);
    expect(daysOf("ever", "12")).toBeNull();
    expect(daysOf("30", "12")).toBe(30);
    expect(daysOf("other", " 12 ")).toBe(12);
    expect(daysOf("other", "1")).toBe(1);
    expect(daysOf("other", "36500")).toBe(36_500);
  });

  it("is a whole number from 1 to 36,500", () => {
    for (const typed of ["", "0", "36501", "1.5", "-3", "1e3", "seven", "99999999999"]) {
      expect(daysOf("other", typed), typed).toBeUndefined();
    }
  });

  it("is shorter where something would go", () => {
    expect(isShorter(null, 365)).toBe(true);
    expect(isShorter(30, 7)).toBe(true);
    expect(isShorter(7, 30)).toBe(false);
    expect(isShorter(7, 7)).toBe(false);
    expect(isShorter(7, null)).toBe(false);
    expect(isShorter(null, null)).toBe(false);
  });

  it("is the shorter of what the channel and the server say", () => {
    const of = (days: number | null) =>
      channel({
        policy: {
          join: "open",
          history: "all",
          caps: {},
          ...(days === null ? {} : { retention_days: days }),
        },
      });
    expect(keptDays(of(null), null)).toBeNull();
    expect(keptDays(of(null), {})).toBeNull();
    expect(keptDays(of(30), { retention_days: null })).toBe(30);
    expect(keptDays(of(30), { retention_days: 7 })).toBe(7);
    expect(keptDays(of(7), { retention_days: 30 })).toBe(7);
    expect(keptDays(of(null), { retention_days: 30 })).toBe(30);
  });
});
