// The sidebar as one arranges it, and ways through the window by keyboard.

import { type Browser, expect, test } from "@playwright/test";
import { Person } from "./person";
import { Server } from "./server";

const server = new Server();
let ada: Person;
let bo: Person;

test.describe.configure({ mode: "serial" });

test.beforeAll(async ({ browser }: { browser: Browser }) => {
  await server.start();
  ada = await Person.registered(browser, server, "ada");
  bo = await Person.registered(browser, server, "bo");
  for (const name of ["alpha", "beta", "gamma"]) await ada.createChannel(name);
});

test.afterAll(async () => {
  await ada?.context.close();
  await bo?.context.close();
  await server.stop();
});

test.afterEach(() => {
  expect([...(ada?.complaints ?? []), ...(bo?.complaints ?? [])]).toEqual([]);
});

async function arrange(person: Person, channel: string, action: string): Promise<void> {
  await person.nav(channel).hover();
  await person.page.getByRole("button", { name: `Options for ${channel}` }).click();
  await person.page.getByRole("menuitem", { name: action, exact: true }).click();
}

const section = (person: Person, name: string) => person.page.getByRole("region", { name, exact: true });

test("favourites and sections of one's own, kept over a reload", async () => {
  await arrange(ada, "gamma", "Add to favourites");
  await expect(section(ada, "Favourites").getByTestId("nav-row")).toHaveText(["gamma"]);
  await arrange(ada, "beta", "Move to a new section…");
  await ada.page.getByRole("textbox", { name: "Name" }).fill("Work");
  await ada.page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(section(ada, "Work").getByTestId("nav-row")).toHaveText(["beta"]);
  await arrange(ada, "alpha", "Move to Work");
  await expect(section(ada, "Work").getByTestId("nav-row")).toHaveText(["alpha", "beta"]);
  await ada.nav("beta").hover();
  await ada.shot("sidebar-sections");
  await ada.page.reload();
  await expect(section(ada, "Work").getByTestId("nav-row")).toHaveText(["alpha", "beta"]);
  await expect(section(ada, "Channels").getByTestId("nav-row")).toHaveCount(0);
});

test("a closed section still shows what is unread in it", async () => {
  await ada.open("gamma");
  await ada.page.getByRole("button", { name: "Work", exact: true }).click();
  await expect(section(ada, "Work").getByTestId("nav-row")).toHaveCount(0);
  await bo.joinFromDirectory("beta");
  await bo.send("Anybody here?");
  await expect(section(ada, "Work").getByTestId("nav-row")).toHaveText([/beta/]);
  await ada.page.getByRole("button", { name: "Work", exact: true }).click();
  await expect(section(ada, "Work").getByTestId("nav-row")).toHaveCount(2);
});

test("a muted channel's mentions are counted quietly", async () => {
  await bo.send("@ada look");
  const badge = ada.nav("beta").locator(".badge");
  await expect(badge).toHaveAttribute("data-loud", "true");
  await expect(ada.page).toHaveTitle("(1) #gamma · Loggia");
  await arrange(ada, "beta", "Mute");
  await expect(badge).not.toHaveAttribute("data-loud", "true");
  await expect(badge).toContainText("1 mention");
  await expect(ada.page).toHaveTitle("#gamma · Loggia");
  await arrange(ada, "beta", "Unmute");
  await expect(badge).toHaveAttribute("data-loud", "true");
});

test("by keyboard: unread, back and forward, the parts of the window", async () => {
  const { page } = ada;
  await page.keyboard.press("Alt+Shift+ArrowDown");
  await ada.expectChannel("beta");
  await page.keyboard.press("Alt+ArrowLeft");
  await ada.expectChannel("gamma");
  await page.keyboard.press("Alt+ArrowRight");
  await ada.expectChannel("beta");
  // In the order of the sidebar: gamma is a favourite, then alpha and beta.
  await page.keyboard.press("Alt+ArrowUp");
  await ada.expectChannel("alpha");
  await page.keyboard.press("Alt+ArrowUp");
  await ada.expectChannel("gamma");
  await ada.composer.focus();
  await page.keyboard.press("F6");
  await expect(ada.nav("gamma")).toBeFocused();
  await page.keyboard.press("F6");
  await expect(page.locator("#messages")).toBeFocused();
  await page.keyboard.press("F6");
  await expect(ada.composer).toBeFocused();
  await page.keyboard.press("Shift+F6");
  await expect(page.locator("#messages")).toBeFocused();
});

test("unread again from a message on", async () => {
  await ada.open("beta");
  await bo.send("The last word");
  await ada.sees("The last word");
  await expect(ada.nav("beta").locator(".badge")).toHaveCount(0);
  await ada.act("Anybody here?", "Mark unread from here");
  await expect(ada.page.getByTestId("new-line")).toBeVisible();
  await ada.open("gamma");
  await expect(ada.nav("beta").locator(".badge")).toContainText("3 unread messages");
});
