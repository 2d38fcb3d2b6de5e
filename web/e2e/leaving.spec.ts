// Being taken out of a channel, and what a phone shows of other conversations.

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

test("on a phone, the way to the other conversations says what waits there", async () => {
  const { page } = bo;
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`${server.url}/#/`);
  const menu = page.getByRole("button", { name: /^Open conversations/ });
  await expect(menu).toHaveAccessibleName("Open conversations");
  await ada.open("general");
  await ada.send("Nothing in particular");
  await expect(menu).toHaveAccessibleName("Open conversations, unread messages");
  await expect(page.getByTestId("menu-dot")).toBeVisible();
  await bo.shot("leaving-menu-dot");
  await ada.send("@bo, are you there?");
  await expect(menu).toHaveAccessibleName("Open conversations, 1 for you");
  await expect(page.getByTestId("menu-badge")).toHaveText("1");
  await bo.shot("leaving-menu-badge");
  await menu.click();
  await bo.open("general");
  // What is in sight is no news.
  await expect(menu).toHaveAccessibleName("Open conversations");
  await page.setViewportSize({ width: 1280, height: 860 });
});

test("who leaves is told nothing; who is removed or banned is told what happened, and where", async () => {
  const out = async (action: string) => {
    await ada.page.getByRole("button", { name: "Actions for Bo" }).click();
    await ada.page.getByRole("menuitem", { name: `${action} from channel` }).click();
    await ada.page.getByRole("alertdialog").getByRole("button", { name: action }).click();
  };
  const rejoin = async () => {
    await bo.page.getByRole("button", { name: "Join general" }).click();
    await bo.expectChannel("general");
  };
  const notices = bo.page.locator(".notice");
  await bo.page.getByRole("button", { name: "Conversation options" }).click();
  await bo.page.getByRole("menuitem", { name: "Leave channel" }).click();
  await bo.page
    .getByRole("dialog")
    .or(bo.page.getByRole("alertdialog"))
    .getByRole("button", { name: "Leave" })
    .click();
  await expect(bo.page.getByRole("heading", { name: /Bo$/ })).toBeVisible();
  await rejoin();
  await expect(notices).toHaveCount(0);
  await ada.open("general");
  await ada.page.getByRole("button", { name: /^Members/ }).click();
  await out("Remove");
  await expect(notices).toContainText("You are no longer in #general");
  await notices.getByRole("button", { name: "Dismiss" }).click();
  await rejoin();
  await bo.composer.fill("In the middle of");
  await out("Ban");
  await expect(notices).toContainText("You were banned from #general");
  await expect(notices).toHaveCount(1);
  await bo.shot("leaving-banned");
});
