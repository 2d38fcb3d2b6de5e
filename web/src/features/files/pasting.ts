/**
 * Whether what is pasted is a text, though there is a picture of it as well: a spreadsheet or a text program gives both.
 * A file that was copied may have its name as a text beside it, but that has no marks.
 */
export const isText = (types: readonly string[]): boolean =>
  types.includes("text/plain") && types.includes("text/html");
