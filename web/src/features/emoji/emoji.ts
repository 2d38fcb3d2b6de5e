// The emoji list, shaped for use. See scripts/emoji.mjs for where it comes from.

import data from "./data.json";

export interface Emoji {
  char: string;
  name: string;
  code: string;
  words: string;
}

export const emojiGroups: { id: string; emoji: Emoji[] }[] = data.map((group) => ({
  id: group.id,
  emoji: group.emoji.map(([char = "", name = "", code = "", words = ""]) => ({ char, name, code, words })),
}));

const all = emojiGroups.flatMap((group) => group.emoji);

/** Shortcodes that begin with the words first, then names and other words that hold them. */
export function searchEmoji(query: string, max: number): Emoji[] {
  const wanted = query.toLowerCase().replaceAll(":", "").trim();
  if (wanted === "") return [];
  const begins: Emoji[] = [];
  const holds: Emoji[] = [];
  for (const emoji of all) {
    if (emoji.code.startsWith(wanted)) begins.push(emoji);
    else if (emoji.code.includes(wanted) || emoji.name.includes(wanted) || emoji.words.includes(wanted))
      holds.push(emoji);
  }
  begins.sort((a, b) => a.code.length - b.code.length);
  return [...begins, ...holds].slice(0, max);
}

const byCode = new Map(all.map(({ code, char }) => [code, char]));

export const charOf = (code: string): string | undefined => byCode.get(code);
