// One's own data as a file, and the end of an account.

import { readFileSync } from "node:fs";
import { expect, test } from "@playwright/test";
import { PASSWORD, type Person } from "./person";
import { Server } from "./server";
import { together } from "./together";

const server = new Server();
let ada: Person;
let bo: Person;

together(server, "general", (first, second) => {
  ada = first;
  bo = second;
});

const account = async () => {
  await bo.page.getByRole("button", { name: "Your account" }).click();
  await bo.page.getByRole("menuitem", { name: "Settings" }).click();
  await bo.page.getByRole("tab", { name: "Account" }).click();
};

test("one's own data is a file, with what one wrote", async () => {
  const { page } = bo;
  await bo.send("A word of mine");
  await ada.sees("A word of mine");
  await account();
  const downloading = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download your data" }).click();
  const download = await downloading;
  expect(download.suggestedFilename()).toBe("loggia-bo.json");
  const data = JSON.parse(readFileSync(await download.path(), "utf8"));
  expect(data.user.username).toBe("bo");
  expect(data.channels.map(({ name }: { name: string }) => name)).toEqual(["general"]);
  expect(JSON.stringify(data.messages)).toContain("A word of mine");
  await bo.shot("account-settings");
});

test("the password is changed, also after a wrong one", async () => {
  const { page } = bo;
  await page.reload();
  await account();
  const settings = page.getByTestId("settings");
  const change = async (current: string) => {
    await settings.getByLabel("Current password").first().fill(current);
    await settings.getByLabel("New password").fill(`${PASSWORD} again`);
    await settings.getByRole("button", { name: "Change password" }).click();
  };
  await change("not the password");
  await expect(settings).toContainText("password is wrong");
  await change(PASSWORD);
  await expect(page.getByText("Password changed")).toBeVisible();
  await expect(settings).not.toContainText("password is wrong");
  for (const name of ["Your data", "Delete your account"])
    await expect(settings.getByRole("heading", { name })).toBeVisible();
});

test("the account is deleted with the password, after a question, and not with another", async () => {
  const { page } = bo;
  await ada.message("A word of mine").getByRole("button", { name: "Bo" }).first().click();
  const profile = ada.page.getByTestId("profile");
  await expect(profile.getByRole("button", { name: "Message" })).toBeVisible();
  await page.reload();
  await account();
  const form = page.getByRole("form", { name: "Delete your account" });
  const end = async (password: string) => {
    await form.getByLabel("Current password").fill(password);
    await form.getByRole("button", { name: "Delete your account" }).click();
    await expect(page.getByRole("alertdialog", { name: /^Delete the account @bo:/ })).toBeVisible();
  };
  await end("not the password");
  await bo.shot("account-sure");
  await page.getByRole("button", { name: "Delete for good" }).click();
  await expect(form).toContainText("password is wrong");
  await end(`${PASSWORD} again`);
  await page.getByRole("alertdialog").getByRole("button", { name: "Cancel" }).click();
  await end(`${PASSWORD} again`);
  await page.getByRole("button", { name: "Delete for good" }).click();
  await expect(page.getByRole("heading", { name: /^Sign in to/ })).toBeVisible();
  await expect(page.getByText("Your account is deleted.")).toBeVisible();
  await expect(profile).toContainText("This account was deleted.");
  await expect(profile.getByRole("button", { name: /Message|Block/ })).toHaveCount(0);
  await page.getByLabel("Username").fill("bo");
  await page.getByLabel("Password").fill(`${PASSWORD} again`);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByRole("alert")).toBeVisible();
});
