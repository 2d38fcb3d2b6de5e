import { describe, expect, it } from "vitest";
import { letterOf, whose } from "./letters";

describe("letterOf", () => {
  it("knows the links of letters, and no others", () => {
    expect(letterOf("#/verify/ab_C-1")).toEqual({ kind: "verify", token: "ab_C-1" });
    expect(letterOf("#/reset/x")).toEqual({ kind: "reset", token: "x" });
    for (const hash of ["", "#/", "#/c/!a", "#/reset/", "#/reset/a/b", "#/reset/a%2Fb", "#/other/x"]) {
      expect(letterOf(hash)).toBeNull();
    }
  });
});

describe("whose", () => {
  it("tells names and addresses apart", () => {
    expect(whose(" ann ")).toEqual({ username: "ann" });
    expect(whose("@ann:example.org")).toEqual({ username: "@ann:example.org" });
    expect(whose("ann@example.org")).toEqual({ email: "ann@example.org" });
  });
});
