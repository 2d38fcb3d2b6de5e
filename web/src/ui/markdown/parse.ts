// CommonMark + tables + strikethrough + bare links, without HTML: what looks like a tag is text.

import type { Definition, ListItem, Nodes, Root } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmAutolinkLiteralFromMarkdown } from "mdast-util-gfm-autolink-literal";
import { gfmStrikethroughFromMarkdown } from "mdast-util-gfm-strikethrough";
import { gfmTableFromMarkdown } from "mdast-util-gfm-table";
import { gfmAutolinkLiteral } from "micromark-extension-gfm-autolink-literal";
import { gfmStrikethrough } from "micromark-extension-gfm-strikethrough";
import { gfmTable } from "micromark-extension-gfm-table";
import { hideSpoilers } from "./spoilers";

const CACHE_MAX = 1_500;
const DEPTH_MAX = 32;
/** What a message of this server may have, unless its operator allows more: others' may be four times as long. */
const MARKED_CHARS_MAX = 20_000;
/** Shapes that nobody means and that take the parser long, most by the square of their length: containers in containers, lines,
 *  delimiters and brackets without end, an address with a tail. */
const DEEP_CONTAINERS = /^(?:[ \t]*(?:>|(?:[-*+]|\d{1,9}[.)])(?=[ \t]))){17}/m;
const LINES_MAX = 1_000;
const MANY: [RegExp, number][] = [
  [/[*_~]+/g, 1_000],
  [/`+/g, 1_000],
  [/\[/g, 1_000],
];
const LONG_TAIL = /[!?.,:;)*_~&\]'"]{300}/;
const ADDRESS = /https?:|www\./i;
const LINE_END = /\r\n?|\n/;
/** At a line's very begin it is a block of code's wherever it stands: nothing that contains others goes on there. */
const FENCE = /^(?:(`{3,})[^`]*|(~{3,}).*)$/;
const INNER_FENCE = /^[ \t>*+\-\d.)]+(?:`{3}|~{3})/;
const cache = new Map<string, Root>();

export function parseMarkdown(text: string): Root {
  const known = cache.get(text);
  if (known) return known;
  const read = isHostile(text) ? asText(text) : markdown(text);
  const root = isDeep(read) ? asText(text) : read;
  hideSpoilers(root);
  if (cache.size >= CACHE_MAX) cache.delete(cache.keys().next().value ?? "");
  cache.set(text, root);
  return root;
}

function isHostile(text: string): boolean {
  if (text.length > MARKED_CHARS_MAX) return true;
  const lines = parsedLines(text);
  if (lines.length > LINES_MAX) return true;
  const parsed = lines.join("\n");
  if (DEEP_CONTAINERS.test(parsed)) return true;
  if (MANY.some(([shape, most]) => parsed.length > most && (parsed.match(shape)?.length ?? 0) > most))
    return true;
  return (
    LONG_TAIL.test(parsed) && parsed.split(/\s+/).some((word) => ADDRESS.test(word) && LONG_TAIL.test(word))
  );
}

/** The lines without what stands in blocks of code, which is taken as it is. All of them where a block's ends can't be told by their
 *  lines alone: in a list or a quotation it ends with that. */
function parsedLines(text: string): string[] {
  const lines = text.split(LINE_END);
  if (lines.some((line) => INNER_FENCE.test(line))) return lines;
  let open = "";
  return lines.filter((line) => {
    if (open) {
      const end = line.trimEnd();
      // As long as the one that began it, of the same sign, and alone in its line.
      if (end.startsWith(open) && end === open[0]?.repeat(end.length)) open = "";
      return false;
    }
    const fence = FENCE.exec(line);
    open = fence?.[1] ?? fence?.[2] ?? "";
    return !open;
  });
}

function markdown(text: string): Root {
  return fromMarkdown(text, {
    extensions: [
      gfmTable(),
      gfmStrikethrough({ singleTilde: false }),
      gfmAutolinkLiteral(),
      { disable: { null: ["htmlFlow", "htmlText"] } },
    ],
    mdastExtensions: [
      gfmTableFromMarkdown(),
      gfmStrikethroughFromMarkdown(),
      gfmAutolinkLiteralFromMarkdown(),
    ],
  });
}

function asText(text: string): Root {
  return { type: "root", children: [{ type: "paragraph", children: [{ type: "text", value: text }] }] };
}

/** Nested beyond what drawing can follow. Level by level, so that the check itself cannot overflow. */
function isDeep(root: Root): boolean {
  let level: Nodes[] = [root];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > DEPTH_MAX) return true;
    level = level.flatMap((node) => ("children" in node ? node.children : []));
  }
  return false;
}

export function definitions(root: Root): Map<string, Definition> {
  const found = new Map<string, Definition>();
  for (const node of root.children) if (node.type === "definition") found.set(node.identifier, node);
  return found;
}

const SCHEMES = new Set(["http:", "https:", "mailto:"]);

/** The address if it may be followed, else null. */
export function safeUrl(url: string): string | null {
  try {
    const parsed = new URL(url);
    return SCHEMES.has(parsed.protocol) ? parsed.href : null;
  } catch {
    return null;
  }
}

/** Where a link really leads, if its words are an address on another host. */
export function otherHost(words: string, url: string): string | null {
  const named = /^\s*(?:https?:\/\/|www\.)[^\s/?#]+/i.exec(words)?.[0].trim();
  const href = safeUrl(url);
  if (!named || !href || !/^https?:/i.test(href)) return null;
  const { host } = new URL(href);
  const said = safeUrl(/^http/i.test(named) ? named : `https://${named}`);
  const bare = (name: string) => name.replace(/^www\./, "");
  return said && bare(new URL(said).host) === bare(host) ? null : host;
}

/** A text cut so that the pieces at odd places are addresses, without what ends the sentence they stand in. */
export const splitLinks = (text: string): string[] =>
  text.split(/(\bhttps?:\/\/[^\s<>]*[^\s<>.,:;!?'"*_~)\]])/i);

/** The words without the marks: for previews, labels and announcements. */
export function plainText(text: string): string {
  return flatten(parseMarkdown(text)).replace(/\s+/g, " ").trim();
}

/** What is in these stands in lines or cells of its own. */
const APART: ReadonlySet<Nodes["type"]> = new Set([
  "root",
  "list",
  "listItem",
  "blockquote",
  "table",
  "tableRow",
]);

export function flatten(node: Nodes): string {
  if (node.type === "text") return node.value;
  // What is hidden in the message is not told beside it.
  if (node.type === "spoiler") return "[…]";
  if (node.type === "inlineCode" || node.type === "code") return node.value;
  if (node.type === "break") return " ";
  if (node.type === "image") return node.alt ?? "";
  if (!("children" in node)) return "";
  return node.children.map(flatten).join(APART.has(node.type) ? " " : "");
}

/** Whether an item of a list is a task, and the item without its box. */
export function taskOf(item: ListItem): { done: boolean | null; item: ListItem } {
  const [paragraph, ...rest] = item.children;
  const [text, ...words] = paragraph?.type === "paragraph" ? paragraph.children : [];
  const box = text?.type === "text" ? /^\[([ xX])\]\s+/.exec(text.value) : null;
  if (paragraph?.type !== "paragraph" || text?.type !== "text" || !box) return { done: null, item };
  const value = text.value.slice(box[0].length);
  const first = { ...paragraph, children: [{ ...text, value }, ...words] };
  return { done: box[1] !== " ", item: { ...item, children: [first, ...rest] } };
}

const EMOJI_ONLY =
  /^(?:[0-9#*]\uFE0F?\u20E3|\p{Extended_Pictographic}(?:\p{Emoji_Modifier}|\uFE0F|\u200D\p{Extended_Pictographic})*|\p{Regional_Indicator}{2}|\s)+$/u;
const EMOJI_BIG_MAX = 6;

/** A message of a few emoji and nothing else is shown large. */
export function isBigEmoji(text: string): boolean {
  const trimmed = text.trim();
  if (trimmed === "" || trimmed.length > 80 || !EMOJI_ONLY.test(trimmed)) return false;
  return [...new Intl.Segmenter().segment(trimmed.replace(/\s/g, ""))].length <= EMOJI_BIG_MAX;
}
