import { describe, expect, it } from "vitest";
import { sidesOf } from "./sides";

const box = (scrollLeft: number) => ({ scrollLeft, scrollWidth: 500, clientWidth: 300 });

describe("where a box goes on", () => {
  it("is after it at its beginning, before it at its end, and both between", () => {
    expect([0, 100, 200].map((at) => sidesOf(box(at), false))).toEqual(["right", "left right", "left"]);
  });

  it("is the other way round where writing is", () => {
    expect([0, -100, -200].map((at) => sidesOf(box(at), true))).toEqual(["left", "left right", "right"]);
  });

  it("is nowhere where all is seen, but for a part of a pixel", () => {
    expect(sidesOf({ scrollLeft: 0, scrollWidth: 300, clientWidth: 300 }, false)).toBe("");
    expect(sidesOf({ scrollLeft: 199.4, scrollWidth: 500, clientWidth: 300 }, false)).toBe("left");
  });
});
