// Looking for what was said: by words and operators, with the keyboard alone, and back to where it was said.

import { type Browser, expect, test } from "@playwright/test";
import { lineOf } from "./line";
import { Person } from "./person";
import { Server } from "./server";

const server = new Server();

test.beforeAll(() => server.start());
test.afterAll(() => server.stop());

test("a message is found, and its place", async ({ browser }: { browser: Browser }) => {
  const ada = await Person.registered(browser, server, "ada");
  const bo = await Person.registered(browser, server, "bo");
  const { page } = ada;
  await ada.createChannel("kitchen");
  await bo.joinFromDirectory("kitchen");
  await ada.send("The recipe: **saffron**, rice and 🎉 patience");
  await bo.send("I have no saffron. See https://spices.example");
  await ada.sees("I have no saffron");
  await ada.createChannel("garden");
  for (let n = 1; n <= 60; n += 1) await ada.send(`weed ${n}`);
  await ada.send("Saffron grows from bulbs");
  await ada.sees("Saffron grows");

  const box = page.getByRole("searchbox", { name: "Search messages" });
  const hits = page.getByTestId("search-results").getByRole("listitem");
  // A slash in a text is a slash; anywhere else it opens the search.
  await ada.composer.press("/");
  await expect(box).toHaveCount(0);
  await ada.composer.fill("");
  await page.getByRole("main").focus();
  await page.keyboard.press("/");
  await expect(box).toBeFocused();
  await page.keyboard.type("saffr");
  await expect(hits).toHaveCount(3);
  await expect(hits.nth(0)).toContainText("Saffron grows");
  await expect(hits.nth(2).locator("mark")).toHaveText("saffron");
  await ada.shot("search-results");
  await page.getByRole("button", { name: "From me" }).click();
  await expect(hits).toHaveCount(2);
  await page.getByRole("button", { name: "From me" }).click();
  await page.getByRole("button", { name: "In this conversation" }).click();
  await expect(hits).toHaveCount(1);
  await page.getByRole("button", { name: "In this conversation" }).click();
  await box.fill("saffron has:link");
  await expect(hits).toHaveText([/no saffron/]);
  await box.fill("saffron has:cats");
  await expect(page.getByRole("alert")).toContainText("link, file or image");
  await box.fill("nothing like it");
  await expect(page.getByText("No message matches.")).toBeVisible();

  // What fits best first; people and channels by their names, above the messages.
  await box.fill("saffron");
  await expect(hits).toHaveCount(3);
  await page.getByRole("button", { name: "Best match first" }).click();
  await expect(hits.nth(0)).toContainText("Saffron grows from bulbs");
  await page.getByRole("button", { name: "Best match first" }).click();
  await box.fill("kitch");
  await expect(page.getByRole("list", { name: "Channels" }).getByRole("button")).toHaveText(["kitchen"]);
  await box.fill("bo");
  await page.getByRole("list", { name: "People" }).getByRole("button", { name: "Bo" }).click();
  await expect(page.getByRole("dialog")).toContainText("@bo:");
  await page.keyboard.press("Escape");

  // To the oldest hit, by keyboard alone: the other conversation opens there.
  await box.fill("recipe");
  await expect(hits).toHaveCount(1);
  await hits.getByRole("button").first().focus();
  await page.keyboard.press("Enter");
  await ada.expectChannel("kitchen");
  await expect(ada.message("The recipe")).toBeInViewport();
  await box.fill('"weed 3"');
  await expect(hits).toHaveText([/weed 3/]);
  await hits.getByRole("button").first().click();
  await ada.expectChannel("garden");
  await expect(ada.message(/weed 3(?!\d)/)).toBeInViewport();

  // What is deleted leaves, and whoever leaves finds nothing.
  await bo.act("I have no saffron", "Delete");
  await bo.page.getByRole("alertdialog").getByRole("button", { name: "Delete" }).click();
  await expect(bo.message("I have no saffron")).toHaveCount(0);
  await bo.page.keyboard.press("Control+k");
  await bo.page.keyboard.type("saffron");
  await bo.page.getByRole("option", { name: "Search messages for “saffron”" }).click();
  await expect(bo.page.getByTestId("search-results").getByRole("listitem")).toHaveText([/The recipe/]);
  expect([...ada.complaints, ...bo.complaints]).toEqual([]);
  await ada.context.close();
  await bo.context.close();
});

test("Back from what was found on a small screen leads to what one looked for", async ({ browser }) => {
  const cy = await Person.registered(browser, server, "cy", { viewport: { width: 900, height: 800 } });
  const { page } = cy;
  await cy.createChannel("shed");
  await cy.send("The spade is here");
  await cy.sees("The spade is here");
  await page.getByRole("button", { name: "Search messages" }).first().click();
  const box = page.getByRole("searchbox", { name: "Search messages" });
  const here = page.getByRole("button", { name: "In this conversation" });
  const hits = page.getByTestId("search-results").getByRole("button");
  await box.fill("spade");
  await here.click();
  await hits.click();
  await expect(box).toHaveCount(0);
  await cy.back();
  await expect(box).toHaveValue("spade");
  await expect(here).toHaveAttribute("aria-pressed", "true");
  await expect(hits).toHaveCount(1);
  // Opened anew it is empty.
  await page.getByRole("button", { name: "Close", exact: true }).click();
  await expect(box).toHaveCount(0);
  await page.getByRole("button", { name: "Search messages" }).first().click();
  await expect(box).toHaveValue("");
  expect(cy.complaints).toEqual([]);
  await cy.context.close();
});

test("nothing is lost of what one types before its box is there", async ({ browser }) => {
  // A service worker would have the parts already.
  const di = await Person.registered(browser, server, "di", { serviceWorkers: "block" });
  const { page } = di;
  await di.createChannel("attic");
  /** Keeps parts back from a fresh page, until what this gives back is called. */
  const late = async (parts: RegExp): Promise<() => void> => {
    let release = () => {};
    const held = new Promise<void>((done) => (release = done));
    await page.route(parts, (route) => held.then(() => route.continue()));
    // What was closed a moment ago may still be on its way back in the window's history, which breaks a reload off.
    await expect(() => page.reload()).toPass();
    await di.expectChannel("attic");
    return release;
  };
  const search = page.getByRole("searchbox", { name: "Search messages" });
  const switcher = page.getByRole("combobox", { name: "Jump to" });
  const open = {
    button: () => page.getByRole("button", { name: "Search messages" }).first().click(),
    slash: async () => {
      await page.getByRole("main").focus();
      await page.keyboard.press("/");
    },
    control: () => page.keyboard.press("Control+k"),
  };
  const ways = [
    { by: open.button, parts: /assets\/(Panel|SearchPanel)-/, box: search },
    { by: open.slash, parts: /assets\/SearchPanel-/, box: search },
    { by: open.control, parts: /assets\/Dialogs-/, box: switcher },
  ];
  for (const { by, parts, box } of ways) {
    const release = await late(parts);
    await by();
    await page.keyboard.type("pizza party");
    await expect(box).toHaveCount(0);
    release();
    await expect(box).toHaveValue("pizza party");
    await expect(box).toBeFocused();
    await page.keyboard.press("Escape");
    await expect(box).toHaveCount(0);
    await page.unrouteAll();
  }
  await expect(di.composer).toHaveValue("");
  expect(di.complaints).toEqual([]);
  await di.context.close();
});

test("what could not be asked without a line is asked when it is back", async ({ browser }) => {
  const ed = await Person.enrolled(browser, server, "ed");
  const { page } = ed;
  const { id } = await ed.ask<{ id: string }>(server, "channels", { name: "harbour", alias: "harbour" });
  await ed.ask(server, `channels/${id}/messages`, { nonce: "lighthouse-1", text: "The lighthouse is dark" });
  const line = await lineOf(page);
  await page.goto(server.url);
  await ed.open("harbour");
  await ed.sees("The lighthouse is dark");
  await expect.poll(line.streams).toBeGreaterThan(0);
  line.cut();
  await expect(page.getByTestId("connection-note")).toBeVisible();
  await page.route("**/api/v1/search?*", (route) => route.abort());
  await page.getByRole("button", { name: "Search messages" }).click();
  const panel = page.getByRole("complementary", { name: "Search" });
  await panel.getByRole("searchbox").fill("lighthouse");
  const failed = panel.getByRole("alert");
  await expect(failed).toHaveText("The server does not answer. Check your connection.");
  // What one reads and what one presses are in one line.
  const middles = [failed, panel.getByRole("button", { name: "Try again" })].map(async (each) => {
    const { x, width } = (await each.boundingBox())!;
    return x + width / 2;
  });
  const [text = 0, button = 0] = await Promise.all(middles);
  expect(Math.abs(text - button)).toBeLessThan(2);
  await ed.shot("search-line");
  await page.unroute("**/api/v1/search?*");
  line.mend();
  await page.getByTestId("connection-note").getByRole("button").click();
  await expect(panel.getByTestId("search-results")).toContainText("The lighthouse is dark");
  await expect(failed).toHaveCount(0);
  expect(ed.complaints).toEqual([]);
  await ed.context.close();
});
