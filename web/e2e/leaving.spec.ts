// Being taken out of a channel, and what a phone shows of other conversations.

import { expect, test } from "@playwright/test";
import { Person } from "./person";
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
  const notices = bo.page.getByTestId("ending-note");
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
  await expect(notices).toContainText("@ada:loggia.localhost removed you from #general");
  await notices.getByRole("button", { name: "Dismiss" }).click();
  await rejoin();
  await bo.composer.fill("In the middle of");
  await out("Ban");
  await expect(notices).toContainText("@ada:loggia.localhost banned you from #general");
  await expect(notices).toHaveCount(1);
  await bo.shot("leaving-banned");
  // It is not over with a reload, but with being put away.
  await bo.reload();
  await expect(notices).toContainText("@ada:loggia.localhost banned you from #general");
  await notices.getByRole("button", { name: "Dismiss" }).click();
  await expect(notices).toHaveCount(0);
  await bo.reload();
  await expect(bo.page.getByRole("heading", { name: /Bo$/ })).toBeVisible();
  await expect(notices).toHaveCount(0);
});

test("whoever is banned can be rid of with what they wrote lately", async ({ browser }) => {
  const cy = await Person.registered(browser, server, "cy");
  await cy.page.getByRole("button", { name: "Join general" }).click();
  await cy.expectChannel("general");
  for (const text of ["buy this", "buy that"]) await cy.send(text);
  await ada.open("general");
  await ada.sees("buy that");
  await ada.send("Hello, all of you");
  await ada.page.getByRole("button", { name: "Actions for Cy" }).click();
  await ada.page.getByRole("menuitem", { name: "Ban from channel" }).click();
  const dialog = ada.page.getByRole("alertdialog");
  await expect(dialog.getByLabel("Delete what they wrote here")).toHaveValue("nothing");
  await dialog.getByLabel("Delete what they wrote here").selectOption({ label: "In the last hour" });
  await ada.shot("leaving-flood");
  await dialog.getByRole("button", { name: "Ban" }).click();
  await expect(ada.page.getByText("2 messages were deleted.")).toBeVisible();
  for (const text of ["buy this", "buy that"]) await expect(ada.message(text)).toHaveCount(0);
  await ada.sees("Hello, all of you");
  await cy.context.close();
});

test("a channel that was just made has its name at once, and its last member is told what leaving means", async () => {
  const { page } = ada;
  await page.evaluate(() => {
    const seen: string[] = [];
    Object.assign(window, { seen });
    new MutationObserver(() => {
      const head = document.querySelector("h1")?.textContent ?? "";
      if (seen.at(-1) !== head) seen.push(head);
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
  });
  // Its settings come by a request of their own, after the stream's first word of it.
  const read = page.waitForResponse((answer) => /\/channels\/[^/]+$/.test(answer.url()));
  await ada.createChannel("diary", { private: true });
  await read;
  await ada.send("To myself");
  await ada.sees("To myself");
  const heads = await page.evaluate(() => (window as unknown as { seen: string[] }).seen);
  expect(heads.at(-1)).toBe("diary");
  expect(heads.filter((head) => head.startsWith("!"))).toEqual([]);

  const leaving = async () => {
    await page.getByRole("button", { name: "Conversation options" }).click();
    await page.getByRole("menuitem", { name: "Leave channel" }).click();
    return page.getByRole("alertdialog");
  };
  const dialog = await leaving();
  await expect(dialog).toContainText("You are its last member");
  await ada.shot("leaving-last");
  await dialog.getByRole("button", { name: "Cancel" }).click();
  // Where anybody may come back, it is not.
  await ada.open("general");
  await expect(await leaving()).toContainText("You stop receiving its messages.");
  await page.keyboard.press("Escape");
  await expect(dialog).toHaveCount(0);
});
