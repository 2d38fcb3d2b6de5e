// Languages are written in both directions: styles say start and end, never left and right.

import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const SIDED =
  /(?<![\w-])(?:(?:margin|padding|border|scroll-margin|scroll-padding)-(?:left|right)|left|right|border-(?:top|bottom)-(?:left|right)-radius)(?:-\w+)?\s*:/;
const SIDED_VALUE = /(?:text-align|float|clear)\s*:\s*(?:left|right)/;
const IN_CODE = /(?:margin|padding|border)(?:Left|Right)|(?<![\w.])(?:left|right):\s/;

/** Values of a shorthand, brackets kept together. */
const values = (text: string): string[] => text.match(/[^\s(]+(?:\([^)]*(?:\([^)]*\)[^)]*)*\))?/g) ?? [];

export function sided(line: string): boolean {
  if (line.trimStart().startsWith("/*")) return false;
  if (SIDED.test(line) || SIDED_VALUE.test(line)) return true;
  const shorthand = /^\s*(?:padding|margin|inset|border-width):\s*([^;]+);/.exec(line);
  const [, b, , d] = shorthand ? values(shorthand[1] ?? "") : [];
  return d !== undefined && b !== d;
}

const files = readdirSync("src", { recursive: true, encoding: "utf8" }).map((name) => `src/${name}`);
const styles = files.filter((name) => name.endsWith(".css"));
const views = files.filter((name) => name.endsWith(".tsx")).filter((name) => !name.endsWith(".test.tsx"));
const found = (names: string[], wrong: (line: string) => boolean) =>
  names.flatMap((file) =>
    readFileSync(file, "utf8")
      .split("\n")
      .flatMap((line, at) => (wrong(line) ? [`${file}:${String(at + 1)}: ${line.trim()}`] : [])),
  );

describe("styles have no side", () => {
  it("in the style sheets", () => {
    expect(styles.length).toBeGreaterThan(5);
    expect(found(styles, sided)).toEqual([]);
  });

  it("in the views", () => {
    expect(views.length).toBeGreaterThan(30);
    expect(found(views, (line) => line.includes("style=") && IN_CODE.test(line))).toEqual([]);
  });

  it("and this would be seen", () => {
    for (const line of [
      "  margin-left: 4px;",
      "  right: 0;",
      "  text-align: left;",
      "  border-left: 1px solid red;",
      "  border-top-left-radius: 3px;",
      "  padding: 0 var(--s2) 0 calc(1px + (2px * 3));",
    ]) {
      expect(sided(line), line).toBe(true);
    }
    for (const line of ["  padding: 1px 2px 3px 2px;", "  inset-inline-start: 0;", "  margin: 0 auto;"]) {
      expect(sided(line), line).toBe(false);
    }
  });
});
