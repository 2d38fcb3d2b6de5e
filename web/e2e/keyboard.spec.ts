// A conversation by keyboard: where Tab leads, and where the keys are once what had them is gone.

import { expect, type Locator, type Page, test } from "@playwright/test";
import type { Person } from "./person";
import { Server } from "./server";
import { together } from "./together";

const server = new Server();
let ada: Person;
let bo: Person;

test.describe.configure({ mode: "serial" });

together(server, "quay", (first, second) => {
  ada = first;
  bo = second;
});

/** Writes through the API, as the person who is signed in on the page. */
const bulk = (page: Page, texts: readonly string[]) =>
  page.evaluate(async (all) => {
    const channel = `/api/v1/channels/${location.hash.split("/")[2] ?? ""}/messages`;
    const headers = { "content-type": "application/json" };
    for (const text of all) {
      const body = JSON.stringify({ nonce: crypto.randomUUID(), text });
      const answer = await fetch(channel, { method: "POST", headers, body });
      if (!answer.ok) throw new Error(String(answer.status));
    }
  }, texts);

/** How often Tab is pressed until `goal` has the focus. */
async function presses(page: Page, key: "Tab" | "Shift+Tab", goal: Locator, most: number): Promise<number> {
  const there = () => goal.evaluate((element) => element === document.activeElement);
  for (let count = 1; count <= most; count += 1) {
    await page.keyboard.press(key);
    if (await there()) return count;
  }
  return Infinity;
}

test("the messages are one stop of Tab, and what is in a row is reached from the row", async () => {
  const { page } = ada;
  await bulk(
    bo.page,
    Array.from({ length: 45 }, (_, i) => `word ${i + 1} to @ada, see https://example.org/${i + 1}`),
  );
  await ada.sees(/word 45 /);
  await page.mouse.move(0, 0);
  const last = ada.message(/word 45 /);
  await page.getByRole("button", { name: "Conversation options" }).focus();
  expect(await presses(page, "Tab", last, 6)).toBeLessThan(6);
  // Its mention, its link, its tools.
  await page.keyboard.press("Tab");
  await expect(last.locator(".mention")).toBeFocused();
  await page.keyboard.press("Tab");
  await expect(last.getByRole("link")).toBeFocused();
  const more = last.getByRole("button", { name: "More actions" });
  expect(await presses(page, "Tab", more, 8)).toBeLessThan(8);
  await page.keyboard.press("Tab");
  await expect(ada.composer).toBeFocused();

  await page.keyboard.press("Shift+Tab");
  await expect(last).toBeFocused();
  for (let row = 0; row < 3; row += 1) await page.keyboard.press("ArrowUp");
  await expect(ada.message(/word 42 /)).toBeFocused();
  await ada.composer.focus();
  await page.keyboard.press("Shift+Tab");
  await expect(ada.message(/word 42 /)).toBeFocused();
  // From there it is not far either, though three more rows are drawn below.
  expect(await presses(page, "Tab", ada.composer, 12)).toBeLessThan(12);
});

test("what a tool opens is used by keyboard, and the keys come back to the tool", async () => {
  const { page } = ada;
  const row = ada.message(/word 45 /);
  await row.focus();
  const react = row.getByRole("button", { name: "React", exact: true });
  expect(await presses(page, "Tab", react, 10)).toBeLessThan(10);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("searchbox", { name: "Search emoji" })).toBeFocused();
  await page.keyboard.press("Tab");
  await expect(page.getByTestId("emoji-picker").locator(".emoji:focus")).toHaveCount(1);
  await page.keyboard.press("Escape");
  await expect(react).toBeFocused();
});

test("a mouse that rests does not take the tools away from the keys", async () => {
  const { page } = ada;
  const row = ada.message(/word 44 /);
  await row.focus();
  const more = row.getByRole("button", { name: "More actions" });
  expect(await presses(page, "Tab", more, 10)).toBeLessThan(10);
  await ada.message(/word 41 /).hover();
  await expect(more).toBeFocused();
  await ada.composer.focus();
  await ada.message(/word 40 /).hover();
  await expect(ada.message(/word 40 /).getByRole("toolbar")).toBeVisible();
  await page.mouse.move(0, 0);
});
