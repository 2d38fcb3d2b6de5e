// `||hidden||`: what stands between two pairs of bars, whatever marks it has. Bars without a partner stay text.

import type { Link, Nodes, Parent, PhrasingContent } from "mdast";

const BARS = "||";

export interface Spoiler extends Parent {
  type: "spoiler";
  children: PhrasingContent[];
}

declare module "mdast" {
  interface PhrasingContentMap {
    spoiler: Spoiler;
  }
  interface RootContentMap {
    spoiler: Spoiler;
  }
}

/** Puts what is hidden into nodes of its own, throughout the tree. */
export function hideSpoilers(node: Nodes): void {
  if (!("children" in node)) return;
  for (const child of node.children) hideSpoilers(child);
  const { children } = node as { children: PhrasingContent[] };
  const cut = children.flatMap(withoutTail);
  const bars = cut.reduce((sum, child) => sum + piecesOf(child).length - 1, 0);
  if (bars > 1) (node as { children: PhrasingContent[] }).children = paired(cut, bars - (bars % 2));
}

const text = (value: string): PhrasingContent => ({ type: "text", value });

const piecesOf = (node: PhrasingContent): string[] => (node.type === "text" ? node.value.split(BARS) : [""]);

/** The nodes with the first `count` bars taken for pairs. */
function paired(nodes: readonly PhrasingContent[], count: number): PhrasingContent[] {
  const outside: PhrasingContent[] = [];
  let inside: PhrasingContent[] | null = null;
  let seen = 0;
  const put = (node: PhrasingContent) => (inside ?? outside).push(node);
  for (const node of nodes) {
    if (node.type !== "text") {
      put(node);
      continue;
    }
    const pieces = piecesOf(node);
    for (const [at, piece] of pieces.entries()) {
      if (at > 0 && seen === count) {
        put(
          text(
            pieces
              .slice(at)
              .map((rest) => BARS + rest)
              .join(""),
          ),
        );
        break;
      }
      if (at > 0) {
        seen += 1;
        if (inside === null) inside = [];
        else {
          // Nothing between them: then they hide nothing.
          outside.push(inside.length > 0 ? { type: "spoiler", children: inside } : text(BARS + BARS));
          inside = null;
        }
      }
      if (piece !== "") put(text(piece));
    }
  }
  return outside;
}

/** A bare address takes the bars behind it for a part of itself. */
function withoutTail(node: PhrasingContent): PhrasingContent[] {
  if (node.type !== "link" || node.children.length !== 1) return [node];
  const [words] = node.children;
  if (words?.type !== "text" || !words.value.endsWith(BARS) || !isBare(node, words.value)) return [node];
  const value = words.value.slice(0, -BARS.length);
  const url = node.url.slice(0, -BARS.length);
  return [{ ...node, url, children: [{ ...words, value }] }, text(BARS)];
}

const isBare = ({ url }: Link, words: string): boolean =>
  url.endsWith(BARS) && url.endsWith(words.replace(/^\w+:\/\//, ""));
