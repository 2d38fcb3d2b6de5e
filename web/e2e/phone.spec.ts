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

/** The tools lie in what is seen of the list, and a finger hits them. */
async function toolsInSight(message: Locator, list: Locator): Promise<void> {
  const tools = message.getByRole("toolbar");
  await expect(tools).toBeVisible();
  const seen = await boxOf(list);
  const box = await boxOf(tools);
  expect(box.top).toBeGreaterThanOrEqual(seen.top);
  expect(box.bottom).toBeLessThanOrEqual(seen.bottom);
  expect(await hit(tools.getByRole("button", { name: "More actions" }))).toBe(true);
}

test("a message's tools are in sight wherever it is touched", async ({ browser }) => {
  const bo = await somebody(browser, "bo");
  const { page } = bo;
  await bo.send(lines(60));
  await bo.sees("line 59");
  for (let n = 0; n < 30; n++) await bo.send(`Hello ${n}.`);
  await bo.sees("Hello 29.");
  const list = page.locator("#messages");
  const seen = await boxOf(list);
  const middle = { x: 180, y: (seen.top + seen.bottom) / 2 };
  const tall = bo.message("line 59");
  // In the middle of what is higher than the list.
  await list.evaluate((box) => (box.scrollTop = 0));
  await tall
    .getByText("line 30", { exact: true })
    .evaluate((line) => line.scrollIntoView({ block: "center" }));
  await drawn(page);
  await page.touchscreen.tap(middle.x, middle.y);
  await toolsInSight(tall, list);
  await bo.shot("phone-tall");
  // Its end, with what comes after it; the list is as long as before.
  await tall
    .getByText("line 57", { exact: true })
    .evaluate((line) => line.scrollIntoView({ block: "start" }));
  await drawn(page);
  await toolsInSight(tall, list);
  await bo.shot("phone-end");
  // One line, a third of it under the header.
  const cut = bo.message("Hello 3.");
  await cut.evaluate((row) => {
    const box = row.closest(".scroll");
    if (!box) throw new Error("no list");
    box.scrollTop += row.getBoundingClientRect().top - box.getBoundingClientRect().top + row.clientHeight / 3;
  });
  await drawn(page);
  await page.touchscreen.tap(middle.x, (await boxOf(cut)).bottom - 4);
  await toolsInSight(cut, list);
  await bo.shot("phone-cut");
  // Elsewhere they lie above the text, and nothing becomes longer by them.
  await list.evaluate((box) => (box.scrollTop = box.scrollHeight));
  for (const n of [28, 29]) {
    const before = await list.evaluate((box) => box.scrollHeight);
    const row = bo.message(`Hello ${n}.`);
    await row.tap();
    await toolsInSight(row, list);
    expect((await boxOf(row.getByRole("toolbar"))).bottom).toBeLessThanOrEqual(
      (await boxOf(row.locator(".markdown"))).top + 10,
    );
    expect(await list.evaluate((box) => box.scrollHeight)).toBe(before);
  }
  await done(bo);
});

test("suggestions fit above the text, and scroll", async ({ browser }) => {
  const cy = await somebody(browser, "cy");
  const { page } = cy;
  // As much as a keyboard leaves.
  for (const viewport of [
    { width: 360, height: 330 },
    { width: 844, height: 190 },
  ]) {
    await page.setViewportSize(viewport);
    await cy.composer.fill("");
    await cy.composer.pressSequentially("/");
    const list = page.getByRole("listbox");
    await expect(list).toBeVisible();
    const options = list.getByRole("option");
    await expect.poll(async () => (await boxOf(list)).top).toBeGreaterThanOrEqual(0);
    expect(await list.evaluate((box) => box.scrollHeight > box.clientHeight)).toBe(true);
    const row = await boxOf(options.first());
    expect(row.bottom - row.top).toBeGreaterThanOrEqual(44);
    await cy.shot(`phone-suggestions-${viewport.width}`);
    // Upwards, to what is at the list's other end.
    for (let n = 0; n < 2; n++) {
      await cy.composer.press("ArrowUp");
      await expect.poll(() => hit(list.getByRole("option", { selected: true }))).toBe(true);
    }
  }
  await page.getByRole("option", { name: /^\/topic/ }).tap();
  await expect(cy.composer).toHaveValue("/topic ");
  await expect(cy.composer).toBeFocused();
  await done(cy);
});

test("choosing an emoji opens no keyboard", async ({ browser }) => {
  const di = await somebody(browser, "di");
  const { page } = di;
  await page.getByRole("button", { name: "Insert emoji" }).tap();
  await expect(page.getByRole("button", { name: "grinning face", exact: true })).toBeVisible();
  await expect(page.getByRole("searchbox", { name: "Search emoji" })).not.toBeFocused();
  await expect(page.locator(".emoji-dialog")).toBeFocused();
  await done(di);
});
