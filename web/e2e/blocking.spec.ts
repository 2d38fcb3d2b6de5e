// Somebody of whom one wants to hear nothing.

import { expect, test } from "@playwright/test";
import type { Person } from "./person";
import { Server } from "./server";
import { together } from "./together";

const server = new Server();
let ada: Person;
let bo: Person;

together(server, "general", (first, second) => {
  ada = first;
  bo = second;
});

const profile = async () => {
  await ada.page.getByRole("button", { name: "Bo", exact: true }).first().click();
  await expect(ada.page.getByTestId("profile")).toBeVisible();
};

test("a blocked person's messages are folded into one line, which opens", async () => {
  const { page } = ada;
  await ada.send("a word of Ada's");
  await bo.sees("a word of Ada's");
  await bo.send("the first of Bo's");
  await ada.sees("the first of Bo's");
  await profile();
  await page.getByRole("button", { name: "Block", exact: true }).click();
  const sure = page.getByRole("alertdialog", { name: "Block Bo?" });
  await sure.getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("button", { name: "Block", exact: true }).click();
  await ada.shot("block-sure");
  await sure.getByRole("button", { name: "Block" }).click();
  await expect(page.getByText("You block this person.")).toBeVisible();
  await page.keyboard.press("Escape");
  const line = page.getByTestId("blocked-line");
  await expect(line).toContainText("Message of somebody whom you blocked");
  await expect(ada.message("the first of Bo's")).toHaveCount(0);
  await bo.send("@ada do you hear me");
  await expect(line).toContainText("2 messages of people whom you blocked");
  await expect(line).toHaveCount(1);
  await ada.shot("blocked-line");
  await line.getByRole("button", { name: "Show" }).click();
  await ada.sees("do you hear me");
  await line.getByRole("button", { name: "Hide" }).click();
  await expect(ada.message("do you hear me")).toHaveCount(0);
});

test("one who is blocked cannot begin a conversation, and is not told why", async () => {
  const { page } = bo;
  await page.getByRole("button", { name: "Ada", exact: true }).first().click();
  await page.getByTestId("profile").getByRole("button", { name: "Message" }).click();
  await expect(page.getByText("can’t be brought together with you like that")).toBeVisible();
  await expect(ada.page.getByTestId("nav-row").filter({ hasText: "Bo" })).toHaveCount(0);
  await page.keyboard.press("Escape");
});

test("the settings list whom one blocks, and end it, for all of one's windows", async () => {
  const { page } = ada;
  const other = await ada.context.newPage();
  await other.goto(page.url());
  await expect(other.getByTestId("blocked-line")).toBeVisible();
  await page.getByRole("button", { name: "Your account" }).click();
  await page.getByRole("menuitem", { name: "Settings" }).click();
  await page.getByRole("tab", { name: "Account" }).click();
  await ada.shot("blocked-people");
  await page.getByRole("button", { name: "Unblock Bo" }).click();
  await expect(page.getByText("You have blocked nobody.")).toBeVisible();
  await expect(other.getByTestId("blocked-line")).toHaveCount(0);
  await expect(other.getByTestId("message").filter({ hasText: "the first of Bo's" })).toBeVisible();
  await other.close();
});
