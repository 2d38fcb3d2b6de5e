// Messages that are sent later: chosen beside the send button, listed beside the conversations, sent by the server.

import { expect, type Locator, test } from "@playwright/test";
import { violations } from "./axe";
import { looksAt } from "./looks";
import type { Person } from "./person";
import { Server } from "./server";
import { together, withPhone } from "./together";

const server = new Server();
let ada: Person;
let bo: Person;
let phone: Person;

test.describe.configure({ mode: "serial" });

together(server, "kitchen", (first, second) => {
  ada = first;
  bo = second;
});

withPhone(server, { viewport: { width: 360, height: 740 }, hasTouch: true }, async (person) => {
  phone = person;
  // There the conversations stand where none is chosen.
  await phone.page.locator("main").getByTestId("nav-row").filter({ hasText: "kitchen" }).click();
  await phone.expectChannel("kitchen");
});

const box = ({ page }: Person): Locator => page.locator("main").getByTestId("composer");
const later = ({ page }: Person): Locator =>
  page.locator("main").getByRole("button", { name: "Send later", exact: true });
const note = ({ page }: Person): Locator => page.locator("main").getByTestId("composer-scheduled");
const row = ({ page }: Person): Locator => page.getByTestId("scheduled-row");
const panel = ({ page }: Person): Locator => page.getByRole("complementary", { name: "Scheduled" });
const cards = (person: Person): Locator => panel(person).getByRole("listitem");
const dialog = ({ page }: Person): Locator => page.getByTestId("when-dialog");
const tool = (person: Person, text: string, name: RegExp): Locator =>
  cards(person).filter({ hasText: text }).getByRole("button", { name });

async function choose(person: Person, text: string, when: RegExp): Promise<void> {
  await box(person).fill(text);
  await later(person).click();
  await person.page.getByRole("menuitem", { name: when }).click();
}

/** In so many days, as a date field has it. */
const dayAfter = (days: number): string => {
  const date = new Date(Date.now() + days * 86_400_000);
  const part = (value: number) => String(value).padStart(2, "0");
  return `${String(date.getFullYear())}-${part(date.getMonth() + 1)}-${part(date.getDate())}`;
};

/** Has what is scheduled with this text come due in a moment. */
const comesDue = ({ page }: Person, text: string) =>
  page.evaluate(async (wanted) => {
    const { scheduled } = (await (await fetch("/api/v1/me/scheduled")).json()) as {
      scheduled: { id: string; text: string }[];
    };
    const id = scheduled.find((each) => each.text === wanted)?.id ?? "";
    await fetch(`/api/v1/me/scheduled/${id}`, {
      method: "PATCH",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ send_ts: Date.now() + 1_500 }),
    });
  }, text);

async function clean(person: Person): Promise<void> {
  expect(await violations(person.page, "iframe")).toEqual([]);
}

test("there is nothing to send later, nor a list, until something is written", async () => {
  await expect(later(ada)).toBeDisabled();
  await expect(row(ada)).toHaveCount(0);
  await expect(later(phone)).toBeDisabled();
});

test("a message is kept for a time that is offered, says so, and empties the box", async () => {
  await choose(ada, "Bread for tomorrow", /^Tomorrow at 9:00/);
  await expect(box(ada)).toHaveValue("");
  await expect(box(ada)).toBeFocused();
  await expect(note(ada)).toContainText(/^Will be sent tomorrow at 9:00/);
  await ada.shot("scheduled-note");
  await expect(row(ada)).toContainText("Scheduled");
  await expect(row(ada)).toContainText("1 scheduled message");
  // It is not said yet, to nobody.
  await expect(ada.message("Bread for tomorrow")).toHaveCount(0);
  await note(ada).getByRole("button", { name: "Show scheduled" }).click();
  await expect(cards(ada)).toHaveText([/#kitchen.*tomorrow at 9:00.*Bread for tomorrow/]);
  await expect(row(ada)).toHaveAttribute("aria-pressed", "true");
  await box(ada).fill("x");
  await expect(note(ada)).toBeEmpty();
  await box(ada).fill("");
});

test("a small screen has it beside the send button, and the text has a line of its own", async () => {
  await box(phone).fill("From the phone, and so long that it takes more than one line");
  await expect(later(phone)).toBeEnabled();
  await phone.shot("scheduled-phone-writing");
  await choose(phone, "From the phone", /^In 1 hour, at/);
  await expect(note(phone)).toContainText(/^Will be sent/);
  await phone.shot("scheduled-phone-note");
  // The other device hears of it, soonest first.
  await expect(cards(ada)).toHaveText([/From the phone/, /Bread for tomorrow/]);
  await note(phone).getByRole("button", { name: "Show scheduled" }).click();
  await expect(cards(phone)).toHaveCount(2);
  await clean(phone);
  await phone.shot("scheduled-phone");
  await panel(phone).getByRole("button", { name: "Close" }).click();
});

test("a date and a time of one's own are chosen by keyboard", async () => {
  const { page } = ada;
  await box(ada).fill("Next week’s bread");
  await later(ada).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("menu", { name: "Send later" })).toBeVisible();
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  await expect(dialog(ada).getByLabel("Date")).toBeFocused();
  await clean(ada);
  await dialog(ada).getByLabel("Date").fill(dayAfter(-1));
  await page.keyboard.press("Enter");
  await expect(dialog(ada).getByRole("alert")).toHaveText("Choose a time in the future.");
  await dialog(ada).getByLabel("Date").fill(dayAfter(7));
  await dialog(ada).getByLabel("Time").fill("07:30");
  await ada.shot("scheduled-choose");
  await page.keyboard.press("Enter");
  await expect(dialog(ada)).toHaveCount(0);
  await expect(cards(ada)).toHaveText([/From the phone/, /Bread for/, /7:30.*Next week’s bread/]);
});

test("text and time are changed, everywhere at once", async () => {
  const { page } = ada;
  await tool(ada, "Next week", /^Edit/).click();
  await expect(dialog(ada).getByLabel("Message")).toBeFocused();
  await dialog(ada).getByLabel("Message").fill("Rolls");
  await dialog(ada).getByLabel("Date").fill(dayAfter(3));
  await ada.shot("scheduled-edit");
  await dialog(ada).getByRole("button", { name: "Save" }).click();
  await expect(cards(ada).last()).toContainText(/7:30.*Rolls/);
  await expect(tool(ada, "Rolls", /^Edit/)).toBeFocused();
  await ada.reload();
  await expect(row(ada)).toContainText("3 scheduled messages");
  // What was open is open again.
  await expect(cards(ada)).toHaveText([/From the phone/, /Bread for/, /Rolls/]);
  await looksAt(page, { widths: [1280, 360], height: 740 }, async (width, scheme) => {
    await expect(cards(ada)).toHaveCount(3);
    await clean(ada);
    await ada.shot(`scheduled-${String(width)}-${scheme}`);
  });
});

test("it is sent at its time, and at once by whoever can't wait", async () => {
  await ada.open("kitchen");
  await comesDue(ada, "Bread for tomorrow");
  await bo.sees("Bread for tomorrow");
  await expect(cards(ada)).toHaveText([/From the phone/, /Rolls/]);
  await tool(ada, "From the phone", /^Send now/).focus();
  await ada.page.keyboard.press("Enter");
  await bo.sees("From the phone");
  await expect(cards(ada)).toHaveCount(1);
  // The keys go on in the list.
  await expect(tool(ada, "Rolls", /^Delete/)).toBeFocused();
});

test("what can't be sent says why, until it is deleted", async () => {
  await bo.createChannel("cellar");
  await ada.joinFromDirectory("cellar");
  await choose(ada, "Wine", /^In 1 hour/);
  await expect(note(ada)).toContainText("Will be sent");
  const leave = (channel: string) =>
    ada.page.evaluate((id) => fetch(`/api/v1/channels/${id}/leave`, { method: "POST" }), channel);
  const channel = await ada.page.evaluate(() => location.hash.split("/")[2] ?? "");
  await leave(decodeURIComponent(channel));
  await comesDue(ada, "Wine");
  if ((await panel(ada).count()) === 0) await row(ada).click();
  await expect(cards(ada).filter({ hasText: "Wine" })).toContainText(
    "Not sent: You are not in this channel.",
  );
  await clean(ada);
  await ada.shot("scheduled-failed");
  await tool(ada, "Wine", /^Delete/).click();
  const ask = ada.page.getByRole("alertdialog");
  await expect(ask).toContainText("Delete this scheduled message?");
  await ask.getByRole("button", { name: "Delete" }).click();
  await expect(cards(ada)).toHaveText([/Rolls/]);
});

test("what the server refuses stays in the box, with a word", async () => {
  await ada.open("kitchen");
  await ada.page.route("**/api/v1/channels/*/scheduled", (route) =>
    route.fulfill({
      status: 409,
      contentType: "application/problem+json",
      body: JSON.stringify({ status: 409, code: "scheduled_full" }),
    }),
  );
  await choose(ada, "One more", /^In 1 hour/);
  await expect(ada.page.getByText("You have scheduled as many messages as you can.")).toBeVisible();
  await expect(box(ada)).toHaveValue("One more");
  ada.complaints.length = 0;
  await choose(ada, "/topic New", /^In 1 hour/);
  await expect(ada.page.getByText("Commands can’t be sent later.")).toBeVisible();
  await expect(box(ada)).toHaveValue("/topic New");
});
