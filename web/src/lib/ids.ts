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

/** `@ann:good.test`, or the like without its sign. */
const ADDRESS = /^@.*:|\S:[\p{L}\p{N}_-]+\.[\p{L}\p{N}]/u;
/** Signs that pass for a colon or a full stop, and are none to NFKC. */
const COLONS = /[\u02D0\u02F8\u0589\u05C3\u16EC\u1803\u205A\u2236\uA4FD\uA789]/g;
const DOTS = /[\u3002\uA4F8\uFF61]/g;
/** Blanks that are hardly one. */
const HAIR = /[\u2000-\u200A\u202F\u205F]/g;

/** Whether a name reads as somebody's address, which only an id may do: also in wide signs, or with unseen ones in it. */
export const looksLikeId = (name: string): boolean =>
  ADDRESS.test(
    name
      .replace(HAIR, "")
      .normalize("NFKC")
      .replace(/\p{Default_Ignorable_Code_Point}/gu, "")
      .replace(COLONS, ":")
      .replace(DOTS, ".")
      .trim(),
  );
