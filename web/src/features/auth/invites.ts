// A link that lets its reader register: `#/invite/<code>`.

const PATTERN = /^#\/invite\/([A-Za-z0-9_-]{1,128})$/;

/** The code in an address, or null. */
export function inviteOf(hash: string): string | null {
  return PATTERN.exec(hash)?.[1] ?? null;
}

/** The fragment stays in the browser: no log of a server or proxy holds the code. */
export function inviteLink(page: string, code: string): string {
  return new URL(`#/invite/${code}`, page).href;
}
