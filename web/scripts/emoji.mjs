// Rebuilds src/features/emoji/data.json from emojibase-data (MIT), which is too large to be a dependency:
//   npm pack emojibase-data && tar xf emojibase-data-*.tgz && node scripts/emoji.mjs ./package
// Each row is [emoji, name, shortcode, extra words]; groups keep Unicode's order.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const source = process.argv[2];
if (!source) {
  console.error("usage: node scripts/emoji.mjs <unpacked emojibase-data>");
  process.exit(2);
}
/**
 * As Unicode's own list has it, and the server keeps it: the sign that chooses the picture stands only behind what would
 * be a letter without it.
 */
const qualified = (emoji) => emoji.replace(/(\p{Emoji_Presentation})\uFE0F/gu, "$1");
const read = (path) => JSON.parse(readFileSync(join(source, path), "utf8"));
const codes = read("en/shortcodes/github.json");
const fallback = read("en/shortcodes/emojibase.json");
const names = [
  "smileys",
  "people",
  null,
  "nature",
  "food",
  "travel",
  "activities",
  "objects",
  "symbols",
  "flags",
];
const groups = names.filter(Boolean).map((id) => ({ id, emoji: [] }));

for (const entry of read("en/compact.json").sort((a, b) => (a.order ?? 0) - (b.order ?? 0))) {
  const id = names[entry.group];
  if (!id) continue;
  const code = [codes[entry.hexcode] ?? fallback[entry.hexcode] ?? []].flat()[0];
  if (!code) continue;
  const group = groups.find((candidate) => candidate.id === id);
  const words = (entry.tags ?? []).filter((tag) => !entry.label.includes(tag)).slice(0, 5);
  group.emoji.push([qualified(entry.unicode), entry.label, code, words.join(" ")]);
}
writeFileSync("src/features/emoji/data.json", `${JSON.stringify(groups)}\n`);
console.log(groups.map((group) => `${group.id} ${group.emoji.length}`).join(", "));
