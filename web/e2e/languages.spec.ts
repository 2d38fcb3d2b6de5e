// German, French, and reading from the right.

import { type Browser, expect, test } from "@playwright/test";
import { Person } from "./person";
import { Server } from "./server";

const server = new Server();
let ada: Person;

test.describe.configure({ mode: "serial" });

test.beforeAll(async ({ browser }: { browser: Browser }) => {
  await server.start();
  ada = await Person.registered(browser, server, "ada");
  await ada.createChannel("general", { topic: "Everything" });
  await ada.send("Hello **there**");
  await ada.send("مرحبا بالجميع");
});

test.afterAll(async () => {
  await ada?.context.close();
  await server.stop();
});

test.afterEach(() => expect(ada?.complaints ?? []).toEqual([]));

test("the browser's language, before one is chosen", async ({ browser }) => {
  const context = await browser.newContext({ locale: "de-AT" });
  const page = await context.newPage();
  await page.goto(server.url);
  await expect(page.getByRole("button", { name: "Anmelden" })).toBeVisible();
  await expect(page.locator("html")).toHaveAttribute("lang", "de");
  await context.close();
});

test("a language is chosen, in force at once, and kept", async () => {
  const { page } = ada;
  await page.getByRole("button", { name: "Your account" }).click();
  await page.getByRole("menuitem", { name: "Settings" }).click();
  await page.getByRole("tab", { name: "Appearance" }).click();
  await ada.shot("languages-settings");
  await page.getByText("Français", { exact: true }).click();
  await expect(page.getByRole("navigation", { name: "Conversations" })).toContainText("Salons");
  await expect(page.getByRole("textbox", { name: "Écrire à #general" })).toBeVisible();
  await page.reload();
  await expect(page.getByRole("textbox", { name: "Écrire à #general" })).toBeVisible();
  await expect(page.locator("html")).toHaveAttribute("lang", "fr");
  await ada.shot("languages-fr");
  await page.getByRole("button", { name: "Votre compte" }).click();
  await page.getByRole("menuitem", { name: "Réglages" }).click();
  await page.getByRole("tab", { name: "Apparence" }).click();
  await page.getByText("Deutsch", { exact: true }).click();
  await expect(page.getByRole("textbox", { name: "Nachricht an #general" })).toBeVisible();
  await ada.shot("languages-de");
});

for (const width of [1440, 360]) {
  test(`from right to left, ${width} px`, async () => {
    const { page } = ada;
    await page.setViewportSize({ width, height: 800 });
    await page.evaluate(() => (document.documentElement.dir = "rtl"));
    const overflow = await page.evaluate(() => {
      const root = document.documentElement;
      return Math.max(root.scrollWidth - innerWidth, -root.scrollLeft);
    });
    expect(overflow).toBeLessThanOrEqual(0);
    const at = (selector: string) =>
      page
        .locator(selector)
        .first()
        .evaluate((element) => element.getBoundingClientRect().x);
    if (width > 720) expect(await at(".sidebar")).toBeGreaterThan(await at(".main"));
    // Text goes by its own direction, whatever the window's.
    const direction = (text: string) =>
      ada
        .message(text)
        .locator(".markdown")
        .evaluate((element) => getComputedStyle(element).direction);
    expect(await direction("Hello")).toBe("ltr");
    expect(await direction("مرحبا")).toBe("rtl");
    await ada.shot(`languages-rtl-${width}`);
    if (width < 720) {
      await page.getByRole("button", { name: "Gespräche öffnen" }).click();
      await expect(page.getByTestId("nav-row").first()).toBeInViewport();
      await ada.shot("languages-rtl-drawer");
    }
  });
}
