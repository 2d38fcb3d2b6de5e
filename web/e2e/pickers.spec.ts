// Lists that answer while one types: Enter is for what was typed, not for the answer before it.

import { expect, type Page, test } from "@playwright/test";
import { Person } from "./person";
import { Server } from "./server";

const server = new Server();
let ada: Person;

test.beforeAll(async ({ browser }) => {
  await server.start();
  for (const name of ["mara", "marten"])
    await (await Person.registered(browser, server, name)).context.close();
  ada = await Person.registered(browser, server, "ada");
});

test.afterAll(async () => {
  await ada?.context.close();
  await server.stop();
});

/** Keeps the answer about Marten back until it is let go. */
async function holdMarten(page: Page): Promise<() => Promise<void>> {
  let release: () => void = () => undefined;
  const held = new Promise<void>((done) => (release = done));
  const asked = page.waitForRequest(/\/users\?.*query=marten/);
  await page.route(/\/users\?.*query=marten/, async (route) => {
    await held;
    await route.continue();
  });
  return async () => {
    await asked;
    release();
  };
}

test("in the switcher Enter waits for the answer to what was typed", async () => {
  const { page } = ada;
  await page.keyboard.press("Control+k");
  await expect(page.getByRole("combobox")).toBeFocused();
  await page.keyboard.type("mar");
  await expect(page.getByRole("option", { name: /Mara/ })).toBeVisible();
  const release = await holdMarten(page);
  await page.keyboard.type("ten");
  await page.keyboard.press("Enter");
  await release();
  await expect(page.getByRole("heading", { level: 1, name: "Marten" })).toBeVisible();
  await expect(ada.nav("Mara")).toHaveCount(0);
  await page.unrouteAll();
});

test("choosing people, too", async () => {
  const { page } = ada;
  await page.getByRole("button", { name: "Start a conversation" }).first().click();
  const dialog = page.getByTestId("start-dm");
  await expect(dialog.getByRole("option", { name: /Mara/ })).toBeVisible();
  const release = await holdMarten(page);
  await page.keyboard.type("marten");
  await page.keyboard.press("Enter");
  await release();
  await expect(dialog.getByRole("list").getByRole("button")).toHaveText(/Marten/);
  await expect(dialog.getByRole("option", { name: /Mara/ })).toBeVisible();
  await page.keyboard.press("Escape");
  await page.unrouteAll();
  expect(ada.complaints).toEqual([]);
});

test("a mention finds whoever is not among the first members", async () => {
  const { page } = ada;
  // As in a channel of hundreds: the first page holds only Ada, and there are more.
  await page.route(/\/members\?/, async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, json: { ...(await answer.json()), next: "1" } });
  });
  await ada.createChannel("crowd");
  await ada.composer.pressSequentially("@mart");
  const option = page.getByRole("option", { name: /Marten/ });
  await expect(option).toBeVisible();
  await option.click();
  await expect(ada.composer).toHaveValue("@marten ");
  await page.unrouteAll();
  expect(ada.complaints).toEqual([]);
});

test("whoever is in the channel already comes last in the list of those to ask in, and is not chosen", async ({
  browser,
}) => {
  const { page } = ada;
  const mara = await Person.at(browser, server, "mara");
  await ada.createChannel("market");
  await mara.signIn();
  await mara.page.getByRole("button", { name: "Join market" }).click();
  await mara.expectChannel("market");
  await mara.send("Here I am");
  await ada.sees("Here I am");
  await mara.context.close();
  await page.getByRole("button", { name: "Conversation options" }).click();
  await page.getByRole("menuitem", { name: "Invite people" }).click();
  const dialog = page.getByTestId("invite");
  await dialog.getByRole("combobox").fill("mar");
  await expect(dialog.getByRole("option")).toHaveText([/Marten/, /Mara.*already here/]);
  await expect(dialog.getByRole("option", { name: /Marten/ })).toHaveAttribute("aria-selected", "true");
  await ada.shot("pickers-invite");
  await dialog.getByRole("combobox").press("ArrowDown");
  await expect(dialog.getByRole("option", { name: /Marten/ })).toHaveAttribute("aria-selected", "true");
  await dialog.getByRole("option", { name: /Mara/ }).click({ force: true });
  await expect(dialog.getByRole("button", { name: "Invite", exact: true })).toBeDisabled();
  await dialog.getByRole("combobox").press("Enter");
  await dialog.getByRole("button", { name: "Invite", exact: true }).click();
  await expect(page.getByText("1 person invited")).toBeVisible();
});
