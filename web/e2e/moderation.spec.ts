// What an administrator does to others: a message, a channel, an account; and the record of it.

import { type Browser, expect, test } from "@playwright/test";
import { Person } from "./person";
import { Server } from "./server";

const server = new Server();
let ada: Person;
let bo: Person;
let cy: Person;

const act = (text: string | RegExp) => ada.page.getByTestId("admin-act").filter({ hasText: text });
const tab = (name: string) => ada.page.getByRole("tab", { name });

async function administration(): Promise<void> {
  await ada.page.getByRole("button", { name: "Your account" }).click();
  await ada.page.getByRole("menuitem", { name: "Administration" }).click();
}

test.describe.configure({ mode: "serial" });

test.beforeAll(async ({ browser }: { browser: Browser }) => {
  await server.start();
  ada = await Person.registered(browser, server, "ada");
  bo = await Person.registered(browser, server, "bo");
  cy = await Person.registered(browser, server, "cy");
  await bo.createChannel("orchard");
  await ada.joinFromDirectory("orchard");
  await server.makeAdministrator("ada");
  for (const person of [ada, bo, cy]) await person.page.reload();
});

test.afterAll(async () => {
  for (const person of [ada, bo, cy]) await person?.context.close();
  await server.stop();
});

test.afterEach(() => expect(ada?.complaints ?? []).toEqual([]));

test("a message goes, for everybody, though the administrator is no moderator", async () => {
  await bo.send("nothing wrong with this");
  await bo.send("this must not stand here");
  await ada.sees("this must not stand here");
  await ada.act("this must not stand here", "Delete as administrator");
  const dialog = ada.page.getByRole("alertdialog", { name: "Delete this message?" });
  await expect(dialog).toContainText("this must not stand here");
  await dialog.getByLabel("Reason").fill("It is\tagainst the law.");
  await ada.shot("moderation-message");
  await dialog.getByRole("button", { name: "Delete" }).click();
  for (const person of [ada, bo]) {
    await expect(person.message("this must not stand here")).toHaveCount(0);
    await person.sees("nothing wrong with this");
  }
  // One's own is deleted as ever, without a reason.
  await ada.send("a slip of mine");
  await ada.act("a slip of mine", "Delete");
  const own = ada.page.getByRole("alertdialog");
  await expect(own).toBeVisible();
  await expect(own.getByLabel("Reason")).toHaveCount(0);
  await ada.page.keyboard.press("Escape");
  await expect(own).toHaveCount(0);
  // Nobody else has it.
  await bo.message("a slip of mine").hover();
  await bo.message("a slip of mine").getByRole("button", { name: "More actions" }).click();
  await expect(bo.page.getByRole("menuitem", { name: "Copy text" })).toBeVisible();
  await expect(bo.page.getByRole("menuitem", { name: "Delete as administrator" })).toHaveCount(0);
  await bo.page.keyboard.press("Escape");
});

test("a channel gets another owner", async () => {
  const { page } = ada;
  await administration();
  await tab("Channels").click();
  await page.getByRole("button", { name: "Actions for orchard" }).click();
  await page.getByRole("menuitem", { name: "Give it another owner" }).click();
  const dialog = page.getByTestId("hand-over");
  await expect(dialog.getByRole("button", { name: "Make the owner" })).toBeDisabled();
  await dialog.getByRole("combobox").fill("cy");
  await dialog.getByRole("option", { name: /Cy/ }).click();
  await dialog.getByLabel("Reason").fill("Bo has moved on.");
  await ada.shot("moderation-owner");
  await dialog.getByRole("button", { name: "Make the owner" }).click();
  await expect(page.getByText("orchard has another owner.")).toBeVisible();
  await expect(dialog).toHaveCount(0);
  // Who was not in it is, and owns it.
  await cy.open("orchard");
  await cy.channelSettings("Permissions");
  await cy.page.keyboard.press("Escape");
});

test("an account goes", async () => {
  const { page } = ada;
  await cy.startDm(bo);
  await cy.send("Shall we meet?");
  const dot = cy.page.locator(".conversation-head .avatar-dot");
  await expect(dot).toHaveAttribute("data-online", "true");
  await tab("People").click();
  await page.getByRole("button", { name: "Actions for Ada" }).click();
  await expect(page.getByRole("menuitem", { name: "Take the administration away" })).toBeVisible();
  await expect(page.getByRole("menuitem", { name: "Delete the account" })).toHaveCount(0);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Actions for Bo" }).click();
  await page.getByRole("menuitem", { name: "Delete the account" }).click();
  const dialog = page.getByRole("alertdialog", { name: "Delete Bo's account?" });
  await ada.shot("moderation-account");
  await dialog.getByRole("button", { name: "Delete the account" }).click();
  await expect(page.getByText("Bo's account is deleted.")).toBeVisible();
  await expect(page.getByTestId("admin-person")).toHaveCount(2);
  await expect(bo.page.getByLabel("Password")).toBeVisible();
  // Who wrote to them sees at once that nobody is there any more, and what was said.
  await expect(cy.page.getByTestId("no-post")).toContainText("This account was deleted.");
  await expect(dot).not.toHaveAttribute("data-online", "true");
  await expect(cy.composer).toHaveCount(0);
  await cy.sees("Shall we meet?");
  await cy.shot("moderation-forsaken");
});

test("the record tells of all of it", async () => {
  const { page } = ada;
  await tab("Record").click();
  await expect(page.getByTestId("admin-act")).toHaveCount(4);
  await expect(act(/@ada:\S+ deleted the account @bo:/)).toBeVisible();
  await expect(act(/@ada:\S+ made @cy:\S+ the owner of orchard\./)).toContainText("Bo has moved on.");
  await expect(act(/@ada:\S+ deleted a message of @bo:\S+ in orchard\./)).toContainText(
    "It is against the law.",
  );
  await expect(act("Somebody with the operator's commands made @ada:")).toBeVisible();
  for (const width of [1440, 360]) {
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 800 });
      await ada.shot(`moderation-record-${String(width)}-${colorScheme}`);
    }
  }
});
