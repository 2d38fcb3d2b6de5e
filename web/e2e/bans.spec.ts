// A moderator puts people out from where they are met: by a message, by a face, by an address.

import { expect, test } from "@playwright/test";
import { Person } from "./person";
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

const sure = () => ada.page.getByRole("alertdialog");

const log = () =>
  ada.page.evaluate(async () => {
    const answer = await fetch(`/api/v1/channels/${location.hash.split("/")[2] ?? ""}/log`);
    return answer.text();
  });

test("whoever wrote and has left is banned by their face, with a reason", async ({ browser }) => {
  const { page } = ada;
  const cy = await Person.registered(browser, server, "cy");
  await cy.page.getByRole("button", { name: "Join general" }).click();
  await cy.expectChannel("general");
  await cy.send("cheap watches");
  await ada.sees("cheap watches");
  await cy.page.getByRole("button", { name: "Conversation options" }).click();
  await cy.page.getByRole("menuitem", { name: "Leave channel" }).click();
  await cy.page.getByRole("alertdialog").getByRole("button", { name: "Leave" }).click();
  await expect(cy.nav("general")).toHaveCount(0);
  await page.getByRole("button", { name: "Cy", exact: true }).click();
  const profile = page.getByTestId("profile");
  await expect(profile.getByRole("button", { name: "Ban from channel" })).toBeVisible();
  await expect(profile.getByRole("button", { name: "Remove from channel" })).toHaveCount(0);
  await ada.shot("bans-profile");
  await profile.getByRole("button", { name: "Ban from channel" }).click();
  await sure().getByLabel("Reason").fill("Sells watches");
  // As of a spreadsheet: the log takes one line without a tab in it.
  await sure()
    .getByLabel("Reason")
    .evaluate(
      (field: HTMLInputElement) => document.execCommand("insertText", false, "\tand clocks") && field.value,
    );
  await ada.shot("bans-reason");
  await sure().getByRole("button", { name: "Ban from channel" }).click();
  await expect(page.getByText("Cy was banned.")).toBeVisible();
  expect(await log()).toContain("Sells watches and clocks");
  await cy.context.close();
});

test("a message's menu puts its author out, for those who may", async () => {
  await bo.send("a word too many");
  await ada.sees("a word too many");
  await ada.message("a word too many").hover();
  await ada.message("a word too many").getByRole("button", { name: "More actions" }).click();
  await expect(ada.page.getByRole("menuitem", { name: "Ban from channel" })).toBeVisible();
  await ada.shot("bans-message");
  await ada.page.keyboard.press("Escape");
  await ada.send("from the owner");
  await bo.sees("from the owner");
  await bo.message("from the owner").hover();
  await bo.message("from the owner").getByRole("button", { name: "More actions" }).click();
  await expect(bo.page.getByRole("menuitem", { name: "Copy text" })).toBeVisible();
  await expect(bo.page.getByRole("menuitem", { name: /from channel/ })).toHaveCount(0);
  await bo.page.keyboard.press("Escape");
  await ada.act("a word too many", "Remove from channel");
  await sure().getByRole("button", { name: "Remove from channel" }).click();
  await expect(ada.page.getByText("Bo was removed.")).toBeVisible();
  await expect(bo.nav("general")).toHaveCount(0);
  const told = bo.page.getByTestId("ending-note");
  await expect(told).toContainText("general");
  await told.getByRole("button", { name: "Dismiss" }).focus();
  await bo.page.keyboard.press("Enter");
  await expect(told).toHaveCount(0);
  await expect(bo.page.locator("body")).not.toBeFocused();
});

test("an address is banned, whether or not somebody of it was here", async ({ browser }) => {
  const { page } = ada;
  const dee = await Person.registered(browser, server, "dee");
  await ada.channelSettings("Bans");
  const settings = page.getByTestId("channel-settings");
  await expect(settings.getByText("Cy", { exact: true })).toBeVisible();
  const field = settings.getByLabel("Ban an address");
  await field.fill("not an address");
  await field.press("Enter");
  await expect(settings.getByText("That is not an address")).toBeVisible();
  await ada.shot("bans-list");
  await field.fill("@dee");
  await field.press("Enter");
  await sure().getByRole("button", { name: "Ban from channel" }).click();
  await expect(settings.getByText("@dee:loggia.localhost")).toBeVisible();
  await expect(field).toHaveValue("");
  await dee.context.close();
});
