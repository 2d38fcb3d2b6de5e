/** What is written with commas or in lines, as words. */
export function wordsOf(text: string): string[] {
  const words = text.split(/[,\n;、，]/).map((word) => word.trim().replace(/\s+/g, " "));
  return [...new Set(words.filter((word) => word !== ""))];
}
