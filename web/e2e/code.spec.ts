// A block of code is copied by a button of its own: with a mouse, by keyboard and with a finger.

import { expect, test } from "@playwright/test";
import { violations } from "./axe";
import { looksAt } from "./looks";
import type { Person } from "./person";
import { Server } from "./server";
import { together, withPhone } from "./together";

const server = new Server();
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const CODE = 'fn main() {\n    println!("yes & <no>");\n}';
let ada: Person;
let bo: Person;
let phone: Person;

test.describe.configure({ mode: "serial" });

together(server, "forge", (first, second) => {
  ada = first;
  bo = second;
});

withPhone(server, PHONE, async (it) => {
  phone = it;
  await it.page.getByRole("button", { name: /^Open conversations/ }).click();
  await it.open("forge");
});

const copyIn = (person: Person, text: string) =>
  person.message(text).getByRole("button", { name: "Copy code" });

test("a mouse finds it on the block, and it says what it did", async () => {
  await bo.send(`Look:\n\`\`\`rust\n${CODE}\n\`\`\``);
  await bo.send("```\none line\n```");
  const button = copyIn(ada, "println");
  await expect(button).toHaveCSS("opacity", "0");
  await ada.message("println").locator("pre").hover();
  await expect(button).toHaveCSS("opacity", "1");
  expect(await ada.copied(() => button.click())).toBe(CODE);
  await expect(ada.message("println").getByRole("status")).toHaveText("Copied");
  await ada.shot("code-copied");
  await expect(ada.message("println").getByRole("status")).toBeEmpty();
  // The tools of a message lie over its corner: where it begins with a block the button makes room.
  await ada.message("one line").locator("pre").hover();
  await expect(ada.message("one line").getByRole("toolbar")).toBeVisible();
  expect(await ada.copied(() => copyIn(ada, "one line").click())).toBe("one line");
  await ada.shot("code-copy-tools");
  expect(await violations(ada.page, ".none")).toEqual([]);
});

test("by keyboard it comes after the block, and only within the message that has the focus", async () => {
  const { page } = ada;
  await page.mouse.move(0, 0);
  await ada.composer.focus();
  await expect(copyIn(ada, "println")).toHaveAttribute("tabindex", "-1");
  const row = ada.message("println");
  await row.focus();
  await row.locator("pre").focus();
  await page.keyboard.press("Tab");
  await expect(copyIn(ada, "println")).toBeFocused();
  await expect(copyIn(ada, "println")).toHaveCSS("opacity", "1");
  expect(await ada.copied(() => page.keyboard.press("Enter"))).toBe(CODE);
  await expect(copyIn(ada, "println")).toBeFocused();
});

test("a browser without a clipboard is said", async () => {
  const { page } = bo;
  await page.evaluate(() => Object.defineProperty(navigator, "clipboard", { value: undefined }));
  await bo.message("println").locator("pre").hover();
  await copyIn(bo, "println").click();
  await expect(bo.message("println").getByRole("status")).toHaveText("Copying is not possible here");
});

test("where there are only fingers it is always there, and large enough", async () => {
  const button = copyIn(phone, "println");
  await expect(button).toBeVisible();
  await expect(button).toHaveCSS("opacity", "1");
  const box = (await button.boundingBox())!;
  expect(Math.min(box.width, box.height)).toBeGreaterThanOrEqual(44);
  expect(await phone.copied(() => button.tap())).toBe(CODE);
  await phone.page.emulateMedia({ colorScheme: "dark" });
  await phone.shot("code-phone");
});

test("what goes on sideways fades there, and as far as one has come", async () => {
  const wide = Array.from({ length: 30 }, (_, n) => `column ${String(n)}`);
  await bo.send(`| ${wide.join(" | ")} |\n|${"---|".repeat(wide.length)}\n| ${wide.join(" | ")} |`);
  await bo.send(`\`\`\`\n${wide.join(" ")} the end\n\`\`\``);
  for (const box of [ada.page.getByRole("group", { name: "Table" }), ada.message("the end").locator("pre")]) {
    await expect(box).toHaveAttribute("data-sides", "right");
    await box.evaluate((element) => element.scrollBy(200, 0));
    await expect(box).toHaveAttribute("data-sides", "left right");
    await box.evaluate((element) => element.scrollBy(100_000, 0));
    await expect(box).toHaveAttribute("data-sides", "left");
  }
  await expect(ada.message("println").locator("pre")).toHaveAttribute("data-sides", "");
  await looksAt(ada.page, { widths: [360, 1280], height: 760 }, async (width, scheme) => {
    await expect(ada.message("the end")).toBeInViewport();
    await ada.shot(`code-sideways-${String(width)}-${scheme}`);
  });
});
