// Around the conversation: private channels, settings, sessions, members, pins, keyboard, small screens, dark theme.

import { type Browser, expect, test } from "@playwright/test";
import { openPart, Person } from "./person";
import { Server } from "./server";

const server = new Server();
let ada: Person;
let bo: Person;

test.describe.configure({ mode: "serial" });

test.beforeAll(async ({ browser }: { browser: Browser }) => {
  await server.start();
  ada = await Person.registered(browser, server, "ada");
  bo = await Person.registered(browser, server, "bo", {
    viewport: { width: 360, height: 740 },
    colorScheme: "dark",
    hasTouch: true,
  });
});

test.afterAll(async () => {
  await ada?.context.close();
  await bo?.context.close();
  await server.stop();
});

test.afterEach(() => {
  expect([...(ada?.complaints ?? []), ...(bo?.complaints ?? [])]).toEqual([]);
});

async function noSidewaysScroll(person: Person): Promise<void> {
  const overflow = await person.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(overflow).toBeLessThanOrEqual(0);
}

test("an invitation into a private channel, answered on a phone", async () => {
  await ada.createChannel("board", { private: true, topic: "Only for us" });
  await ada.page.getByRole("button", { name: "Invite people" }).first().click();
  await ada.page.getByRole("combobox", { name: "Search people by name" }).fill("bo");
  await ada.page.getByRole("option", { name: /Bo/ }).click();
  await ada.page.getByRole("button", { name: "Invite", exact: true }).click();
  await bo.page.getByRole("button", { name: "Open conversations" }).click();
  await expect(bo.nav("board")).toContainText("Invited");
  await bo.shot("places-360-invited");
  await bo.nav("board").click();
  await bo.page.getByRole("button", { name: "Join" }).click();
  await bo.expectChannel("board");
  await bo.send("Here I am");
  await ada.sees("Here I am");
});

test("360 px: everything is reachable, nothing scrolls sideways", async () => {
  await noSidewaysScroll(bo);
  await ada.send("| a | b |\n|---|---|\n| a rather long cell of a table | another rather long cell |");
  await ada.send(
    "```\na line of code that is certainly wider than three hundred and sixty pixels of a phone\n```",
  );
  await expect(bo.page.locator("pre")).toBeVisible();
  await noSidewaysScroll(bo);
  await bo.shot("places-360-channel");
  await openPart(bo.page, "Members");
  await expect(bo.page.getByTestId("members")).toContainText("Ada");
  await bo.shot("places-360-members");
  await bo.page.getByRole("button", { name: "Close" }).click();
  await bo.page.getByRole("button", { name: "Conversation options" }).click();
  await bo.page.getByRole("menuitem", { name: "Channel settings" }).click();
  await expect(bo.page.getByRole("dialog")).toBeVisible();
  await noSidewaysScroll(bo);
  await bo.shot("places-360-settings");
  await bo.page.getByRole("dialog").getByRole("button", { name: "Close" }).first().click();
});

test("the theme is chosen and kept", async () => {
  await expect(bo.page.locator("html")).toHaveAttribute("data-theme", "dark");
  await ada.page.getByRole("button", { name: "Your account" }).click();
  await ada.page.getByRole("menuitem", { name: "Settings" }).click();
  await ada.page.getByRole("tab", { name: "Appearance" }).click();
  await ada.page.getByText("Dark", { exact: true }).click();
  await expect(ada.page.locator("html")).toHaveAttribute("data-theme", "dark");
  await ada.shot("places-dark-settings");
  await ada.page.reload();
  await expect(ada.page.locator("html")).toHaveAttribute("data-theme", "dark");
  await ada.expectChannel("board");
  await ada.shot("places-dark");
});

test("name, topic and profile change for everybody at once", async () => {
  await ada.page.getByRole("button", { name: "Conversation options" }).click();
  await ada.page.getByRole("menuitem", { name: "Channel settings" }).click();
  await ada.page.getByLabel("Name").fill("council");
  await ada.page.getByRole("button", { name: "Save", exact: true }).click();
  await bo.expectChannel("council");
  await ada.page.getByRole("button", { name: "Your account" }).click();
  await ada.page.getByRole("menuitem", { name: "Settings" }).click();
  await ada.page.getByLabel("Display name").fill("Ada Lovelace");
  await ada.page.getByRole("button", { name: "Save", exact: true }).click();
  await ada.page.getByRole("dialog").getByRole("button", { name: "Close" }).click();
  await expect(bo.page.getByTestId("message").getByText("Ada Lovelace").first()).toBeVisible();
});

test("pins, and the way back to them", async () => {
  await bo.send("Remember this");
  await ada.act("Remember this", "Pin");
  await openPart(bo.page, "Pinned messages");
  await expect(bo.page.getByRole("complementary", { name: "Pinned messages" })).toContainText(
    "Remember this",
  );
  await bo.page.getByRole("button", { name: "Close" }).click();
});

test("presence: a dot for who is here", async () => {
  await openPart(ada.page, "Members");
  const row = ada.page.getByTestId("members").getByRole("button", { name: /Bo.*online/ });
  await expect(row).toBeVisible();
  await bo.context.setOffline(true);
  await bo.page.close();
  await expect(ada.page.getByTestId("members").getByRole("button", { name: /Bo.*offline/ })).toBeVisible({
    timeout: 30_000,
  });
  await ada.page.keyboard.press("Escape");
});

test("by keyboard alone: switch, write, edit, walk, read", async () => {
  const { page } = ada;
  await ada.createChannel("alpha");
  await ada.createChannel("beta");
  await page.keyboard.press("Control+k");
  await page.keyboard.type("alp");
  await page.keyboard.press("Enter");
  await ada.expectChannel("alpha");
  await expect(ada.composer).toBeFocused();
  await page.keyboard.type("first line");
  await page.keyboard.press("Shift+Enter");
  await page.keyboard.type("second line");
  await page.keyboard.press("Enter");
  // It can be edited once the server has it.
  await expect(ada.message(/first line\s*second line/)).not.toHaveAttribute("data-tone", "pending");
  await page.keyboard.press("ArrowUp");
  await expect(page.getByRole("textbox", { name: "Edit message" })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("textbox", { name: "Edit message" })).toBeHidden();
  await page.keyboard.press("Alt+ArrowDown");
  await ada.expectChannel("beta");
  await page.keyboard.press("Alt+ArrowUp");
  await ada.expectChannel("alpha");
  await ada.composer.focus();
  await page.keyboard.type("a draft that waits");
  await page.keyboard.press("Alt+ArrowDown");
  await ada.expectChannel("beta");
  await page.keyboard.press("Alt+ArrowUp");
  await expect(ada.composer).toHaveValue("a draft that waits");
  await page.reload();
  await expect(ada.composer).toHaveValue("a draft that waits");
  await ada.composer.fill("");
});

test("a long history: opens at the end, loads upwards without a jump, comes back", async () => {
  const { page } = ada;
  await ada.open("beta");
  await page.evaluate(async () => {
    const channel = decodeURIComponent(location.hash.split("/")[2] ?? "");
    for (let i = 1; i <= 230; i += 1) {
      await fetch(`/api/v1/channels/${encodeURIComponent(channel)}/messages`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ nonce: `bulk-${i}`, text: `entry ${i}` }),
      });
    }
  });
  await page.reload();
  await ada.sees("entry 230");
  const box = page.locator("#messages");
  // Scroll up in steps as a person does; the first visible row must keep its place when older pages come.
  for (let step = 0; step < 60 && (await ada.message(/^.*entry 1$/).count()) === 0; step += 1) {
    await box.evaluate((element) => element.scrollBy(0, -700));
    const seen = await box.evaluate((element) => {
      const top = element.getBoundingClientRect().top;
      const row = [...element.querySelectorAll("[data-key]")].find(
        (each) => each.getBoundingClientRect().bottom > top,
      );
      return { key: row?.getAttribute("data-key") ?? "", top: row?.getBoundingClientRect().top ?? 0 };
    });
    await page.waitForLoadState("networkidle");
    const after = await box.evaluate(
      (element, key) =>
        element.querySelector(`[data-key="${CSS.escape(key)}"]`)?.getBoundingClientRect().top ?? -1,
      seen.key,
    );
    expect(Math.abs(after - seen.top)).toBeLessThan(2);
  }
  await expect(page.getByText("This is the beginning of #beta")).toBeAttached();
  await page.getByRole("button", { name: "Jump to present" }).click();
  await expect(ada.message("entry 230")).toBeInViewport();
});

test("sessions are listed, and one that is ended elsewhere is out at once", async ({ browser }) => {
  const other = await Person.at(browser, server, "ada");
  await other.signIn();
  await ada.page.getByRole("button", { name: "Your account" }).click();
  await ada.page.getByRole("menuitem", { name: "Settings" }).click();
  await ada.page.getByRole("tab", { name: "Sessions" }).click();
  await expect(ada.page.getByText("This session")).toBeVisible();
  await ada.shot("places-sessions");
  await ada.page
    .getByRole("button", { name: /^Sign out / })
    .first()
    .click();
  await expect(other.page.getByRole("heading", { name: /^Sign in to/ })).toBeVisible();
  await expect(other.page.getByText(/ended on another device.* or by an administrator/)).toBeVisible();
  await other.context.close();
});
