// What asks for attention: the inbox across devices, title, icon, desktop notifications, quiet hours.

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
  await ada.createChannel("general");
  await bo.joinFromDirectory("general");
});

test.afterAll(async () => {
  await ada?.context.close();
  await bo?.context.close();
  await server.stop();
});

test.afterEach(() => {
  expect([...(ada?.complaints ?? []), ...(bo?.complaints ?? [])]).toEqual([]);
});

test("what is marked read on one device is read on the other", async ({ browser }) => {
  await ada.createChannel("elsewhere");
  const other = await Person.at(browser, server, "ada");
  await other.signIn();
  await bo.send("@ada hello");
  const bell = (person: Person) => person.page.locator(".inbox-button .badge");
  await expect(bell(ada)).toContainText("1 mention");
  await expect(bell(other)).toContainText("1 mention");
  await other.page.getByRole("button", { name: "Mentions and replies" }).click();
  await other.page.getByRole("button", { name: "Mark all read" }).click();
  await expect(bell(other)).toHaveCount(0);
  await expect(bell(ada)).toHaveCount(0);
  await other.context.close();
});
