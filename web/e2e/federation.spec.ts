// Two people on two servers: finding each other's channels, and what one sees when the other server is away.

import { type Browser, expect, test } from "@playwright/test";
import { Pair } from "./pair";
import { Person } from "./person";

const pair = new Pair();
let ann: Person;
let bob: Person;

test.describe.configure({ mode: "serial" });

test.beforeAll(async ({ browser }: { browser: Browser }) => {
  await pair.start();
  ann = await Person.registered(browser, pair.a, "ann");
  bob = await Person.registered(browser, pair.b, "bob");
  await ann.createChannel("garden", { topic: "Everything that grows" });
  await ann.send("Welcome to the garden");
});

test.afterAll(async () => {
  await ann?.context.close();
  await bob?.context.close();
  await pair.stop();
});

test.afterEach(() => {
  expect([...(ann?.complaints ?? []), ...(bob?.complaints ?? [])]).toEqual([]);
});

test("another server's directory, and joining from it", async () => {
  const { page } = bob;
  await page.getByRole("button", { name: "Browse channels" }).first().click();
  await page.getByRole("textbox", { name: "Server" }).fill("a.test");
  await expect(page.getByTestId("directory-row")).toContainText("garden");
  await bob.shot("federation-directory");
  await page.getByRole("button", { name: "Join garden" }).click();
  await bob.expectChannel("garden");
  await expect(page.getByTestId("channel-server")).toHaveText("on a.test");
  await bob.sees("Welcome to the garden");
  await bob.send("Hello from over there");
  await ann.sees("Hello from over there");
  await expect(ann.page.getByTestId("channel-server")).toHaveCount(0);
});

test("people of other servers show where they are", async () => {
  await ann.page.getByRole("button", { name: /^Members/ }).click();
  await expect(ann.page.getByTestId("members")).toContainText("@bob:b.test");
  await ann.page.keyboard.press("Escape");
  await ann.composer.fill("@bo");
  await expect(ann.page.getByRole("option", { name: /@bob:b\.test/ })).toBeVisible();
  await ann.composer.fill("");
});

test("the host is away: what is written waits, and arrives", async () => {
  await pair.a.kill();
  await bob.send("Is anybody there?");
  await expect(bob.message("Is anybody there?").getByTestId("waiting-host")).toHaveText("Waiting for a.test");
  await expect(bob.page.getByTestId("sync-note")).toContainText("a.test cannot be reached now");
  await bob.shot("federation-waiting");
  await pair.run("a.test");
  await expect(bob.page.getByTestId("waiting-host")).toHaveCount(0, { timeout: 60_000 });
  await expect(bob.page.getByTestId("sync-note")).toHaveCount(0);
  await bob.sees("Is anybody there?");
  await ann.sees("Is anybody there?");
});

test("which servers have what was said is kept up to date", async () => {
  const { page } = ann;
  const told = page.getByTestId("channel-servers");
  await page.getByRole("button", { name: "Conversation options" }).click();
  await page.getByRole("menuitem", { name: "Channel settings" }).click();
  await page.getByRole("tab", { name: "Servers" }).click();
  await expect(told).toContainText("1 of 1 servers have everything.");
  await page.keyboard.press("Escape");
  await pair.b.kill();
  await ann.send("One for later");
  await ann.sees("One for later");
  await page.getByRole("button", { name: "Conversation options" }).click();
  await page.getByRole("menuitem", { name: "Channel settings" }).click();
  await page.getByRole("tab", { name: "Servers" }).click();
  await expect(told).toContainText("0 of 1 servers have everything.");
  await expect(told).toContainText("b.test is 1 behind");
  await ann.shot("federation-behind");
  await pair.run("b.test");
  await expect(told).toContainText("1 of 1 servers have everything.", { timeout: 60_000 });
  await page.keyboard.press("Escape");
  await bob.sees("One for later");
});

test("a conversation with somebody of another server, by whole name", async () => {
  const { page } = bob;
  await page.getByRole("button", { name: "Start a conversation" }).first().click();
  await page.getByRole("combobox", { name: "Search people by name" }).fill("@ann:a.test");
  await page.getByRole("option", { name: /Ann/ }).click();
  await page.getByRole("button", { name: "Start conversation" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Ann" })).toBeVisible();
  await bob.send("Only for you");
  await expect(ann.nav("Bob")).toBeVisible({ timeout: 30_000 });
});
