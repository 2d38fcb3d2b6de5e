// Who may do what in a channel, where it is found, and people who ask to be let in.

import { expect, test } from "@playwright/test";
import { Person } from "./person";
import { Server } from "./server";
import { together } from "./together";

const server = new Server();
let ada: Person;
let bo: Person;

test.describe.configure({ mode: "serial" });

together(server, "library", (first, second) => {
  ada = first;
  bo = second;
});

const saved = (person: Person) => expect(person.page.getByText("Saved").first()).toBeVisible();

test("what a role may do is decided, and holds at once", async () => {
  const { page } = ada;
  await ada.channelSettings("Permissions");
  await page.getByLabel("Write messages").selectOption({ label: "Moderators" });
  await ada.shot("channel-permissions");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await saved(ada);
  await expect(bo.composer).toHaveCount(0);
  // It is kept, and taken back.
  await expect(page.getByLabel("Write messages")).toHaveValue("moderator");
  await page.getByLabel("Write messages").selectOption({ label: "Members" });
  await page
    .getByLabel("Change access, permissions and how long messages are kept")
    .selectOption({ label: "Moderators" });
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(bo.composer).toBeVisible();
  await page.keyboard.press("Escape");
});

test("a moderator gives no more than a moderator has", async () => {
  await ada.page.getByRole("button", { name: /^Members/ }).click();
  await ada.page.getByRole("button", { name: "Actions for Bo" }).click();
  await ada.page.getByRole("menuitem", { name: "Make moderator" }).click();
  await ada.page.getByRole("button", { name: "Close", exact: true }).click();
  await expect(ada.page.getByRole("complementary")).toHaveCount(0);
  await bo.channelSettings("Permissions");
  const rights = bo.page.getByLabel("Pin messages");
  await expect(rights.getByRole("option")).toHaveText(["Everybody", "Members", "Moderators"]);
  await rights.selectOption({ label: "Moderators" });
  await bo.page.getByRole("button", { name: "Save", exact: true }).click();
  await saved(bo);
  await bo.page.keyboard.press("Escape");
});

test("the address is changed, and one that is taken is refused where it stands", async () => {
  const { page } = ada;
  await ada.createChannel("annex");
  await ada.channelSettings("General");
  await page.getByLabel("Address").fill("library");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page.getByText(/exists already/)).toBeVisible();
  await page.getByLabel("Address").fill("reading-room");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await bo.composer.fill("/join #reading-room");
  await bo.composer.press("Enter");
  await bo.expectChannel("annex");
});

test("somebody asks, is declined, asks again, and is let in", async ({ browser }) => {
  const { page } = ada;
  await ada.open("library");
  await ada.channelSettings("Access");
  await page.getByText("Whoever asks and is let in").click();
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await saved(ada);
  await page.keyboard.press("Escape");

  const cleo = await Person.registered(browser, server, "cleo");
  await cleo.page.getByRole("button", { name: "Browse channels" }).first().click();
  const ask = cleo.page.getByRole("button", { name: "Ask to join library", exact: true });
  const asked = cleo.page.getByRole("button", { name: "Withdraw the request to join library" });
  await ask.click();
  await expect(asked).toBeVisible();
  await cleo.shot("knock-asked");
  // Who may let people in sees it without asking for it, in the members' list and in the settings.
  await page.getByRole("button", { name: /1 request to join/ }).click();
  await expect(page.getByRole("complementary").getByTestId("knocks")).toContainText("Cleo");
  await ada.shot("knock-members");
  await asked.click();
  await expect(page.getByTestId("knocks")).toHaveCount(0);
  await ask.click();
  await ada.channelSettings("Requests");
  await ada.shot("knock-requests");
  await page.getByRole("dialog").getByRole("button", { name: "Decline the request of Cleo" }).click();
  await expect(page.getByText("Nobody waits to be let in.")).toBeVisible();

  await cleo.page.reload();
  await cleo.page.getByRole("button", { name: "Browse channels" }).first().click();
  await ask.click();
  await page.getByRole("dialog").getByRole("button", { name: "Let Cleo in" }).click();
  await cleo.page.keyboard.press("Escape");
  await cleo.nav("library").click();
  await cleo.page.getByRole("button", { name: "Join", exact: true }).click();
  await cleo.expectChannel("library");
  expect(cleo.complaints).toEqual([]);
  await cleo.context.close();
});
