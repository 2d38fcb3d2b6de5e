// How long messages are kept: who says so and who reads it, what is kept no longer, and what is taken from one server alone.

import { expect, type Locator, type Page, test } from "@playwright/test";
import { violations } from "./axe";
import { looksAt } from "./looks";
import { Pair } from "./pair";
import { Person } from "./person";
import { Server } from "./server";
import { together } from "./together";

const server = new Server();
let ada: Person;
let bo: Person;

test.describe.configure({ mode: "serial" });

together(server, "harbour", (first, second) => {
  ada = first;
  bo = second;
});

const keeping = () => ada.page.getByRole("combobox", { name: "Keep messages" });
const save = () => ada.page.getByTestId("channel-settings").getByRole("button", { name: "Save" });
const sure = () => ada.page.getByRole("alertdialog");
const note = ({ page }: Person): Locator => page.locator("#messages").getByTestId("kept-note");

/** How it looks in both themes, that nothing is wider than the window, and that everybody can use it. */
async function looks(person: Person, view: string): Promise<void> {
  await looksAt(person.page, { widths: [1280, 360], height: 740 }, async (width, colorScheme) => {
    await person.shot(`retention-${view}-${String(width)}-${colorScheme}`);
    const wide = await person.page
      .locator("html, .dialog-body, .tab-panel, #messages")
      .evaluateAll((all) => all.map((each) => each.scrollWidth - each.clientWidth));
    expect(Math.max(...wide), `${view} ${String(width)}`).toBe(0);
    // What is announced stays there for some seconds, also where what it names is gone.
    const found = await violations(person.page, "[data-live-announcer]");
    const told = found.map(
      ({ id, nodes }) => `${id} at ${nodes.map(({ target }) => target.join(" ")).join()}`,
    );
    expect(told, `${view} ${colorScheme}`).toEqual([]);
  });
}

/** What the server keeps for the channel in the address. */
const policy = (page: Page) =>
  page.evaluate(async () => {
    const answer = await fetch(`/api/v1/channels/${location.hash.split("/")[2] ?? ""}`);
    return ((await answer.json()) as { policy: { retention_days?: number } }).policy.retention_days ?? null;
  });

test("the owner has messages kept for 7 days, once they are sure; members read it", async () => {
  await expect(note(bo)).toHaveCount(0);
  await ada.channelSettings("Access");
  await expect(keeping()).toHaveValue("ever");
  await expect(save()).toBeDisabled();
  await keeping().selectOption("7 days");
  await looks(ada, "settings");
  await save().click();
  await expect(sure()).toHaveAccessibleName("Delete what is older than 7 days?");
  await expect(sure()).toHaveAccessibleDescription(/for everybody, on every server.* cannot be had back\.$/);
  await expect(sure().getByRole("button", { name: "Cancel" })).toBeFocused();
  await looks(ada, "sure");
  await ada.page.keyboard.press("Enter");
  await expect(sure()).toHaveCount(0);
  expect(await policy(ada.page)).toBeNull();
  await expect(keeping()).toHaveValue("7");

  await save().click();
  await sure().getByRole("button", { name: "Delete and save" }).click();
  await expect(sure()).toHaveCount(0);
  await expect(save()).toBeDisabled();
  expect(await policy(ada.page)).toBe(7);
  await ada.page.keyboard.press("Escape");
  for (const person of [ada, bo]) {
    await expect(note(person)).toHaveText("Messages older than 7 days are deleted here.");
  }
  await looks(bo, "note");
  await bo.channelSettings("General");
  await expect(bo.page.getByTestId("channel-settings")).toContainText(
    "Messages older than 7 days are deleted here.",
  );
  await bo.page.keyboard.press("Escape");
});

test("another number of days; what lasts longer needs no second word", async () => {
  await ada.channelSettings("Access");
  await expect(keeping()).toHaveValue("7");
  await keeping().selectOption("Another number of days");
  const days = ada.page.getByRole("textbox", { name: "Days" });
  for (const bad of ["0", "36501", "a week"]) {
    await days.fill(bad);
    await save().click();
    await expect(days).toHaveAccessibleDescription("A whole number from 1 to 36,500.");
    await expect(days).toBeFocused();
  }
  await looks(ada, "other");
  await days.fill("1");
  await save().click();
  await expect(sure()).toHaveAccessibleName("Delete what is older than 1 day?");
  await ada.page.keyboard.press("Escape");
  await days.fill("45");
  await expect(ada.page.getByText("What is deleted already does not come back.")).toBeVisible();
  await save().click();
  await expect(note(bo)).toHaveText("Messages older than 45 days are deleted here.");
  await expect(sure()).toHaveCount(0);
  await keeping().selectOption("For ever");
  await save().click();
  await expect(note(bo)).toHaveCount(0);
  expect(await policy(ada.page)).toBeNull();
  await ada.page.keyboard.press("Escape");
});

test("what is kept no longer goes at once, and is told of as what is unknown", async () => {
  const { page } = bo;
  // As the server says it: its clock is not for a browser to move.
  let tell = (_frame: object): void => undefined;
  await page.routeWebSocket(/\/api\/v1\/stream/, (socket) => {
    socket.connectToServer();
    tell = (frame) => socket.send(JSON.stringify(frame));
  });
  await bo.reload();
  await bo.expectChannel("harbour");
  await ada.send("an old word");
  await ada.send("as old as that");
  await bo.sees("as old as that");
  await bo.act("an old word", "Pin");
  const pins = page.getByRole("button", { name: /^Pinned messages/ });
  await expect(pins).toBeVisible();
  await bo.act("an old word", "Reply in thread");
  const thread = page.getByTestId("thread");
  await thread.getByTestId("composer").fill("still about that");
  await thread.getByTestId("composer").press("Enter");
  await expect(thread.getByTestId("message").filter({ hasText: "still about that" })).toBeVisible();
  await ada.act("as old as that", "Reply");
  await ada.send("an answer to it");
  await bo.sees("an answer to it");
  const { frame, old } = await page.evaluate(async () => {
    const channel = location.hash.split("/")[2] ?? "";
    const get = async (path: string) => (await fetch(`/api/v1/channels/${channel}${path}`)).json();
    const { messages } = (await get("/messages")) as {
      messages: { id: string; seq: number; text: string }[];
    };
    const first = messages.find(({ text }) => text === "as old as that")!;
    const info = (await get("")) as object;
    const d = { ...info, kept_from_seq: first.seq + 1 };
    return { frame: { op: "event", t: "channel.updated", channel, d }, old: first.id };
  });
  tell(frame);
  for (const text of ["an old word", "as old as that"]) await expect(bo.message(text)).toHaveCount(0);
  await bo.sees("an answer to it");
  await expect(bo.message("an answer to it")).toContainText("Message not available");
  await expect(thread).toContainText("Message deleted");
  await expect(thread.getByTestId("message").filter({ hasText: "still about that" })).toBeVisible();
  await expect(thread).not.toContainText("an old word");
  await expect(note(bo)).toHaveText("Older messages were deleted.");
  await bo.shot("retention-gone");
  await expect(pins).toHaveCount(0);
  // A link to it, from elsewhere.
  await page.route(new RegExp(`/messages/${encodeURIComponent(old).replace("$", "\\$")}`), (route) =>
    route.fulfill({
      status: 404,
      contentType: "application/problem+json",
      json: { status: 404, code: "message_not_found", title: "There is no such message." },
    }),
  );
  await page.evaluate((id) => {
    location.hash = `${location.hash.split("/").slice(0, 3).join("/")}/${encodeURIComponent(id)}`;
  }, old);
  await expect(page.getByText("Message not available").last()).toBeVisible();
  await bo.sees("an answer to it");
});

test("an administrator takes from this server what is out of its reach", async ({ browser }) => {
  const cy = await Person.registered(browser, server, "cy");
  await cy.page.getByRole("button", { name: "Join harbour" }).click();
  await cy.expectChannel("harbour");
  await server.makeAdministrator("cy");
  for (const person of [ada, bo, cy]) await person.reload();
  const { page } = cy;
  await ada.send("not here, of all places");
  await cy.sees("not here, of all places");
  // As where neither the author nor the channel's owner is of this server.
  await page.route(/\/admin\/channels\/.*\/messages\//, (route) =>
    route.request().postDataJSON()?.only_here
      ? route.continue()
      : route.fulfill({
          status: 403,
          contentType: "application/problem+json",
          json: { status: 403, code: "out_of_reach", title: "Out of reach." },
        }),
  );
  await cy.act("not here, of all places", "Delete as administrator");
  const dialog = page.getByRole("alertdialog", { name: "Delete this message?" });
  await dialog.getByLabel("Reason").fill("Against the law here");
  await dialog.getByRole("button", { name: "Delete", exact: true }).click();
  await expect(dialog).toContainText("other servers keep it");
  await expect(dialog).toContainText("not here, of all places");
  await expect(dialog.getByRole("button", { name: "Cancel" })).toBeFocused();
  await expect(dialog.getByLabel("Reason")).toHaveValue("Against the law here");
  await looks(cy, "only-here");
  await dialog.getByRole("button", { name: "Take off this server only" }).click();
  await expect(dialog).toHaveCount(0);
  for (const person of [ada, bo, cy]) {
    await expect(person.message("not here, of all places")).toHaveCount(0);
    await expect(person.message("Message deleted")).toHaveCount(1);
  }
  await page.getByRole("button", { name: "Your account" }).click();
  await page.getByRole("menuitem", { name: "Administration" }).click();
  await page.getByRole("tab", { name: "Record" }).click();
  await expect(page.getByTestId("admin-act").first()).toContainText("Against the law here");
  expect(cy.complaints).toEqual([]);
  await cy.context.close();
});

test("what the server keeps no longer it keeps no longer in conversations either", async () => {
  await server.kill("SIGTERM");
  await server.start({ LOGGIA_MESSAGES__RETENTION_DAYS: "30" });
  for (const person of [ada, bo]) await person.reload();
  await bo.startDm(ada);
  await expect(note(bo)).toHaveText("Messages older than 30 days are deleted here.");
  await ada.channelSettings("Access");
  await expect(ada.page.getByText("This server keeps messages for 30 days at most")).toBeVisible();
  await ada.shot("retention-server");
});

test("what is taken from one server others keep", async ({ browser }) => {
  const pair = new Pair();
  await pair.start();
  const ann = await Person.registered(browser, pair.a, "ann");
  const bob = await Person.registered(browser, pair.b, "bob");
  await pair.b.kill("SIGTERM");
  pair.b.command("user", "role", "bob", "admin");
  await pair.run("b.test");
  await bob.reload();
  await ann.createChannel("garden");
  await ann.send("fine over there, and not here");
  await bob.page.getByRole("button", { name: "Browse channels" }).first().click();
  await bob.page.getByRole("textbox", { name: "Server" }).fill("a.test");
  await bob.page.getByRole("button", { name: "Join garden" }).click();
  await bob.expectChannel("garden");
  await bob.sees("fine over there, and not here");
  await bob.act("fine over there, and not here", "Delete as administrator");
  const dialog = bob.page.getByRole("alertdialog");
  await expect(dialog).toContainText("neither is of this server");
  await dialog.getByRole("button", { name: "Take off this server only" }).click();
  await bob.sees("Message deleted");
  await expect(bob.message("fine over there, and not here")).toHaveCount(0);
  await ann.sees("fine over there, and not here");
  // It is gone for good there, and is not had again.
  await bob.reload();
  await bob.sees("Message deleted");
  expect([...ann.complaints, ...bob.complaints]).toEqual([]);
  for (const { context } of [ann, bob]) await context.close();
  await pair.stop();
});
