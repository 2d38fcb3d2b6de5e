import { describe, expect, it } from "vitest";
import { readPatterns } from "./patterns";

describe("names of servers", () => {
  it("are read however they are listed, each once", () => {
    const { names, bad } = readPatterns(" B.example\n*.c.example, b.example;x-1.d.example ");
    expect(names).toEqual(["b.example", "*.c.example", "x-1.d.example"]);
    expect(bad).toBeNull();
    expect(readPatterns(" \n")).toEqual({ names: [], bad: null });
  });
  it("that are none are told", () => {
    for (const wrong of [
      "example",
      "*",
      "a.*.example",
      "-a.example",
      "http://a.example",
      "a.example:8448",
      "a..b",
    ]) {
      expect(readPatterns(`b.example ${wrong}`).bad, wrong).toBe(wrong);
    }
    expect(readPatterns(`${"a".repeat(64)}.example`).bad).not.toBeNull();
  });
});
