import { expect, it } from "vitest";
import { wordsOf } from "./words";

it("words are told apart by commas, semicolons and lines", () => {
  expect(wordsOf(" deploy, on  call ;deploy\nä，ö、,, ")).toEqual(["deploy", "on call", "ä", "ö"]);
  expect(wordsOf("  ")).toEqual([]);
});
