// Somebody of another server is kept off this one: from the administrator's page and from their profile.

import { type Browser, expect, test } from "@playwright/test";
import { Pair } from "./pair";
import { Person } from "./person";

const pair = new Pair();
let ann: Person;
let eve: Person;

test.describe.configure({ mode: "serial" });

test.beforeAll(async ({ browser }: { browser: Browser }) => {
  await pair.start();
  ann = await Person.registered(browser, pair.a, "ann");
  eve = await Person.registered(browser, pair.b, "eve");
  await pair.a.makeAdministrator("ann");
  await ann.page.reload();
  await ann.createChannel("garden");
  await ann.send("Welcome to the garden");
  await joins();
  await eve.sees("Welcome to the garden");
  await eve.send("Buy my seeds");
  await ann.sees("Buy my seeds");
});

test.afterAll(async () => {
  await ann?.context.close();
  await eve?.context.close();
  await pair.stop();
});

async function joins(): Promise<void> {
  const { page } = eve;
  await page.getByRole("button", { name: "Browse channels" }).first().click();
  await page.getByRole("textbox", { name: "Server" }).fill("a.test");
  await page.getByRole("button", { name: "Join garden" }).click();
}

test("from the profile, which says so", async () => {
  const { page } = ann;
  await ann.message("Buy my seeds").getByRole("button", { name: "Eve", exact: true }).first().click();
  const profile = page.getByTestId("profile");
  await profile.getByRole("button", { name: "Keep off this server" }).click();
  const dialog = page.getByRole("alertdialog");
  await dialog.getByRole("textbox", { name: "Reason" }).fill("Sells seeds");
  await dialog.getByRole("button", { name: "Keep off this server" }).click();
  await expect(profile).toContainText("Kept off this server");
  await expect(profile.getByRole("button", { name: "Readmit" })).toBeVisible();
  await ann.shot("exclusions-profile");
  await page.keyboard.press("Escape");
  // She is out of the channel, and told why she can't come back.
  await expect(eve.nav("garden")).toHaveCount(0);
  await joins();
  await expect(eve.page.getByText("kept off the server by its administrators").first()).toBeVisible();
  await eve.page.keyboard.press("Escape");
});

test("the list, by address, and lifting it", async () => {
  const { page } = ann;
  await page.getByRole("button", { name: "Your account" }).click();
  await page.getByRole("menuitem", { name: "Administration" }).click();
  await page.getByRole("tab", { name: "Kept off" }).click();
  const rows = page.getByTestId("exclusion");
  await expect(rows).toHaveCount(1);
  await expect(rows).toContainText("@eve:b.test");
  await expect(rows).toContainText("Sells seeds");
  const whom = page.getByRole("textbox", { name: "Whom" });
  const keepOff = page.getByRole("button", { name: "Keep off this server" });
  await whom.fill("mallory");
  await keepOff.click();
  await expect(page.getByRole("tabpanel")).toContainText("Give the whole address");
  const confirm = page.getByRole("alertdialog").getByRole("button", { name: "Keep off this server" });
  await whom.fill("@ann:a.test");
  await keepOff.click();
  await confirm.click();
  await expect(page.getByText("This account is of this server").first()).toBeVisible();
  await whom.fill("@Mallory:b.test");
  await keepOff.click();
  await confirm.click();
  await expect(rows).toHaveCount(2);
  await expect(rows.first()).toContainText("@mallory:b.test");
  await ann.shot("exclusions-list");
  await page.getByRole("button", { name: "Readmit Eve" }).click();
  await expect(rows).toHaveCount(1);
  await page.getByRole("tab", { name: "Record" }).click();
  await expect(page.getByTestId("admin-act").first()).toContainText("@ann:a.test readmitted @eve:b.test.");
  await page.keyboard.press("Escape");
  await joins();
  await eve.expectChannel("garden");
});
