// Back takes away what was opened last, on a phone and on a desk; what is closed by its button leaves no step behind.

import { type Browser, type BrowserContextOptions, expect, test } from "@playwright/test";
import { Person } from "./person";
import { Server } from "./server";

const server = new Server();
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

test.beforeAll(() => server.start());
test.afterAll(() => server.stop());

async function withThread(browser: Browser, name: string, options: BrowserContextOptions): Promise<Person> {
  const person = await Person.registered(browser, server, name, options);
  await person.createChannel(`of-${name}`);
  await person.send("Hello");
  await person.sees("Hello");
  await person.act("Hello", "Reply in thread");
  await expect(person.page.getByTestId("thread")).toBeVisible();
  return person;
}

for (const [where, options] of Object.entries({ desk: {}, phone: PHONE })) {
  test(`Back closes a thread, then leaves the conversation: ${where}`, async ({ browser }) => {
    const person = await withThread(browser, `one-${where}`, options);
    const { page } = person;
    const thread = page.getByTestId("thread");
    await person.back();
    await expect(thread).toHaveCount(0);
    await person.expectChannel(`of-one-${where}`);
    await page.goForward();
    await expect(thread).toBeVisible();
    await page.getByRole("button", { name: "Close", exact: true }).click();
    await expect(thread).toHaveCount(0);
    await person.back();
    await expect(page.locator("#welcome-title")).toBeVisible();
    expect(person.complaints).toEqual([]);
    await person.context.close();
  });

  test(`Back closes a dialog over a panel, then the panel: ${where}`, async ({ browser }) => {
    const person = await withThread(browser, `two-${where}`, options);
    const { page } = person;
    await page.keyboard.press("Control+k");
    await expect(page.getByRole("dialog")).toBeVisible();
    await person.back();
    await expect(page.getByRole("dialog")).toHaveCount(0);
    await expect(page.getByTestId("thread")).toBeVisible();
    await person.back();
    await expect(page.getByTestId("thread")).toHaveCount(0);
    await person.expectChannel(`of-two-${where}`);
    await person.context.close();
  });
}

test("what the switcher leads to takes its place in the history", async ({ browser }) => {
  const cy = await Person.registered(browser, server, "cy");
  const { page } = cy;
  await cy.createChannel("first");
  await cy.createChannel("second");
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox").fill("first");
  await page.keyboard.press("Enter");
  await cy.expectChannel("first");
  await cy.back();
  await cy.expectChannel("second");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await cy.context.close();
});

test("on a phone Back leads from a conversation to the list it was chosen in", async ({ browser }) => {
  const di = await Person.registered(browser, server, "di", PHONE);
  const { page } = di;
  await di.createChannel("garden");
  await di.back();
  const open = page.getByRole("button", { name: /^Open conversations/ });
  await open.tap();
  await di.nav("garden").tap();
  await di.expectChannel("garden");
  await expect(di.nav("garden")).not.toBeInViewport();
  await di.back();
  await expect(di.nav("garden")).toBeInViewport();
  await di.back();
  await expect(di.nav("garden")).not.toBeInViewport();
  await expect(page.locator("#welcome-title")).toBeVisible();
  await di.context.close();
});

test("a link to a reply opens its thread, also once more after Back", async ({ browser }) => {
  const eve = await withThread(browser, "eve", {});
  const { page } = eve;
  const thread = page.getByTestId("thread");
  await thread.getByTestId("composer").fill("Deep");
  await thread.getByTestId("composer").press("Enter");
  const reply = thread.getByTestId("message").filter({ hasText: "Deep" });
  const link = await eve.copied(async () => {
    await reply.hover();
    await reply.getByRole("button", { name: "More actions" }).click();
    await page.getByRole("menuitem", { name: "Copy link" }).click();
  });
  const other = await page.context().newPage();
  await other.goto(link);
  await expect(other.getByTestId("thread")).toContainText("Deep");
  await other.reload();
  await expect(other.getByTestId("thread")).toContainText("Deep");
  await other.goBack();
  await expect(other.getByTestId("thread")).toHaveCount(0);
  await expect(other.getByRole("heading", { level: 1, name: "of-eve" })).toBeVisible();
  await eve.context.close();
});

test("on a phone Back closes a menu or the emoji first, also one over the drawer", async ({ browser }) => {
  const fay = await Person.registered(browser, server, "fay", PHONE);
  const { page } = fay;
  await fay.createChannel("menus");
  await fay.send("Tap me");
  await fay.sees("Tap me");
  const menu = page.getByRole("menu");
  await fay.message("Tap me").tap();
  await page.getByRole("button", { name: "More actions" }).tap();
  await expect(menu).toBeVisible();
  await fay.back();
  await expect(menu).toHaveCount(0);
  await fay.expectChannel("menus");
  await page.getByTestId("conversation").getByRole("button", { name: "Emoji" }).last().tap();
  const picker = page.getByRole("dialog");
  await expect(picker).toBeVisible();
  await fay.back();
  await expect(picker).toHaveCount(0);
  await fay.expectChannel("menus");
  await page.getByRole("button", { name: /^Open conversations/ }).tap();
  await page.getByRole("button", { name: "Your account" }).tap();
  await expect(menu).toBeVisible();
  await fay.back();
  await expect(menu).toHaveCount(0);
  await expect(fay.nav("menus")).toBeInViewport();
  // What is chosen in one takes its step: Back leads to what was there before.
  await page.getByRole("button", { name: "Your account" }).tap();
  await page.getByRole("menuitem", { name: "Settings" }).tap();
  await expect(page.getByTestId("settings")).toBeVisible();
  await fay.back();
  await expect(page.getByTestId("settings")).toHaveCount(0);
  await expect(menu).toHaveCount(0);
  await fay.expectChannel("menus");
  expect(fay.complaints).toEqual([]);
  await fay.context.close();
});

test("what belongs to a conversation closes as one is led to another; what one fills in does not", async ({
  browser,
}) => {
  const gus = await Person.registered(browser, server, "gus");
  const { page } = gus;
  const dialog = page.getByRole("dialog").or(page.getByRole("alertdialog"));
  await gus.createChannel("kitchen");
  await gus.send("To be deleted?");
  await gus.sees("To be deleted?");
  await gus.createChannel("cellar");
  await gus.send("Look at this");
  await expect(gus.message("Look at this")).not.toHaveAttribute("data-tone", "pending");
  const id = await gus.message("Look at this").getAttribute("data-id");
  const channel = await page.evaluate(() => decodeURIComponent(location.hash.split("/")[2] ?? ""));
  // As the service worker says that a notification was clicked.
  const click = (message?: string | null) =>
    page.evaluate((data) => navigator.serviceWorker.dispatchEvent(new MessageEvent("message", { data })), {
      type: "open",
      channel,
      message,
    });
  await gus.open("kitchen");
  await gus.act("To be deleted?", "Delete");
  await expect(dialog).toBeVisible();
  await click(id);
  await gus.expectChannel("cellar");
  await expect(dialog).toHaveCount(0);
  // Of the same conversation, too, what one is led to is seen.
  await gus.act("Look at this", "Delete");
  await expect(dialog).toBeVisible();
  await click(id);
  await expect(dialog).toHaveCount(0);
  await expect(gus.message("Look at this")).toBeVisible();
  await gus.back();
  await gus.expectChannel("kitchen");
  await expect(dialog).toHaveCount(0);

  await page.getByRole("button", { name: "Your account" }).click();
  await page.getByRole("menuitem", { name: "Settings" }).click();
  await page.getByLabel("About you").fill("Half written");
  // No other conversation is led to from in there by the keys that step through them.
  await page.keyboard.press("Alt+ArrowDown");
  await click();
  await expect(page).toHaveURL(new RegExp(encodeURIComponent(channel)));
  await expect(page.getByLabel("About you")).toHaveValue("Half written");
  expect(gus.complaints).toEqual([]);
  await gus.context.close();
});

test("Escape closes the dialog alone, also where what had the focus in it is gone", async ({ browser }) => {
  const hal = await withThread(browser, "hal", {});
  const { page } = hal;
  await hal.message("Hello").getByRole("button", { name: "Hal" }).first().click();
  await expect(page.getByTestId("profile")).toBeVisible();
  await page.getByTestId("profile").getByRole("button", { name: "Set a status" }).focus();
  await page.evaluate(() => document.activeElement?.remove());
  await page.keyboard.press("Escape");
  await expect(page.getByTestId("profile")).toHaveCount(0);
  await expect(page.getByTestId("thread")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByTestId("thread")).toHaveCount(0);
  await hal.context.close();
});
