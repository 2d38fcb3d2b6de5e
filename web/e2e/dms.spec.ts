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
