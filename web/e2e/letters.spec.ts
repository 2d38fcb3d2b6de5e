// E-mail: an address in the settings, and a new password for somebody who forgot theirs.

import { expect, test } from "@playwright/test";
import { Letters } from "./letters";
import { Person } from "./person";
import { Server } from "./server";

const server = new Server();
const letters = new Letters();

test.beforeAll(async () => {
  await server.start(await letters.start());
});

test.afterAll(async () => {
  await server.stop();
  letters.stop();
});

test("an address is confirmed, and a forgotten password replaced", async ({ browser }) => {
  const ada = await Person.registered(browser, server, "ada");
  const { page } = ada;
  await page.getByRole("button", { name: "Your account" }).click();
  await page.getByRole("menuitem", { name: "Settings" }).click();
  await page.getByRole("tab", { name: "Notifications" }).click();
  await page.getByLabel("E-mail address").fill("ada@example.org");
  await page.getByRole("button", { name: "Confirm" }).click();
  await expect(page.getByText("A letter is on its way to ada@example.org.")).toBeVisible();
  await page.goto(`${server.url}${await letters.nextLink()}`);
  await page.getByRole("button", { name: "Confirm" }).click();
  await expect(page.getByText("The address is confirmed.")).toBeVisible();
  await page.getByRole("button", { name: "Go to Loggia" }).click();
  await expect(page.getByRole("navigation", { name: "Conversations" })).toBeAttached();

  const other = await Person.at(browser, server, "ada");
  await other.page.getByRole("button", { name: "Forgot your password?" }).click();
  await other.page.getByLabel("Username or e-mail address").fill("ada@example.org");
  await other.page.getByRole("button", { name: "Send the letter" }).click();
  await expect(other.page.getByText("a letter is on its way")).toBeVisible();
  await other.shot("letters-asked");
  await other.page.goto(`${server.url}${await letters.nextLink()}`);
  await other.page.getByLabel("New password").fill("another password");
  await other.page.getByRole("button", { name: "Choose a new password" }).click();
  await expect(other.page.getByText("The password is set.")).toBeVisible();
  await other.page.getByRole("button", { name: "Go to Loggia" }).click();
  await other.page.getByLabel("Username").fill("ada");
  await other.page.getByLabel("Password").fill("another password");
  await other.page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(other.page.getByRole("navigation", { name: "Conversations" })).toBeAttached();
  // Her other device is signed out.
  await expect(page.getByRole("button", { name: "Sign in", exact: true })).toBeVisible();
  expect([...ada.complaints, ...other.complaints]).toEqual([]);
});
