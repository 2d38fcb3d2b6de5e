// Lists that go on by themselves. Pure.

import type { Edit, Marked } from "./formatting";

const ITEM = /^(\s*)(?:([-*+])|(\d{1,8})([.)]))( +(?:\[[ xX]\] +)?)/;

/** What a new line at the caret is in a list: its next item, or its end where the item has no words. */
export function nextItem({ text, from, to }: Marked): Edit | null {
  const before = text.slice(0, from);
  const start = before.lastIndexOf("\n") + 1;
  const item = from === to ? ITEM.exec(before.slice(start)) : null;
  if (!item || inCode(before.slice(0, start))) return null;
  const [begin, indent = "", sign, number, end, space = " "] = item;
  if (start + begin.length === from && /^[^\S\n]*(?:\n|$)/.test(text.slice(from))) {
    // Without an empty line between them what comes next would be the item's before.
    const piece = /\S\n$/.test(before.slice(0, start)) ? "\n" : "";
    return { piece, from: start, to: from, selected: [start + piece.length, start + piece.length] };
  }
  const next = sign ?? `${Number(number) + 1}${end ?? ""}`;
  const piece = `\n${indent}${next}${space.replace(/[xX]/, " ")}`;
  return { piece, from, to, selected: [from + piece.length, from + piece.length] };
}

const inCode = (before: string): boolean => (before.match(/^\s*(?:```|~~~)/gm)?.length ?? 0) % 2 === 1;
