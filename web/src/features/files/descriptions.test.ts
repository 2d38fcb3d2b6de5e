import { describe, expect, it } from "vitest";
import { charsOf, isDescribable, saidOf, shortened, withDescription, written } from "./descriptions";

const file = (description?: string) => ({ name: "map.png", ...(description ? { description } : {}) });

describe("what is said of a file", () => {
  it("is of what is looked at, watched or listened to", () => {
    for (const type of ["image/png", "image/webp", "video/mp4", "audio/x-m4a"])
      expect(isDescribable(type), type).toBe(true);
    for (const type of ["", "image/svg+xml", "text/plain", "application/pdf"])
      expect(isDescribable(type), type).toBe(false);
  });

  it("is sent as it was written, without what the server does not take", () => {
    expect(written("  A map\r\nof the\tharbour\u0000\u0085 \n")).toBe("A map\nof the harbour");
    for (const none of ["", " \n\t", "\u200B\u2067", "\u0007"]) expect(written(none)).toBe("");
  });

  it("is counted as the server counts", () => {
    expect(charsOf("aé👍")).toBe(3);
    expect(charsOf("👩‍💻")).toBe(3);
  });

  it("is one line in a label, and turns nothing around it", () => {
    expect(withDescription("Open map.png", file("A map\n\n  of the \u202Eharbour"))).toBe(
      "Open map.png: A map of the harbour",
    );
    expect(withDescription("Open map.png", file())).toBe("Open map.png");
    expect(withDescription("Open map.png", file("\u2067\u200B"))).toBe("Open map.png");
    expect(saidOf(file("<b>bold</b>"))).toBe("<b>bold</b>");
  });

  it("is cut at a blank, and within no character", () => {
    expect(shortened("A map of the harbour", 30)).toBe("A map of the harbour");
    expect(shortened("A map of the harbour", 15)).toBe("A map of the…");
    expect(shortened("👍".repeat(8), 5)).toBe(`${"👍".repeat(5)}…`);
  });
});
