const SIGN = /[\p{L}\p{N}]/u;

/** Of the first and the last word; what is no letter and no digit stands for nobody. */
export function initials(name: string): string {
  const signs = name.split(/\s+/).flatMap((word) => SIGN.exec(word)?.[0] ?? []);
  const [first = [...name.trim()][0] ?? "?"] = signs;
  const last = signs.length > 1 ? (signs.at(-1) ?? "") : "";
  return (first + last).toUpperCase();
}
