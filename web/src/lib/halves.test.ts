import { expect, it } from "vitest";
import { halves } from "./halves";

it("of a long name its end stays", () => {
  expect(halves("Guidelines 2026 with comments.pdf")).toEqual(["Guidelines 2026 with comm", "ents.pdf"]);
  expect(halves("A document that has a long end.numbers")[1]).toBe(" end.numbers");
  expect(halves("No extension at all, only a name")[1]).toBe("y a name");
  expect(halves("Version 2. And then many more words")[1]).toBe("re words");
});

it("a short one, and what stands on both sides of the cut, are whole", () => {
  expect(halves("notes.txt")).toEqual(["notes.txt", ""]);
  const long = "🎉".repeat(30) + ".png";
  expect(halves(long).join("")).toBe(long);
  expect(halves(long)[1]).toBe("🎉🎉🎉🎉.png");
});
