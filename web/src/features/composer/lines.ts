// Marks of whole lines, and links: what only the formatting bar does. Pure.

import type { Edit, Marked } from "./formatting";

/** The lines in which something is selected, all of each. */
function touched({ text, from, to }: Marked) {
  const start = text.slice(0, from).lastIndexOf("\n") + 1;
  // What is selected up to the end of a line often ends where the next one begins.
  const last = to > from && text[to - 1] === "\n" ? to - 1 : to;
  const next = text.indexOf("\n", last);
  const end = next < 0 ? text.length : next;
  return { start, end, lines: text.slice(start, end).split("\n") };
}

interface Kind {
  is: RegExp;
  add: (line: string, number: number) => string;
  remove: (line: string) => string;
}

/** Quotes stay around what is made of their lines. */
const QUOTED = /^(?:\s*>)*\s*/;
const ITEM = /^((?:\s*>)*\s*)(?:[-*+]|(\d{1,8})[.)])(?:\s+|$)/;
const BULLET = /^(?:\s*>)*\s*[-*+](?:\s|$)/;
const NUMBER = /^(?:\s*>)*\s*\d{1,8}[.)](?:\s|$)/;
const QUOTE = /^\s*>/;

function listed(line: string, sign: string): string {
  const plain = line.replace(ITEM, "$1");
  const lead = QUOTED.exec(plain)?.[0] ?? "";
  return `${lead}${sign} ${plain.slice(lead.length)}`;
}

const unlisted = (line: string): string => line.replace(ITEM, "$1");

/** Whether all lines that are selected, but empty ones, are such. */
export const isQuote = (marked: Marked): boolean => areAll(QUOTE, touched(marked).lines);
export const isBullets = (marked: Marked): boolean => areAll(BULLET, touched(marked).lines);
export const isNumbers = (marked: Marked): boolean => areAll(NUMBER, touched(marked).lines);

function areAll(is: RegExp, lines: readonly string[]): boolean {
  const said = lines.filter((line) => !isBlank(line));
  return said.length > 0 && said.every((line) => is.test(line));
}

export const quote = (marked: Marked): Edit =>
  change(marked, {
    is: QUOTE,
    add: (line) => `> ${line}`,
    remove: (line) => line.replace(/^(\s*)> ?/, "$1"),
  });

export const bullets = (marked: Marked): Edit =>
  change(marked, { is: BULLET, add: (line) => listed(line, "-"), remove: unlisted });

/** They go on from the item above. */
export function numbers(marked: Marked): Edit {
  const above = marked.text.slice(0, touched(marked).start).split("\n").at(-2) ?? "";
  const first = Number(ITEM.exec(above)?.[2] ?? 0) + 1;
  return change(marked, {
    is: NUMBER,
    add: (line, number) => listed(line, `${first + number}.`),
    remove: unlisted,
  });
}

const isBlank = (line: string): boolean => line.trim() === "";
const isContainer = (line: string): boolean => QUOTE.test(line) || ITEM.test(line);

/** Marks the lines, or takes the mark from them where all have it. */
function change(marked: Marked, { is, add, remove }: Kind): Edit {
  const { text, from, to } = marked;
  const { start, end, lines } = touched(marked);
  const said = lines.filter((line) => !isBlank(line));
  const has = areAll(is, lines);
  let number = 0;
  const changed = lines.map((line) => {
    if (has) return remove(line);
    // A quote is one, with its empty lines; a list has no empty items, unless one is about to be written.
    if (isBlank(line) && said.length > 0) return is === QUOTE ? ">" : line;
    return add(line, number++);
  });
  const above = text.slice(0, start).split("\n").at(-2) ?? "";
  const below = text.slice(end + 1).split("\n")[0] ?? "";
  // Text right below an item or a quote belongs to it, unless an empty line is between them.
  const before = has && isContainer(above) && !isContainer(changed[0] ?? "") ? "\n" : "";
  const alike = is === QUOTE ? QUOTE.test(below) : isContainer(below);
  const after = !isBlank(below) && (has ? isContainer(below) : !alike) ? "\n" : "";
  const written = changed.join("\n");
  const at = start + before.length;
  const by = written.length - (end - start) + before.length;
  const selected: Edit["selected"] =
    lines.length > 1
      ? [at, at + written.length]
      : [Math.max(at, from + by), Math.max(at, Math.min(to, end) + by)];
  return { piece: before + written + after, from: start, to: end, selected };
}

/** The lines of the block of code in which the selection is: where it opens, and where it closes or the text ends. */
function blockAround(lines: readonly string[], first: number, last: number): [number, number] | null {
  let open: { at: number; fence: string } | null = null;
  for (const [at, line] of lines.entries()) {
    const fence = /^`{3,}/.exec(line)?.[0];
    if (!fence) continue;
    if (!open) open = { at, fence };
    else if (line.trim() === fence && fence.length >= open.fence.length) {
      if (open.at <= first && at >= last) return [open.at, at];
      open = null;
    }
  }
  return open && open.at <= first ? [open.at, lines.length] : null;
}

/** The block of what is selected, if it is in one, and all lines. */
function blockOf(marked: Marked): { all: string[]; block: [number, number] | null } {
  const { start, lines } = touched(marked);
  const all = marked.text.split("\n");
  const first = marked.text.slice(0, start).split("\n").length - 1;
  return { all, block: blockAround(all, first, first + lines.length - 1) };
}

export const isCodeBlock = (marked: Marked): boolean => blockOf(marked).block !== null;

export function codeBlock(marked: Marked): Edit {
  const { from, to } = marked;
  const { start, end, lines } = touched(marked);
  const { all, block } = blockOf(marked);
  if (block) {
    const [open, close] = block;
    const whole = all.slice(open, close + 1).join("\n");
    const piece = all.slice(open + 1, close).join("\n");
    const at = all.slice(0, open).reduce((sum, line) => sum + line.length + 1, 0);
    const within = (place: number) =>
      at + Math.min(piece.length, Math.max(0, place - at - (all[open] ?? "").length - 1));
    return { piece, from: at, to: at + whole.length, selected: [within(from), within(to)] };
  }
  const inside = lines.join("\n");
  const longest = Math.max(2, ...(inside.match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longest + 1);
  const by = fence.length + 1;
  return {
    piece: `${fence}\n${inside}\n${fence}`,
    from: start,
    to: end,
    selected: [from + by, Math.min(to, end) + by],
  };
}

/** Where an address is still to be written. */
const ADDRESS = "https://";
const LINK = /\[([^[\]\n]*)\]\(([^()\s]*)\)/g;

function linkAround({ text, from, to }: Marked): RegExpExecArray | undefined {
  return [...text.matchAll(LINK)].find(({ index, 0: whole }) => {
    const end = index + whole.length;
    return (index < from && to < end) || (index === from && to === end);
  });
}

export const isLink = (marked: Marked): boolean => linkAround(marked) !== undefined;

/** Makes what is selected a link, or the address of one; what is missing is written next. In a link, takes that away. */
export function link(marked: Marked): Edit {
  const { text, from, to } = marked;
  const around = linkAround(marked);
  if (around) {
    const { index, 0: whole, 1: words = "", 2: address = "" } = around;
    const piece = words || (address === ADDRESS ? "" : address);
    return { piece, from: index, to: index + whole.length, selected: [index, index + piece.length] };
  }
  const words = text.slice(from, to).trim();
  const start = from + text.slice(from, to).indexOf(words);
  const place = { from: start, to: start + words.length };
  if (/^(?:https?:\/\/|www\.)\S+$/i.test(words)) {
    const address = /^www/i.test(words) ? ADDRESS + words : words;
    return { piece: `[](${address})`, ...place, selected: [start + 1, start + 1] };
  }
  const piece = `[${words}](${ADDRESS})`;
  const at = start + words.length + 3;
  return {
    piece,
    ...place,
    selected: words === "" ? [start + 1, start + 1] : [at, at + ADDRESS.length],
  };
}
