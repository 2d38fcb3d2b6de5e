// Where keys go when a dialog is closed whose menu is gone.

import { expect, test } from "@playwright/test";
import type { Person } from "./person";
import { Server } from "./server";
import { together } from "./together";

const server = new Server();
let ada: Person;
let bo: Person;

test.describe.configure({ mode: "serial" });

together(server, "pier", (first, second) => {
  ada = first;
  bo = second;
});

test("back to the message that a dialog was about", async () => {
  const { page } = ada;
  await ada.send("First of two");
  await bo.sees("First of two");
  const id = await ada.message("First of two").getAttribute("data-id");
  const row = page.locator(`[data-testid=conversation] [data-id="${String(id)}"]`);
  await bo.message("First of two").hover();
  await bo.message("First of two").getByRole("button", { name: "React with 👍" }).click();
  await expect(row.getByTestId("reaction")).toBeVisible();

  await ada.act("First of two", "Who reacted");
  await expect(page.getByTestId("who-reacted")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByTestId("who-reacted")).toHaveCount(0);
  await expect(row).toBeFocused();

  await ada.composer.focus();
  await ada.act("First of two", "Delete");
  const asked = page.getByRole("alertdialog");
  await expect(asked).toHaveAccessibleDescription(/This cannot be undone/);
  await expect(asked.getByRole("button", { name: "Cancel" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(row).toBeFocused();

  await ada.act("First of two", "Delete");
  await page.getByRole("alertdialog").getByRole("button", { name: "Delete" }).click();
  await expect(bo.message("First of two")).toHaveCount(0);
  // What is left of it, or where one writes: not nowhere.
  await expect(row.or(ada.composer).and(page.locator(":focus"))).toHaveCount(1);
});

test("after leaving, the page has the focus and Tab goes on from there", async () => {
  const { page } = bo;
  await page.getByRole("button", { name: "Conversation options" }).click();
  await page.getByRole("menuitem", { name: "Leave channel" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Leave" }).click();
  await expect(page.getByRole("heading", { name: /Bo$/ })).toBeVisible();
  await expect(page.locator("#main")).toBeFocused();
  await page.keyboard.press("Tab");
  await expect(page.locator("#main").locator(":focus")).toHaveCount(1);
});
