/** A nonce: 22 url-safe characters, 128 random bits. */
export function newNonce(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");
}

/** Of a person's id, `@name:server`. */
export const serverOf = (user: string): string => user.slice(user.indexOf(":") + 1);
