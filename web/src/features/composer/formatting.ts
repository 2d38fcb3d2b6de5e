// Marks around what is selected. Pure.

import { markOf } from "./marks";
import { type Span, spanAround } from "./spans";

export interface Marked {
  text: string;
  from: number;
  to: number;
}

/** `piece` goes in the place of `from` to `to`; `selected` is selected then. */
export interface Edit {
  piece: string;
  from: number;
  to: number;
  selected: [from: number, to: number];
}

/** What a line begins with that is none of its words: of quotes, lists, tasks and headings. */
const LINE_BEGIN = /^\s*(?:(?:>\s*|(?:[-*+]|\d{1,9}[.)]|\[[ xX]\]|#{1,6})\s+))*/;

/** By key. */
export const toggled = (key: string, marked: Marked): Edit => around(markOf(key), marked);

/**
 * Puts the mark around the words of `from` to `to`, or takes it away where it is, or around them is. Beside a space it
 * would mark nothing, and over the end of a paragraph neither: each line has its own.
 */
export function around(mark: string, marked: Marked): Edit {
  const { text, from, to } = marked;
  const span = spanAround(mark, text, from, to);
  return span ? without(span, marked) : put(mark, marked);
}

/** Whether that takes it away. */
export function isIn(mark: string, marked: Marked): boolean {
  const { piece, from, to } = around(mark, marked);
  return piece.length < to - from;
}

function without({ from: start, to: end, size }: Span, { text, from, to }: Marked): Edit {
  const piece = text.slice(start + size, end - size);
  const within = (at: number) => Math.min(start + piece.length, Math.max(start, at - size));
  return { piece, from: start, to: end, selected: [within(from), within(to)] };
}

function put(mark: string, { text, from, to }: Marked): Edit {
  const lines = text
    .slice(from, to)
    .split("\n")
    .map((line, at) => split(line, at > 0 || /(?:^|\n)$/.test(text.slice(0, from))));
  const said = lines.filter(({ words }) => words !== "");
  const marked = said.length > 0 && said.every(({ words }) => isMarked(mark, words));
  const changed = (words: string) => (marked ? words.slice(mark.length, -mark.length) : mark + words + mark);
  if (said.length > 1) {
    const piece = lines
      .map(({ lead, words, tail }) => {
        const same = words === "" || (!marked && isMarked(mark, words));
        return lead + (same ? words : changed(words)) + tail;
      })
      .join("\n");
    return { piece, from, to, selected: [from, from + piece.length] };
  }
  const words = said[0]?.words ?? text.slice(from, to);
  const start = from + (said[0] ? text.slice(from, to).lastIndexOf(words) : 0);
  const end = start + words.length;
  const size = mark.length;
  if (isAround(mark, text.slice(0, start), text.slice(end))) {
    return { piece: words, from: start - size, to: end + size, selected: [start - size, end - size] };
  }
  const by = marked ? 0 : size;
  const piece = changed(words);
  return { piece, from: start, to: end, selected: [start + by, start + piece.length - by] };
}

function split(line: string, fromBegin: boolean) {
  const lead = (fromBegin ? LINE_BEGIN : /^\s*/).exec(line)?.[0] ?? "";
  const words = line.slice(lead.length).trimEnd();
  return { lead, words, tail: line.slice(lead.length + words.length) };
}

/** One star is also half of two: then it is not the mark that is meant. */
function isAround(mark: string, before: string, after: string): boolean {
  if (!before.endsWith(mark) || !after.startsWith(mark)) return false;
  const stars = /\*+$/.exec(before)?.[0].length ?? 0;
  return mark !== "*" || stars % 2 === 1;
}

/** Whether the words are in this mark, all of them together. */
function isMarked(mark: string, words: string): boolean {
  const inside = words.slice(mark.length, -mark.length);
  if (inside === "" || words !== mark + inside + mark) return false;
  return !(mark === "*" ? inside.replaceAll("**", "") : inside).includes(mark);
}
