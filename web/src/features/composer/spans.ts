// Where marks within a paragraph begin and end, as they are going to be read. Pure.

export type Inline = "**" | "*" | "~~" | "`" | "||";

export interface Span {
  mark: Inline;
  /** Where the mark before the words begins, and where the one behind them ends. */
  from: number;
  to: number;
  /** Of each of both. */
  size: number;
}

interface Open {
  sign: string;
  size: number;
  at: number;
}

const TOKEN = /\\[^\n]|`+|\*+|_+|~~|\|\|/g;
const BREAK = /\n[^\S\n]*\n/g;

/** The narrowest span of this mark in which all that is selected is, its own marks left out or both taken in. */
export function spanAround(mark: string, text: string, from: number, to: number): Span | null {
  const within = spansIn(text, from, to).filter((span) => span.mark === mark && holds(span, from, to));
  return within.reduce<Span | null>((best, span) => (best && best.from > span.from ? best : span), null);
}

function holds({ from: start, to: end, size }: Span, from: number, to: number): boolean {
  return (start + size <= from && to <= end - size) || (start === from && to === end);
}

/** Those of the paragraphs in which something is selected: no mark goes beyond one. */
function spansIn(text: string, from: number, to: number): Span[] {
  let start = 0;
  let end = text.length;
  for (const { index, 0: gap } of text.matchAll(BREAK)) {
    if (index + gap.length <= from) start = index + gap.length;
    else if (index >= to) {
      end = index;
      break;
    }
  }
  return scan(text.slice(start, end)).map((span) => ({
    ...span,
    from: span.from + start,
    to: span.to + start,
  }));
}

function scan(text: string): Span[] {
  const spans: Span[] = [];
  const open: Open[] = [];
  let passed = 0;
  for (const { index: at, 0: token } of text.matchAll(TOKEN)) {
    if (at < passed || token.startsWith("\\")) continue;
    if (!token.startsWith("`")) {
      between(text, at, token, open, spans);
      continue;
    }
    // Within code no other mark is one.
    const close = codeEnd(text, at + token.length, token.length);
    if (close === null) continue;
    spans.push({ mark: "`", from: at, to: close, size: token.length });
    passed = close;
  }
  return spans;
}

function codeEnd(text: string, after: number, size: number): number | null {
  for (const { index, 0: run } of text.slice(after).matchAll(/`+/g)) {
    if (run.length === size) return after + index + size;
  }
  return null;
}

/** Beside a space a mark neither opens nor closes on that side; a line below does neither within a word. */
function between(text: string, at: number, token: string, open: Open[], spans: Span[]): void {
  const sign = token.charAt(0);
  const before = text.charAt(at - 1);
  const after = text.charAt(at + token.length);
  const isWord = (sign: string) =>
    sign === "_" && /[\p{L}\p{N}]/u.test(before) && /[\p{L}\p{N}]/u.test(after);
  const opens = /\S/.test(after) && !isWord(sign);
  const closes = /\S/.test(before) && !isWord(sign);
  let left = token.length;
  while (closes && left > 0) {
    const last = open.findLastIndex((each) => each.sign === sign && each.size <= left);
    const begun = open[last];
    if (!begun) break;
    const end = at + token.length - left + begun.size;
    spans.push({ mark: markOf(begun), from: begun.at, to: end, size: begun.size });
    left -= begun.size;
    open.splice(last);
  }
  while (opens && left > 0) {
    const size = Math.min(2, left);
    open.push({ sign, size, at: at + token.length - left });
    left -= size;
  }
}

function markOf({ sign, size }: Open): Inline {
  if (sign === "~") return "~~";
  if (sign === "|") return "||";
  return size === 2 ? "**" : "*";
}
