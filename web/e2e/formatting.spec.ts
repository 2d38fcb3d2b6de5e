// Marks for who does not know them: a bar of buttons above what one writes, in a channel, a thread and an edit.

import { expect, type Locator, test } from "@playwright/test";
import { violations } from "./axe";
import { looksAt } from "./looks";
import { Person } from "./person";
import { Server } from "./server";
import { together } from "./together";

const server = new Server();
let ada: Person;
let bo: Person;

test.describe.configure({ mode: "serial" });

together(server, "studio", (first, second) => {
  ada = first;
  bo = second;
});

const within = (place: Locator) => ({
  toggle: place.getByRole("button", { name: "Formatting" }),
  bar: place.getByRole("toolbar", { name: "Formatting" }),
});
const composer = ({ page }: Person) => within(page.getByTestId("conversation").locator(".composer"));
const mark = (person: Person, name: string) =>
  composer(person).bar.getByRole("button", { name, exact: true });
const selected = (box: Locator) =>
  box.evaluate((area: HTMLTextAreaElement) => area.value.slice(area.selectionStart, area.selectionEnd));

test("a press shows the bar, and each button works on what is selected", async () => {
  const { page } = ada;
  const { toggle, bar } = composer(ada);
  await expect(toggle).toHaveAttribute("aria-pressed", "false");
  await ada.composer.fill("abc def");
  await toggle.click();
  await expect(bar.getByRole("button")).toHaveCount(10);
  await expect(toggle).toHaveAttribute("aria-pressed", "true");
  await expect(ada.composer).toBeFocused();
  for (const [name, after] of [
    ["Bold", "**abc def**"],
    ["Italic", "*abc def*"],
    ["Strikethrough", "~~abc def~~"],
    ["Code", "`abc def`"],
    ["Hidden text (spoiler)", "||abc def||"],
    ["Code block", "```\nabc def\n```"],
    ["Quote", "> abc def"],
    ["Bulleted list", "- abc def"],
    ["Numbered list", "1. abc def"],
  ] as const) {
    await page.keyboard.press("Control+a");
    await mark(ada, name).click();
    await expect(ada.composer).toHaveValue(after);
    await expect(ada.composer).toBeFocused();
    expect(await selected(ada.composer)).toContain("abc def");
    await mark(ada, name).click();
    await expect(ada.composer).toHaveValue("abc def");
  }
  await page.keyboard.press("Control+a");
  await mark(ada, "Link").click();
  await page.keyboard.type("https://example.org/");
  await expect(ada.composer).toHaveValue("[abc def](https://example.org/)");
  await ada.composer.press("Enter");
  await expect(bo.message("abc def").getByRole("link", { name: "abc def" })).toHaveAttribute(
    "href",
    "https://example.org/",
  );
});

test("without a selection one writes between the marks, and Ctrl+Z takes them back", async () => {
  const { page } = ada;
  await ada.composer.fill("");
  await page.keyboard.type("so ");
  await mark(ada, "Bold").click();
  await page.keyboard.type("loud");
  await expect(ada.composer).toHaveValue("so **loud**");
  await page.keyboard.press("Control+a");
  await mark(ada, "Quote").click();
  await expect(ada.composer).toHaveValue("> so **loud**");
  await page.keyboard.press("Control+z");
  await expect(ada.composer).toHaveValue("so **loud**");
  for (const value of ["so ****", "so ", ""]) {
    await expect(async () => {
      await page.keyboard.press("Control+z");
      expect(await ada.composer.inputValue()).toBe(value);
    }).toPass({ timeout: 15_000, intervals: [20] });
  }
});

test("a button is pressed while the caret is in its mark, which a press takes away", async () => {
  const { page } = ada;
  const pressed = () =>
    composer(ada)
      .bar.getByRole("button", { pressed: true })
      .evaluateAll((all) => all.map((each) => each.getAttribute("aria-label")));
  await ada.composer.fill("");
  await expect.poll(pressed).toEqual([]);
  await page.keyboard.type("> so **loud");
  await expect.poll(pressed).toEqual(["Quote"]);
  await page.keyboard.type("**");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowLeft");
  await expect.poll(pressed).toEqual(["Bold", "Quote"]);
  await ada.shot("formatting-pressed");
  await mark(ada, "Bold").click();
  await expect(ada.composer).toHaveValue("> so loud");
  await expect.poll(pressed).toEqual(["Quote"]);
  await page.keyboard.type("er");
  await expect(ada.composer).toHaveValue("> so louder");
  await page.keyboard.press("Home");
  await mark(ada, "Quote").click();
  await expect.poll(pressed).toEqual([]);
  // Also where nothing is written yet.
  await ada.composer.fill("");
  await mark(ada, "Italic").click();
  await expect.poll(pressed).toEqual(["Italic"]);
  await ada.composer.fill("");
});

test("a list goes on with a new line, and ends with an empty item", async () => {
  const { page } = ada;
  await ada.composer.fill("");
  await mark(ada, "Numbered list").click();
  await page.keyboard.type("bread");
  await page.keyboard.press("Shift+Enter");
  await page.keyboard.type("salt");
  await page.keyboard.press("Shift+Enter");
  await expect(ada.composer).toHaveValue("1. bread\n2. salt\n3. ");
  await page.keyboard.press("Shift+Enter");
  await page.keyboard.type("That is all");
  await expect(ada.composer).toHaveValue("1. bread\n2. salt\n\nThat is all");
  await page.keyboard.press("Control+z");
  await page.keyboard.press("Control+y");
  await page.keyboard.press("Enter");
  await expect(bo.message("That is all").getByRole("listitem")).toHaveText(["bread", "salt"]);
  await expect(bo.message("That is all").locator("p", { hasText: "That is all" })).toBeVisible();
});

test("it is one stop of Tab, arrows lead through it, and names tell the shortcuts", async () => {
  const { page } = ada;
  await page.mouse.move(0, 0);
  await ada.composer.fill("word");
  await page.keyboard.press("Control+a");
  await page.keyboard.press("Shift+Tab");
  await expect(mark(ada, "Bold")).toBeFocused();
  await expect(mark(ada, "Bold")).toHaveAccessibleDescription("Ctrl+B");
  await page.keyboard.press("ArrowRight");
  await expect(mark(ada, "Italic")).toBeFocused();
  await page.keyboard.press("End");
  await expect(mark(ada, "Hidden text (spoiler)")).toBeFocused();
  await page.keyboard.press("ArrowRight");
  await expect(mark(ada, "Bold")).toBeFocused();
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("Home");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Tab");
  await expect(ada.composer).toBeFocused();
  await page.keyboard.press("Shift+Tab");
  await expect(mark(ada, "Italic")).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(ada.composer).toHaveValue("*word*");
  await expect(ada.composer).toBeFocused();
  await ada.composer.fill("");
});

test("an edit and a thread have it, too, and it is remembered", async () => {
  const { page } = ada;
  await ada.send("Plain words");
  await ada.sees("Plain words");
  await ada.composer.press("ArrowUp");
  const box = page.getByRole("textbox", { name: "Edit message" });
  await expect(box).toBeFocused();
  const edit = within(page.locator(".edit-box"));
  await page.keyboard.press("Control+a");
  await edit.bar.getByRole("button", { name: "Bold", exact: true }).click();
  await expect(box).toHaveValue("**Plain words**");
  await expect(box).toBeFocused();
  await ada.shot("formatting-edit");
  await page.keyboard.press("Control+z");
  await expect(box).toHaveValue("Plain words");
  await edit.toggle.click();
  await expect(page.getByRole("toolbar", { name: "Formatting" })).toHaveCount(0);
  await expect(box).toBeFocused();
  await edit.toggle.click();
  await page.keyboard.press("Escape");
  await expect(box).toHaveCount(0);

  await ada.reload();
  await expect(composer(ada).bar).toBeVisible();
  await ada.act("Plain words", "Reply in thread");
  const thread = page.getByTestId("thread");
  await thread.getByTestId("composer").fill("aside");
  await page.keyboard.press("Control+a");
  await within(thread.locator(".composer")).bar.getByRole("button", { name: "Italic", exact: true }).click();
  await expect(thread.getByTestId("composer")).toHaveValue("*aside*");
  await ada.shot("formatting-thread");
  await thread.getByTestId("composer").fill("");
  await page.keyboard.press("Escape");
});

test("it reads well, at any width, light and dark, and nothing moves below it", async () => {
  const { page } = ada;
  await ada.composer.fill("Some words\nand more of them");
  await looksAt(page, { widths: [1280, 360], height: 780 }, async (width, colorScheme) => {
    await expect(composer(ada).bar).toBeVisible();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    await ada.shot(`formatting-${String(width)}-${colorScheme}`);
    expect(await violations(page, "[data-overlay-container]:has([role=tooltip])")).toEqual([]);
    const top = async () => (await ada.composer.boundingBox())!.y;
    const before = await top();
    await mark(ada, "Hidden text (spoiler)").click();
    await ada.composer.press("x");
    expect(await top()).toBe(before);
    await page.mouse.move(0, 0);
  });
  await ada.composer.fill("");
});

test("the bar that is on its way has its room", async () => {
  const { page } = ada;
  let go: () => void = () => undefined;
  const held = new Promise<void>((done) => (go = done));
  const asked = page.waitForRequest(/FormatBar-.*\.js/);
  await page.route(/FormatBar-.*\.js/, async (route) => {
    await held;
    await route.continue();
  });
  // What is kept for a page without a network would not be asked for.
  await page.evaluate(async () => {
    for (const each of await navigator.serviceWorker.getRegistrations()) await each.unregister();
    for (const name of await caches.keys()) await caches.delete(name);
  });
  await ada.reload();
  await expect(ada.composer).toBeVisible();
  await expect(composer(ada).toggle).toBeVisible();
  await asked;
  await expect(composer(ada).bar).toHaveCount(0);
  const height = () =>
    page
      .getByTestId("conversation")
      .locator(".composer")
      .evaluate((box) => box.getBoundingClientRect().height);
  const before = await height();
  go();
  await expect(composer(ada).bar).toBeVisible();
  expect(await height()).toBe(before);
  await page.unroute(/FormatBar-.*\.js/);
});

test("a bar that could not be had can be asked for again", async () => {
  const { page } = ada;
  await page.route(/FormatBar-.*\.js/, (route) => route.abort());
  await page.evaluate(async () => {
    for (const each of await navigator.serviceWorker.getRegistrations()) await each.unregister();
    for (const name of await caches.keys()) await caches.delete(name);
  });
  await ada.reload();
  const again = page.getByTestId("conversation").getByRole("button", { name: "Try again" });
  await expect(again).toBeVisible();
  await page.unroute(/FormatBar-.*\.js/);
  await again.click();
  await expect(composer(ada).bar).toBeVisible();
});

test("with a finger it scrolls sideways by itself", async ({ browser }) => {
  const options = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };
  const cy = await Person.registered(browser, server, "cy", options);
  const { id } = await cy.ask<{ id: string }>(server, "channels", { name: "pocket", alias: "pocket" });
  await cy.page.goto(`${server.url}/#/c/${id}`);
  await cy.expectChannel("pocket");
  await cy.composer.fill("word");
  await composer(cy).toggle.tap();
  const { bar } = composer(cy);
  await expect(bar).toBeVisible();
  expect(await bar.evaluate((box) => box.scrollWidth > box.clientWidth)).toBe(true);
  expect(await cy.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  await mark(cy, "Bulleted list").tap();
  await expect(cy.composer).toHaveValue("- word");
  await expect(cy.composer).toBeFocused();
  await cy.shot("formatting-touch");
  expect(cy.complaints).toEqual([]);
  await cy.context.close();
});
