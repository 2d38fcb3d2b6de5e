import { describe, expect, it } from "vitest";
import { straight } from "./bidi";

describe("names that would turn what stands around them", () => {
  it("lose what turns, and nothing else", () => {
    expect(straight("\u202Egnp.exe")).toBe("gnp.exe");
    expect(straight("\u2067a\u2069\u200Fb\u061C")).toBe("ab");
    for (const name of ["Ada", "אבג", "👩‍💻", "a\u00A0b"]) expect(straight(name)).toBe(name);
  });

  it("are none if nobody sees anything of them", () => {
    for (const name of [
      "",
      " \t\n",
      "\u200B",
      "\u2067\u2069",
      "\u3164",
      "\u115F\uFFA0",
      "\u2800",
      "\u0301",
      "\u00AD\uFE0F",
    ])
      expect(straight(name)).toBe("");
    for (const name of ["i", "\u200Bi", "안녕", "❤️", "é", "नि", "٣", "-"])
      expect(straight(name)).not.toBe("");
  });
});
