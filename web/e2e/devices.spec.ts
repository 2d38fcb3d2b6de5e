// One person at two devices: what is written here goes on there.

import { type Browser, expect, test } from "@playwright/test";
import { Person } from "./person";
import { Server } from "./server";

const server = new Server();
let desk: Person;
let phone: Person;

test.describe.configure({ mode: "serial" });

test.beforeAll(async ({ browser }: { browser: Browser }) => {
  await server.start();
  desk = await Person.registered(browser, server, "ada");
  await desk.createChannel("garden");
  await desk.createChannel("kitchen");
  phone = await Person.at(browser, server, "ada");
  await phone.signIn();
  await phone.open("kitchen");
});

test.afterAll(async () => {
  await desk?.context.close();
  await phone?.context.close();
  await server.stop();
});

test.afterEach(() => {
  expect([...(desk?.complaints ?? []), ...(phone?.complaints ?? [])]).toEqual([]);
});

test("a draft that is begun at one is there at the other, and gone once it is sent", async () => {
  await desk.composer.fill("Half a thou");
  await expect(phone.composer).toHaveValue("Half a thou");
  await phone.composer.fill("Half a thought, whole now");
  await phone.composer.press("Enter");
  await desk.sees("Half a thought, whole now");
  await expect(desk.composer).toHaveValue("");
});

test("a draft waits in a channel that is opened later", async () => {
  await desk.open("garden");
  await desk.composer.fill("Seeds to buy");
  await expect(desk.composer).toHaveValue("Seeds to buy");
  // Known to the phone once the sidebar says so.
  await expect(phone.nav("garden").getByLabel("Draft")).toBeVisible();
  await phone.open("garden");
  await expect(phone.composer).toHaveValue("Seeds to buy");
});

test("what is being written here is not taken away by what is written there", async () => {
  await phone.context.setOffline(true);
  await phone.composer.fill("Seeds to buy, and pots");
  await desk.composer.fill("Something else");
  const shared = () => desk.page.evaluate(() => fetch("/api/v1/me/settings").then((answer) => answer.text()));
  await expect.poll(shared).toContain("Something else");
  await expect(phone.composer).toHaveValue("Seeds to buy, and pots");
  await phone.composer.fill("Seeds to buy, and pots, later");
  await phone.context.setOffline(false);
  await expect(desk.composer).toHaveValue("Seeds to buy, and pots, later");
  await expect(phone.composer).toHaveValue("Seeds to buy, and pots, later");
});

test("favourites and sections are the same at both, and what is read here is read there", async () => {
  await desk.nav("kitchen").hover();
  await desk.page.getByRole("button", { name: "Options for kitchen" }).click();
  await desk.page.getByRole("menuitem", { name: "Add to favourites" }).click();
  await expect(phone.page.getByRole("button", { name: "Favourites" })).toBeVisible();
  await phone.page.reload();
  await expect(phone.page.getByRole("button", { name: "Favourites" })).toBeVisible();
});
