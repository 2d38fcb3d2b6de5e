// Marks around what is selected, by key. Pure.

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

const MARKS: Record<string, string> = { b: "**", i: "*", e: "`" };

/** Whether the key (with Ctrl or Cmd) is one of these. */
export const isFormatting = (key: string): boolean => Object.hasOwn(MARKS, key);

/** Puts the marks around `from` to `to`, or takes them away where they are. */
export function toggled(key: string, { text, from, to }: Marked): Edit {
  const mark = MARKS[key] ?? "";
  const size = mark.length;
  const inside = text.slice(from, to);
  if (isAround(mark, text.slice(0, from), text.slice(to))) {
    return { piece: inside, from: from - size, to: to + size, selected: [from - size, to - size] };
  }
  return { piece: mark + inside + mark, from, to, selected: [from + size, to + size] };
}

/** One star is also half of two: then it is not the mark that is meant. */
function isAround(mark: string, before: string, after: string): boolean {
  if (!before.endsWith(mark) || !after.startsWith(mark)) return false;
  const stars = /\*+$/.exec(before)?.[0].length ?? 0;
  return mark !== "*" || stars % 2 === 1;
}
