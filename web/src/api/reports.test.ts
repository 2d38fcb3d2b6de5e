import { expect, it } from "vitest";
import { reasonOf } from "./reports";

it("a reason has several lines, and no signs that control anything", () => {
  expect(reasonOf(" spam\r\nagain\rand\u0007\tagain\n")).toEqual({ reason: "spam\nagain\nand  again" });
  expect(reasonOf("\u0085x")).toEqual({ reason: "x" });
});

it("what is no reason is none", () => {
  expect(reasonOf(" \n\t ")).toEqual({});
});
