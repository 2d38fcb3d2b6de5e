// Previews of links with a real server that looks at a real page.

import { expect, type Locator, test } from "@playwright/test";
import { Person } from "./person";
import { Server } from "./server";
import { Site, SITE } from "./site";

const NEWS = `http://${SITE}/news`;
const site = new Site(
  new Map([
    [
      "/news",
      `<!doctype html><title>Not this</title><meta property="og:title" content="The news &amp; more">
      <meta property="og:site_name" content="The Daily"><meta name="description" content="All of it.">`,
    ],
  ]),
);
const server = new Server();
let ada: Person;
let bo: Person;

test.describe.configure({ mode: "serial" });

test.beforeAll(async ({ browser }) => {
  await server.start(await site.start());
  ada = await Person.registered(browser, server, "ada");
  bo = await Person.registered(browser, server, "bo");
  await ada.createChannel("kitchen");
  await bo.joinFromDirectory("kitchen");
});

test.afterAll(async () => {
  await ada.context.close();
  await bo.context.close();
  await server.stop();
  site.stop();
});

test.afterEach(() => {
  expect([...ada.complaints, ...bo.complaints]).toEqual([]);
});

const drafted = ({ page }: Person): Locator =>
  page.getByTestId("conversation").locator(".composer").getByTestId("preview");

test("the page is asked once, by the server of whoever writes of it", async () => {
  await ada.composer.fill(`Look: ${NEWS}`);
  await expect(drafted(ada)).toContainText("The news & more");
  await ada.send(`Look: ${NEWS}`);
  for (const person of [ada, bo]) {
    const card = person.message("Look:").getByTestId("preview");
    await expect(card).toContainText("The news & more");
    await expect(card).toContainText("All of it.");
    await expect(card).toContainText(SITE);
    await expect(card.getByRole("link")).toHaveAttribute("href", NEWS);
  }
  await bo.reload();
  await bo.sees("Look:");
  await expect(bo.message("Look:").getByTestId("preview")).toBeVisible();
  expect(site.asked).toEqual(["/news"]);
});

test("its author takes it off again, for everybody", async () => {
  await ada.message("Look:").hover();
  await ada.message("Look:").getByTestId("preview").getByRole("button").click();
  for (const person of [ada, bo]) {
    await expect(person.message("Look:").getByTestId("preview")).toHaveCount(0);
    await person.sees("Look:");
  }
  expect(site.asked).toEqual(["/news"]);
});
