import { describe, expect, it } from "vitest";
import { iconOf } from "./icon";

const BASE = `<svg xmlns="http://www.w3.org/2000/svg"><rect/></svg>`;
const drawn = (count: number, unread: boolean) => decodeURIComponent(iconOf(BASE, count, unread));

describe("the tab's icon", () => {
  it("is the plain one when nothing waits", () => {
    expect(iconOf(BASE, 0, false)).toBe("/favicon.svg");
  });
  it("has a dot for unread, a number for what asks for the person, and ends at nine", () => {
    expect(drawn(0, true)).toMatch(/<circle.*<\/svg>$/);
    expect(drawn(0, true)).not.toContain("<text");
    expect(drawn(3, true)).toContain(">3</text>");
    expect(drawn(9, false)).toContain(">9</text>");
    expect(drawn(12, true)).toContain(">9+</text>");
  });
});
