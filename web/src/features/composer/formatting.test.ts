import { expect, it } from "vitest";
import { around, type Edit, isIn, type Marked, toggled as byKey } from "./formatting";
import { isFormatting } from "./marks";

/** What then stands there. */
function done({ piece, from, to, selected }: Edit, before: Marked): Marked {
  const text = before.text.slice(0, from) + piece + before.text.slice(to);
  return { text, from: selected[0], to: selected[1] };
}
const toggled = (key: string, before: Marked) => done(byKey(key, before), before);
const marked = (mark: string, before: Marked) => done(around(mark, before), before);
const all = (text: string): Marked => ({ text, from: 0, to: text.length });

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

it("leaves the spaces around the words out, where a mark would be none", () => {
  const after = marked("**", { text: "say it now", from: 4, to: 7 });
  expect(after).toEqual({ text: "say **it** now", from: 6, to: 8 });
  expect(marked("**", { text: "a  b", from: 1, to: 3 }).text).toBe("a**  **b");
});

it("takes off what is selected with its words, and only that mark", () => {
  expect(marked("**", all("**it**"))).toEqual({ text: "it", from: 0, to: 2 });
  expect(marked("*", all("**it**")).text).toBe("***it***");
  expect(marked("*", all("***it***")).text).toBe("**it**");
  expect(marked("~~", all("~~a~~ and ~~b~~")).text).toBe("~~~~a~~ and ~~b~~~~");
  expect(marked("||", all(marked("||", all("who")).text)).text).toBe("who");
});

it("gives each line its own, behind what the line begins with", () => {
  const before = "- one\n\n> two \n3. [x] three\n# four";
  const after = marked("**", all(before));
  expect(after.text).toBe("- **one**\n\n> **two** \n3. [x] **three**\n# **four**");
  expect(marked("**", after)).toEqual({ text: before, from: 0, to: before.length });
  expect(marked("**", all("- one")).text).toBe("- **one**");
  expect(marked("**", { text: "see 1. here", from: 4, to: 11 }).text).toBe("see **1. here**");
  expect(marked("**", all("**one**\ntwo")).text).toBe("**one**\n**two**");
});

/** The caret stands where the text has a bar. */
function at(text: string): Marked {
  const from = text.indexOf("¦");
  return { text: text.replace("¦", ""), from, to: from };
}

it("tells which marks the caret is in", () => {
  for (const [mark, text, isThere] of [
    ["**", "say **i¦t** now", true],
    ["**", "say **¦it** now", true],
    ["**", "say ¦**it** now", false],
    ["**", "say **it**¦ now", false],
    ["*", "say **i¦t** now", false],
    ["*", "say ***i¦t*** now", true],
    ["**", "say ***i¦t*** now", true],
    ["*", "**so *i¦t* is**", true],
    ["**", "**so *i¦t* is**", true],
    ["*", "say _i¦t_ now", true],
    ["*", "snake_c¦ase_name", false],
    ["**", "2 ** 3¦ ** 4", false],
    ["**", "\\**i¦t**", false],
    ["**", "a **b¦\n\nc** d", false],
    ["**", "a **b¦\nc** d", true],
    ["~~", "~~i¦t~~", true],
    ["||", "||i¦t||", true],
    ["`", "``a ` b¦``", true],
    ["**", "`**i¦t**`", false],
    ["`", "a ` b¦", false],
    ["**", "a **¦**", true],
    ["*", "a **¦**", false],
  ] as const) {
    expect([mark, text, isIn(mark, at(text))]).toEqual([mark, text, isThere]);
  }
});

it("takes away the marks that the caret is in, and leaves it where it was", () => {
  expect(marked("**", at("so **lo¦ud** now"))).toEqual(at("so lo¦ud now"));
  expect(marked("*", at("***lo¦ud***"))).toEqual(at("**lo¦ud**"));
  expect(marked("**", at("***lo¦ud***"))).toEqual(at("*lo¦ud*"));
  expect(marked("*", at("**very _lo¦ud_**"))).toEqual(at("**very lo¦ud**"));
  expect(marked("`", at("``a ` b¦``"))).toEqual(at("a ` b¦"));
  expect(marked("**", { text: "a **b c d** e", from: 6, to: 7 })).toEqual({
    text: "a b c d e",
    from: 4,
    to: 5,
  });
});
