// Conversations between two: closed until somebody writes, and out of sight with whom one blocks.

import { expect, test } from "@playwright/test";
import type { Person } from "./person";
import { Server } from "./server";
import { together } from "./together";

const server = new Server();
let ada: Person;
let bo: Person;

test.describe.configure({ mode: "serial" });

together(server, "general", (first, second) => {
  ada = first;
  bo = second;
});

const inHeader = async (action: string) => {
  await ada.page.getByRole("button", { name: "Conversation options" }).click();
  await ada.page.getByRole("menuitem", { name: action, exact: true }).click();
};

const inRow = async (action: string) => {
  await ada.nav("Bo").hover();
  await ada.page.getByRole("button", { name: "Options for Bo" }).click();
  await ada.page.getByRole("menuitem", { name: action, exact: true }).click();
};

test("a conversation is closed, and comes back with what is written next", async () => {
  await ada.startDm(bo);
  await ada.send("the first word");
  await expect(bo.nav("Ada")).toBeVisible();
  await ada.page.getByRole("button", { name: "Conversation options" }).click();
  await expect(ada.page.getByRole("menuitem", { name: "Leave channel" })).toHaveCount(0);
  await ada.shot("dm-menu");
  await ada.page.getByRole("menuitem", { name: "Close conversation" }).click();
  await expect(ada.page.getByText("The conversation is closed.")).toBeVisible();
  await expect(ada.page.getByRole("heading", { name: /Ada/ })).toBeVisible();
  await expect(ada.nav("Bo")).toHaveCount(0);
  // The other goes on as before, and opens it again by that.
  await bo.open("Ada");
  await bo.send("are you still there?");
  await expect(ada.nav("Bo")).toBeVisible();
  await ada.open("Bo");
  await ada.sees("the first word");
  await ada.sees("are you still there?");
  await ada.open("general");
  await inRow("Close conversation");
  await expect(ada.nav("Bo")).toHaveCount(0);
  await ada.expectChannel("general");
});

test("its settings are those of a conversation", async () => {
  await ada.startDm(bo);
  await inHeader("Conversation settings");
  const dialog = ada.page.getByTestId("channel-settings");
  await expect(dialog.getByText("Every message")).toBeVisible();
  await expect(dialog.getByRole("tab")).toHaveCount(0);
  await ada.shot("dm-settings");
  await ada.page.keyboard.press("Escape");
  await expect(dialog).toHaveCount(0);
});

test("with somebody whom one blocks, it is listed no more once it is not open", async () => {
  const { page } = ada;
  await inHeader("Block");
  await page.getByRole("alertdialog", { name: "Block Bo?" }).getByRole("button", { name: "Block" }).click();
  await expect(page.getByTestId("blocked-line")).toBeVisible();
  await expect(ada.nav("Bo")).toBeVisible();
  await ada.open("general");
  await expect(ada.nav("Bo")).toHaveCount(0);
  await bo.send("you will hear of me");
  await bo.sees("you will hear of me");
  await bo.open("general");
  await bo.send("and here I am");
  await expect(page.getByTestId("blocked-line")).toBeVisible();
  await expect(ada.nav("Bo")).toHaveCount(0);
  await expect(page).toHaveTitle("#general · Loggia");
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox").fill("bo");
  await expect(page.getByRole("option", { name: /Bo @bo/ })).toBeVisible();
  await page.keyboard.press("Escape");
  // Whoever wants to look at it goes by the list of those who are blocked.
  await page.getByRole("button", { name: "Your account" }).click();
  await page.getByRole("menuitem", { name: "Settings" }).click();
  await page.getByRole("tab", { name: "Account" }).click();
  await page.getByTestId("blocks").getByRole("button", { name: "Bo", exact: true }).click();
  await page.getByTestId("profile").getByRole("button", { name: "Message" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Bo" })).toBeVisible();
  await inRow("Unblock");
  await ada.sees("you will hear of me");
  await ada.open("general");
  await expect(ada.nav("Bo")).toBeVisible();
});
