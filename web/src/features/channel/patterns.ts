// Names of servers, as a person lists them. Pure.

/** As `PATCH /channels/{channel}` takes them: a name, or `*.` and what all of them end with. */
const PATTERN = /^(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/;
const PATTERN_CHARS_MAX = 230;
export const PATTERNS_MAX = 500;

/** The names in a text, each once, whatever stands between them; and the first that is none. */
export function readPatterns(text: string): { names: string[]; bad: string | null } {
  const words = text.toLowerCase().split(/[\s,;]+/);
  const names = [...new Set(words.filter((word) => word !== ""))].slice(0, PATTERNS_MAX);
  const bad = names.find((name) => name.length > PATTERN_CHARS_MAX || !PATTERN.test(name));
  return { names, bad: bad ?? null };
}
