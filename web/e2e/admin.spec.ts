// The administrator's page: facts, people and what they may do, invite codes, channels, other servers.

import { type Browser, expect, test } from "@playwright/test";
import { PASSWORD, Person } from "./person";
import { Server } from "./server";

const server = new Server();
let ada: Person;
let bo: Person;

test.describe.configure({ mode: "serial" });

test.beforeAll(async ({ browser }: { browser: Browser }) => {
  await server.start();
  ada = await Person.registered(browser, server, "ada");
  bo = await Person.registered(browser, server, "bo");
  await bo.createChannel("orchard");
  await bo.send("A word that is nobody else's business");
});

test.afterAll(async () => {
  await ada?.context.close();
  await bo?.context.close();
  await server.stop();
});

test.afterEach(() => expect(ada?.complaints ?? []).toEqual([]));

test("is not there for others", async () => {
  await ada.page.getByRole("button", { name: "Your account" }).click();
  await expect(ada.page.getByRole("menuitem", { name: "Settings" })).toBeVisible();
  await expect(ada.page.getByRole("menuitem", { name: "Administration" })).toHaveCount(0);
  await ada.page.keyboard.press("Escape");
});

test("shows the server and its people", async () => {
  await server.makeAdministrator("ada");
  const { page } = ada;
  await page.reload();
  await page.getByRole("button", { name: "Your account" }).click();
  await page.getByRole("menuitem", { name: "Administration" }).click();
  await expect(page.getByRole("tabpanel")).toContainText("Anybody may register");
  await expect(page.getByRole("definition").filter({ hasText: "0 files" })).toBeVisible();
  await ada.shot("admin-server");
  await page.getByRole("tab", { name: "People" }).click();
  await expect(page.getByTestId("admin-person")).toHaveCount(2);
  await expect(page.getByTestId("admin-person").filter({ hasText: "@ada:" })).toContainText("Administration");
  await page.getByRole("searchbox", { name: "Search people" }).fill("bo");
  await expect(page.getByTestId("admin-person")).toHaveCount(1);
  await ada.shot("admin-people");
});

test("gives somebody the administration, and takes it back, at once", async () => {
  const { page } = ada;
  await page.getByRole("button", { name: "Actions for Bo" }).click();
  await page.getByRole("menuitem", { name: "Make an administrator" }).click();
  await expect(page.getByTestId("admin-person").filter({ hasText: "@bo:" })).toContainText("Administration");
  await bo.page.getByRole("button", { name: "Your account" }).click();
  await expect(bo.page.getByRole("menuitem", { name: "Administration" })).toBeVisible();
  await bo.page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Actions for Bo" }).click();
  await page.getByRole("menuitem", { name: "Take the administration away" }).click();
  await expect(page.getByTestId("admin-person").filter({ hasText: "@bo:" })).not.toContainText(
    "Administration",
  );
  await bo.page.getByRole("button", { name: "Your account" }).click();
  await expect(bo.page.getByRole("menuitem", { name: "Settings" })).toBeVisible();
  await expect(bo.page.getByRole("menuitem", { name: "Administration" })).toHaveCount(0);
  await bo.page.keyboard.press("Escape");
});

test("keeps somebody out, at once, and lets them in again; the last administrator stays", async () => {
  const { page } = ada;
  await page.getByRole("button", { name: "Actions for Bo" }).click();
  await page.getByRole("menuitem", { name: "Keep from signing in" }).click();
  await page
    .getByRole("alertdialog", { name: "Keep Bo from signing in?" })
    .getByRole("button", { name: "Keep from signing in" })
    .click();
  await expect(page.getByTestId("admin-person").filter({ hasText: "@bo:" })).toContainText("kept out");
  await bo.page.getByLabel("Username").fill("bo");
  await bo.page.getByLabel("Password").fill(PASSWORD);
  await bo.page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(bo.page.getByText(/keeps this account from signing in/)).toBeVisible();
  await page.getByRole("button", { name: "Actions for Bo" }).click();
  await page.getByRole("menuitem", { name: "Let sign in again" }).click();
  await expect(page.getByTestId("admin-person").filter({ hasText: "@bo:" })).not.toContainText("kept out");
  await bo.signIn();
  await page.getByRole("searchbox", { name: "Search people" }).fill("ada");
  await expect(page.getByTestId("admin-person")).toHaveCount(1);
  await page.getByRole("button", { name: "Actions for Ada" }).click();
  await page.getByRole("menuitem", { name: "Take the administration away" }).click();
  await expect(page.getByText("Somebody has to be left to administer this server.")).toBeVisible();
});

test("gives somebody who forgot their password another, shown once", async ({ browser }) => {
  const { page } = ada;
  const eve = await Person.registered(browser, server, "eve");
  await page.getByRole("searchbox", { name: "Search people" }).fill("eve");
  await page.getByRole("button", { name: "Actions for Eve" }).click();
  await page.getByRole("menuitem", { name: "Give a new password…" }).click();
  await page.getByRole("button", { name: "Make a password" }).click();
  const shown = page.getByTestId("new-password");
  const password = await shown.locator("code").innerText();
  expect(password).toMatch(/^[a-z2-9]{16}$/);
  await ada.shot("admin-new-password");
  expect(await ada.copied(() => shown.getByRole("button", { name: "Copy" }).click())).toBe(password);
  await page.keyboard.press("Escape");
  await expect(shown).toHaveCount(0);
  // Her session is over, and the password works.
  await expect(eve.page.getByRole("button", { name: "Sign in" })).toBeVisible();
  await eve.page.getByLabel("Username").fill("eve");
  await eve.page.getByLabel("Password").fill(password);
  await eve.page.getByRole("button", { name: "Sign in" }).click();
  await expect(eve.page.locator("nav.sidebar")).toBeVisible();
  await eve.context.close();
  await page.getByRole("tab", { name: "Record" }).click();
  await expect(page.getByTestId("admin-act").first()).toContainText("set a password for @eve:");
});

test("lists channels by their figures, and other servers", async () => {
  const { page } = ada;
  await page.getByRole("tab", { name: "Channels" }).click();
  await expect(page.getByTestId("admin-channel")).toContainText("orchard");
  await expect(page.getByTestId("admin-channel")).toContainText("1 member");
  await expect(page.getByRole("dialog")).not.toContainText("nobody else's business");
  await ada.shot("admin-channels");
  await page.getByRole("tab", { name: "Other servers" }).click();
  await expect(page.getByText("This server has met no others.")).toBeVisible();
});

test("makes an invite code that lets somebody in, and takes one back", async ({ browser }) => {
  const { page } = ada;
  await page.getByRole("tab", { name: "Invite codes" }).click();
  await expect(page.getByText("There are no invite codes.")).toBeVisible();
  await page.getByRole("spinbutton", { name: "Uses" }).fill("2");
  const create = page.getByRole("button", { name: "Create a code" });
  await create.press("Enter");
  await expect(page.getByTestId("invite")).toContainText("2 uses left");
  await expect(page.getByText("An invite code was created.")).toBeVisible();
  await expect(create).toBeFocused();
  const code = await page.getByTestId("invite").locator("code").innerText();
  for (const width of [1440, 360]) {
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 800 });
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(overflow).toBeLessThanOrEqual(0);
      await ada.shot(`admin-invites-${width}-${colorScheme}`);
    }
  }
  await server.kill();
  await server.start({ LOGGIA_ACCOUNTS__REGISTRATION: "invite" });
  const chi = await Person.at(browser, server, "chi");
  await chi.page.getByRole("button", { name: "Create account" }).click();
  await chi.page.getByLabel("Username").fill("chi");
  await chi.page.getByLabel("Password").fill(PASSWORD);
  await chi.page.getByLabel("Invite code").fill(code);
  await chi.page.getByRole("button", { name: "Create account" }).click();
  await expect(chi.page.getByRole("heading", { name: /Welcome/ })).toBeVisible();
  await chi.context.close();
  // The same as a link: the page that it opens asks for no code.
  const link = await ada.copied(() =>
    page.getByRole("button", { name: `Copy the link with ${code}` }).click(),
  );
  expect(link).toBe(`${server.url}/#/invite/${code}`);
  const dee = await Person.at(browser, server, "dee");
  await dee.page.goto(link);
  await expect(dee.page.getByLabel("Invite code")).toHaveValue(code);
  await dee.shot("admin-invited");
  await dee.page.getByLabel("Username").fill("dee");
  await dee.page.getByLabel("Password").fill(PASSWORD);
  await dee.page.getByRole("button", { name: "Create account" }).click();
  await expect(dee.page.getByRole("heading", { name: /Welcome/ })).toBeVisible();
  expect(dee.page.url()).not.toContain(code);
  await dee.context.close();
  await page.getByRole("button", { name: `Revoke ${code}` }).press("Enter");
  await expect(page.getByText("There are no invite codes.")).toBeVisible();
  await expect(page.getByText(`The code ${code} was revoked.`)).toBeVisible();
  await expect(page.getByRole("dialog").getByRole("heading", { level: 2 })).toBeFocused();
});
