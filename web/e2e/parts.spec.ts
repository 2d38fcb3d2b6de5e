// Parts of the page are loaded when they are wanted, and may not come: the server restarts, or has a newer version.
// Only that part fails, and it is there once it can be had.

import { expect, type Page, test } from "@playwright/test";
import { Person } from "./person";
import { Server } from "./server";

const server = new Server();
let ada: Person;

test.describe.configure({ mode: "serial" });

test.beforeAll(async ({ browser }) => {
  await server.start();
  // A service worker would have the parts already.
  ada = await Person.registered(browser, server, "ada", { serviceWorkers: "block" });
  await ada.createChannel("workshop");
  await ada.send("All hands");
  await ada.sees("All hands");
});

test.afterAll(async () => {
  await ada?.context.close();
  await server.stop();
});

test.afterEach(() => expect(ada.complaints).toEqual([]));

/** From a fresh page on, files of this name are not to be had, until what this gives back is called. */
async function without(page: Page, name: string): Promise<() => Promise<void>> {
  const files = `**/assets/${name}-*`;
  await page.route(files, (route) => route.abort());
  await page.reload();
  return () => page.unroute(files);
}

test("a panel", async () => {
  const { page } = ada;
  for (const name of ["Panel", "InboxPanel"]) {
    const mend = await without(page, name);
    await page.getByRole("button", { name: "Mentions and replies" }).click();
    const panel = page.getByRole("complementary", { name: "Something went wrong" });
    await expect(panel.getByRole("alert")).toBeVisible();
    await ada.sees("All hands");
    // Still not.
    await panel.getByRole("button", { name: "Try again" }).click();
    await expect(panel.getByRole("alert")).toBeVisible();
    await mend();
    await panel.getByRole("button", { name: "Try again" }).click();
    const inbox = page.getByRole("complementary", { name: "Mentions and replies" });
    await inbox.getByRole("button", { name: "Close" }).click();
    await expect(page.getByRole("complementary")).toHaveCount(0);
  }
});

test("a dialog", async () => {
  const { page } = ada;
  const open = page.getByRole("button", { name: "Create a channel" }).first();
  const mend = await without(page, "Dialogs");
  await open.click();
  await expect(page.getByRole("status").getByText("could not be loaded")).toBeVisible();
  await ada.sees("All hands");
  await mend();
  await open.click();
  await expect(page.getByRole("dialog").getByLabel("Name")).toBeVisible();
  await page.keyboard.press("Escape");
});

test("the list of emoji, and the frame that it opens in", async () => {
  const { page } = ada;
  const smiley = ada.message("All hands").getByRole("button", { name: "React", exact: true });
  const mend = await without(page, "emoji");
  await ada.message("All hands").hover();
  await smiley.click();
  const popover = page.getByRole("dialog");
  await expect(popover.getByRole("alert")).toBeVisible();
  await mend();
  await popover.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByTestId("emoji-picker")).toBeVisible();
  await page.keyboard.press("Escape");

  const mendFrame = await without(page, "EmojiPopover");
  await ada.message("All hands").hover();
  await expect(smiley).toBeVisible();
  await mendFrame();
  await smiley.click();
  await expect(page.getByTestId("emoji-picker")).toBeVisible();
  await page.keyboard.press("Escape");
});

test("a menu", async () => {
  const { page } = ada;
  const mend = await without(page, "OpenMenu");
  await ada.sees("All hands");
  const failed = page.waitForEvent("requestfailed", (request) => request.url().includes("OpenMenu"));
  await page.getByRole("button", { name: "Your account" }).click();
  await failed;
  await ada.sees("All hands");
  await mend();
  // A press that comes before the page knows that the part failed is lost with it.
  await expect(async () => {
    await page.getByRole("button", { name: "Your account" }).click();
    await expect(page.getByRole("menuitem", { name: "Sign out" })).toBeVisible({ timeout: 2_000 });
  }).toPass();
  await page.keyboard.press("Escape");
});

test("a menu and a picker that come late give the focus back", async () => {
  const { page } = ada;
  for (const [file, name, part] of [
    ["OpenMenu", "More actions", page.getByRole("menu")],
    ["EmojiPopover", "React", page.getByTestId("emoji-picker")],
  ] as const) {
    let come: () => void = () => undefined;
    const files = `**/assets/${file}-*`;
    await page.route(files, async (route) => {
      await new Promise<void>((done) => (come = done));
      await route.continue();
    });
    const asked = page.waitForRequest(files);
    await page.reload();
    await ada.message("All hands").focus();
    const control = ada.message("All hands").getByRole("button", { name, exact: true });
    await control.focus();
    await control.press("Enter");
    await asked;
    come();
    await expect(part).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(part).toHaveCount(0);
    await expect(control).toBeFocused();
    await page.unroute(files);
  }
});

test("of a version that is not there any more, which a reload mends", async () => {
  const { page } = ada;
  const mend = await without(page, "InboxPanel");
  const front = await (await fetch(server.url)).text();
  await page.route(`${server.url}/`, (route) =>
    route.request().resourceType() === "fetch"
      ? route.fulfill({ contentType: "text/html", body: front.replace(/index-[^".]+/g, "index-other") })
      : route.fallback(),
  );
  await ada.sees("All hands");
  await page.getByRole("button", { name: "Mentions and replies" }).click();
  const panel = page.getByRole("complementary", { name: "Something went wrong" });
  await expect(panel.getByRole("alert")).toContainText("A new version is ready.");
  await expect(page.getByTestId("update-note")).toBeVisible();
  await mend();
  await panel.getByRole("button", { name: "Reload" }).click();
  await expect(page.getByTestId("update-note")).toHaveCount(0);
  await ada.sees("All hands");
  await page.unroute(`${server.url}/`);
  await expect(page.getByRole("complementary", { name: "Mentions and replies" })).toHaveCount(0);
});

test("the whole page", async () => {
  const { page } = ada;
  const mend = await without(page, "Shell");
  const reload = page.getByRole("alert").getByRole("button", { name: "Reload" });
  await expect(reload).toBeVisible();
  await ada.shot("broken");
  await mend();
  await reload.click();
  await ada.sees("All hands");
});

test("the page's own program: that is said after a while, and never meanwhile", async () => {
  const { page } = ada;
  const words = page.getByText("Loggia does not load.");
  await page.route("**/assets/index-*.js", (route) => route.fulfill({ status: 404 }));
  await page.reload();
  await expect(words).toBeAttached();
  await expect(words).toBeHidden();
  await expect(words).toBeVisible();
  await page.unroute("**/assets/index-*.js");
  await page.getByRole("link", { name: "Reload" }).click();
  await ada.open("workshop");
  await ada.sees("All hands");
  await expect(words).toHaveCount(0);
});
