import { describe, expect, test } from "vitest";
import { asTyped, plainFound, snippet, SNIPPET_CHARS_MAX, toggled } from "./snippet";

const shown = (text: string, highlights: readonly (readonly number[])[]) =>
  snippet(text, highlights)
    .map((piece) => (piece.hit ? `[${piece.text}]` : piece.text))
    .join("");

describe("plain words", () => {
  const plain = (text: string, highlights: number[][]) => {
    const found = plainFound(text, highlights);
    return shown(found.text, found.highlights);
  };

  test("the marks are gone, and what was found stands where it is without them", () => {
    expect(plain("**bold** and `code`", [[2, 4]])).toBe("[bold] and code");
    expect(
      plain("see [the map](https://a.example/map) now", [
        [5, 3],
        [37, 3],
      ]),
    ).toBe("see [the] map [now]");
    expect(plain("- one\n- two", [[8, 3]])).toBe("one [two]");
    expect(plain("no marks, nothing found", [])).toBe("no marks, nothing found");
  });

  test("what is hidden stays hidden", () => {
    expect(plain("||the end|| is near", [[6, 3]])).toBe("[…] is near");
  });
});

describe("snippets", () => {
  test("hits stand where the ranges say", () => {
    expect(shown("one two three", [[4, 3]])).toBe("one [two] three");
    expect(shown("🎉 Köln", [[3, 4]])).toBe("🎉 [Köln]");
    expect(
      shown("a b", [
        [0, 1],
        [2, 1],
      ]),
    ).toBe("[a] [b]");
    expect(shown("<b>x</b>", [])).toBe("<b>x</b>");
  });

  test("a long text is cut around its first hit", () => {
    const text = `${"word ".repeat(100)}needle ${"word ".repeat(100)}`;
    const found = shown(text, [[500, 6]]);
    expect(found).toMatch(/^…word .*\[needle\] word .*…$/s);
    expect(found.length).toBeLessThan(SNIPPET_CHARS_MAX + 10);
  });
});

test("the word that is being typed may go on", () => {
  expect(asTyped("one tw")).toBe("one tw*");
  expect(asTyped("-tw")).toBe("-tw*");
  for (const query of ["t", "one ", "from:an", '"one', "two*", ""]) expect(asTyped(query)).toBe(query);
});

test("an operator comes and goes", () => {
  expect(toggled("te", "has:link")).toBe("has:link te");
  expect(toggled("", "has:link")).toBe("has:link ");
  expect(toggled("tea has:link ", "has:link")).toBe("tea");
});
