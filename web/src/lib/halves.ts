/** Shorter names are shown as they are. */
const LONG_CHARS = 24;
const TAIL_CHARS = 8;

/** A file's name in two: of the first as much is shown as there is room for, and how it ends, with what it is, in full. */
export function halves(name: string): [head: string, tail: string] {
  const chars = [...name];
  if (chars.length <= LONG_CHARS) return [name, ""];
  const dot = chars.lastIndexOf(".");
  // What is longer is none.
  const extension = dot > 0 && chars.length - dot <= TAIL_CHARS ? chars.length - dot : 0;
  const at = chars.length - extension - Math.max(4, TAIL_CHARS - extension);
  return [chars.slice(0, at).join(""), chars.slice(at).join("")];
}
