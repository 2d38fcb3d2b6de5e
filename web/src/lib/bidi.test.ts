import { describe, expect, it } from "vitest";
import { straight } from "./bidi";

describe("names that would turn what stands around them", () => {
  it("lose what turns, and nothing else", () => {
    expect(straight("\u202Egnp.exe")).toBe("gnp.exe");
    expect(straight("\u2067a\u2069\u200Fb\u061C")).toBe("ab");
    for (const name of ["Ada", "אבג", "👩‍💻", "a\u00A0b"]) expect(straight(name)).toBe(name);
  });
});
