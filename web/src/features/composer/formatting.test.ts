import { expect, it } from "vitest";
import { isFormatting, type Marked, toggled as edit } from "./formatting";

/** What then stands there. */
function toggled(key: string, before: Marked): Marked {
  const { piece, from, to, selected } = edit(key, before);
  const text = before.text.slice(0, from) + piece + before.text.slice(to);
  return { text, from: selected[0], to: selected[1] };
}

it("marks what is selected, and takes the marks away again", () => {
  for (const [key, marked] of [
    ["b", "say **it** now"],
    ["i", "say *it* now"],
    ["e", "say `it` now"],
  ] as const) {
    const before = { text: "say it now", from: 4, to: 6 };
    const after = toggled(key, before);
    expect(after.text).toBe(marked);
    expect(after.text.slice(after.from, after.to)).toBe("it");
    expect(toggled(key, after)).toEqual(before);
  }
});

it("one star inside two is another mark", () => {
  const bold = toggled("b", { text: "it", from: 0, to: 2 });
  const both = toggled("i", bold);
  expect(both.text).toBe("***it***");
  expect(toggled("i", both)).toEqual(bold);
});

it("without a selection one writes between the marks", () => {
  expect(toggled("b", { text: "a ", from: 2, to: 2 })).toEqual({ text: "a ****", from: 4, to: 4 });
});

it("knows its keys", () => {
  expect(["b", "i", "e", "x", "toString"].map(isFormatting)).toEqual([true, true, true, false, false]);
});
