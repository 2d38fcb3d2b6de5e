// Other programs post to a channel: the address is made and told once, what is posted there is read, and it is taken away.

import { expect, test } from "@playwright/test";
import type { Person } from "./person";
import { Server } from "./server";
import { together } from "./together";

const server = new Server();
let ada: Person;
let bo: Person;
let address = "";

test.describe.configure({ mode: "serial" });

together(server, "alerts", (first, second) => {
  ada = first;
  bo = second;
});

const panel = (person = ada) => person.page.getByTestId("webhooks");
const rows = (person = ada) => panel(person).getByTestId("webhook");
const told = () => ada.page.getByTestId("webhook-address");
const create = () => panel().getByRole("button", { name: "Create webhook" });
const name = () => panel().getByRole("textbox", { name: "Name" });

/** As another program does: what is told is all that it knows. */
async function post(body: unknown): Promise<{ status: number; text: string }> {
  const answer = await fetch(address, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  return { status: answer.status, text: await answer.text() };
}

test("the owner makes one, and is told its address this once", async () => {
  const { page } = ada;
  await ada.channelSettings("Webhooks");
  await expect(panel()).toContainText("This channel has no webhooks.");
  await create().click();
  await expect(name()).toBeFocused();
  await expect(panel()).toContainText("Give it a name.");
  await name().fill("Build server");
  await expect(panel()).not.toContainText("Give it a name.");
  await page.keyboard.press("Enter");

  await expect(told()).toHaveAccessibleName("Build server is ready");
  await expect(told()).toHaveAccessibleDescription(/^The address is shown only now\./);
  await expect(told().getByRole("button", { name: "Copy the address" })).toBeFocused();
  const field = told().getByRole("textbox", { name: "Address" });
  await expect(field).not.toBeEditable();
  address = await field.inputValue();
  expect(address).toMatch(/^http:\/\/\S+\/api\/v1\/webhooks\/[\w-]{20,}$/);
  expect(await ada.copied(() => page.keyboard.press("Enter"))).toBe(address);
  await expect(page.getByText("Copied").first()).toBeVisible();
  await ada.shot("webhooks-address");
  const line = await ada.copied(() => told().getByRole("button", { name: "Copy the example" }).click());
  expect(line).toBe(`curl -H 'Content-Type: application/json' -d '{"text":"Hello"}' '${address}'`);
  await page.keyboard.press("Escape");
  await expect(told()).toHaveCount(0);
  await expect(name()).toBeFocused();
  await expect(name()).toHaveValue("");
  await expect(rows()).toHaveCount(1);
  await expect(rows()).toContainText("Build server");
  await expect(rows()).toContainText("Made by Ada · never used");
  await page.keyboard.press("Escape");
  await expect(panel()).toHaveCount(0);
});

test("what is posted there is read by the others, and seen to come from a program", async () => {
  expect(await post({ text: "*Build 7* is <https://example.org|green>" })).toEqual({
    status: 200,
    text: "ok",
  });
  await bo.sees("Build 7 is green");
  const message = bo.message("Build 7 is green");
  await expect(message.locator("strong")).toHaveText("Build 7");
  await expect(message.locator(".message-head")).toContainText(/^Build server\s*Bot/);
  await expect(message).toHaveAccessibleName(/^Build server, Bot, .*: Build 7 is green$/);
  await expect(message.getByRole("link", { name: "green" })).toHaveAttribute("href", "https://example.org/");
  await bo.shot("webhooks-message");
  // Who was there all along has it as a member, too, and of people nothing of the kind is said.
  await bo.send("Well done");
  await ada.sees("Well done");
  await expect(ada.message("Well done").getByText("Bot", { exact: true })).toHaveCount(0);
  await expect(ada.message("Build 7 is green").getByText("Bot", { exact: true })).toBeVisible();
  await ada.channelSettings("Webhooks");
  await expect(rows()).toContainText(/Made by Ada · last used \d+:\d\d/);
  await ada.page.keyboard.press("Escape");
});

test("among the members it is a bot, which nobody writes to or hands the channel over to", async () => {
  const { page } = ada;
  await page.getByRole("button", { name: /^Members/ }).click();
  const member = page.getByTestId("members").getByRole("button", { name: /^Build server/ });
  await expect(member).toHaveAccessibleName(/^Build server @hook-\S+ Bot$/);
  await ada.shot("webhooks-members");
  await page.getByRole("button", { name: "Actions for Build server" }).click();
  await expect(page.getByRole("menuitem", { name: "Remove from channel" })).toBeVisible();
  await expect(page.getByRole("menuitem", { name: "Hand over ownership" })).toHaveCount(0);
  await expect(page.getByRole("menuitem", { name: "Make moderator" })).toHaveCount(0);
  await page.keyboard.press("Escape");
  await member.click();
  const profile = page.getByTestId("profile");
  await expect(profile.getByText("Bot", { exact: true })).toBeVisible();
  await expect(profile).toContainText("Posts what another program sends.");
  await expect(profile.getByRole("button", { name: "Block" })).toBeVisible();
  await expect(profile.getByRole("button", { name: "Message" })).toHaveCount(0);
  await ada.shot("webhooks-profile");
  await page.keyboard.press("Escape");
  await expect(profile).toHaveCount(0);
});

test("a member has no such page, and a moderator has", async () => {
  const { page } = ada;
  await bo.channelSettings("General");
  await expect(bo.page.getByRole("tab", { name: "Servers" })).toBeVisible();
  await expect(bo.page.getByRole("tab", { name: "Webhooks" })).toHaveCount(0);
  // What is told where the keyboard stands lies over it, and not in the way.
  await page.getByRole("button", { name: "Actions for Build server" }).focus();
  await expect(page.getByRole("tooltip", { includeHidden: true })).toHaveText("Actions for Build server");
  await page.getByRole("button", { name: "Actions for Bo" }).click();
  await page.getByRole("menuitem", { name: "Make moderator" }).click();
  await bo.page.getByRole("tab", { name: "Webhooks" }).click();
  await expect(rows(bo)).toContainText("Made by Ada");
  await expect(panel(bo).getByRole("button", { name: "Create webhook" })).toBeVisible();
  await bo.page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Close", exact: true }).click();
  await expect(page.getByRole("complementary")).toHaveCount(0);
});

test("what is not to be had says so, and is there again once it can be", async () => {
  const { page } = ada;
  await page.route("**/webhooks", (route) => route.abort());
  await ada.channelSettings("Webhooks");
  await expect(panel().getByRole("alert")).toBeVisible();
  await page.unrouteAll({ behavior: "wait" });
  await panel().getByRole("button", { name: "Try again" }).click();
  await expect(rows()).toHaveCount(1);
  await page.keyboard.press("Escape");
});

for (const language of ["en", "de", "fr"] as const) {
  test(`all of it fits into a narrow window: ${language}`, async () => {
    const { page } = ada;
    const words = {
      en: ["Conversation options", "Channel settings", "Name", "Close"],
      de: ["Optionen des Gesprächs", "Kanaleinstellungen", "Name", "Schließen"],
      fr: ["Options de la conversation", "Réglages du salon", "Nom", "Fermer"],
    } as const;
    const [options = "", settings = "", label = ""] = words[language];
    await page.evaluate((name) => localStorage.setItem("loggia.language", JSON.stringify(name)), language);
    await ada.reload();
    await page.getByRole("button", { name: options }).click();
    await page.getByRole("menuitem", { name: settings }).click();
    await page.getByRole("tab", { name: "Webhooks" }).click();
    await expect(rows()).toBeVisible();
    const wide = () =>
      page
        .locator(".dialog-body, .tab-panel")
        .evaluateAll((all) => all.map((each) => each.scrollWidth - each.clientWidth));
    const looks = async (view: string) => {
      for (const width of [1280, 375, 320]) {
        for (const colorScheme of ["light", "dark"] as const) {
          await page.emulateMedia({ colorScheme });
          await page.setViewportSize({ width, height: 740 });
          // The list of pages scrolls to the one that is chosen, not when the window changes.
          if (view !== "made" && view !== "sure") {
            await page.getByRole("tab").first().click();
            await page.getByRole("tab", { name: "Webhooks" }).click();
            await expect(rows().first()).toBeVisible();
          }
          await ada.shot(`webhooks-${view}-${language}-${String(width)}-${colorScheme}`);
          expect(Math.max(...(await wide())), `${view} ${String(width)}`).toBe(0);
        }
      }
    };
    await looks("list");
    await panel()
      .getByRole("textbox", { name: label })
      .fill("Donaudampfschifffahrtsüberwachung des Hafens von Linz");
    await page.keyboard.press("Enter");
    await expect(told()).toBeVisible();
    await looks("made");
    await page.keyboard.press("Escape");
    await expect(told()).toHaveCount(0);
    await looks("two");
    // The last one is taken away again.
    await rows().last().getByRole("button").click();
    const sure = page.getByRole("alertdialog");
    await expect(sure).toBeVisible();
    await looks("sure");
    await sure.getByRole("button").last().click();
    await expect(rows()).toHaveCount(1);
    await page.keyboard.press("Escape");
    await page.emulateMedia({ colorScheme: null });
    await page.setViewportSize({ width: 1280, height: 860 });
    await page.evaluate(() => localStorage.removeItem("loggia.language"));
    await ada.reload();
  });
}

test("once it is removed, nothing is taken at its address any more, and what it posted stays", async () => {
  const { page } = ada;
  await ada.channelSettings("Webhooks");
  const remove = rows().getByRole("button", { name: "Remove Build server" });
  await remove.focus();
  await page.keyboard.press("Enter");
  const sure = page.getByRole("alertdialog", { name: "Remove Build server?" });
  await expect(sure.getByRole("button", { name: "Cancel" })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(sure).toHaveCount(0);
  await expect(remove).toBeFocused();
  await page.keyboard.press("Enter");
  await sure.getByRole("button", { name: "Remove", exact: true }).press("Enter");
  await expect(page.getByText("Build server was removed.")).toBeVisible();
  await expect(rows()).toHaveCount(0);
  await expect(panel()).toContainText("This channel has no webhooks.");
  await expect(page.getByRole("heading", { name: "Settings of #alerts" })).toBeFocused();
  const { status, text } = await post({ text: "Too late" });
  expect(status).toBe(404);
  expect(text).toContain("webhook_not_found");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: /^Members/ }).click();
  await expect(page.getByTestId("members").getByRole("button", { name: /^Bo/ }).first()).toBeVisible();
  await expect(page.getByTestId("members").getByText("Build server")).toHaveCount(0);
  await expect(bo.message("Build 7 is green").getByText("Bot", { exact: true })).toBeVisible();
  await expect(bo.message("Too late")).toHaveCount(0);
});
