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

test("the host is away: changes are shown as they are going to be, and come true", async () => {
  const { page } = bob;
  await bob.send("Teh roses are in bloom");
  await bob.send("Never mind this");
  await ann.sees("Never mind this");
  await pair.a.kill();
  await bob.act("Teh roses", "Edit");
  await page.getByRole("textbox", { name: "Edit message" }).fill("The roses are in bloom");
  await page.keyboard.press("Enter");
  const edited = bob.message("The roses are in bloom");
  await expect(edited.getByTestId("waiting-host")).toHaveText("The edit is waiting for a.test");
  await bob.act("Never mind this", "Delete");
  await page.getByRole("alertdialog").getByRole("button", { name: "Delete" }).click();
  const leaving = bob.message("Never mind this");
  await expect(leaving.getByTestId("waiting-host")).toHaveText("The deletion is waiting for a.test");
  const welcome = bob.message("Welcome to the garden");
  await welcome.hover();
  await welcome.getByRole("button", { name: "React with 👍" }).click();
  const thumb = welcome.getByTestId("reaction");
  await expect(thumb).toHaveAttribute("data-waiting", "true");
  await expect(thumb).toHaveAttribute("aria-pressed", "true");
  await bob.shot("federation-changes-waiting");

  // The other device of the same person has it all, and so has this one after a reload.
  const phone = await Person.at(page.context().browser()!, pair.b, "bob");
  await phone.signIn();
  await phone.open("garden");
  for (const device of [phone, bob]) {
    if (device === bob) await page.reload();
    await expect(device.message("The roses are in bloom").getByTestId("waiting-host")).toBeVisible();
    await expect(device.message("Never mind this").getByTestId("waiting-host")).toBeVisible();
    await expect(device.message("Welcome to the garden").getByTestId("reaction")).toHaveAttribute(
      "data-waiting",
      "true",
    );
  }
  // What was thought better of is not sent.
  await thumb.click();
  await expect(thumb).toHaveCount(0);
  await expect(phone.message("Welcome to the garden").getByTestId("reaction")).toHaveCount(0);

  await pair.run("a.test");
  for (const device of [bob, phone]) {
    await expect(device.page.getByTestId("waiting-host")).toHaveCount(0, { timeout: 60_000 });
    await expect(device.message("Never mind this")).toHaveCount(0);
    await device.sees("The roses are in bloom");
  }
  // Her page finds its server again when it asks next.
  await expect(ann.message("The roses are in bloom")).toHaveCount(1, { timeout: 60_000 });
  await expect(ann.message("Never mind this")).toHaveCount(0);
  expect(phone.complaints).toEqual([]);
  await phone.context.close();
});

/** Closes the channel to everything new, or opens it again. */
async function archive(person: Person, archived: boolean): Promise<void> {
  const status = await person.page.evaluate(async (archived) => {
    const id = encodeURIComponent(decodeURIComponent(location.hash).match(/![\w-]+/)?.[0] ?? "");
    const headers = { "content-type": "application/json" };
    const body = JSON.stringify({ archived });
    return (await fetch(`/api/v1/channels/${id}`, { method: "PATCH", headers, body })).status;
  }, archived);
  expect(status).toBe(200);
}

test("what the host refuses when it is back is told, and is as it was", async () => {
  const { page } = bob;
  // The one does not hear that the other lets nothing be written any more.
  await pair.b.kill();
  await archive(ann, true);
  await pair.a.kill();
  await pair.run("b.test");
  await expect(page.getByTestId("connection-note")).toHaveCount(0, { timeout: 30_000 });
  await bob.act("The roses", "Edit");
  await page.getByRole("textbox", { name: "Edit message" }).fill("The roses are gone");
  await page.keyboard.press("Enter");
  await expect(bob.message("The roses are gone").getByTestId("waiting-host")).toBeVisible();
  await pair.run("a.test");
  const note = page.getByTestId("refusal-note");
  await expect(note).toContainText("a.test did not take your edit.", { timeout: 60_000 });
  await expect(note).toContainText("The roses are gone");
  await bob.shot("federation-refused");
  // Whoever was not there to see it finds it later, until it is put away.
  await page.reload();
  await expect(note).toContainText("The roses are gone");
  await note.getByRole("button", { name: "Dismiss" }).click();
  await expect(note).toHaveCount(0);
  await page.reload();
  await bob.sees("The roses are in bloom");
  await expect(page.getByTestId("waiting-host")).toHaveCount(0);
  await archive(ann, false);
  await expect(bob.composer).toBeVisible({ timeout: 30_000 });
});

test("which servers have what was said is kept up to date", async () => {
  const { page } = ann;
  const told = page.getByTestId("channel-servers");
  await ann.channelSettings("Servers");
  await expect(told).toContainText("1 of 1 servers have everything.");
  await page.keyboard.press("Escape");
  await pair.b.kill();
  await ann.send("One for later");
  await ann.sees("One for later");
  await ann.channelSettings("Servers");
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
