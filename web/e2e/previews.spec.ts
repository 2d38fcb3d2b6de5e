// Previews of links: asked for by who writes, shown to all. Against the fake, which knows what is to be seen at addresses.

import {
  type Browser,
  type BrowserContextOptions,
  expect,
  type Locator,
  type Page,
  test,
} from "@playwright/test";
import type { Message, User } from "../src/api/types";
import { violations } from "./axe";
import { Fake, ORIGIN } from "./fake/fake";

const TOMATOES = "https://garden.example/tomatoes?when=may";
const SOUP = "https://kitchen.example/soup";
const PAGES = new Map([
  [
    TOMATOES,
    {
      title: "How to grow tomatoes on a balcony",
      description: "They want sun, water in the morning, and somebody who talks to them.",
      site: "The Garden",
    },
  ],
  [SOUP, { title: "Cold soup" }],
]);

let fake: Fake;
let ada: User;
let bo: User;
let channel: string;
let complaints: string[];
let elsewhere: string[];

test.beforeEach(() => {
  fake = new Fake();
  fake.pages = PAGES;
  ada = fake.addUser("ada", "Ada Lovelace");
  bo = fake.addUser("bo", "Bo Karlsson");
  channel = fake.addChannel(ada.id, "garden").id;
  fake.members.get(channel)?.set(bo.id, "member");
  fake.say(channel, bo.id, "What is there to eat?");
  complaints = [];
  elsewhere = [];
});

test.afterEach(() => {
  expect(complaints).toEqual([]);
  // Whoever reads asks nobody.
  expect(elsewhere).toEqual([]);
});

async function open(browser: Browser, user: User, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 860 },
    serviceWorkers: "block",
    ...options,
  });
  await fake.serve(context, user.id);
  const page = await context.newPage();
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => {
    if (!request.url().startsWith(ORIGIN)) elsewhere.push(request.url());
  });
  await page.goto(`${ORIGIN}/#/c/${encodeURIComponent(channel)}`);
  await expect(message(page, "What is there to eat?")).toBeVisible();
  return page;
}

const composer = (page: Page): Locator => page.getByTestId("conversation").getByTestId("composer");
const drafted = (page: Page): Locator =>
  page.getByTestId("conversation").locator(".composer").getByTestId("preview");
const message = (page: Page, text: string): Locator =>
  page.getByTestId("conversation").getByTestId("message").filter({ hasText: text });
const sent = (): Message[] => fake.logs.get(channel) ?? [];
const last = (): Message | undefined => sent().at(-1);
const shot = (page: Page, name: string) =>
  page.screenshot({ path: `e2e/artifacts/previews-${name}.png`, animations: "disabled" });

test("a link that is written has a card, is told of, and goes with the message to everybody", async ({
  browser,
}) => {
  const here = await open(browser, ada);
  const there = await open(browser, bo);
  await composer(here).pressSequentially(`Look: ${TOMATOES}`);
  await expect(drafted(here)).toHaveCount(1);
  await expect(drafted(here)).toHaveAccessibleName("Preview of garden.example");
  await expect(drafted(here)).toContainText("How to grow tomatoes");
  await expect(drafted(here).getByRole("link")).toHaveCount(0);
  await expect(here.getByTestId("preview-status")).toContainText(
    "A preview of garden.example goes with your message: How to grow tomatoes",
  );
  await shot(here, "composer");
  await composer(here).press("Control+Enter");
  await expect(drafted(here)).toHaveCount(0);
  for (const page of [here, there]) {
    const card = message(page, "Look:").getByTestId("preview");
    await expect(card).toContainText(/^garden\.example\s*The Garden/);
    await expect(card).toContainText("somebody who talks to them");
    const link = card.getByRole("link", { name: "How to grow tomatoes on a balcony" });
    await expect(link).toHaveAttribute("href", TOMATOES);
    await expect(link).toHaveAttribute("rel", "noopener noreferrer nofollow");
    await expect(link).toHaveAttribute("target", "_blank");
  }
  await message(here, "Look:").hover();
  await shot(here, "message");
  // What is typed once more is known.
  await composer(here).fill(`${TOMATOES} and ${SOUP}`);
  await expect(drafted(here)).toHaveCount(2);
  expect(fake.asked).toEqual([TOMATOES, SOUP]);
  await composer(here).fill(`only ${SOUP}`);
  await expect(drafted(here)).toHaveCount(1);
  expect(await violations(here, "nothing")).toEqual([]);
});

test("what is left out stays out of this message, and is not asked for again", async ({ browser }) => {
  const page = await open(browser, ada);
  await composer(page).fill(`See ${TOMATOES}`);
  await drafted(page).getByRole("button", { name: "Leave out the preview of garden.example" }).click();
  await expect(drafted(page)).toHaveCount(0);
  await expect(composer(page)).toBeFocused();
  await expect(page.getByTestId("preview-status")).toHaveText("The preview of garden.example was left out.");
  await composer(page).fill(`See ${TOMATOES} or ${SOUP}`);
  await expect(drafted(page)).toHaveCount(1);
  await expect(drafted(page)).toHaveAccessibleName("Preview of kitchen.example");
  await composer(page).press("Enter");
  await expect(message(page, "See").getByTestId("preview")).toHaveCount(1);
  expect(last()?.previews.map(({ url }) => url)).toEqual([SOUP]);
  expect(fake.asked).toEqual([TOMATOES, SOUP]);
});

test("it is sent at once, though what the link leads to is not known yet", async ({ browser }) => {
  let found: (value: unknown) => void = () => undefined;
  fake.looking = new Promise((resolve) => (found = resolve));
  const page = await open(browser, ada);
  await composer(page).fill(`Quick: ${TOMATOES}`);
  await expect.poll(() => fake.asked).toEqual([TOMATOES]);
  await composer(page).press("Enter");
  await expect(message(page, "Quick:")).toBeVisible();
  const answered = page.waitForResponse(/\/previews/);
  found(null);
  await answered;
  await composer(page).fill(TOMATOES);
  await expect(drafted(page)).toHaveCount(1);
  expect(sent().at(-1)).toMatchObject({ text: `Quick: ${TOMATOES}`, previews: [] });
  await expect(message(page, "Quick:").getByTestId("preview")).toHaveCount(0);
});

test("what waits for the connection keeps its card", async ({ browser }) => {
  const page = await open(browser, ada);
  await composer(page).fill(`Offline ${TOMATOES}`);
  await expect(drafted(page)).toHaveCount(1);
  fake.refuse = true;
  await composer(page).press("Enter");
  await expect(message(page, "Offline").getByTestId("preview")).toContainText("How to grow tomatoes");
  expect(last()?.text).not.toContain("Offline");
  fake.refuse = false;
  await expect.poll(() => last()?.previews.map(({ title }) => title)).toEqual([PAGES.get(TOMATOES)?.title]);
  await expect(message(page, "Offline").getByTestId("preview")).toHaveCount(1);
});

test("a thread has them, too", async ({ browser }) => {
  const page = await open(browser, ada);
  await message(page, "What is there to eat?").hover();
  await page.getByRole("button", { name: "Reply in thread" }).click();
  const thread = page.getByTestId("thread");
  await thread.getByTestId("composer").fill(`Soup: ${SOUP}`);
  await expect(thread.locator(".composer").getByTestId("preview")).toHaveCount(1);
  await thread.getByTestId("composer").press("Enter");
  await expect(
    thread.getByTestId("message").filter({ hasText: "Soup:" }).getByTestId("preview"),
  ).toContainText("Cold soup");
  expect(last()?.thread).toBe(sent()[0]?.id);
});

test("the author takes one off again, and nobody else", async ({ browser }) => {
  const previews = [...PAGES].map(([url, page]) => ({ url, ...page }));
  fake.say(channel, ada.id, `Both: ${TOMATOES} ${SOUP}`, { previews });
  const here = await open(browser, ada);
  const there = await open(browser, bo);
  const cards = (page: Page) => message(page, "Both:").getByTestId("preview");
  await expect(cards(there)).toHaveCount(2);
  await expect(cards(there).getByRole("button")).toHaveCount(0);
  await message(here, "Both:").focus();
  await here.getByRole("button", { name: "Remove the preview of garden.example" }).press("Enter");
  for (const page of [here, there]) await expect(cards(page)).toHaveCount(1);
  expect(last()).toMatchObject({ text: `Both: ${TOMATOES} ${SOUP}`, previews: [previews[1]] });
  await expect(message(here, "Both:")).toBeFocused();
  // An edit that keeps the address keeps what is left.
  await message(here, "Both:").hover();
  await composer(here).focus();
  await composer(here).press("ArrowUp");
  await expect(cards(here)).toHaveCount(1);
  await here.getByRole("textbox", { name: "Edit message" }).fill(`One: ${SOUP}`);
  await here.getByRole("button", { name: "Save", exact: true }).click();
  await expect(message(there, "One:").getByTestId("preview")).toHaveCount(1);
});

test("nothing is asked for by who does not want that, or where the server does not", async ({ browser }) => {
  const page = await open(browser, ada);
  const choose = async (on: boolean) => {
    await page.getByRole("button", { name: "Your account" }).click();
    await page.getByRole("menuitem", { name: "Settings" }).click();
    await page.getByRole("tab", { name: "Appearance" }).click();
    const toggle = page.getByRole("switch", { name: "Link previews" });
    await expect(toggle).toBeChecked({ checked: !on });
    await toggle.setChecked(on);
    if (!on) await shot(page, "setting");
    await page.getByRole("button", { name: "Close" }).click();
  };
  await choose(false);
  await page.clock.install();
  await composer(page).fill(TOMATOES);
  await page.clock.runFor(2_000);
  expect(fake.asked).toEqual([]);
  await page.clock.resume();
  await choose(true);
  await expect(drafted(page)).toHaveCount(1);
  await page.context().close();

  fake.pages = null;
  const other = await open(browser, bo);
  await other.clock.install();
  await composer(other).fill(SOUP);
  await other.clock.runFor(2_000);
  expect(fake.asked).toEqual([TOMATOES]);
  await other.getByRole("button", { name: "Your account" }).click();
  await other.getByRole("menuitem", { name: "Settings" }).click();
  await other.getByRole("tab", { name: "Appearance" }).click();
  await expect(other.getByRole("radiogroup", { name: "Theme" })).toBeVisible();
  await expect(other.getByRole("switch", { name: "Link previews" })).toHaveCount(0);
});

test("a message is there with its cards", async ({ browser }) => {
  fake.say(channel, bo.id, `Look: ${SOUP}`, { previews: [{ url: SOUP, ...PAGES.get(SOUP)! }] });
  const page = await open(browser, ada);
  await page.addInitScript(() => {
    const seen: boolean[] = [];
    Object.assign(window, { seen });
    new MutationObserver(() => {
      const rows = [...document.querySelectorAll("[data-testid=message]")];
      const row = rows.find((each) => each.textContent?.includes("Look:"));
      if (row) seen.push(row.querySelector("[data-testid=preview]") !== null);
    }).observe(document, { childList: true, subtree: true });
  });
  await page.reload();
  await expect(message(page, "Look:").getByTestId("preview")).toBeVisible();
  const seen = await page.evaluate(() => (window as unknown as { seen: boolean[] }).seen);
  expect([...new Set(seen)]).toEqual([true]);
});

test("the end stays in sight while what is above the text grows, also in the moment of a scroll of its own", async ({
  browser,
}) => {
  for (let count = 0; count < 40; count += 1) fake.say(channel, bo.id, `Course ${String(count)}`);
  fake.reads.set(`${channel}/${ada.id}`, last()?.seq ?? 0);
  const context = await browser.newContext({ serviceWorkers: "block" });
  await fake.serve(context, ada.id);
  const page = await context.newPage();
  await page.goto(`${ORIGIN}/#/c/${encodeURIComponent(channel)}`);
  const below = () =>
    page.locator("#messages").evaluate((box) => box.scrollHeight - box.scrollTop - box.clientHeight);
  await expect(message(page, "Course 39")).toBeInViewport();
  await expect.poll(below).toBeLessThan(1);
  // As with two cards, the second of which comes before the browser tells of the scroll that the first one made.
  await page.evaluate(async () => {
    const box = document.getElementById("messages")!;
    box.scrollTop -= 1;
    box.scrollTop += 1;
    document.querySelector<HTMLElement>(".composer-area")!.style.paddingTop = "100px";
    const drawn = () => new Promise((done) => requestAnimationFrame(done));
    for (let frame = 0; frame < 5; frame += 1) await drawn();
  });
  expect(await below()).toBeLessThan(1);
});

for (const [name, options] of Object.entries<BrowserContextOptions>({
  desktop: {},
  dark: { colorScheme: "dark" },
  phone: { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true },
})) {
  test(`whatever somebody sends stays in its place: ${name}`, async ({ browser }) => {
    const bad = { url: "javascript:alert(1)", title: "Press me" };
    const long = `https://accounts.bank.example.${"a".repeat(60)}.${"b".repeat(60)}.evil.example/x`;
    const word = "w".repeat(200);
    fake.say(channel, bo.id, `Bad: javascript:alert(1)`, { previews: [bad, { ...bad, url: SOUP }] });
    fake.say(channel, bo.id, `Long: ${long}`, {
      previews: [{ url: long, title: word, description: `${word} ${"words ".repeat(40)}`, site: word }],
    });
    fake.say(channel, ada.id, `Right: ${SOUP}`, {
      previews: [
        { url: SOUP, title: "حساء بارد للصيف", description: "كل ما تحتاجه هو الخيار", site: "المطبخ" },
      ],
    });
    fake.say(channel, ada.id, `Both: ${TOMATOES} ${SOUP}`, {
      previews: [...PAGES].map(([url, page]) => ({ url, ...page })),
    });
    // As it was kept before there were previews.
    const old: Partial<Message> = fake.say(channel, bo.id, `Old: ${SOUP}`);
    delete old.previews;
    const page = await open(browser, ada, options);
    await expect(message(page, "Old:")).toBeVisible();
    await expect(message(page, "Bad:").getByTestId("preview")).toHaveCount(0);
    await expect(page.locator("a[href^=javascript]")).toHaveCount(0);
    await expect(message(page, "Long:").locator(".preview-host")).toContainText(".evil.example");
    const box = await message(page, "Long:").boundingBox();
    const card = await message(page, "Long:").getByTestId("preview").boundingBox();
    expect(card!.x + card!.width).toBeLessThanOrEqual(box!.x + box!.width);
    expect(card!.height).toBeLessThan(260);
    const title = message(page, "Right:").locator(".preview-title");
    expect(await title.evaluate((each) => getComputedStyle(each).direction)).toBe("rtl");
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    await composer(page).fill(`${TOMATOES} ${SOUP}`);
    await expect(drafted(page)).toHaveCount(2);
    await shot(page, name);
    expect(await violations(page, "nothing")).toEqual([]);
  });
}
