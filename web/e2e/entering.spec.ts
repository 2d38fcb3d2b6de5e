// Coming into channels: from the first page, from the directory, by a link that somebody sent.

import { type Browser, expect, type Locator, test } from "@playwright/test";
import { openPart, Person } from "./person";
import { Server } from "./server";

const server = new Server();
let ada: Person;

test.describe.configure({ mode: "serial" });

test.beforeAll(async ({ browser }: { browser: Browser }) => {
  await server.start();
  ada = await Person.registered(browser, server, "ada");
  await ada.createChannel("general", {
    topic: "Everything that has no better place, and ".repeat(5).slice(0, 180),
  });
});

test.afterAll(async () => {
  await ada?.context.close();
  await server.stop();
});

/** All of it is inside of the window. */
async function expectWithin(element: Locator): Promise<void> {
  const width = element.page().viewportSize()?.width ?? 0;
  await expect
    .poll(() => element.boundingBox().then((box) => box !== null && box.x >= 0 && box.x + box.width <= width))
    .toBe(true);
}

for (const width of [1280, 390]) {
  test(`a long topic pushes nothing out of the window, ${width} px`, async ({ browser }) => {
    const name = `wide${width}`;
    const bo = await Person.registered(browser, server, name, { viewport: { width, height: 844 } });
    const join = bo.page.getByRole("button", { name: "Join general" });
    await expectWithin(join);
    await bo.shot(`entering-first-${width}`);
    await bo.page.getByRole("button", { name: "Browse channels" }).last().click();
    await expectWithin(bo.page.getByRole("dialog").getByRole("button", { name: "Join general" }));
    await bo.shot(`entering-directory-${width}`);
    await bo.context.close();
  });
}

/** The address of what somebody looks at, as they would send it. */
const linkTo = (person: Person, message?: string | null) =>
  person.page.url() + (message ? `/${encodeURIComponent(message)}` : "");

test("a link to a channel shows it to somebody who just registered, and leads in, to the message", async ({
  browser,
}) => {
  await ada.open("general");
  await ada.send("Look at this one");
  await ada.sees("Look at this one");
  const said = ada.message("Look at this one");
  await expect(said).toHaveAttribute("data-id", /^\$/);
  const id = await said.getAttribute("data-id");
  const link = linkTo(ada, id);
  for (let at = 0; at < 60; at += 1) await ada.send(`Later ${at}`);
  await ada.sees("Later 59");
  const chi = await Person.at(browser, server, "chi");
  await chi.page.goto(link);
  await chi.fillRegistration();
  const door = chi.page.getByTestId("door");
  await expect(door.getByRole("heading", { name: "general" })).toBeVisible();
  await expect(door).toContainText("Everything that has no better place");
  await expect(door).toContainText(/\d members?/);
  await chi.shot("entering-door");
  await chi.page.setViewportSize({ width: 390, height: 844 });
  await expectWithin(door.getByRole("button", { name: "Join" }));
  await chi.shot("entering-door-390");
  await chi.page.setViewportSize({ width: 1280, height: 860 });
  await door.getByRole("button", { name: "Join" }).click();
  await chi.expectChannel("general");
  await chi.sees("Look at this one");
  await expect(chi.message("Look at this one")).toBeInViewport();
  expect(chi.complaints).toEqual([]);
  await chi.context.close();
});

test("where one asks to be let in, the link leads to the asking; a private channel says nothing", async ({
  browser,
}) => {
  await ada.createChannel("club");
  const club = ada.page.url();
  await ada.channelSettings("Access");
  await ada.page.getByText("Whoever asks and is let in").click();
  await ada.page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await ada.page.keyboard.press("Escape");
  await ada.createChannel("vault", { private: true });
  const vault = ada.page.url();
  const dee = await Person.registered(browser, server, "dee");
  await dee.page.goto(vault);
  await expect(dee.page.getByText("This conversation does not exist")).toBeVisible();
  await dee.page.goto(club);
  const door = dee.page.getByTestId("door");
  await door.getByRole("button", { name: "Ask to join" }).click();
  await expect(door.getByRole("button", { name: "Asked" })).toBeVisible();
  await dee.page.reload();
  await expect(door.getByRole("button", { name: "Asked" })).toBeVisible();
  await ada.open("club");
  await ada.page.getByRole("button", { name: /request to join/ }).click();
  await ada.page.getByRole("button", { name: "Let Dee in" }).click();
  await dee.page.getByRole("button", { name: "Join", exact: true }).click();
  await dee.expectChannel("club");
  await dee.context.close();
});

test("an address that leads nowhere shows nothing of the conversation before it, not even for a moment", async () => {
  const { page } = ada;
  await page.setViewportSize({ width: 1440, height: 860 });
  await ada.reload();
  await ada.open("general");
  if ((await page.locator(".panel").count()) === 0) await openPart(page, "Members");
  await expect(page.getByTestId("members")).toContainText("Ada");
  // What is known of it comes late.
  let answer: () => void = () => undefined;
  const held = new Promise<void>((done) => (answer = done));
  await page.route(/\/channels\/[^/]*nowhere/, async (route) => {
    await held;
    await route.continue();
  });
  await page.evaluate(() => {
    const seen = new Set<string>();
    Object.assign(window, { seen });
    const look = () => {
      if (location.hash !== "#/c/nowhere") return;
      for (const each of document.querySelectorAll("h1, article, .panel, [data-testid=conversation]"))
        seen.add(each.textContent ?? "");
    };
    new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true });
    const frame = () => {
      look();
      requestAnimationFrame(frame);
    };
    frame();
    location.hash = "#/c/nowhere";
  });
  const main = page.locator("main");
  await expect(main.getByRole("status", { name: "Loading messages" })).toBeVisible();
  const width = () => main.evaluate((box) => innerWidth - box.getBoundingClientRect().right);
  expect(await width()).toBe(0);
  answer();
  await expect(main).toContainText("This conversation does not exist");
  expect(await width()).toBe(0);
  expect(await page.evaluate(() => [...(window as unknown as { seen: Set<string> }).seen])).toEqual([]);
  await ada.shot("entering-nowhere");
  // Nor does the first page keep room for what it does not show.
  await ada.open("general");
  await expect(page.getByTestId("members")).toContainText("Ada");
  await page.getByRole("link", { name: "Loggia" }).click();
  await expect(page.getByRole("heading", { name: "Good to see you, Ada" })).toBeVisible();
  expect(await width()).toBe(0);
});
