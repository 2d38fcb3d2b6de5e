import { expect, it } from "vitest";
import { nextItem } from "./lists";

/** `|` is the caret, before and after. */
function newLine(before: string): string | null {
  const at = before.indexOf("|");
  const text = before.replace("|", "");
  const edit = nextItem({ text, from: at, to: at });
  if (!edit) return null;
  const { piece, from, to, selected } = edit;
  const after = text.slice(0, from) + piece + text.slice(to);
  expect(selected[0]).toBe(selected[1]);
  return `${after.slice(0, selected[0])}|${after.slice(selected[0])}`;
}

it("goes on with the next item", () => {
  expect(newLine("- one|")).toBe("- one\n- |");
  expect(newLine("a\n  * one|\nb")).toBe("a\n  * one\n  * |\nb");
  expect(newLine("9. nine|")).toBe("9. nine\n10. |");
  expect(newLine("1) on|e")).toBe("1) on\n2) |e");
  expect(newLine("- [x] done|")).toBe("- [x] done\n- [ ] |");
});

it("ends where an item is empty, apart from what comes next", () => {
  expect(newLine("- one\n- |")).toBe("- one\n\n|");
  expect(newLine("1. one\n2. |\nrest")).toBe("1. one\n\n|\nrest");
  expect(newLine("- |")).toBe("|");
});

it("leaves all else to the browser", () => {
  for (const text of ["one|", "-|", "-5 degrees|", "2.5 l|", "|- one", "```\n- one|", "**one**|"])
    expect(newLine(text), text).toBeNull();
  expect(newLine("```\nx\n```\n- one|")).toBe("```\nx\n```\n- one\n- |");
  expect(nextItem({ text: "- one", from: 2, to: 5 })).toBeNull();
});
