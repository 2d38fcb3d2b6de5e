import { expect, it } from "vitest";
import { mentioned, quoted } from "./quoting";

it("quotes every line, below what is written already", () => {
  expect(quoted("", "one\n\ntwo ")).toBe("> one\n>\n> two\n\n");
  expect(quoted("Well:\n", "one")).toBe("Well:\n\n> one\n\n");
});

it("mentions behind what is written already, in a word of its own", () => {
  expect(mentioned("", "@bo")).toBe("@bo ");
  expect(mentioned("Ask", "@bo")).toBe("Ask @bo ");
  expect(mentioned("Ask ", "@bo:b.test")).toBe("Ask @bo:b.test ");
  expect(mentioned("Ask\n", "@bo")).toBe("Ask\n@bo ");
});
