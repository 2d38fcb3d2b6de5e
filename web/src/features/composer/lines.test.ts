import { describe, expect, it } from "vitest";
import type { Edit, Marked } from "./formatting";
import {
  bullets,
  codeBlock,
  isBullets,
  isCodeBlock,
  isLink,
  isNumbers,
  isQuote,
  link,
  numbers,
  quote,
} from "./lines";

/** What is selected stands between `[[` and `]]`, the caret is `|`. */
function read(marked: string): Marked {
  const caret = marked.indexOf("|");
  if (caret >= 0) return { text: marked.replace("|", ""), from: caret, to: caret };
  const from = marked.indexOf("[[");
  const to = marked.indexOf("]]") - 2;
  return { text: marked.replace("[[", "").replace("]]", ""), from, to };
}

function write({ text, from, to }: Marked): string {
  if (from === to) return `${text.slice(0, from)}|${text.slice(from)}`;
  return `${text.slice(0, from)}[[${text.slice(from, to)}]]${text.slice(to)}`;
}

function done(edit: (marked: Marked) => Edit, before: string): string {
  const given = read(before);
  const { piece, from, to, selected } = edit(given);
  const text = given.text.slice(0, from) + piece + given.text.slice(to);
  return write({ text, from: selected[0], to: selected[1] });
}

/** And the other way round. */
function both(edit: (marked: Marked) => Edit, before: string, after: string): void {
  expect(done(edit, before)).toBe(after);
  expect(done(edit, after)).toBe(before);
}

describe("lines", () => {
  it("are quoted, and no more", () => {
    both(quote, "[[one\n\ntwo]]", "[[> one\n>\n> two]]");
    both(quote, "say i|t", "> say i|t");
    both(quote, "say [[it]] now", "> say [[it]] now");
    both(quote, "|", "> |");
    expect(done(quote, "[[one\n]]two")).toBe("> [[one]]\n\ntwo");
  });

  it("are items, and no more", () => {
    both(bullets, "[[one\n\ntwo]]", "[[- one\n\n- two]]");
    both(numbers, "[[one\n\ntwo]]", "[[1. one\n\n2. two]]");
    both(bullets, "  |", "  - |");
    both(numbers, "|", "1. |");
    both(bullets, "> o|ne", "> - o|ne");
  });

  it("are of one kind of list", () => {
    expect(done(numbers, "[[- one\n2. two]]")).toBe("[[1. one\n2. two]]");
    expect(done(bullets, "[[1. one\n2. two]]")).toBe("[[- one\n- two]]");
  });

  it("go on counting", () => {
    expect(done(numbers, "1. one\n2. two\nthr|ee")).toBe("1. one\n2. two\n3. thr|ee");
    expect(done(bullets, "1. one\n|")).toBe("1. one\n- |");
  });

  it("keep apart what is theirs and what is not", () => {
    expect(done(bullets, "o|ne\ntwo")).toBe("- o|ne\n\ntwo");
    expect(done(bullets, "o|ne\n- two")).toBe("- o|ne\n- two");
    expect(done(quote, "> one\n> t|wo\n> three")).toBe("> one\n\nt|wo\n\n> three");
    expect(done(quote, "o|ne\n\ntwo")).toBe("> o|ne\n\ntwo");
  });
});

describe("a block of code", () => {
  it("is made of lines, and lines of it", () => {
    both(codeBlock, "[[a\nb]]", "```\n[[a\nb]]\n```");
    both(codeBlock, "|", "```\n|\n```");
    both(codeBlock, "x\na|\ny", "x\n```\na|\n```\ny");
    expect(done(codeBlock, "x\n```js\na\nb|\nc\n```\ny")).toBe("x\na\nb|\nc\ny");
    expect(done(codeBlock, "[[```\na\n```]]")).toBe("[[a]]");
    expect(done(codeBlock, "```\na\nb|")).toBe("a\nb|");
  });

  it("holds fences", () => {
    expect(done(codeBlock, "a [[````]] b")).toBe("`````\na [[````]] b\n`````");
    expect(done(codeBlock, "```\na\n```\n|b")).toBe("```\na\n```\n```\n|b\n```");
  });
});

describe("a link", () => {
  it("is made of words, and asks for its address", () => {
    expect(done(link, "see [[this page ]]here")).toBe("see [this page]([[https://]]) here");
    expect(done(link, "see [this page]([[https://]]) here")).toBe("see [[this page]] here");
  });

  it("is made of an address, and asks for words", () => {
    expect(done(link, "[[https://example.org/a]]")).toBe("[|](https://example.org/a)");
    expect(done(link, "[|](https://example.org/a)")).toBe("[[https://example.org/a]]");
    expect(done(link, "[[www.example.org]]")).toBe("[|](https://www.example.org)");
  });

  it("is made of nothing, and taken away again", () => {
    both(link, "a |", "a [|](https://)");
    expect(done(link, "[a](b)|")).toBe("[a](b)[|](https://)");
  });
});

describe("what the caret is in", () => {
  it("tells lines, blocks and links", () => {
    for (const [has, text, isThere] of [
      [isQuote, "> wi|se", true],
      [isQuote, "plain|\n> wise", false],
      [isQuote, "[[> wise\n\n> words]]", true],
      [isBullets, "- sa|lt", true],
      [isBullets, "1. sa|lt", false],
      [isBullets, "[[- salt\nbread]]", false],
      [isNumbers, "> 2. sa|lt", true],
      [isCodeBlock, "```\nco|de\n```", true],
      [isCodeBlock, "```\ncode\n```\nwo|rds", false],
      [isCodeBlock, "```\nwhat is being wri|tten", true],
      [isLink, "see [wo|rds](https://example.org/)", true],
      [isLink, "se|e [words](https://example.org/)", false],
    ] as const) {
      expect([text, has(read(text))]).toEqual([text, isThere]);
    }
  });
});
