// People of another server, who call themselves what they like: by whom one is written to and asked in is to be seen.

import { type Browser, expect, test } from "@playwright/test";
import { Pair } from "./pair";
import { Person } from "./person";

const pair = new Pair();
let ann: Person;
let bob: Person;
let mal: Person;

test.describe.configure({ mode: "serial" });

test.beforeAll(async ({ browser }: { browser: Browser }) => {
  await pair.start();
  ann = await Person.registered(browser, pair.a, "ann");
  bob = await Person.registered(browser, pair.a, "bob");
  mal = await Person.registered(browser, pair.b, "mal");
  await bob.createChannel("square");
  await ann.joinFromDirectory("square");
  await mal.page.getByRole("button", { name: "Browse channels" }).first().click();
  await mal.page.getByRole("textbox", { name: "Server" }).fill("a.test");
  await mal.page.getByRole("button", { name: "Join square" }).click();
  await mal.expectChannel("square");
});

test.afterAll(async () => {
  for (const person of [ann, bob, mal]) await person?.context.close();
  await pair.stop();
});

test.afterEach(() => {
  expect([ann, bob, mal].flatMap((person) => person?.complaints ?? [])).toEqual([]);
});

test("in a channel each name of another server has its address beside it", async () => {
  await ann.send("from here");
  await mal.send("and from there");
  await bob.sees("and from there");
  await expect(bob.message("and from there")).toContainText("@mal:b.test");
  await expect(bob.message("from here").first()).not.toContainText("@ann");
  await expect(mal.message("and from there")).not.toContainText("@mal");
  await bob.shot("strangers-channel");
});

test("a conversation with somebody of another server says whose it is", async () => {
  const { page } = mal;
  await page.getByRole("button", { name: "Start a conversation" }).first().click();
  await page.getByRole("combobox", { name: "Search people by name" }).fill("@bob:a.test");
  await page.getByRole("option", { name: /Bob/ }).click();
  await page.getByRole("button", { name: "Start conversation" }).click();
  await mal.send("It is me");
  await expect(bob.nav("mal")).toBeVisible({ timeout: 30_000 });
  await expect(bob.nav("mal")).toHaveAttribute("title", "@mal:b.test");
  await bob.nav("mal").click();
  await bob.sees("It is me");
  await expect(bob.page.locator(".conversation-head")).toContainText("@mal:b.test");
  await expect(bob.page.locator(".beginning")).toContainText("@mal:b.test");
  await expect(bob.message("It is me")).toContainText("@mal:b.test");
  await expect(bob.message("It is me")).toHaveAttribute("aria-label", /^mal, @mal:b\.test, /i);
  await bob.shot("strangers-dm");
  await bob.page.setViewportSize({ width: 360, height: 740 });
  await expect(bob.page.locator(".conversation-head")).toContainText("@mal:b.test");
  await bob.shot("strangers-dm-360");
  await bob.page.setViewportSize({ width: 1280, height: 860 });
  await bob.send("Which one?");
  await bob.sees("Which one?");
  await expect(bob.message("Which one?")).not.toContainText("@bob");
});

test("an invitation says who asks, and where the channel lives", async () => {
  await mal.createChannel("lounge", { topic: "Come in" });
  await mal.page.getByRole("button", { name: "Conversation options" }).click();
  await mal.page.getByRole("menuitem", { name: "Invite people" }).click();
  await mal.page.getByRole("combobox").fill("@bob:a.test");
  await mal.page.getByRole("option", { name: /Bob/ }).click();
  await mal.page.getByRole("button", { name: "Invite", exact: true }).click();
  await expect(bob.nav("lounge")).toBeVisible({ timeout: 30_000 });
  await bob.nav("lounge").click();
  const invitation = bob.page.getByTestId("invitation");
  await expect(invitation).toContainText("Server: b.test");
  // What is here of it does not say so.
  await expect(invitation).not.toContainText("Private");
  await expect(bob.page.getByTestId("inviter")).toContainText("Mal @mal:b.test");
  await bob.shot("strangers-invitation");
  await invitation.getByRole("button", { name: "Block" }).click();
  const sure = bob.page.getByRole("alertdialog", { name: "Block Mal?" });
  await sure.getByRole("button", { name: "Block" }).click();
  await expect(bob.nav("lounge")).toHaveCount(0);
  await expect(invitation).toHaveCount(0);
});
