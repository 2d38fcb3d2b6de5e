// Messages that members report: who learns of it, and what they do about it.

import { type Browser, expect, test } from "@playwright/test";
import { looksAt } from "./looks";
import { openPart, Person } from "./person";
import { Server } from "./server";

const server = new Server();
/** Administers the server, and is not in the channel. */
let ada: Person;
/** Owns the channel. */
let bo: Person;
let cy: Person;
/** Writes what others report. */
let dee: Person;

const PILLS = "Cheap pills at pills.test";
const INSULT = "You are all fools";
const row = ({ page }: Person) => page.getByTestId("reports-row");
const list = ({ page }: Person) => page.getByTestId("reports");
const report = (person: Person, text: string) => list(person).getByTestId("report").filter({ hasText: text });
const tab = (person: Person, name: string) => list(person).getByRole("tab", { name });

async function looks(person: Person, name: string): Promise<void> {
  const { page } = person;
  await looksAt(page, { widths: [1280, 360], height: 860 }, async (width, colorScheme) => {
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(overflow).toBeLessThanOrEqual(0);
    await person.shot(`${name}-${String(width)}-${colorScheme}`);
  });
}

test.describe.configure({ mode: "serial" });

test.beforeAll(async ({ browser }: { browser: Browser }) => {
  await server.start();
  ada = await Person.registered(browser, server, "ada");
  bo = await Person.registered(browser, server, "bo");
  cy = await Person.registered(browser, server, "cy");
  dee = await Person.registered(browser, server, "dee");
  await bo.createChannel("orchard");
  await cy.joinFromDirectory("orchard");
  await dee.joinFromDirectory("orchard");
  await server.makeAdministrator("ada");
  for (const person of [ada, bo, cy, dee]) await person.page.reload();
});

test.afterAll(async () => {
  for (const person of [ada, bo, cy, dee]) await person?.context.close();
  await server.stop();
});

test.afterEach(() => {
  for (const person of [ada, bo, cy, dee]) expect(person?.complaints ?? []).toEqual([]);
});

test("a member reports a message, and those who see to it learn at once", async () => {
  await dee.send(PILLS);
  await dee.send(INSULT);
  await cy.sees(INSULT);
  await expect(row(ada)).toHaveText("Reports");
  await expect(row(bo)).toHaveText("Reports");
  await expect(row(cy)).toHaveCount(0);

  await cy.act(PILLS, "Report…");
  const dialog = cy.page.getByTestId("report-message");
  await expect(dialog).toContainText(PILLS);
  await expect(dialog.getByTestId("report-readers")).toContainText("the moderators of this channel");
  await dialog.getByLabel("Reason").fill("Spam.\nNot the first time.");
  await looks(cy, "report-message");
  await dialog.getByRole("button", { name: "Report", exact: true }).click();
  await expect(cy.page.getByText("Thank you. The message is reported.")).toBeVisible();
  await expect(dialog).toHaveCount(0);

  await expect(row(ada)).toContainText("1 open report");
  await expect(row(bo)).toContainText("1 open report");
  await expect(row(cy)).toHaveCount(0);
  // One does not report oneself.
  await dee.message(PILLS).hover();
  await dee.message(PILLS).getByRole("button", { name: "More actions" }).click();
  await expect(dee.page.getByRole("menuitem", { name: "Copy text" })).toBeVisible();
  await expect(dee.page.getByRole("menuitem", { name: "Report…" })).toHaveCount(0);
  await dee.page.keyboard.press("Escape");
});

test("a moderator sees what was reported, not by whom", async () => {
  await row(bo).click();
  const seen = report(bo, PILLS);
  await expect(seen).toContainText("Dee");
  await expect(seen).toContainText("#orchard");
  await expect(seen).toContainText("Not the first time.");
  await expect(seen).toContainText("Reported by somebody,");
  await expect(seen).not.toContainText("Cy");
  await looks(bo, "reports-moderator");
  // What is opened from it lies over it.
  await seen.getByRole("button", { name: "Profile of Dee" }).click();
  await expect(bo.page.getByTestId("profile").getByRole("button", { name: "Ban" })).toBeVisible();
  await bo.page.keyboard.press("Escape");
  await expect(bo.page.getByTestId("profile")).toHaveCount(0);
  await expect(seen).toBeVisible();
  await seen.getByRole("button", { name: "Go to message by Dee" }).click();
  await expect(list(bo)).toHaveCount(0);
  await expect(bo.message(PILLS)).toHaveAttribute("data-flash", "true");
});

test("an administrator deletes a message of a channel that they are not in", async () => {
  await row(ada).click();
  const first = report(ada, PILLS);
  await expect(first).toContainText("Reported by Cy");
  await expect(first.getByRole("button", { name: "Go to message" })).toHaveCount(0);
  // Another one comes while the list is open; its author is to be blocked as well.
  await cy.act(INSULT, "Report…");
  const dialog = cy.page.getByTestId("report-message");
  await dialog.getByRole("switch", { name: "Block Dee, too" }).click();
  await dialog.getByRole("button", { name: "Report", exact: true }).click();
  await expect(cy.page.getByTestId("blocked-line")).toBeVisible();
  await expect(list(ada).getByTestId("report")).toHaveCount(2);
  await expect(list(ada).getByTestId("report").first()).toContainText(INSULT);
  await looks(ada, "reports-administrator");

  await first.getByRole("button", { name: "Delete message by Dee" }).click();
  const sure = ada.page.getByRole("alertdialog", { name: "Delete this message?" });
  await expect(sure).toContainText(PILLS);
  await sure.getByLabel("Reason").fill("It is spam.");
  await ada.shot("reports-delete");
  await sure.getByRole("button", { name: "Delete" }).click();
  await expect(bo.message(PILLS)).toHaveCount(0);
  await expect(first).toHaveCount(0);
  await expect(row(bo)).toContainText("1 open report");
});

test("a report is closed, and opened again", async () => {
  const close = report(ada, INSULT).getByRole("button", { name: "Close report about Dee" });
  await close.press("Enter");
  await expect(ada.page.getByText("The report is closed.")).toBeVisible();
  await expect(list(ada)).toContainText("No report is open.");
  await expect(list(ada).getByRole("heading", { name: "Reports" })).toBeFocused();
  await expect(row(ada)).toHaveText("Reports");
  await expect(row(bo)).toHaveText("Reports");
  await looks(ada, "reports-none");

  await tab(ada, "Closed").click();
  const gone = list(ada).getByTestId("report").filter({ hasText: "Not the first time." });
  await expect(gone).toContainText("This message was deleted.");
  await expect(gone).toContainText("Closed by Ada");
  const closed = list(ada).getByTestId("report").filter({ hasNotText: "Not the first time." });
  await expect(closed).toContainText("Closed by Ada");
  // She is not in the channel, and there is nothing more to do.
  await expect(report(ada, INSULT)).toHaveCount(0);
  await looks(ada, "reports-closed");
  await closed.getByRole("button", { name: "Open again" }).click();
  await expect(closed).toHaveCount(0);
  await tab(ada, "Open").click();
  await expect(report(ada, INSULT)).toBeVisible();
  await expect(row(bo)).toContainText("1 open report");
});

test("what a moderator closes is open for administrators", async () => {
  await row(bo).click();
  await report(bo, INSULT).getByRole("button", { name: "Close report about Dee" }).click();
  await expect(list(bo)).toContainText("No report is open.");
  await expect(row(bo)).toHaveText("Reports");
  await expect(report(ada, INSULT)).toContainText("Closed for the moderators by Bo");
  await tab(bo, "Closed").click();
  await expect(list(bo).getByTestId("report")).toHaveCount(2);
  // Only an administrator opens what one has closed.
  await expect(list(bo).getByRole("button", { name: /^Open again/ })).toHaveCount(1);
  await report(bo, INSULT).getByRole("button", { name: "Delete message by Dee" }).click();
  const sure = bo.page.getByRole("alertdialog", { name: "Delete this message?" });
  await expect(sure.getByLabel("Reason")).toHaveCount(0);
  await sure.getByRole("button", { name: "Delete" }).click();
  await expect(report(ada, "This message was deleted.")).toHaveCount(1);
  await bo.page.keyboard.press("Escape");
  await expect(list(bo)).toHaveCount(0);
  await expect(bo.message(INSULT)).toHaveCount(0);
});

test("who becomes a moderator sees to reports from then on", async () => {
  await expect(row(cy)).toHaveCount(0);
  await openPart(bo.page, "Members");
  await bo.page.getByRole("button", { name: "Actions for Cy" }).click();
  await bo.page.getByRole("menuitem", { name: "Make moderator" }).click();
  await expect(row(cy)).toHaveText("Reports");
});
