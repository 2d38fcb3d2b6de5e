// A conversation by keyboard: where Tab leads, and where the keys are once what had them is gone.

import { expect, type Locator, type Page, test } from "@playwright/test";
import { lineOf } from "./line";
import { Person } from "./person";
import { Server } from "./server";
import { together } from "./together";

const server = new Server();
let ada: Person;
let bo: Person;

test.describe.configure({ mode: "serial" });

together(server, "quay", (first, second) => {
  ada = first;
  bo = second;
});

/** Writes through the API, as the person who is signed in on the page. */
const bulk = (page: Page, texts: readonly string[]) =>
  page.evaluate(async (all) => {
    const channel = `/api/v1/channels/${location.hash.split("/")[2] ?? ""}/messages`;
    const headers = { "content-type": "application/json" };
    for (const text of all) {
      const body = JSON.stringify({ nonce: crypto.randomUUID(), text });
      const answer = await fetch(channel, { method: "POST", headers, body });
      if (!answer.ok) throw new Error(String(answer.status));
    }
  }, texts);

/** How often Tab is pressed until `goal` has the focus. */
async function presses(page: Page, key: "Tab" | "Shift+Tab", goal: Locator, most: number): Promise<number> {
  const there = () => goal.evaluate((element) => element === document.activeElement);
  for (let count = 1; count <= most; count += 1) {
    await page.keyboard.press(key);
    if (await there()) return count;
  }
  return Infinity;
}

test("the messages are one stop of Tab, and what is in a row is reached from the row", async () => {
  const { page } = ada;
  await bulk(
    bo.page,
    Array.from({ length: 45 }, (_, i) => `word ${i + 1} to @ada, see https://example.org/${i + 1}`),
  );
  await ada.sees(/word 45 /);
  await page.mouse.move(0, 0);
  const last = ada.message(/word 45 /);
  await page.getByRole("button", { name: "Conversation options" }).focus();
  expect(await presses(page, "Tab", last, 6)).toBeLessThan(6);
  // Its mention, its link, its tools.
  await page.keyboard.press("Tab");
  await expect(last.locator(".mention")).toBeFocused();
  await page.keyboard.press("Tab");
  await expect(last.getByRole("link")).toBeFocused();
  const more = last.getByRole("button", { name: "More actions" });
  expect(await presses(page, "Tab", more, 8)).toBeLessThan(8);
  await page.keyboard.press("Tab");
  await expect(ada.composer).toBeFocused();

  await page.keyboard.press("Shift+Tab");
  await expect(last).toBeFocused();
  for (let row = 0; row < 3; row += 1) await page.keyboard.press("ArrowUp");
  await expect(ada.message(/word 42 /)).toBeFocused();
  await ada.composer.focus();
  await page.keyboard.press("Shift+Tab");
  await expect(ada.message(/word 42 /)).toBeFocused();
  // From there it is not far either, though three more rows are drawn below.
  expect(await presses(page, "Tab", ada.composer, 12)).toBeLessThan(12);
});

test("what a tool opens is used by keyboard, and the keys come back to the tool", async () => {
  const { page } = ada;
  const row = ada.message(/word 45 /);
  await row.focus();
  const react = row.getByRole("button", { name: "React", exact: true });
  expect(await presses(page, "Tab", react, 10)).toBeLessThan(10);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("searchbox", { name: "Search emoji" })).toBeFocused();
  await page.keyboard.press("Tab");
  await expect(page.getByTestId("emoji-picker").locator(".emoji:focus")).toHaveCount(1);
  await page.keyboard.press("Escape");
  await expect(react).toBeFocused();
});

test("a mouse that rests does not take the tools away from the keys", async () => {
  const { page } = ada;
  const row = ada.message(/word 44 /);
  await row.focus();
  const more = row.getByRole("button", { name: "More actions" });
  expect(await presses(page, "Tab", more, 10)).toBeLessThan(10);
  await ada.message(/word 41 /).hover();
  await expect(more).toBeFocused();
  await ada.composer.focus();
  await ada.message(/word 40 /).hover();
  await expect(ada.message(/word 40 /).getByRole("toolbar")).toBeVisible();
  await page.mouse.move(0, 0);
});

test("what one jumps to has the focus, and from the list the keyboard goes there", async () => {
  const { page } = ada;
  const later = Array.from({ length: 30 }, (_, i) => `later ${i + 1}`);
  await bulk(bo.page, ["The lighthouse is lit, ask @ada", ...later]);
  await ada.sees(/later 30/);
  await page.getByRole("button", { name: "Search messages" }).first().click();
  await page.getByRole("searchbox", { name: "Search messages" }).fill("lighthouse");
  const hit = page.getByTestId("search-results").getByRole("button");
  await expect(hit).toHaveAccessibleName(/^Bo, #quay, .*: The lighthouse is lit, ask @ada$/);
  await hit.focus();
  await page.keyboard.press("Enter");
  const found = ada.message("lighthouse");
  await expect(found).toBeFocused();
  await expect(found.getByRole("toolbar")).toBeVisible();
  await page.locator("#messages").focus();
  await page.keyboard.press("ArrowUp");
  await expect(found).toBeFocused();
  await page.keyboard.press("Control+Shift+M");
  const mentions = page.getByRole("complementary", { name: "Mentions and replies" });
  await expect(mentions.getByRole("button", { name: /^Bo, #quay, .*: The lighthouse/ })).toBeVisible();
});

test("the end of the conversation has the focus once one is there", async () => {
  const { page } = ada;
  await page.getByRole("button", { name: /Jump to present/ }).focus();
  await page.keyboard.press("Enter");
  await expect(ada.message(/later 30/)).toBeFocused();
  await page.keyboard.press("Escape");
});

test("a favourite keeps the focus where it goes", async () => {
  const { page } = ada;
  await ada.nav("quay").focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("menuitem", { name: "Add to favourites" })).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("region", { name: "Favourites" })).toBeVisible();
  await expect(ada.nav("quay")).toBeFocused();
});

test("after a message that was not taken is discarded one writes on", async () => {
  const { page } = ada;
  await page.route("**/messages", (route) =>
    route.request().method() === "POST"
      ? route.fulfill({ status: 403, json: { code: "policy" } })
      : route.fallback(),
  );
  await ada.send("Never mind");
  await ada.message("Never mind").getByRole("button", { name: "Discard" }).focus();
  await page.keyboard.press("Enter");
  await expect(ada.message("Never mind")).toHaveCount(0);
  await expect(ada.composer).toBeFocused();
  await page.unroute("**/messages");
});

test("that the line was cut and is back is said, and the keys go on", async () => {
  const { page } = ada;
  const line = await lineOf(page);
  await page.reload();
  await ada.sees(/later 30/);
  await expect.poll(line.streams).toBeGreaterThan(0);
  const status = page.getByTestId("connection-status");
  // A slow machine may have lost it once before.
  await expect(status).toHaveText(/^(Connected again\.)?$/);
  line.cut();
  const now = page.getByTestId("connection-note").getByRole("button");
  await now.focus();
  await expect(status).not.toBeEmpty();
  line.mend();
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("connection-note")).toHaveCount(0);
  await expect(status).toHaveText("Connected again.");
  await expect(ada.composer).toBeFocused();
});

test("the profile is saved without the button losing the focus", async () => {
  const { page } = ada;
  await page.getByRole("button", { name: "Your account" }).click();
  await page.getByRole("menuitem", { name: "Settings" }).click();
  const save = page.getByRole("dialog").getByRole("button", { name: "Save" });
  await expect(save).toBeDisabled();
  await page.getByLabel("About you").fill("Reads");
  await save.focus();
  await page.keyboard.press("Enter");
  await expect(page.getByText("Saved", { exact: true })).toBeVisible();
  await expect(save).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
});

test("a row tells all that is seen of it", async () => {
  const { page } = ada;
  await ada.send("All of it");
  const row = ada.message("All of it");
  await row.focus();
  await expect(row).toHaveAccessibleName(/^Ada, \d+:\d+: All of it$/);
  await row.getByRole("button", { name: "React with 👍" }).click();
  await ada.act("All of it", "Pin");
  await expect(row).toHaveAccessibleName(/: All of it, pinned, 1 reaction$/);
  await ada.act("All of it", "Reply in thread");
  await page.getByTestId("thread").getByTestId("composer").fill("In reply");
  await page.keyboard.press("Enter");
  await expect(row).toHaveAccessibleName(/, pinned, 1 reaction, 1 reply$/);
  await page.keyboard.press("Escape");
  await ada.act("All of it", "Edit");
  const edit = page.getByRole("textbox", { name: "Edit message" });
  await expect(edit).toHaveAccessibleDescription("Enter saves, Esc cancels");
  await edit.fill("All of it again");
  await page.keyboard.press("Enter");
  await expect(ada.message("All of it again")).toHaveAccessibleName(/: All of it again, edited, pinned/);
});

test("what is answered is heard where one writes", async () => {
  const { page } = ada;
  await ada.message("All of it again").hover();
  await ada.message("All of it again").getByRole("button", { name: "Reply", exact: true }).click();
  await expect(ada.composer).toBeFocused();
  await expect(ada.composer).toHaveAccessibleDescription("Replying to Ada All of it again");
  await ada.send("Answered");
  await expect(ada.message("Answered")).toHaveAccessibleName(/: Answered, In reply to Ada$/);
  await expect(ada.composer).toHaveAccessibleDescription("");
  await page.mouse.move(0, 0);
});

test("the inbox that a key opens has the keys, and gives them back", async () => {
  const { page } = ada;
  await ada.composer.focus();
  await page.keyboard.press("Control+Shift+M");
  await expect(page.getByRole("heading", { name: "Mentions and replies" })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(ada.composer).toBeFocused();
});

test("how much is found is said while one types", async () => {
  const { page } = ada;
  await page.getByRole("button", { name: "Browse channels" }).first().click();
  const directory = page.getByRole("dialog").locator("p[role=status]");
  await expect(directory).toHaveText("1 result");
  await page.keyboard.type("nowhere");
  await expect(directory).toHaveText("0 results");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Start a conversation" }).first().click();
  await page.keyboard.type("bo");
  await expect(page.getByRole("dialog").getByRole("status")).toHaveText("1 result");
  await page.keyboard.type("xyz");
  await expect(page.getByRole("dialog").getByRole("status")).toHaveText("Nobody matches.");
  await page.keyboard.press("Escape");
  await page.locator(".composer").getByRole("button", { name: "Insert emoji" }).click();
  const emoji = page.getByTestId("emoji-picker").getByRole("status");
  await expect(emoji).toBeEmpty();
  await page.getByRole("searchbox", { name: "Search emoji" }).fill("qqqqqq");
  await expect(emoji).toHaveText("0 results");
  await page.keyboard.press("Escape");
});

test("a wrong password leads back to its field, and a saved channel says so", async () => {
  const { page } = ada;
  await page.getByRole("button", { name: "Your account" }).click();
  await page.getByRole("menuitem", { name: "Settings" }).click();
  await page.getByRole("tab", { name: "Account" }).click();
  const current = page.getByLabel("Current password").first();
  await current.fill("this is not it");
  await page.getByLabel("New password").fill("another long password");
  await page.getByRole("button", { name: "Change password" }).press("Enter");
  await expect(current).toHaveAttribute("aria-invalid", "true");
  await expect(current).toBeFocused();
  await page.keyboard.press("Escape");
  await ada.channelSettings("General");
  await page.getByLabel("Topic").fill("Ships");
  await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("status").filter({ hasText: "Saved" })).toBeVisible();
});

test("a file that sets out, arrives and is left out is told of; a tooltip says nothing twice", async () => {
  const { page } = ada;
  const status = page.getByTestId("upload-status");
  await expect(status).toBeEmpty();
  await page
    .locator(".conversation input[type=file]")
    .setInputFiles({ name: "tide.txt", mimeType: "text/plain", buffer: Buffer.from("high") });
  await expect(status).toHaveText("tide.txt was uploaded.");
  await page.getByRole("button", { name: "Leave tide.txt out" }).click();
  await expect(status).toHaveText("tide.txt was left out.");
  const send = page.getByRole("button", { name: "Insert emoji" });
  await send.hover();
  await expect(page.getByRole("tooltip", { includeHidden: true })).toBeVisible();
  await expect(send).toHaveAccessibleDescription("");
  await page.mouse.move(0, 0);
});

test("a member who changes places, or goes, is told of, and the keys stay in the list", async () => {
  const { page } = ada;
  await page.getByRole("button", { name: /^Members/ }).click();
  const actions = page.getByRole("button", { name: "Actions for Bo" });
  const choose = async (name: string) => {
    await actions.focus();
    await page.keyboard.press("Enter");
    await page.getByRole("menuitem", { name }).focus();
    await page.keyboard.press("Enter");
  };
  await choose("Make moderator");
  await expect(page.getByText("Bo is a moderator now.")).toBeVisible();
  await expect(page.getByTestId("members").getByRole("region", { name: "Moderators" })).toBeVisible();
  await expect(actions).toBeFocused();
  await choose("Ban from channel");
  await page.getByRole("alertdialog").getByRole("button", { name: "Ban" }).press("Enter");
  await expect(page.getByText("Bo was banned.")).toBeVisible();
  await expect(actions).toHaveCount(0);
  await expect(page.getByTestId("members").getByRole("button", { name: /^A?.*Ada/ })).toBeFocused();

  await ada.channelSettings("Bans");
  await page.getByRole("button", { name: /ban.*Bo/i }).press("Enter");
  await expect(page.getByText("The ban of Bo was lifted.")).toBeVisible();
  await expect(page.getByRole("dialog").getByRole("heading", { level: 2 }).first()).toBeFocused();
  await page.keyboard.press("Escape");
});

test("a row is one stop; its menu is an arrow key or the menu key away", async () => {
  const { page } = ada;
  await ada.createChannel("pier");
  const [quay, pier] = [ada.nav("quay"), ada.nav("pier")];
  const menu = (name: string) => page.getByRole("button", { name: `Options for ${name}` });
  await quay.focus();
  await expect(menu("quay")).toBeVisible();
  await page.keyboard.press("Tab");
  await expect(quay).not.toBeFocused();
  await expect(page.locator(".row-menu :focus")).toHaveCount(0);
  await pier.focus();
  // Of the row that has the focus the button is there, for who reads the page otherwise.
  await expect(menu("pier")).toHaveAttribute("tabindex", "-1");
  await page.keyboard.press("ArrowLeft");
  await expect(menu("pier")).toBeFocused();
  await page.keyboard.press("ArrowRight");
  await expect(pier).toBeFocused();
  const rows = page.locator("nav.sidebar .nav-row");
  await rows.first().focus();
  for (let step = 1; step < (await rows.count()); step += 1) await page.keyboard.press("ArrowDown");
  await expect(rows.last()).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await expect(rows.last()).toBeFocused();
  await page.keyboard.press("ArrowUp");
  await expect(rows.nth((await rows.count()) - 2)).toBeFocused();
  await pier.focus();
  await expect(pier).toHaveAttribute("aria-keyshortcuts", "Shift+F10");
  await page.keyboard.press("ContextMenu");
  await expect(page.getByRole("menu")).toBeVisible();
  // In the menu the arrow keys are the menu's.
  await page.keyboard.press("ArrowDown");
  await expect(page.getByRole("menuitem").first()).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("menu")).toHaveCount(0);
  await ada.open("quay");
});

test("after signing up the page begins at its heading", async ({ browser }) => {
  const cy = await Person.at(browser, server, "cy");
  await cy.register();
  await expect(cy.page.getByRole("heading", { level: 1 })).toBeFocused();
  await cy.context.close();
});

test("a Mac, whose browsers have no key for a menu, has that one, too", async ({ browser }) => {
  const userAgent =
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 Chrome/140.0 Safari/537.36";
  const di = await Person.registered(browser, server, "di", { userAgent });
  const { page } = di;
  // Here the system has one of its own.
  await page.evaluate(() =>
    addEventListener("contextmenu", (event) => event.isTrusted && event.stopPropagation(), { capture: true }),
  );
  await di.createChannel("mole");
  await di.nav("mole").focus();
  await page.keyboard.press("Shift+F10");
  await expect(page.getByRole("menuitem", { name: "Add to favourites" })).toBeVisible();
  await page.keyboard.press("Escape");
  await di.context.close();
});
