import { describe, expect, it } from "vitest";
import { goesOn } from "./files";

describe("a part that could not be sent", () => {
  it("is sent again after a broken line, a failing server, and what passes", () => {
    for (const status of [0, 409, 423, 429, 500, 503])
      expect(goesOn(status, true), String(status)).toBe(true);
  });

  it("is not sent again where it was refused, nor while there is no network", () => {
    for (const status of [400, 401, 403, 404, 413]) expect(goesOn(status, true), String(status)).toBe(false);
    expect(goesOn(0, false)).toBe(false);
  });
});
