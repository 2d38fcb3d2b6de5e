// Small things that people do all day: quoting, names and links that lead somewhere, who reacted, codes for emoji,
// commands from the switcher, everybody in a list.

import { expect, test } from "@playwright/test";
import type { Person } from "./person";
import { Server } from "./server";
import { together } from "./together";

const server = new Server();
let ada: Person;
let bo: Person;

test.describe.configure({ mode: "serial" });

together(server, "kitchen", (first, second) => {
  ada = first;
  bo = second;
});

test("what somebody said is quoted below what is written already, ready to be answered", async () => {
  await bo.send("Who cooks today?\n\nAnd what?");
  await ada.sees("Who cooks today?");
  await ada.composer.fill("Hm.");
  await ada.act("Who cooks today?", "Quote");
  await expect(ada.composer).toHaveValue("Hm.\n\n> Who cooks today?\n>\n> And what?\n\n");
  await expect(ada.composer).toBeFocused();
  await ada.page.keyboard.type("Soup.");
  await ada.composer.press("Enter");
  await expect(bo.message("Soup.").locator("blockquote")).toContainText("And what?");
});

test("what one types after a click somewhere is written, and so is what one pastes", async () => {
  const { page } = ada;
  await ada.send("To be clicked at");
  await ada.sees("To be clicked at");
  await expect(ada.message("To be clicked at")).toHaveAttribute("data-id", /^\$/);
  await ada.message("To be clicked at").getByText("To be clicked at").click();
  await expect(ada.composer).not.toBeFocused();
  await page.keyboard.type("Hi there");
  await expect(ada.composer).toBeFocused();
  await expect(ada.composer).toHaveValue("Hi there");
  await ada.message("To be clicked at").getByText("To be clicked at").click();
  await ada.context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.evaluate(() => navigator.clipboard.writeText(", pasted"));
  await page.keyboard.press("Control+v");
  await expect(ada.composer).toHaveValue("Hi there, pasted");
  await ada.composer.fill("");

  // A row that one came to by keys keeps them, and so does what lies over the conversation.
  await page.keyboard.press("F6");
  await page.keyboard.press("F6");
  await page.keyboard.press("ArrowUp");
  await expect(page.locator("article:focus")).toHaveCount(1);
  await page.keyboard.type("x");
  await expect(page.locator("article:focus")).toHaveCount(1);
  await expect(ada.composer).toHaveValue("");
});

test("editing from the menu begins at once", async () => {
  await ada.act("Soup.", "Edit");
  const box = ada.page.getByRole("textbox", { name: "Edit message" });
  await expect(box).toBeFocused();
  await box.press("Escape");
  await expect(ada.composer).toBeFocused();
});

test("a channel's name in a message leads there, and so does a message's link, without leaving the page", async () => {
  const { page } = ada;
  await ada.createChannel("pantry");
  await ada.send("The flour is here");
  await ada.sees("The flour is here");
  const link = await ada.copied(() => ada.act("The flour is here", "Copy link"));
  await ada.open("kitchen");
  await ada.send(`See #pantry, and ${link} but not #nowhere.`);
  const said = ada.message("See #pantry");
  await expect(said.getByRole("button", { name: "#nowhere" })).toHaveCount(0);
  await page.evaluate(() => Object.assign(window, { here: true }));
  await said.getByRole("button", { name: "#pantry", exact: true }).click();
  await ada.expectChannel("pantry");
  await ada.back();
  await said.getByRole("link").click();
  await ada.expectChannel("pantry");
  await expect(ada.message("The flour is here")).toHaveAttribute("data-flash", "true");
  expect(page.context().pages()).toHaveLength(1);
  expect(await page.evaluate(() => "here" in window)).toBe(true);
  await ada.open("kitchen");
});

test("everybody who reacted is named, also where nothing can be pointed at", async () => {
  for (const person of [ada, bo]) {
    await person.message("Soup.").hover();
    await person.message("Soup.").getByRole("button", { name: "React with 👍" }).click();
  }
  await expect(ada.message("Soup.").getByTestId("reaction")).toHaveAttribute(
    "aria-label",
    /👍, 2: (Ada, Bo|Bo, Ada)/,
  );
  await ada.act("Soup.", "Who reacted");
  const dialog = ada.page.getByTestId("who-reacted");
  await expect(dialog.getByRole("listitem")).toHaveText([/Ada/, /Bo/]);
  await ada.shot("who-reacted");
  // Whoever moderates deletes what somebody says by a reaction, too.
  await dialog.getByRole("button", { name: "Delete 👍 of Bo" }).click();
  await expect(dialog.getByRole("listitem")).toHaveText([/Ada/]);
  await ada.page.keyboard.press("Escape");
});

test("a code becomes its emoji when its second colon is typed", async () => {
  await ada.composer.fill("");
  await ada.composer.pressSequentially("Well done :tada");
  await expect(ada.page.getByRole("listbox")).toBeVisible();
  await ada.composer.pressSequentially(": all");
  await expect(ada.composer).toHaveValue("Well done 🎉 all");
  await ada.composer.fill("at 10:30:");
  await expect(ada.composer).toHaveValue("at 10:30:");
  await ada.composer.fill("");
});

test("commands from the switcher", async () => {
  const { page } = ada;
  const switcher = page.getByRole("combobox", { name: "Jump to a conversation" });
  await page.keyboard.press("Control+k");
  await switcher.fill("> members");
  await expect(page.getByRole("option")).toHaveCount(1);
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("members")).toBeVisible();
  await page.keyboard.press("Control+k");
  await switcher.fill(">short");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("tab", { name: "Keyboard" })).toHaveAttribute("aria-selected", "true");
  await page.keyboard.press("Escape");
  await bo.send("unread");
  await ada.open("pantry");
  await bo.send("more");
  await expect(ada.nav("kitchen").locator(".badge")).toBeVisible();
  await page.keyboard.press("Control+k");
  await switcher.fill(">everything");
  await page.keyboard.press("Enter");
  await expect(ada.nav("kitchen").locator(".badge")).toHaveCount(0);
});

test("everybody in a list: a profile, a conversation", async () => {
  const { page } = ada;
  await page.getByRole("button", { name: "People", exact: true }).click();
  const people = page.getByTestId("people");
  await expect(people.getByTestId("person-row")).toHaveCount(2);
  await ada.shot("people");
  await people.getByRole("searchbox").fill("bo");
  await expect(people.getByTestId("person-row")).toHaveCount(1);
  await people.getByRole("button", { name: "Write to Bo" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Bo" })).toBeVisible();
  await expect(ada.composer).toBeFocused();
});
