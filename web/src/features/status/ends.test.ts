import { describe, expect, it } from "vitest";
import { endOf, ENDS } from "./ends";

const at = (day: number, hour = 0, minute = 0) => new Date(2026, 2, day, hour, minute).getTime();

describe("when a status ends", () => {
  // A Wednesday.
  const now = at(4, 15, 30);

  it("after a while, with the day, with the week, or never", () => {
    expect(ENDS.map((end) => endOf(end, now))).toEqual([
      null,
      at(4, 16),
      at(4, 16, 30),
      at(4, 19, 30),
      at(5),
      at(9),
    ]);
  });

  it("a week goes up to its Sunday, whichever day it is", () => {
    for (const day of [2, 5, 7, 8]) expect(endOf("week", at(day, 23, 59))).toBe(at(9));
    expect(endOf("week", at(9))).toBe(at(16));
  });
});
