import { expect, it } from "vitest";
import { quoted } from "./quoting";

it("quotes every line, below what is written already", () => {
  expect(quoted("", "one\n\ntwo ")).toBe("> one\n>\n> two\n\n");
  expect(quoted("Well:\n", "one")).toBe("Well:\n\n> one\n\n");
});
