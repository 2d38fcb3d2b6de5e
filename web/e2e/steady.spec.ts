// What one looks at stays where it is while one does something with it.

import { expect, type Locator, test } from "@playwright/test";
import type { Person } from "./person";
import { png } from "./picture";
import { Server } from "./server";
import { together } from "./together";

const server = new Server();
let ada: Person;
let bo: Person;

test.describe.configure({ mode: "serial" });

together(server, "kitchen", (first, second) => {
  ada = first;
  bo = second;
});

test.beforeAll(() => ada.createChannel("pantry"));

const boxOf = async (element: Locator) =>
  (await element.boundingBox()) ?? { x: -1, y: -1, width: -1, height: -1 };

test("a badge does not move when its row is pointed at, and the menu goes with the pointer", async () => {
  await bo.send("@ada the soup is ready");
  const badge = ada.nav("kitchen").locator(".badge");
  await expect(badge).toBeVisible();
  const menu = ada.page.getByRole("button", { name: "Options for kitchen" });
  await ada.composer.hover();
  await expect(menu).toHaveCount(0);
  const before = await boxOf(badge);
  await ada.nav("kitchen").hover();
  await expect(menu).toBeVisible();
  expect(await boxOf(badge)).toEqual(before);
  // In its place, not beside it.
  expect(Math.abs((await boxOf(menu)).x - before.x)).toBeLessThan(12);
  await ada.composer.hover();
  await expect(menu).toHaveCount(0);
});

test("the other button of the mouse opens a row's menu, once for each press", async () => {
  const { page } = ada;
  const item = page.getByRole("menuitem", { name: "Add to favourites" });
  for (let n = 0; n < 2; n += 1) {
    await ada.nav("kitchen").click({ button: "right" });
    await expect(item).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(item).toHaveCount(0);
    await ada.nav("pantry").hover();
    await ada.nav("kitchen").hover();
    await expect(page.getByRole("button", { name: "Options for kitchen" })).toBeVisible();
    await expect(item).toHaveCount(0);
  }
});

test("a message that is edited keeps its files in sight", async () => {
  await ada.open("pantry");
  const input = ada.page.getByTestId("conversation").getByTestId("attach-input");
  await input.setInputFiles([
    { name: "shelf.png", mimeType: "image/png", buffer: png(300, 200, [20, 90, 40]) },
  ]);
  await expect(ada.page.getByTestId("chip")).toHaveCount(1);
  await expect(ada.page.getByTestId("chip").locator("progress")).toHaveCount(0);
  await ada.send("The shelf");
  await ada.sees("The shelf");
  const picture = ada.page.getByTestId("conversation").getByRole("button", { name: "Open shelf.png" });
  await expect(picture).toBeVisible();
  await ada.act("The shelf", "Edit");
  await expect(ada.page.getByRole("textbox", { name: "Edit message" })).toBeFocused();
  await expect(picture).toBeVisible();
  await ada.page.keyboard.press("Escape");
  await expect(picture).toBeVisible();
});

/** The first that the picker finds by these words. */
async function choose(text: string, words: string): Promise<void> {
  await ada.act(text, "React");
  await ada.page.getByRole("searchbox", { name: "Search emoji" }).fill(words);
  await ada.page.keyboard.press("Enter");
  await expect(ada.page.getByTestId("emoji-picker")).toHaveCount(0);
}

test("a reaction that a program gave by its name is drawn as an emoji", async () => {
  await ada.page.evaluate(async () => {
    const id = document.querySelector<HTMLElement>("[data-testid=message][data-id]")?.dataset["id"] ?? "";
    const channel = location.hash.split("/")[2] ?? "";
    const reaction = encodeURIComponent(":tada:");
    await fetch(`/api/v1/channels/${channel}/messages/${id}/reactions/${reaction}`, { method: "PUT" });
  });
  const reaction = ada.message("The shelf").getByTestId("reaction");
  await expect(reaction).toContainText("🎉");
  // It is the same reaction all the same, also when it is chosen as an emoji.
  await choose("The shelf", "tada");
  await ada.send("Given twice");
  await ada.sees("Given twice");
  await expect(reaction).toHaveAttribute("aria-label", "🎉, 1: Ada");
  await ada.act("The shelf", "Who reacted");
  await expect(ada.page.getByTestId("who-reacted").getByRole("region", { name: "🎉 1" })).toHaveCount(1);
  await ada.page.keyboard.press("Escape");
  await expect(ada.page.getByTestId("who-reacted")).toHaveCount(0);
  await reaction.click();
  await expect(reaction).toHaveCount(0);
});

test("an emoji that is chosen is one reaction, which the quick one takes back", async () => {
  const reaction = ada.message("The shelf").getByTestId("reaction");
  const added = ada.page.waitForResponse((answer) => /reactions/.test(answer.url()));
  await choose("The shelf", "+1");
  await added;
  // What comes after it by the stream comes after what the stream says of it.
  await ada.send("Thumbs");
  await expect(ada.message("Thumbs")).toHaveAttribute("data-id", /^\$/);
  await expect(reaction).toHaveAttribute("aria-label", "👍, 1: Ada");
  await ada.message("The shelf").hover();
  await ada.message("The shelf").getByRole("button", { name: "React with 👍" }).click();
  await expect(reaction).toHaveCount(0);
});

test("a dialog of pages is as large and where it was for each of them", async () => {
  const { page } = ada;
  await page.getByRole("button", { name: "Your account" }).click();
  await page.getByRole("menuitem", { name: "Settings" }).click();
  const tabs = page.getByRole("tab");
  await expect(tabs).toHaveCount(6);
  const list = page.getByRole("tablist");
  const sizes: unknown[] = [];
  for (const tab of await tabs.all()) {
    await tab.click();
    await expect(tab).toHaveAttribute("aria-selected", "true");
    sizes.push([await boxOf(page.locator(".modal")), await boxOf(list)]);
  }
  expect(new Set(sizes.map((each) => JSON.stringify(each))).size).toBe(1);
  // And nothing is to be saved while nothing has changed.
  await page.getByRole("tab", { name: "Profile" }).click();
  const save = page.getByRole("tabpanel").getByRole("button", { name: "Save" });
  await expect(save).toBeDisabled();
  await page.getByLabel("About you").fill("Cooks");
  await expect(save).toBeEnabled();
  await page.keyboard.press("Escape");
});

test("beside a panel there is no strip of what lies below it", async () => {
  const { page } = ada;
  await page.getByRole("button", { name: "Search messages" }).click();
  const panel = page.getByRole("complementary", { name: "Search" });
  await expect(panel).toBeVisible();
  for (const width of [980, 820, 740]) {
    await page.setViewportSize({ width, height: 860 });
    const main = await boxOf(page.getByRole("main"));
    await expect.poll(async () => (await boxOf(panel)).x).toBe(main.x);
    expect((await boxOf(panel)).width).toBe(main.width);
  }
  await page.setViewportSize({ width: 1280, height: 860 });
});

test("the head of a narrow window leaves the name its room, and all is in its menu", async () => {
  const { page } = ada;
  await page.getByRole("button", { name: "Close", exact: true }).click();
  await page.setViewportSize({ width: 360, height: 740 });
  await expect(page.getByRole("button", { name: /^Members/ })).toHaveCount(0);
  await page.getByRole("button", { name: "Conversation options" }).click();
  await page.getByRole("menuitem", { name: "1 member" }).click();
  await expect(page.getByTestId("members")).toContainText("Ada");
});
