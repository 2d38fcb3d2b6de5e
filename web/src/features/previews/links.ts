// Which addresses a text leads to, and which previews belong to it. Pure.

import type { Nodes } from "mdast";
import type { Preview } from "../../api/previews";
import { parseMarkdown } from "../../ui/markdown/parse";

/** Of a message. */
export const PREVIEWS_MAX = 3;
/** The server takes none that is longer. */
const URL_BYTES_MAX = 2_048;

/** The host that an address really leads to, as a browser finds it; null for what is no address of the web. */
export function hostOf(url: string): string | null {
  try {
    const { protocol, host } = new URL(url);
    return protocol === "https:" || protocol === "http:" ? host : null;
  } catch {
    return null;
  }
}

/**
 * The first addresses of a text that a preview can be asked for, each once and as it stands there: none in code, none that is
 * hidden, none that leads back here or to a name of the local network.
 */
export function linksIn(text: string, here: string): string[] {
  if (!/https?:/i.test(text)) return [];
  const found = new Set<string>();
  // Level by level would lose their order.
  const look = (node: Nodes) => {
    if (node.type === "spoiler") return;
    if ("url" in node && isAskable(node.url, here) && text.includes(node.url)) found.add(node.url);
    if ("children" in node) node.children.forEach(look);
  };
  look(parseMarkdown(text));
  return [...found].slice(0, PREVIEWS_MAX);
}

function isAskable(url: string, here: string): boolean {
  const host = hostOf(url);
  if (!host?.includes(".") || new URL(url).origin === here) return false;
  return new TextEncoder().encode(url).length <= URL_BYTES_MAX;
}

/** A preview as it may be shown. */
export interface Shown extends Preview {
  /** Where its link leads. */
  host: string;
}

/** Those of a message that may be shown: others wrote them, with a client of whatever kind. */
export function shownOf(text: string, previews: readonly Preview[] = []): Shown[] {
  const known = new Set<string>();
  const shown: Shown[] = [];
  for (const preview of previews) {
    const host = hostOf(preview.url);
    if (host === null || known.has(preview.url) || !text.includes(preview.url)) continue;
    known.add(preview.url);
    if (shown.push({ ...preview, host }) === PREVIEWS_MAX) break;
  }
  return shown;
}
