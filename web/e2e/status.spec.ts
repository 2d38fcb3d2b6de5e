// What people do just now: said in a dialog, seen by others beside the name until it ends.

import { expect, type Locator, test } from "@playwright/test";
import { violations } from "./axe";
import { looksAt } from "./looks";
import { openPart, type Person } from "./person";
import { Server } from "./server";
import { together } from "./together";

const server = new Server();
let ada: Person;
let bo: Person;

test.describe.configure({ mode: "serial" });

together(server, "kitchen", (first, second) => {
  ada = first;
  bo = second;
});

const dialog = ({ page }: Person): Locator => page.getByTestId("status-dialog");
const account = ({ page }: Person): Locator => page.getByRole("button", { name: "Your account" });
const sign = (within: Locator): Locator => within.getByTestId("status");
const inMembers = ({ page }: Person): Locator =>
  page.getByTestId("members").getByRole("listitem").filter({ hasText: "@ada" });

async function openStatus(person: Person): Promise<void> {
  await account(person).click();
  await person.page.getByRole("menuitem", { name: "Set a status" }).click();
  await expect(dialog(person)).toBeVisible();
}

/** How it looks, that nothing is wider than the window, and that everybody can use it. */
async function looks({ page }: Person, view: string): Promise<void> {
  await looksAt(page, { widths: [1280, 360], height: 740 }, async (width, colorScheme) => {
    await page.screenshot({
      path: `e2e/artifacts/status-${view}-${String(width)}-${colorScheme}.png`,
      animations: "disabled",
    });
    const wide = await page
      .locator("html, .dialog-body, .panel-body")
      .evaluateAll((all) => all.map((each) => each.scrollWidth - each.clientWidth));
    expect(Math.max(...wide), `${view} ${String(width)}`).toBe(0);
    // What was pressed may still be named beside it while that goes away.
    const found = await violations(page, "[data-live-announcer], [role=tooltip]");
    const told = found.map(
      ({ id, nodes }) => `${id} at ${nodes.map(({ target }) => target.join(" ")).join(", ")}`,
    );
    expect(told, `${view} ${String(width)} ${colorScheme}`).toEqual([]);
  });
}

test("a suggestion fills in what is said, and for how long", async () => {
  await ada.send("Who does the shopping?");
  await bo.startDm(ada);
  await bo.open("kitchen");
  await openStatus(ada);
  await expect(dialog(ada).getByRole("button", { name: "Save" })).toBeDisabled();
  await dialog(ada)
    .getByRole("button", { name: /In a meeting/ })
    .click();
  await expect(dialog(ada).getByLabel("What are you doing?")).toHaveValue("In a meeting");
  await expect(dialog(ada).getByLabel("Clear after")).toHaveValue("hour");
  await looks(ada, "dialog");
  await dialog(ada).getByRole("button", { name: "Save" }).click();
  await expect(dialog(ada)).toHaveCount(0);
  await expect(account(ada)).toBeFocused();
  await expect(sign(ada.page.locator("footer.account"))).toHaveText("📅");
});

test("others see it beside the name, and hear what it says", async () => {
  await expect(sign(bo.nav("Ada"))).toHaveText("📅");
  await expect(sign(bo.nav("Ada"))).toHaveAttribute("title", "In a meeting");
  await expect(bo.page.getByRole("link", { name: /^Ada.*In a meeting$/ })).toBeVisible();
  const beside = sign(bo.message("Who does the shopping?"));
  await expect(beside).toHaveText("📅");
  await expect(beside).toHaveAccessibleName("In a meeting");
  await openPart(bo.page, "Members");
  await expect(sign(inMembers(bo))).toHaveText("📅In a meeting");
  // What others say may be as long as it can be, in one word.
  await say(bo, { status: { emoji: "x".repeat(64), text: "W".repeat(100) } });
  await expect(sign(bo.page.locator("footer.account"))).toHaveCount(1);
  await looks(bo, "members");
  await inMembers(bo).getByRole("button", { name: /Ada/ }).first().click();
  const profile = bo.page.getByTestId("profile");
  await expect(sign(profile)).toContainText(/In a meeting\s*Until \d/);
  await looks(bo, "profile");
  await profile.getByRole("button", { name: "Close" }).click();
  await say(bo, { status: null });
});

test("it ends by itself where it is shown", async () => {
  const { page } = bo;
  await page.clock.install();
  await page.reload();
  await expect(sign(bo.nav("Ada"))).toHaveText("📅");
  await expect(sign(bo.message("Who does the shopping?"))).toHaveText("📅");
  await page.clock.fastForward("58:00");
  await expect(sign(bo.nav("Ada"))).toHaveText("📅");
  await page.clock.fastForward("03:00");
  await expect(page.getByTestId("status")).toHaveCount(0);
  // Others have it still: nobody but the clock took it away.
  await expect(sign(ada.page.locator("footer.account"))).toHaveText("📅");
});

test("by keyboard it is changed, keeps its end, and is taken back", async () => {
  const { page } = ada;
  await account(ada).focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
  const text = dialog(ada).getByLabel("What are you doing?");
  await expect(text).toBeFocused();
  await expect(dialog(ada).getByLabel("Clear after")).toHaveValue("kept");
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type("Cooking");
  await page.keyboard.press("Shift+Tab");
  await expect(dialog(ada).getByRole("button", { name: "Remove 📅" })).toBeFocused();
  await page.keyboard.press("Enter");
  const choose = dialog(ada).getByRole("button", { name: "Choose an emoji" });
  await expect(choose).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("emoji-picker")).toBeVisible();
  await page.keyboard.type("tea");
  await expect(page.getByRole("button", { name: /tea/i }).first()).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("emoji-picker")).toHaveCount(0);
  await text.press("Enter");
  await expect(dialog(ada)).toHaveCount(0);
  const own = sign(page.locator("footer.account"));
  await expect(own).toHaveAccessibleName("Cooking");
  await openStatus(ada);
  await dialog(ada).getByRole("button", { name: "Clear status" }).click();
  await expect(dialog(ada)).toHaveCount(0);
  await expect(own).toHaveCount(0);
});

test("what is said without an emoji has a sign, and a name for one is drawn as that", async () => {
  await openStatus(ada);
  await dialog(ada).getByLabel("What are you doing?").fill("Reading");
  await dialog(ada).getByRole("button", { name: "Save" }).click();
  await expect(sign(bo.nav("Ada"))).toHaveText("💬");
  await say(ada, { status: { emoji: ":tada:", text: "" } });
  await expect(sign(bo.nav("Ada"))).toHaveText("🎉");
  await say(ada, { status: null });
  await expect(sign(bo.nav("Ada"))).toHaveCount(0);
});

test("what cannot be saved is said, and stays to be tried again", async () => {
  const { page } = ada;
  await openStatus(ada);
  await dialog(ada).getByLabel("What are you doing?").fill("Away");
  await page.route("**/api/v1/me", (route) => route.fulfill({ status: 503 }));
  await dialog(ada).getByRole("button", { name: "Save" }).click();
  await expect(page.locator(".notice").first()).toBeVisible();
  await page.unroute("**/api/v1/me");
  await dialog(ada).getByRole("button", { name: "Save" }).click();
  await expect(dialog(ada)).toHaveCount(0);
});

test("a bot is marked as one, and can be written to", async () => {
  await say(ada, { bot: true, status: null });
  const head = bo.message("Who does the shopping?").locator(".message-head");
  await expect(head).toContainText("Bot");
  await head.getByRole("button", { name: "Ada" }).click();
  const profile = bo.page.getByTestId("profile");
  await expect(profile.getByText("Bot", { exact: true })).toBeVisible();
  await profile.getByRole("button", { name: "Message" }).click();
  await expect(bo.page.getByRole("heading", { level: 1, name: "Ada" })).toBeVisible();
});

/** As another client of theirs does. */
async function say({ page }: Person, change: object): Promise<void> {
  const status = await page.evaluate(async (body) => {
    const headers = { "content-type": "application/json" };
    return (await fetch("/api/v1/me", { method: "PATCH", headers, body })).status;
  }, JSON.stringify(change));
  expect(status).toBe(200);
}
