import { describe, expect, it } from "vitest";
import { sameKey } from "./push";

describe("sameKey", () => {
  const bytes = Uint8Array.from([251, 255, 254, 1]);
  it("compares what the browser keeps with what the server says", () => {
    expect(sameKey(bytes.buffer, "-__-AQ")).toBe(true);
    expect(sameKey(bytes.buffer, "-__-AQ==")).toBe(true);
    expect(sameKey(bytes.buffer, "-__-AA")).toBe(false);
    expect(sameKey(null, "-__-AQ")).toBe(false);
  });
});
