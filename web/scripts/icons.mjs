// Draws the app's icons from the logo: `node scripts/icons.mjs` writes public/icons/.

import { mkdirSync, readFileSync } from "node:fs";
import { chromium } from "@playwright/test";

const logo = readFileSync("public/favicon.svg", "utf8");
/** Maskable icons are cut to any shape: the colour goes to the edge, the mark stays in the middle. */
const maskable = logo
  .replace('rx="8" ', "")
  .replace("translate(4.5 5) scale(.72)", "translate(7.2 7.6) scale(.55)");
const icons = [
  ["icon-192", 192, logo],
  ["icon-512", 512, logo],
  ["maskable-512", 512, maskable],
  ["apple-180", 180, maskable],
];

mkdirSync("public/icons", { recursive: true });
const browser = await chromium.launch({
  executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
  args: ["--no-sandbox"],
});
for (const [name, size, svg] of icons) {
  const page = await browser.newPage({ viewport: { width: size, height: size } });
  await page.setContent(`<style>body{margin:0}svg{display:block;width:100vw;height:100vh}</style>${svg}`);
  await page.screenshot({ path: `public/icons/${name}.png`, omitBackground: true });
  await page.close();
}
await browser.close();
