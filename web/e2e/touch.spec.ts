// On a phone: everything that a finger is to hit is large enough for one, in each view.

import { expect, type Page, test } from "@playwright/test";
import { Person } from "./person";
import { Server } from "./server";

const server = new Server();
const TARGET_PX = 44;

test.beforeAll(() => server.start());
test.afterAll(() => server.stop());

/** What is smaller, by name. Words within a text are as high as its lines, as everywhere. */
const small = (page: Page) =>
  page.evaluate((least) => {
    const wanted =
      "button, a[href], select, input, textarea, [role=tab], [role=menuitem], [role=option], [role=radio]";
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

test("44 px for a finger", async ({ browser }) => {
  const phone = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };
  const ada = await Person.at(browser, server, "ada", phone);
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
  await page.getByRole("button", { name: /^Members/ }).tap();
  await expect(page.getByTestId("members")).toContainText("Ada");
  await check("members");
  await page.getByRole("button", { name: "Close", exact: true }).tap();
  await page.getByRole("button", { name: "Conversation options" }).tap();
  await page.getByRole("menuitem", { name: "Channel settings" }).tap();
  for (const name of ["General", "Access", "Permissions", "Servers"]) {
    await page.getByRole("tab", { name }).tap();
    await check(`channel settings ${name}`);
  }
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
