// How one posts to a webhook from a command line. Pure.

/** In single quotes nothing means anything to a shell but the quote itself. */
const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

export const curlLine = (url: string, text: string): string =>
  `curl -H 'Content-Type: application/json' -d ${quoted(JSON.stringify({ text }))} ${quoted(url)}`;
