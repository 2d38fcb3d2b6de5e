// On a phone: everything that a finger is to hit is large enough for one, in each view, and what it hits happens.

import { type Browser, expect, type Locator, type Page, test } from "@playwright/test";
import { Person } from "./person";
import { Server } from "./server";

const server = new Server();
const TARGET_PX = 44;
const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };

test.beforeAll(() => server.start());
test.afterAll(() => server.stop());

/** What is smaller, by name. Words within a text are as high as its lines, as everywhere. */
const small = (page: Page) =>
  page.evaluate((least) => {
    const wanted =
      "button, summary, a[href], select, input, textarea, [role=tab], [role=menuitem], [role=option], [role=radio]";
    const within =
      ".markdown *, .edited, .author, .face, .visually-hidden *, .skip-link, .auth-switch *, [aria-label=Dismiss]";
    const found: string[] = [];
    for (const each of document.querySelectorAll<HTMLElement>(wanted)) {
      if (each.matches(within) || each.closest("[inert],[aria-hidden=true]")) continue;
      // A hidden box of a choice: what is hit is what stands for it.
      const box = each.matches("input[type=radio],input[type=checkbox],input[type=file]")
        ? each.closest<HTMLElement>("label")
        : each;
      if (!box?.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
      const { width, height, top, left } = box.getBoundingClientRect();
      if (width === 0 || top >= innerHeight || left >= innerWidth || left + width <= 0) continue;
      if (Math.min(width, height) < least - 0.5)
        found.push(
          `${each.getAttribute("aria-label") ?? (each.textContent.slice(0, 40) || each.className)}: ` +
            `${width.toFixed(0)} x ${height.toFixed(0)}`,
        );
    }
    return [...new Set(found)];
  }, TARGET_PX);

async function checkWebhooks(page: Page, check: (where: string) => Promise<void>): Promise<void> {
  await page.getByTestId("webhooks").getByRole("textbox", { name: "Name" }).fill("Build server");
  await page.getByRole("button", { name: "Create webhook" }).tap();
  await expect(page.getByTestId("webhook-address")).toBeVisible();
  await check("webhook made");
  await page.getByTestId("webhook-address").getByRole("button", { name: "Close" }).last().tap();
  await expect(page.getByTestId("webhook")).toBeVisible();
  await check("webhooks");
}

test("44 px for a finger", async ({ browser }) => {
  const ada = await Person.at(browser, server, "ada", PHONE);
  const { page } = ada;
  const check = async (view: string) => {
    await page.evaluate(() => Promise.allSettled(document.getAnimations().map((each) => each.finished)));
    await ada.shot(`touch-${view.replaceAll(" ", "-")}`);
    expect.soft(await small(page), view).toEqual([]);
  };
  await check("sign in");
  await ada.register();
  await check("welcome");
  await page.getByRole("button", { name: "Create a channel" }).click();
  await check("create a channel");
  await page.getByRole("dialog").getByLabel("Name").fill("garden");
  await page.getByRole("dialog").getByRole("button", { name: "Create channel" }).tap();
  await ada.expectChannel("garden");
  await ada.send("Hello");
  await ada.sees("Hello");
  await ada.message("Hello").tap();
  await ada.message("Hello").getByRole("button", { name: "React with 👍" }).tap();
  await expect(ada.message("Hello").getByTestId("reaction")).toBeVisible();
  await check("a message");
  await ada.message("Hello").getByRole("button", { name: "More actions" }).tap();
  await expect(page.getByRole("menu")).toBeVisible();
  await check("a menu");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Insert emoji" }).tap();
  await expect(page.getByRole("button", { name: "grinning face", exact: true })).toBeVisible();
  await check("emoji");
  await page.keyboard.press("Escape");
  const text = { name: "bell.wav", mimeType: "audio/wav", buffer: Buffer.from("no sound, but called one") };
  await page.getByTestId("conversation").getByTestId("attach-input").setInputFiles(text);
  await expect(page.getByTestId("chip")).toHaveCount(1);
  await expect(page.getByTestId("chip").locator("progress")).toHaveCount(0);
  await page.getByRole("button", { name: "Describe bell.wav" }).tap();
  await page.getByRole("textbox", { name: "Description" }).fill("A bell");
  await check("describe a file");
  await page.getByRole("button", { name: "Save", exact: true }).tap();
  await expect(page.getByTestId("described")).toBeVisible();
  await check("files to send");
  await page.getByTestId("conversation").getByRole("button", { name: "Send message" }).tap();
  await expect(page.getByText("Description", { exact: true })).toBeVisible();
  await check("a file");
  await page.getByRole("button", { name: "Search messages" }).tap();
  await page.getByRole("searchbox", { name: "Search messages" }).fill("Hello");
  await expect(page.getByTestId("search-results").getByRole("listitem")).toHaveCount(1);
  await check("search");
  await page.getByRole("button", { name: "Close", exact: true }).tap();
  await page.getByRole("button", { name: "Conversation options" }).tap();
  await page.getByRole("menuitem", { name: "1 member" }).tap();
  await expect(page.getByTestId("members")).toContainText("Ada");
  await check("members");
  await page.getByRole("button", { name: "Close", exact: true }).tap();
  await page.getByRole("button", { name: "Conversation options" }).tap();
  await page.getByRole("menuitem", { name: "Channel settings" }).tap();
  for (const name of ["General", "Access", "Permissions", "Servers", "Webhooks"]) {
    await page.getByRole("tab", { name }).tap();
    await check(`channel settings ${name}`);
  }
  await checkWebhooks(page, check);
  await page.getByRole("dialog").getByRole("button", { name: "Close" }).first().tap();
  await page.getByRole("button", { name: "Open conversations" }).tap();
  await expect(page.getByRole("button", { name: "Browse channels" })).toBeInViewport();
  await check("sidebar");
  await page.getByRole("button", { name: "Your account" }).tap();
  await page.getByRole("menuitem", { name: "Settings" }).tap();
  for (const name of ["Profile", "Appearance", "Notifications", "Account", "Sessions"]) {
    await page.getByRole("tab", { name }).tap();
    await check(`settings ${name}`);
  }
  expect(ada.complaints).toEqual([]);
  await ada.context.close();
});

/** Somebody with one message. */
async function withMessage(browser: Browser, name: string, text: string): Promise<Person> {
  const person = await Person.registered(browser, server, name, PHONE);
  await person.createChannel(`of-${name}`);
  await person.send(text);
  await expect(person.page.getByTestId("message")).toHaveCount(1);
  return person;
}

const drawn = (page: Page) =>
  page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));

/** A finger that can also stay down, or move. */
async function fingerOf(person: Person) {
  const session = await person.context.newCDPSession(person.page);
  return (type: "touchStart" | "touchMove" | "touchEnd", touchPoints: { x: number; y: number }[]) =>
    session.send("Input.dispatchTouchEvent", { type, touchPoints });
}

async function middleOf(target: Locator): Promise<{ x: number; y: number }> {
  const box = await target.boundingBox();
  if (!box) throw new Error("nothing is drawn");
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

test("a tool stays under the finger that is lifted from it", async ({ browser }) => {
  const bo = await withMessage(browser, "bo", "Hello");
  const tools = bo.message("Hello").getByRole("toolbar");
  await bo.message("Hello").tap();
  await expect(tools).toBeVisible();
  // What the browser tells of a lifted finger, with all the time to draw that a slow phone takes before the click.
  await tools.getByRole("button", { name: "React with 👍" }).dispatchEvent("pointerout", {
    pointerType: "touch",
    bubbles: true,
  });
  await drawn(bo.page);
  await expect(tools).toBeVisible({ timeout: 1 });
  // Beside all messages: the day's line, then nothing.
  await bo.page.locator("#messages .day").tap({ position: { x: 4, y: 4 } });
  await expect(tools).toHaveCount(0);
  expect(bo.complaints).toEqual([]);
  await bo.context.close();
});

test("a finger that scrolls chooses nothing", async ({ browser }) => {
  const cy = await withMessage(browser, "cy", Array.from({ length: 60 }, (_, n) => `line ${n}`).join("\n"));
  const list = cy.page.locator("#messages");
  await cy.page.getByRole("heading", { level: 1 }).tap();
  const before = await list.evaluate((box) => box.scrollTop);
  const { x, y } = await middleOf(list);
  const touch = await fingerOf(cy);
  await touch("touchStart", [{ x, y }]);
  for (let moved = 10; moved <= 200; moved += 10) await touch("touchMove", [{ x, y: y + moved }]);
  await touch("touchEnd", []);
  await expect.poll(() => list.evaluate((box) => box.scrollTop)).toBeLessThan(before - 100);
  await drawn(cy.page);
  await expect(cy.page.getByRole("toolbar", { name: "Message actions" })).toHaveCount(0);
  expect(cy.complaints).toEqual([]);
  await cy.context.close();
});

test("a menu that comes while the finger is down opens", async ({ browser }) => {
  // Routes don't see what a service worker asks for.
  const di = await Person.at(browser, server, "di", { ...PHONE, serviceWorkers: "block" });
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await di.page.route(/OpenMenu.*\.js/, async (route) => {
    await held;
    await route.continue();
  });
  await di.register();
  await di.createChannel("of-di");
  await di.send("Hello");
  await di.sees("Hello");
  await di.message("Hello").tap();
  const at = await middleOf(di.message("Hello").getByRole("button", { name: "More actions" }));
  const touch = await fingerOf(di);
  await touch("touchStart", [at]);
  const come = di.page.waitForEvent("requestfinished", (request) => /OpenMenu.*\.js/.test(request.url()));
  release();
  await come;
  await drawn(di.page);
  await touch("touchEnd", []);
  await expect(di.page.getByRole("menu")).toBeVisible();
  expect(di.complaints).toEqual([]);
  await di.context.close();
});
