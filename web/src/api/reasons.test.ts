import { expect, it } from "vitest";
import { inLines, inOneLine } from "./reasons";

it("what goes into the log is one line", () => {
  expect(inOneLine(" spam\r\nand\u0007\tagain\n")).toEqual({ reason: "spam and again" });
});

it("a report has several lines, and no signs that control anything", () => {
  expect(inLines(" spam\r\nagain\rand\u0007\tagain\n")).toEqual({ reason: "spam\nagain\nand  again" });
  expect(inLines("\u0085x")).toEqual({ reason: "x" });
});

it("what is no reason is none", () => {
  expect(inLines(" \n\t ")).toEqual({});
  expect(inOneLine(" \n\t ")).toEqual({});
});
