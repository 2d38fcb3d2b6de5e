// What links in letters ask for: `#/verify/<token>` and `#/reset/<token>`.

export interface Letter {
  kind: "verify" | "reset";
  token: string;
}

export function letterOf(hash: string): Letter | null {
  const match = /^#\/(verify|reset)\/([A-Za-z0-9_-]{1,128})$/.exec(hash);
  return match?.[1] && match[2] ? { kind: match[1] as Letter["kind"], token: match[2] } : null;
}

/** A name has no `@` but at its beginning (`@ann:example.org`); an address has one inside. */
export function whose(text: string): { username: string } | { email: string } {
  const said = text.trim();
  return said.lastIndexOf("@") > 0 ? { email: said } : { username: said };
}
