// The other button of the mouse opens what can be done with a message, but where the browser's own menu is of more use.

import { expect, type Locator, test } from "@playwright/test";
import { png } from "./picture";
import type { Person } from "./person";
import { Server } from "./server";
import { together } from "./together";

const server = new Server();
let ada: Person;
let bo: Person;

test.describe.configure({ mode: "serial" });

together(server, "yard", (first, second) => {
  ada = first;
  bo = second;
});

const menu = ({ page }: Person) => page.getByRole("menu");

/** Whether the page kept the browser's menu from opening there. */
async function isTaken(place: Locator, options: Parameters<Locator["click"]>[0] = {}): Promise<boolean> {
  const page = place.page();
  await page.evaluate(() => {
    const told = (event: Event) => Object.assign(window, { taken: event.defaultPrevented });
    addEventListener("contextmenu", told, { once: true });
  });
  await place.click({ ...options, button: "right" });
  return page.evaluate(() => (window as unknown as { taken: boolean }).taken);
}

test("it opens at the pointer, and does what is chosen", async () => {
  const { page } = ada;
  await ada.send("The gate is open");
  await bo.sees("The gate is open");
  await bo.send("Then close it");
  await ada.sees("Then close it");
  const row = (await ada.message("The gate is open").boundingBox())!;
  const at = { x: row.x + 300, y: row.y + row.height - 8 };
  await page.mouse.click(at.x, at.y, { button: "right" });
  await expect(menu(ada)).toBeVisible();
  const box = (await menu(ada).boundingBox())!;
  // Where there is no room below the pointer it is above.
  const ends = [box.y, box.y + box.height].map((end) => Math.abs(end - at.y));
  expect(Math.min(...ends)).toBeLessThan(12);
  expect(Math.abs(box.x - at.x)).toBeLessThan(12);
  await ada.shot("pointed-menu");
  await page.getByRole("menuitem", { name: "Edit", exact: true }).click();
  await expect(page.getByRole("textbox", { name: "Edit message" })).toBeFocused();
  await page.keyboard.press("Escape");
  // Another message has another menu, and the button one of its own place.
  await ada.message("Then close it").locator(".markdown").click({ button: "right" });
  await expect(page.getByRole("menuitem", { name: "Edit", exact: true })).toHaveCount(0);
  // It has no other menu over it, and the same button closes it.
  expect(await isTaken(page.getByRole("menuitem", { name: "Copy text" }))).toBe(true);
  await expect(menu(ada)).toBeVisible();
  await page.mouse.click(700, 200, { button: "right" });
  await expect(menu(ada)).toHaveCount(0);
  const more = ada.message("Then close it").getByRole("button", { name: "More actions" });
  await more.click();
  await expect(menu(ada)).toBeVisible();
  const [button, opened] = [(await more.boundingBox())!, (await menu(ada).boundingBox())!];
  expect(Math.abs(opened.x + opened.width - (button.x + button.width))).toBeLessThan(12);
  await page.keyboard.press("Escape");
  await expect(menu(ada)).toHaveCount(0);
  // Also where the pointer has only just come, to a row that has the focus already.
  for (let times = 0; times < 3; times += 1) {
    await ada.message("Then close it").hover();
    await page.mouse.click(at.x, at.y, { button: "right" });
    await expect(menu(ada)).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(menu(ada)).toHaveCount(0);
  }
  // Once closed it stays so, wherever the pointer goes.
  await ada.message("The gate is open").hover();
  await ada.message("Then close it").hover();
  await expect(more).toBeVisible();
  await expect(menu(ada)).toHaveCount(0);
});

test("at the pointer it has what stands beside the message, too", async () => {
  const { page } = ada;
  const text = ada.message("Then close it").locator(".markdown");
  const choose = async (name: string) => {
    await text.click({ button: "right" });
    await page.getByRole("menuitem", { name, exact: true }).click();
    await expect(menu(ada)).toHaveCount(0);
  };
  await text.click({ button: "right" });
  await expect(menu(ada).getByRole("menuitem").first()).toHaveAccessibleName("React");
  await ada.shot("pointed-menu-first");
  await page.keyboard.press("Escape");
  await expect(menu(ada)).toHaveCount(0);

  await choose("React");
  await page.getByRole("searchbox", { name: "Search emoji" }).fill("rocket");
  await page
    .getByTestId("emoji-picker")
    .getByRole("button", { name: /rocket/ })
    .first()
    .click();
  await expect(ada.message("Then close it").getByTestId("reaction")).toContainText("🚀");
  // Its button is what it was.
  await ada.message("Then close it").hover();
  await expect(page.getByTestId("emoji-picker")).toHaveCount(0);

  await choose("Reply");
  await expect(ada.composer).toBeFocused();
  await expect(ada.composer).toHaveAccessibleDescription(/Replying to Bo/);
  await page.keyboard.press("Escape");
  await choose("Reply in thread");
  await expect(page.getByTestId("thread")).toBeVisible();

  // Of what is in a thread there is no other, and beside the message they stand already.
  await page.getByTestId("thread").getByTestId("message").locator(".markdown").click({ button: "right" });
  await expect(page.getByRole("menuitem", { name: "React", exact: true })).toBeVisible();
  await expect(page.getByRole("menuitem", { name: /^Reply/ })).toHaveCount(0);
  await page.keyboard.press("Escape");
  await expect(menu(ada)).toHaveCount(0);
  await page.getByRole("button", { name: "Close", exact: true }).click();
  await ada.message("Then close it").hover();
  await ada.message("Then close it").getByRole("button", { name: "More actions" }).click();
  await expect(page.getByRole("menuitem", { name: "Copy text" })).toBeVisible();
  await expect(page.getByRole("menuitem", { name: /^(Reply|React)/ })).toHaveCount(0);
  await page.keyboard.press("Escape");
  await expect(menu(ada)).toHaveCount(0);
});

test("a key asks for it, too, and it gives the focus back", async () => {
  const { page } = ada;
  await page.mouse.move(0, 0);
  await ada.composer.focus();
  await page.keyboard.press("Shift+F6");
  await page.keyboard.press("ArrowUp");
  const row = ada.message("Then close it");
  await expect(row).toBeFocused();
  await page.keyboard.press("ContextMenu");
  await expect(menu(ada)).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(menu(ada)).toHaveCount(0);
  await expect(row).toBeFocused();
});

test("links, pictures, selected text and Shift have the browser's", async () => {
  await ada.page
    .getByTestId("conversation")
    .locator("input[type=file]")
    .setInputFiles({ name: "gate.png", mimeType: "image/png", buffer: png(200, 120, [40, 120, 80]) });
  await expect(ada.page.locator(".file-chip [role=progressbar]")).toHaveCount(0);
  await ada.send("See https://example.org/ and **this word** of it");
  const row = ada.message("this word");
  await expect(row.getByTestId("attachments").locator("img")).toBeVisible();
  expect(await isTaken(row.getByRole("link"))).toBe(false);
  expect(await isTaken(row.getByTestId("attachments").locator("img"))).toBe(false);
  const word = row.locator("strong");
  expect(await isTaken(word, { modifiers: ["Shift"] })).toBe(false);
  await word.dblclick();
  expect(await isTaken(word)).toBe(false);
  await expect(menu(ada)).toHaveCount(0);
  // What is selected elsewhere is none of it.
  expect(await isTaken(row.locator(".markdown"), { position: { x: 4, y: 8 } })).toBe(true);
  await expect(menu(ada)).toBeVisible();
  await ada.page.keyboard.press("Escape");
  await expect(menu(ada)).toHaveCount(0);
});

test("where nothing can be done with a message there is none", async () => {
  await ada.act("The gate is open", "Delete");
  await ada.page.getByRole("alertdialog").getByRole("button", { name: "Delete" }).click();
  const gone = ada.page.getByTestId("message").filter({ hasText: "deleted" });
  await expect(gone).toBeVisible();
  expect(await isTaken(gone)).toBe(false);
  await expect(menu(ada)).toHaveCount(0);
});
