const ALIAS_CHARS_MAX = 64;

/** A channel's address made of its name: `Garden & Tools` to `garden-tools`. Empty when nothing is left. */
export function aliasOf(name: string): string {
  return name
    .normalize("NFKD")
    .toLowerCase()
    .replace(/\p{M}/gu, "")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, ALIAS_CHARS_MAX)
    .replace(/-+$/, "");
}
