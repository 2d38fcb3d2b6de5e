// The part of a found message that is shown: around the first hit, in pieces with and without emphasis.

import { plainText } from "../../ui/markdown/parse";

export interface Piece {
  text: string;
  hit: boolean;
}

type Highlights = readonly (readonly number[])[];

export const SNIPPET_CHARS_MAX = 260;
const BEFORE_CHARS_MAX = 70;
const ELLIPSIS = "…";

export function snippet(text: string, highlights: Highlights): Piece[] {
  const first = highlights[0]?.[0] ?? 0;
  const from = first > BEFORE_CHARS_MAX ? wordStart(text, first - BEFORE_CHARS_MAX) : 0;
  const to = Math.min(text.length, from + SNIPPET_CHARS_MAX);
  const pieces: Piece[] = [];
  const add = (start: number, end: number, hit: boolean) => {
    const part = text.slice(Math.max(start, from), Math.min(end, to));
    if (part) pieces.push({ text: part, hit });
  };
  let seen = from;
  for (const [start = 0, length = 0] of highlights) {
    add(seen, start, false);
    add(start, start + length, true);
    seen = Math.max(seen, start + length);
  }
  add(seen, to, false);
  if (from > 0) pieces.unshift({ text: ELLIPSIS, hit: false });
  if (to < text.length) pieces.push({ text: ELLIPSIS, hit: false });
  return pieces;
}

/** Stand around what was found while the marks of the text are taken away: they mean nothing there. */
const BEGINS = "\uE000";
const ENDS = "\uE001";

/** The text in plain words, and where in it what was found is. */
export function plainFound(text: string, highlights: Highlights): { text: string; highlights: Highlights } {
  let marked = "";
  let seen = 0;
  for (const [start = 0, length = 0] of highlights) {
    if (start < seen) continue;
    marked += text.slice(seen, start) + BEGINS + text.slice(start, start + length) + ENDS;
    seen = start + length;
  }
  let plain = "";
  const found: number[][] = [];
  let begin = 0;
  for (const piece of plainText(marked + text.slice(seen)).split(/([\uE000\uE001])/)) {
    if (piece === BEGINS) begin = plain.length;
    else if (piece === ENDS) found.push([begin, plain.length - begin]);
    else plain += piece;
  }
  return { text: plain, highlights: found };
}

/** The first start of a word at or after `at`, if one is near; never the middle of a surrogate pair. */
function wordStart(text: string, at: number): number {
  const space = text.slice(at, at + 20).search(/\s/);
  if (space >= 0) return at + space + 1;
  const code = text.charCodeAt(at);
  return code >= 0xdc00 && code <= 0xdfff ? at + 1 : at;
}

/** What is asked for while somebody types: the word at the end may go on. */
export function asTyped(query: string): string {
  return /(^|\s)-?[\p{L}\p{N}]{2,}$/u.test(query) ? `${query}*` : query;
}

/** The query with the operator before it, so that the last word can go on; or without it where it stood. */
export function toggled(query: string, operator: string): string {
  const words = query.split(/\s+/).filter(Boolean);
  const without = words.filter((word) => word !== operator);
  if (without.length < words.length) return without.join(" ");
  return [operator, ...words, ...(words.length === 0 ? [""] : [])].join(" ");
}
