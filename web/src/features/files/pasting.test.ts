import { expect, it } from "vitest";
import { isText } from "./pasting";

it("takes cells of a spreadsheet for a text, and a picture or a copied file for a file", () => {
  expect(isText(["text/plain", "text/html", "text/rtf", "Files"])).toBe(true);
  expect(isText(["text/html", "Files"])).toBe(false);
  expect(isText(["text/plain", "Files"])).toBe(false);
  expect(isText(["Files"])).toBe(false);
});
