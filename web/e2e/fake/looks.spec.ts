// Pictures of every view at three widths and in both themes, against the fake: to be looked at.
// npx playwright test -c e2e/fake/playwright.config.ts

import { type BrowserContext, expect, type Locator, type Page, test } from "@playwright/test";
import { openPart } from "../person";
import { Fake, ORIGIN } from "./fake";

function world() {
  const fake = new Fake();
  const ada = fake.addUser("ada", "Ada Lovelace");
  const bo = fake.addUser("bo", "Bo Karlsson");
  const chi = fake.addUser("chi", "Chiara Rossi");
  const dan = fake.addUser("dan", "");
  const general = fake.addChannel(ada.id, "general", { topic: "Everything that has no better place." });
  const garden = fake.addChannel(bo.id, "garden", { topic: "Tomatoes, mostly" });
  const secret = fake.addChannel(ada.id, "board", { visibility: "private" });
  fake.addChannel(chi.id, "release-planning", { topic: "What ships when" });
  for (const channel of [general, garden])
    for (const user of [bo, chi, dan, ada])
      fake.members
        .get(channel.id)!
        .set(user.id, user === ada ? "owner" : user === bo ? "moderator" : "member");
  fake.members.get(secret.id)!.set(chi.id, "member");
  const dm = fake.addChannel(ada.id, "", { kind: "dm", people: [ada, bo] });
  fake.members.set(
    dm.id,
    new Map([
      [ada.id, "member"],
      [bo.id, "member"],
    ]),
  );
  const hour = 3_600_000;
  const now = Date.now();
  for (let i = 0; i < 120; i += 1)
    fake.say(general.id, [ada, bo, chi][i % 3]!.id, `Older message number ${i}`, {
      ts: now - 80 * hour + i * 60_000,
    });
  fake.say(
    general.id,
    bo.id,
    "Morning all. The new server is up, the old one is read-only since yesterday.",
    { ts: now - 26 * hour },
  );
  fake.say(general.id, bo.id, "Tell me if something is *missing*.", { ts: now - 26 * hour + 40_000 });
  const plan = fake.say(
    general.id,
    chi.id,
    "Here is the plan for this week:\n\n1. Move the archive\n2. Invite the others\n3. Celebrate\n\n> Nobody is in a hurry.",
    { ts: now - 25 * hour },
  );
  const code = fake.say(
    general.id,
    ada.id,
    "The check that I run:\n\n```sh\nloggia verify --data ./data\n# tree and heads: ok\n```\n\nand `make test` before that.",
    { ts: now - 3 * hour },
  );
  fake.say(
    general.id,
    dan.id,
    "| channel | messages | state |\n|---|---:|---|\n| general | 1,204 | ok |\n| garden | 87 | ~~slow~~ ok |",
    { ts: now - 2 * hour },
  );
  fake.say(general.id, bo.id, "Looks good to me, see https://loggia.example/docs for the rest", {
    ts: now - 2 * hour + 50_000,
    reply_to: code.id,
  });
  fake.react(plan, ada.id, "🎉", true);
  fake.react(plan, bo.id, "🎉", true);
  fake.react(code, chi.id, "👍", true);
  fake.say(general.id, bo.id, "Who takes the archive?", { ts: now - hour, thread: plan.id });
  fake.say(general.id, ada.id, "I do. Tonight, when it is quiet.", {
    ts: now - hour + 20_000,
    thread: plan.id,
  });
  fake.say(general.id, ada.id, "Something nobody should read", { ts: now - hour, deleted: true });
  fake.say(general.id, chi.id, "🎉🥳", { ts: now - 50 * 60_000 });
  fake.reads.set(`${general.id}/${ada.id}`, fake.heads.get(general.id)!);
  fake.say(general.id, chi.id, "@ada could you look at the invitations when you have a minute?", {
    ts: now - 9 * 60_000,
  });
  fake.say(general.id, bo.id, "And the ||surprise|| for Friday", { ts: now - 8 * 60_000 });
  general.pins = [plan.id, code.id];
  fake.say(garden.id, chi.id, "First flowers are out");
  fake.say(garden.id, bo.id, "@ada they want water");
  fake.say(dm.id, bo.id, "Lunch?");
  return { fake, ada, bo, chi, general, garden, dm };
}

async function open(context: BrowserContext, hash = ""): Promise<Page> {
  const page = await context.newPage();
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) process.stderr.write(`console: ${message.text()}\n`);
  });
  page.on("pageerror", (error) => process.stderr.write(`pageerror: ${error.message}\n`));
  await page.goto(`${ORIGIN}/${hash}`);
  return page;
}

/** Nothing moves in it any more but what never rests. */
async function atRest(part: Locator): Promise<void> {
  const moving = (root: Element) =>
    root
      .getAnimations({ subtree: true })
      .filter(
        ({ playState, effect }) => playState === "running" && effect?.getTiming().iterations !== Infinity,
      ).length;
  await expect.poll(() => part.evaluate(moving)).toBe(0);
}

for (const scheme of ["light", "dark"] as const) {
  for (const width of [360, 768, 1440]) {
    test(`looks ${scheme} ${width}`, async ({ browser }) => {
      const { fake, ada, general, bo } = world();
      const context = await browser.newContext({
        colorScheme: scheme,
        viewport: { width, height: width === 360 ? 740 : 900 },
        hasTouch: width === 360,
      });
      const shot = (page: Page, name: string) =>
        page.screenshot({ path: `e2e/artifacts/${scheme}-${width}-${name}.png` });
      await fake.serve(context, ada.id);
      const page = await open(context);
      const small = width < 721;
      await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
      await shot(page, "1-home");
      if (small) await page.getByRole("button", { name: "Open conversations" }).click();
      await atRest(page.locator("nav.sidebar"));
      await shot(page, "2-sidebar");
      await page
        .locator("nav.sidebar")
        .getByRole("link", { name: /general/ })
        .click();
      await expect(page.getByTestId("new-line")).toBeVisible();
      fake.emit(general.id, undefined, "typing", { user: bo.id, expires_ms: 60_000 });
      await page.getByTestId("message").last().hover();
      await expect(page.getByTestId("typing")).toContainText("typing");
      await shot(page, "3-channel");
      await page.getByTestId("thread-link").click();
      await expect(page.getByTestId("thread")).toContainText("Who takes the archive?");
      await shot(page, "4-thread");
      await page.keyboard.press("Escape");
      await openPart(page, "Members");
      await expect(page.getByTestId("members")).toContainText("Chiara");
      await shot(page, "5-members");
      await page.keyboard.press("Escape");
      await openPart(page, "Pinned messages");
      await shot(page, "6-pins");
      await page.keyboard.press("Escape");
      await page.keyboard.press("Control+k");
      await page.getByRole("combobox", { name: "Jump to a conversation" }).fill("ga");
      await expect(page.getByRole("option").first()).toContainText("garden");
      await atRest(page.getByRole("dialog"));
      await shot(page, "7-switcher");
      await page.keyboard.press("Escape");
      await page.evaluate(() => document.querySelector<HTMLElement>(".timeline-scroll")?.scrollTo(0, 500));
      await expect(page.getByRole("button", { name: /Jump to present|new message/ })).toBeVisible();
      await atRest(page.locator(".timeline"));
      await shot(page, "8-scrolled");
      await context.close();
    });
  }

  test(`dialogs ${scheme}`, async ({ browser }) => {
    const { fake, ada } = world();
    const context = await browser.newContext({ colorScheme: scheme, viewport: { width: 1100, height: 800 } });
    await fake.serve(context, ada.id);
    const page = await open(context);
    await page.emulateMedia({ reducedMotion: "reduce" });
    const shot = async (name: string) => {
      await atRest(page.locator("body"));
      await page.screenshot({ path: `e2e/artifacts/${scheme}-dialog-${name}.png` });
    };
    const close = () => page.getByRole("dialog").getByRole("button", { name: "Close" }).click();
    await page.getByRole("button", { name: "Browse channels" }).first().click();
    await expect(page.getByTestId("directory-row").first()).toBeVisible();
    await shot("directory");
    await close();
    await page.getByRole("button", { name: "Create a channel" }).first().click();
    await shot("create");
    await close();
    await page.getByRole("button", { name: "Start a conversation" }).first().click();
    await page.getByRole("option", { name: /Bo/ }).click();
    await shot("dm");
    await close();
    await page.getByRole("button", { name: "Your account" }).click();
    await shot("menu");
    await page.getByRole("menuitem", { name: "Settings" }).click();
    await expect(page.getByRole("tab", { name: "Profile" })).toBeVisible();
    await shot("settings");
    await page.getByRole("tab", { name: "Sessions" }).click();
    await expect(page.getByText("Firefox on Android")).toBeVisible();
    await shot("sessions");
    await close();
    await page.getByRole("link", { name: /garden/ }).click();
    await page.getByTestId("message").last().hover();
    await page.getByRole("button", { name: "React", exact: true }).click();
    await expect(page.getByTestId("emoji-picker").getByRole("button").first()).toBeVisible();
    await atRest(page.getByRole("dialog"));
    await shot("emoji");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Conversation options" }).click();
    await page.getByRole("menuitem", { name: "Channel settings" }).click();
    await shot("channel");
    await close();
    await context.close();
  });

  test(`auth ${scheme}`, async ({ browser }) => {
    const { fake } = world();
    const context = await browser.newContext({ colorScheme: scheme, viewport: { width: 1100, height: 860 } });
    await fake.serve(context, null);
    const page = await open(context);
    await expect(page.getByRole("button", { name: "Sign in" })).toBeVisible();
    await page.screenshot({ path: `e2e/artifacts/${scheme}-auth-1.png` });
    await page.getByRole("button", { name: "Create account" }).click();
    await page.getByLabel("Username").fill("eve");
    await page.screenshot({ path: `e2e/artifacts/${scheme}-auth-2.png` });
    await page.getByLabel("Password").fill("correct horse");
    await page.getByRole("button", { name: "Create account" }).click();
    await expect(page.getByRole("heading", { name: /Welcome/ })).toBeVisible();
    await page.screenshot({ path: `e2e/artifacts/${scheme}-auth-3.png` });
    await page
      .getByRole("button", { name: /Create a channel/ })
      .last()
      .click();
    await page.getByLabel("Name").fill("lounge");
    await page.getByRole("button", { name: "Create channel" }).click();
    await page.getByTestId("composer").fill("Hello **there**");
    await page.keyboard.press("Enter");
    await expect(page.getByTestId("message")).toHaveCount(1);
    await page.getByTestId("composer").fill(":tad");
    await expect(page.getByRole("option").first()).toBeVisible();
    await page.screenshot({ path: `e2e/artifacts/${scheme}-auth-4.png` });
    await page.keyboard.press("Enter");
    fake.refuse = true;
    for (const socket of fake.sockets.keys()) await socket.close({ code: 1012 });
    await page.keyboard.press("Enter");
    await expect(page.getByTestId("connection-note")).toBeVisible();
    await page.screenshot({ path: `e2e/artifacts/${scheme}-auth-5.png` });
    fake.refuse = false;
    // By itself: the button goes away as soon as it tries.
    await expect(page.getByTestId("connection-note")).toBeHidden({ timeout: 30_000 });
    await expect(page.getByTestId("message")).toHaveCount(2);
    await expect(page.getByText("Waits for the connection")).toBeHidden();
    await context.close();
  });
}
