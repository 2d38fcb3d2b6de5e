// axe-core over every view, in both themes and at two widths: no violation at all. And a picture of each, to look at.

import { type Browser, expect, type Page, test } from "@playwright/test";
import { violations } from "./axe";
import { openPart, PASSWORD, Person } from "./person";
import { png } from "./picture";
import { Server } from "./server";

const server = new Server();

test.beforeAll(async () => {
  await server.start();
  server.command("user", "create", "root", "--password", PASSWORD, "--admin");
});
test.afterAll(() => server.stop());

async function check(page: Page, view: string): Promise<void> {
  const width = page.viewportSize()?.width ?? 0;
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    const name = view.replaceAll(/[^a-z]+/gi, "-");
    await page.screenshot({
      path: `e2e/artifacts/views/${colorScheme}-${width}/${name}.png`,
      animations: "disabled",
    });
    // What is there is the same in both themes; what can be read is not.
    const options = colorScheme === "dark" ? { runOnly: ["color-contrast"] } : {};
    // A tooltip stands outside of the landmarks by its nature.
    const found = await violations(page, "[data-overlay-container]:has([role=tooltip])", options);
    const told = found.flatMap(({ id, nodes }) =>
      nodes.map(
        (node) => `${view}, ${colorScheme}: ${id} at ${node.target.join(" ")}: ${node.failureSummary}`,
      ),
    );
    expect.soft(told).toEqual([]);
  }
}

/** Each tab of the dialog that is open, once what it shows is there. */
async function tabs(page: Page, view: string, names: string[]): Promise<void> {
  for (const name of names) {
    await page.getByRole("tab", { name, exact: true }).click();
    await expect(page.getByRole("tabpanel")).toBeVisible();
    await expect(page.getByRole("tabpanel").locator(".list-skeleton")).toHaveCount(0);
    await check(page, `${view}, ${name}`);
  }
}

/** What can be done with a message and with what one writes. */
async function messages(ada: Person): Promise<void> {
  const { page } = ada;
  await page.getByTestId("day").click();
  await expect(page.getByRole("dialog", { name: "Jump to a date" })).toBeVisible();
  await check(page, "jump to a date");
  await page.keyboard.press("Escape");
  await ada.message("quote and").hover();
  await ada.message("quote and").getByRole("button", { name: "React", exact: true }).click();
  await expect(page.getByRole("button", { name: "grinning face", exact: true })).toBeVisible();
  await check(page, "emoji picker");
  await page.keyboard.press("Escape");
  await ada.act("quote and", "Reply in thread");
  await expect(page.getByTestId("thread")).toBeVisible();
  await check(page, "thread");
  await page.keyboard.press("Escape");
  await ada.act("quote and", "Edit");
  const box = page.getByRole("textbox", { name: "Edit message" });
  await expect(box).toBeFocused();
  await check(page, "editing");
  await box.fill("quote and an edit");
  await box.press("Enter");
  await page.getByRole("button", { name: /Show the edit history/ }).click();
  await expect(page.getByRole("dialog")).toContainText("First");
  await check(page, "edit history");
  await page.keyboard.press("Escape");
  await ada.act("quote and", "Pin");
  await openPart(page, "Pinned messages");
  await expect(page.getByRole("complementary")).toContainText("quote and an edit");
  await check(page, "pins");
  await page.keyboard.press("Escape");
  await ada.act("quote and", "Delete");
  await check(page, "delete a message");
  await page.getByRole("button", { name: "Cancel" }).click();
  await ada.message("Hello").getByRole("button", { name: /^Ada / }).first().click();
  await expect(page.getByRole("dialog")).toBeVisible();
  await check(page, "profile");
  await page.keyboard.press("Escape");
  await ada.composer.fill("/");
  await expect(page.getByRole("listbox")).toBeVisible();
  await check(page, "commands");
  await ada.send("/help");
  await expect(page.getByRole("dialog")).toBeVisible();
  await check(page, "command help");
  await page.keyboard.press("Escape");
  await ada.composer.fill("");
  await page.getByRole("button", { name: "Conversation options" }).click();
  await page.getByRole("menuitem", { name: "Invite people" }).click();
  await expect(page.getByRole("option").first()).toBeVisible();
  await check(page, "invite");
  await page.keyboard.press("Escape");
}

/** A picture from being picked to being looked at, with what is said of it. */
async function pictures(ada: Person): Promise<void> {
  const { page } = ada;
  const picture = (name: string) => ({ name, mimeType: "image/png", buffer: png(600, 400, [90, 140, 180]) });
  const area = page.getByTestId("conversation");
  await area
    .getByTestId("attach-input")
    .setInputFiles([picture("harbour-map-of-last-summer.png"), picture("b.png")]);
  await expect(area.getByTestId("chip")).toHaveCount(2);
  await expect(area.getByTestId("chip").locator("progress")).toHaveCount(0);
  await area.getByRole("button", { name: "Describe harbour" }).click();
  const words = page.getByRole("textbox", { name: "Description" });
  await words.fill("A map of the harbour. The red line is the way to the boat. ".repeat(16).trim());
  await expect(page.getByTestId("describe").getByRole("status")).not.toBeEmpty();
  await check(page, "describe a picture");
  await words.press("Control+Enter");
  await expect(area.getByTestId("described")).toBeVisible();
  await check(page, "files to send");
  await ada.send("With pictures");
  const open = ada.message("With pictures").getByRole("button", { name: /^Open harbour/ });
  await expect(open).toBeVisible();
  await check(page, "pictures");
  await open.click();
  await expect(page.getByTestId("viewer").getByRole("group", { name: "Description" })).toBeVisible();
  await check(page, "viewer");
  await page.keyboard.press("Escape");
}

/** What stands around a conversation: panels, suggestions, the switcher, its settings. */
async function around(ada: Person): Promise<void> {
  const { page } = ada;
  await openPart(page, "Members");
  await expect(page.getByTestId("members").getByRole("listitem")).toHaveCount(1);
  await check(page, "members");
  await page.keyboard.press("Escape");
  await ada.composer.fill("@ad");
  await page.keyboard.press("Escape");
  await ada.composer.fill(":smi");
  await expect(page.getByRole("listbox")).toBeVisible();
  await check(page, "suggestions");
  await ada.composer.fill("");
  await page.getByRole("button", { name: "Search messages" }).click();
  await page.getByRole("searchbox", { name: "Search messages" }).fill("quote");
  await expect(page.getByTestId("search-results").getByRole("listitem")).toHaveCount(1);
  await check(page, "search");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await expect(page.getByTestId("search-results")).toHaveCount(0);
  await page.keyboard.press("Control+k");
  await expect(page.getByRole("combobox", { name: "Jump to a conversation" })).toBeVisible();
  await check(page, "switcher");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Conversation options" }).click();
  await expect(page.getByRole("menu")).toBeVisible();
  await check(page, "menu");
  await page.getByRole("menuitem", { name: "Channel settings" }).click();
  await tabs(page, "channel settings", ["General", "Access", "Permissions", "Servers", "Bans", "Webhooks"]);
  await page.getByTestId("webhooks").getByRole("textbox", { name: "Name" }).fill("Build server");
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("webhook-address")).toBeVisible();
  await check(page, "webhook made");
  await page.keyboard.press("Escape");
  await expect(page.getByTestId("webhook-address")).toHaveCount(0);
  await expect(page.getByTestId("webhook")).toHaveCount(1);
  await check(page, "webhooks");
  await page.keyboard.press("Escape");
}

async function tour(browser: Browser, width: number): Promise<void> {
  const name = String(width);
  const options = { viewport: { width, height: 800 }, reducedMotion: "reduce" as const };
  const ada = await Person.at(browser, server, `ada-${name}`, options);
  const { page } = ada;
  const small = width < 721;
  const drawer = async () => {
    if (!small) return;
    await page.getByRole("button", { name: "Open conversations" }).click();
    // While it still moves, nothing in it can be seen.
    await expect(page.getByRole("button", { name: "Close conversations" }).first()).toBeInViewport();
    await page.evaluate(() => Promise.allSettled(document.getAnimations().map((each) => each.finished)));
    await expect(page.locator(".sidebar .section-toggle").first()).toBeVisible();
  };
  await expect(page.getByLabel("Username")).toBeVisible();
  await check(page, "sign in");
  await page.getByRole("button", { name: "Create account" }).click();
  await check(page, "register");
  await page.getByRole("button", { name: "Sign in" }).click();
  await ada.register(`Ada ${name}`);
  await check(page, "welcome");
  const bo = await Person.registered(browser, server, `bo-${name}`, options);
  await ada.createChannel(`room-${name}`, { topic: "A topic" });
  await ada.send("Hello **there** `code` [link](https://loggia.example)");
  await ada.send("```\ncode\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n> quote and ||secret||");
  await ada.sees("quote and");
  await ada.message("quote and").hover();
  await ada.message("quote and").getByRole("button", { name: "React with 👍" }).click();
  await expect(ada.message("quote and").getByTestId("reaction")).toBeVisible();
  await check(page, "channel");
  await messages(ada);
  await pictures(ada);
  await around(ada);
  await drawer();
  await check(page, "sidebar");
  await page.getByRole("button", { name: "Browse channels" }).first().click();
  await expect(page.getByTestId("directory-row").first()).toBeVisible();
  await check(page, "directory");
  await page.getByRole("button", { name: "Create a channel" }).last().click();
  await check(page, "create channel");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Start a conversation" }).first().click();
  await page.getByRole("option").first().click();
  await check(page, "start a conversation");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Mentions and replies" }).click();
  await expect(page.getByText("You are all caught up.")).toBeVisible();
  await check(page, "inbox");
  await page.keyboard.press("Escape");
  await drawer();
  await page.getByRole("button", { name: "Your account" }).click();
  await page.getByRole("menuitem", { name: "Settings" }).click();
  await tabs(page, "settings", ["Profile", "Appearance", "Notifications", "Account", "Sessions", "Keyboard"]);
  expect(ada.complaints).toEqual([]);
  await ada.context.close();
  await bo.context.close();
}

async function administration(browser: Browser, width: number): Promise<void> {
  const options = { viewport: { width, height: 800 }, reducedMotion: "reduce" as const };
  const root = await Person.at(browser, server, "root", options);
  const { page } = root;
  await root.signIn();
  if (width < 721) await page.getByRole("button", { name: "Open conversations" }).first().click();
  await page.getByRole("button", { name: "Your account" }).click();
  await page.getByRole("menuitem", { name: "Administration" }).click();
  await tabs(page, "administration", ["Server", "People", "Invite codes", "Channels", "Other servers"]);
  expect(root.complaints).toEqual([]);
  await root.context.close();
}

for (const width of [1440, 768, 360]) {
  test(`${width} px`, async ({ browser }) => {
    // Some forty views, each examined twice.
    test.setTimeout(400_000);
    await tour(browser, width);
  });
  test(`administration, ${width} px`, ({ browser }) => administration(browser, width));
}
