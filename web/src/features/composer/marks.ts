// The marks that have a key (with Ctrl or Cmd). Pure.

const MARKS: Record<string, string> = { b: "**", i: "*", e: "`" };

/** Whether the key is one of these. */
export const isFormatting = (key: string): boolean => Object.hasOwn(MARKS, key);

export const markOf = (key: string): string => MARKS[key] ?? "";
