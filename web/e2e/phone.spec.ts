// On a phone that is small, turned, or half under its keyboard: nothing is out of sight or out of reach.

import { type Browser, expect, type Locator, type Page, test } from "@playwright/test";
import { Person } from "./person";
import { png } from "./picture";
import { Server } from "./server";

const server = new Server();
const SMALL = { width: 360, height: 640 };
const TURNED = { width: 844, height: 390 };
const phone = (viewport = SMALL) => ({ viewport, hasTouch: true, isMobile: true });

test.beforeAll(() => server.start());
test.afterAll(() => server.stop());

/** Somebody in a channel of their own. */
async function somebody(browser: Browser, name: string, viewport = SMALL): Promise<Person> {
  const person = await Person.registered(browser, server, name, phone(viewport));
  await person.createChannel(`of-${name}`);
  return person;
}

async function done(person: Person): Promise<void> {
  expect(person.complaints).toEqual([]);
  await person.context.close();
}

async function boxOf(target: Locator): Promise<{ top: number; bottom: number; left: number; right: number }> {
  return target.evaluate((each) => {
    const { top, bottom, left, right } = each.getBoundingClientRect();
    return { top, bottom, left, right };
  });
}

/** What a finger hits in the middle of it is it, or in it. */
const hit = (target: Locator) =>
  target.evaluate((each) => {
    const { top, left, width, height } = each.getBoundingClientRect();
    const at = document.elementFromPoint(left + width / 2, top + height / 2);
    return at !== null && each.contains(at);
  });

const drawn = (page: Page) =>
  page.evaluate(() => new Promise((ready) => requestAnimationFrame(() => requestAnimationFrame(ready))));

const still = (page: Page) =>
  page.evaluate(() => Promise.allSettled(document.getAnimations().map((each) => each.finished)));

const lines = (count: number) => Array.from({ length: count }, (_, n) => `line ${n}`).join("\n\n");

test("a menu with little room scrolls", async ({ browser }) => {
  const ada = await somebody(browser, "ada");
  const { page } = ada;
  for (let n = 0; n < 12; n++) await ada.send(`Hello ${n}`);
  await ada.sees("Hello 11");
  for (const viewport of [SMALL, { width: 390, height: 430 }, TURNED]) {
    await page.setViewportSize(viewport);
    const message = ada.message("Hello 9");
    await message.tap();
    await message.getByRole("button", { name: "More actions" }).tap();
    const menu = page.getByRole("menu");
    await expect(menu).toBeVisible();
    const last = menu.getByRole("menuitem").last();
    const frame = await boxOf(page.locator(".popover"));
    const inner = await boxOf(menu);
    expect(inner.bottom).toBeLessThanOrEqual(frame.bottom);
    expect(frame.bottom).toBeLessThanOrEqual(viewport.height);
    await last.scrollIntoViewIfNeeded();
    expect((await boxOf(last)).bottom).toBeLessThanOrEqual(frame.bottom);
    expect(await hit(last)).toBe(true);
    await ada.shot(`phone-menu-${viewport.width}x${viewport.height}`);
    await page.keyboard.press("Escape");
    await expect(menu).toHaveCount(0);
  }
  await page.getByRole("button", { name: "Insert emoji" }).tap();
  const picker = page.getByTestId("emoji-picker");
  await expect(picker.getByRole("button", { name: "grinning face", exact: true })).toBeVisible();
  const frame = await boxOf(page.locator(".popover"));
  expect((await boxOf(picker)).bottom).toBeLessThanOrEqual(frame.bottom);
  expect(frame.top).toBeGreaterThanOrEqual(0);
  await ada.shot("phone-emoji-turned");
  await done(ada);
});

/** The tools lie in what is seen of the list, and a finger hits them. */
async function toolsInSight(message: Locator, list: Locator): Promise<void> {
  const tools = message.getByRole("toolbar");
  await expect(tools).toBeVisible();
  const seen = await boxOf(list);
  const box = await boxOf(tools);
  expect(box.top).toBeGreaterThanOrEqual(seen.top);
  expect(box.bottom).toBeLessThanOrEqual(seen.bottom);
  // When its menu comes the button is another one.
  await expect.poll(() => hit(tools.getByRole("button", { name: "More actions" }))).toBe(true);
}

test("a message's tools are in sight wherever it is touched", async ({ browser }) => {
  const bo = await somebody(browser, "bo");
  const { page } = bo;
  await bo.send(lines(60));
  await bo.sees("line 59");
  for (let n = 0; n < 30; n++) await bo.send(`Hello ${n}.`);
  await bo.sees("Hello 29.");
  const list = page.locator("#messages");
  const seen = await boxOf(list);
  const middle = { x: 180, y: (seen.top + seen.bottom) / 2 };
  const tall = bo.message("line 59");
  // In the middle of what is higher than the list.
  await list.evaluate((box) => (box.scrollTop = 0));
  await tall
    .getByText("line 30", { exact: true })
    .evaluate((line) => line.scrollIntoView({ block: "center" }));
  await drawn(page);
  await page.touchscreen.tap(middle.x, middle.y);
  await toolsInSight(tall, list);
  await bo.shot("phone-tall");
  // Its end, with what comes after it; the list is as long as before.
  await tall
    .getByText("line 57", { exact: true })
    .evaluate((line) => line.scrollIntoView({ block: "start" }));
  await drawn(page);
  await toolsInSight(tall, list);
  await bo.shot("phone-end");
  // One line, a third of it under the header.
  const cut = bo.message("Hello 3.");
  await cut.evaluate((row) => {
    const box = row.closest(".scroll");
    if (!box) throw new Error("no list");
    box.scrollTop += row.getBoundingClientRect().top - box.getBoundingClientRect().top + row.clientHeight / 3;
  });
  await drawn(page);
  await page.touchscreen.tap(middle.x, (await boxOf(cut)).bottom - 4);
  await toolsInSight(cut, list);
  await bo.shot("phone-cut");
  // Elsewhere they lie above the text, and nothing becomes longer by them.
  await list.evaluate((box) => (box.scrollTop = box.scrollHeight));
  for (const n of [28, 29]) {
    const before = await list.evaluate((box) => box.scrollHeight);
    const row = bo.message(`Hello ${n}.`);
    await row.tap();
    await toolsInSight(row, list);
    expect((await boxOf(row.getByRole("toolbar"))).bottom).toBeLessThanOrEqual(
      (await boxOf(row.locator(".markdown"))).top + 10,
    );
    expect(await list.evaluate((box) => box.scrollHeight)).toBe(before);
  }
  await done(bo);
});

test("suggestions fit above the text, and scroll", async ({ browser }) => {
  const cy = await somebody(browser, "cy");
  const { page } = cy;
  // As much as a keyboard leaves.
  for (const viewport of [
    { width: 360, height: 330 },
    { width: 844, height: 190 },
  ]) {
    await page.setViewportSize(viewport);
    await cy.composer.fill("");
    await cy.composer.pressSequentially("/");
    const list = page.getByRole("listbox");
    await expect(list).toBeVisible();
    const options = list.getByRole("option");
    await expect.poll(async () => (await boxOf(list)).top).toBeGreaterThanOrEqual(0);
    expect(await list.evaluate((box) => box.scrollHeight > box.clientHeight)).toBe(true);
    const row = await boxOf(options.first());
    expect(row.bottom - row.top).toBeGreaterThanOrEqual(44);
    await cy.shot(`phone-suggestions-${viewport.width}`);
    // Upwards, to what is at the list's other end.
    for (let n = 0; n < 2; n++) {
      await cy.composer.press("ArrowUp");
      await expect.poll(() => hit(list.getByRole("option", { selected: true }))).toBe(true);
    }
  }
  await page.getByRole("option", { name: /^\/topic/ }).tap();
  await expect(cy.composer).toHaveValue("/topic ");
  await expect(cy.composer).toBeFocused();
  await done(cy);
});

test("choosing an emoji opens no keyboard", async ({ browser }) => {
  const di = await somebody(browser, "di");
  const { page } = di;
  await page.getByRole("button", { name: "Insert emoji" }).tap();
  await expect(page.getByRole("button", { name: "grinning face", exact: true })).toBeVisible();
  await expect(page.getByRole("searchbox", { name: "Search emoji" })).not.toBeFocused();
  await expect(page.locator(".emoji-dialog")).toBeFocused();
  await done(di);
});

const CONTROLS = "button, a[href], input, textarea, h1, h2, img, .avatar, .message-hour";

/** What can be seen and reaches beyond these edges, by name. */
const beyond = (page: Page, edges: { left: number; right: number; top?: number; bottom?: number }) =>
  page.evaluate(
    ([wanted, { left, right, top = 0, bottom = innerHeight }]) => {
      const found: string[] = [];
      for (const each of document.querySelectorAll<HTMLElement>(wanted)) {
        if (each.matches(".visually-hidden, .visually-hidden *, .skip-link, .drawer-scrim, [type=file]"))
          continue;
        if (!each.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
        const box = each.getBoundingClientRect();
        // Under the edge of a list that scrolls.
        const list = each.closest(".scroll")?.getBoundingClientRect();
        const over = !list && (box.top < top - 0.5 || box.bottom > bottom + 0.5);
        if (box.width > 0 && (over || box.left < left - 0.5 || box.right > right + 0.5)) {
          const { x, y, width, height } = box;
          const at = [x, y, width, height].map(Math.round).join(" ");
          found.push(`${each.getAttribute("aria-label") ?? (each.textContent || each.className)}: ${at}`);
        }
      }
      return found;
    },
    [CONTROLS, edges] as const,
  );

test("what one writes is large enough not to be zoomed, also on a turned phone", async ({ browser }) => {
  const ed = await somebody(browser, "ed", TURNED);
  const size = () => ed.composer.evaluate((box) => parseFloat(getComputedStyle(box).fontSize));
  expect(await size()).toBeGreaterThanOrEqual(16);
  await ed.page.evaluate(() => (document.documentElement.style.fontSize = "200%"));
  expect(await size()).toBe(32);
  await done(ed);
});

test("nothing lies under a phone's camera and bars", async ({ browser }) => {
  const fay = await somebody(browser, "fay", TURNED);
  const { page } = fay;
  await fay.send("Hello");
  await fay.sees("Hello");
  const phone = await fay.context.newCDPSession(page);
  const inset = (insets: { top: number; left: number; bottom: number; right: number }) =>
    phone.send("Emulation.setSafeAreaInsetsOverride", { insets });
  await inset({ top: 0, left: 47, bottom: 21, right: 47 });
  const turned = { left: 47, right: TURNED.width - 47, bottom: TURNED.height - 21 };
  await fay.shot("phone-insets-turned");
  await expect.poll(() => beyond(page, turned)).toEqual([]);
  await page.getByRole("button", { name: "Search messages" }).tap();
  await expect(page.getByRole("searchbox", { name: "Search messages" })).toBeVisible();
  await fay.shot("phone-insets-panel");
  await expect.poll(() => beyond(page, turned)).toEqual([]);
  await page.getByRole("button", { name: "Close", exact: true }).tap();
  await page.setViewportSize(SMALL);
  await inset({ top: 30, left: 0, bottom: 34, right: 0 });
  const upright = { left: 0, right: SMALL.width, top: 30, bottom: SMALL.height - 34 };
  await expect.poll(() => beyond(page, upright)).toEqual([]);
  await fay.message("Hello").tap();
  await fay.message("Hello").getByRole("button", { name: "Reply in thread" }).tap();
  await expect(page.getByTestId("composer")).toHaveCount(2);
  await fay.shot("phone-insets-thread");
  await expect.poll(() => beyond(page, upright)).toEqual([]);
  await page.getByRole("button", { name: "Close", exact: true }).tap();
  await page.getByRole("button", { name: "Open conversations" }).tap();
  await expect(page.getByRole("button", { name: "Browse channels" })).toBeInViewport();
  await expect.poll(() => beyond(page, upright)).toEqual([]);
  await done(fay);
});

test("letters twice as large", async ({ browser }) => {
  const gil = await somebody(browser, "gil");
  const { page } = gil;
  await gil.send("Hello");
  await gil.send("and more");
  await gil.sees("and more");
  await page.evaluate(() => (document.documentElement.style.fontSize = "200%"));
  const edges = { left: 0, right: SMALL.width };
  // The link that leads to the messages waits wholly out of sight.
  expect((await boxOf(page.locator(".skip-link"))).bottom).toBeLessThanOrEqual(0);
  await gil.message("and more").tap();
  const hour = gil.message("and more").locator(".message-hour");
  const { left, right } = await boxOf(hour);
  expect(left).toBeGreaterThanOrEqual(0);
  expect(await hour.evaluate((each) => each.scrollWidth <= each.clientWidth)).toBe(true);
  expect(right).toBeLessThanOrEqual((await boxOf(gil.message("and more").locator(".markdown"))).left);
  await gil.shot("phone-large");
  await page.getByRole("button", { name: "Open conversations" }).tap();
  await expect(page.getByRole("button", { name: "Browse channels" })).toBeInViewport();
  await still(page);
  const drawer = await boxOf(page.locator("nav.sidebar"));
  await gil.shot("phone-large-drawer");
  for (const name of ["Start a conversation", "Create a channel"])
    expect(
      (await boxOf(page.locator("nav.sidebar").getByRole("button", { name }))).right,
    ).toBeLessThanOrEqual(drawer.right);
  await page.getByRole("button", { name: "Your account" }).tap();
  await page.getByRole("menuitem", { name: "Notifications" }).tap();
  await expect(page.getByRole("button", { name: "Until tomorrow morning" })).toBeVisible();
  await page.getByRole("button", { name: "Until tomorrow morning" }).scrollIntoViewIfNeeded();
  await gil.shot("phone-large-pauses");
  const pause = await boxOf(page.getByRole("button", { name: "Until tomorrow morning" }));
  expect(pause.right).toBeLessThanOrEqual(edges.right);
  await page.getByRole("button", { name: "Close", exact: true }).first().tap();
  await page.evaluate(() => (document.documentElement.style.fontSize = ""));
  await page.setViewportSize(TURNED);
  await still(page);
  const turned = await boxOf(page.locator("nav.sidebar"));
  const start = page.locator("nav.sidebar").getByRole("button", { name: "Start a conversation" });
  expect((await boxOf(start)).right).toBeLessThanOrEqual(turned.right);
  await done(gil);
});

test("back from a hit, the results are where they were", async ({ browser }) => {
  const hal = await somebody(browser, "hal");
  const { page } = hal;
  for (let n = 0; n < 20; n++) await hal.send(`Saffron ${n}`);
  await hal.sees("Saffron 19");
  await page.getByRole("button", { name: "Search messages" }).tap();
  const box = page.getByRole("searchbox", { name: "Search messages" });
  await expect(box).toBeFocused();
  await box.fill("saffron");
  const hits = page.getByTestId("search-results").getByRole("listitem");
  await expect(hits).toHaveCount(20);
  const body = page.locator(".panel-body");
  await body.evaluate((each) => (each.scrollTop = 500));
  await drawn(page);
  await hits.nth(10).getByRole("button").first().tap();
  await expect(hits).toHaveCount(0);
  await hal.back();
  await expect(hits).toHaveCount(20);
  await expect.poll(() => body.evaluate((each) => each.scrollTop)).toBe(500);
  await expect(box).not.toBeFocused();
  await done(hal);
});

test("a picture is seen as a whole, and a finger leads to the next", async ({ browser }) => {
  const ivy = await somebody(browser, "ivy");
  const { page } = ivy;
  const picture = (name: string) => ({ name, mimeType: "image/png", buffer: png(900, 1200, [200, 120, 60]) });
  await page
    .locator("input[type=file]")
    .first()
    .setInputFiles([picture("one.png"), picture("two.png")]);
  await expect(page.getByTestId("preview")).toHaveCount(2);
  await page.getByTestId("conversation").getByRole("button", { name: "Send message" }).tap();
  await page.getByRole("button", { name: "Open one.png" }).tap();
  const viewer = page.getByTestId("viewer");
  for (const viewport of [SMALL, TURNED]) {
    await page.setViewportSize(viewport);
    await still(page);
    const image = await boxOf(viewer.getByRole("img"));
    const download = await boxOf(viewer.getByRole("link", { name: "Download" }));
    expect(image.top).toBeGreaterThanOrEqual((await boxOf(viewer.getByRole("heading"))).bottom);
    expect(image.bottom - image.top).toBeGreaterThan(150);
    expect(image.bottom).toBeLessThanOrEqual(download.top);
    expect(download.bottom).toBeLessThanOrEqual(viewport.height);
    expect(download.bottom - download.top).toBeGreaterThanOrEqual(44);
    await ivy.shot(`phone-viewer-${viewport.width}`);
  }
  const finger = await ivy.context.newCDPSession(page);
  const swipe = async (from: number, to: number) => {
    const touch = (type: "touchStart" | "touchMove" | "touchEnd", touchPoints: { x: number; y: number }[]) =>
      finger.send("Input.dispatchTouchEvent", { type, touchPoints });
    await touch("touchStart", [{ x: from, y: 180 }]);
    for (let n = 1; n <= 6; n++) await touch("touchMove", [{ x: from + ((to - from) * n) / 6, y: 180 }]);
    await touch("touchEnd", []);
  };
  await swipe(500, 350);
  await expect(viewer.getByRole("status")).toHaveText("2 of 2");
  await swipe(350, 500);
  await expect(viewer.getByRole("status")).toHaveText("1 of 2");
  await swipe(350, 370);
  await drawn(page);
  await expect(viewer.getByRole("status")).toHaveText("1 of 2");
  await done(ivy);
});

test("conversations are at hand: where none is open, and what can be done with the open one", async ({
  browser,
}) => {
  const jo = await somebody(browser, "jo");
  const { page } = jo;
  await jo.reload();
  await jo.expectChannel("of-jo");
  await page.getByRole("button", { name: "Open conversations" }).tap();
  const menu = page.locator("nav.sidebar").getByRole("button", { name: "Options for of-jo" });
  await expect(menu).toBeVisible();
  await still(page);
  await jo.shot("phone-drawer");
  await menu.tap();
  await expect(page.getByRole("menuitem", { name: "Mute" })).toBeVisible();
  await page.keyboard.press("Escape");
  await page.getByRole("link", { name: "Loggia" }).tap();
  await still(page);
  await jo.shot("phone-welcome");
  await page.getByRole("main").getByTestId("nav-row").filter({ hasText: "of-jo" }).tap();
  await jo.expectChannel("of-jo");
  await done(jo);
});

test("a panel that is opened from the drawer has the focus, which the drawer takes with it", async ({
  browser,
}) => {
  const lu = await somebody(browser, "lu");
  const { page } = lu;
  await page.getByRole("button", { name: "Open conversations" }).tap();
  await page.locator("nav.sidebar").getByRole("button", { name: "Saved for later" }).tap();
  const panel = page.getByRole("complementary", { name: "Saved for later" });
  await expect(panel.getByRole("heading", { name: "Saved for later" })).toBeFocused();
  await page.keyboard.press("Tab");
  await expect(panel.getByRole("button", { name: "Close" })).toBeFocused();
  await done(lu);
});

test("a spoiler is high enough for a finger", async ({ browser }) => {
  const kit = await somebody(browser, "kit");
  await kit.send("It was ||the gardener||.");
  const spoiler = kit.page.getByRole("button", { name: /^Hidden text/ });
  const high = async () => {
    const { top, bottom } = await boxOf(spoiler);
    return bottom - top;
  };
  await expect.poll(high).toBeGreaterThanOrEqual(24);
  await done(kit);
});
