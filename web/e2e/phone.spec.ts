// On a phone that is small, turned, or half under its keyboard: nothing is out of sight or out of reach.

import { type Browser, expect, type Locator, type Page, test } from "@playwright/test";
import { Person } from "./person";
import { Server } from "./server";

const server = new Server();
const SMALL = { width: 360, height: 640 };
const TURNED = { width: 844, height: 390 };
const phone = (viewport = SMALL) => ({ viewport, hasTouch: true, isMobile: true });

test.beforeAll(() => server.start());
test.afterAll(() => server.stop());

/** Somebody in a channel of their own. */
async function somebody(browser: Browser, name: string, viewport = SMALL): Promise<Person> {
  const person = await Person.registered(browser, server, name, phone(viewport));
  await person.createChannel(`of-${name}`);
  return person;
}

async function done(person: Person): Promise<void> {
  expect(person.complaints).toEqual([]);
  await person.context.close();
}

async function boxOf(target: Locator): Promise<{ top: number; bottom: number; left: number; right: number }> {
  return target.evaluate((each) => {
    const { top, bottom, left, right } = each.getBoundingClientRect();
    return { top, bottom, left, right };
  });
}

/** What a finger hits in the middle of it is it, or in it. */
const hit = (target: Locator) =>
  target.evaluate((each) => {
    const { top, left, width, height } = each.getBoundingClientRect();
    const at = document.elementFromPoint(left + width / 2, top + height / 2);
    return at !== null && each.contains(at);
  });

const drawn = (page: Page) =>
  page.evaluate(() => new Promise((ready) => requestAnimationFrame(() => requestAnimationFrame(ready))));

const lines = (count: number) => Array.from({ length: count }, (_, n) => `line ${n}`).join("\n\n");

test("a menu with little room scrolls", async ({ browser }) => {
  const ada = await somebody(browser, "ada");
  const { page } = ada;
  for (let n = 0; n < 12; n++) await ada.send(`Hello ${n}`);
  await ada.sees("Hello 11");
  for (const viewport of [SMALL, { width: 390, height: 430 }, TURNED]) {
    await page.setViewportSize(viewport);
    const message = ada.message("Hello 9");
    await message.tap();
    await message.getByRole("button", { name: "More actions" }).tap();
    const menu = page.getByRole("menu");
    await expect(menu).toBeVisible();
    const last = menu.getByRole("menuitem").last();
    const frame = await boxOf(page.locator(".popover"));
    const inner = await boxOf(menu);
    expect(inner.bottom).toBeLessThanOrEqual(frame.bottom);
    expect(frame.bottom).toBeLessThanOrEqual(viewport.height);
    await last.scrollIntoViewIfNeeded();
    expect((await boxOf(last)).bottom).toBeLessThanOrEqual(frame.bottom);
    expect(await hit(last)).toBe(true);
    await ada.shot(`phone-menu-${viewport.width}x${viewport.height}`);
    await page.keyboard.press("Escape");
    await expect(menu).toHaveCount(0);
  }
  await page.getByRole("button", { name: "Insert emoji" }).tap();
  const picker = page.getByTestId("emoji-picker");
  await expect(picker.getByRole("button", { name: "grinning face", exact: true })).toBeVisible();
  const frame = await boxOf(page.locator(".popover"));
  expect((await boxOf(picker)).bottom).toBeLessThanOrEqual(frame.bottom);
  expect(frame.top).toBeGreaterThanOrEqual(0);
  await ada.shot("phone-emoji-turned");
  await done(ada);
});
