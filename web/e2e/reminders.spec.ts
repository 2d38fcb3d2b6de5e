// Reminders of messages: asked for in a message's menu or in the list of what is saved, told when it is time.

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

withPhone(server, { viewport: { width: 390, height: 780 }, hasTouch: true }, (person) => {
  phone = person;
});

const panel = ({ page }: Person, name = "Saved for later"): Locator =>
  page.getByRole("complementary", { name });
const cards = (person: Person): Locator => panel(person).getByRole("listitem");
const inbox = (person: Person): Locator => panel(person, "Mentions and replies").getByRole("listitem");
const asked = ({ page }: Person): Locator => page.getByTestId("remind-dialog");

async function opens(person: Person, name: string): Promise<void> {
  const { page } = person;
  // On a small screen the sidebar waits out of sight.
  const drawer = page.getByRole("button", { name: /^Open conversations/ });
  if (await drawer.isVisible()) await drawer.click();
  await page.getByRole("button", { name, exact: true }).click();
  await expect(panel(person, name)).toBeVisible();
}

/** In so many days, as a date field has it. */
const dayAfter = (days: number): string => {
  const date = new Date(Date.now() + days * 86_400_000);
  const part = (value: number) => String(value).padStart(2, "0");
  return `${String(date.getFullYear())}-${part(date.getMonth() + 1)}-${part(date.getDate())}`;
};

/** Has the reminder of a saved message with this text come due in a moment. */
const comesDue = ({ page }: Person, text: string) =>
  page.evaluate(async (wanted) => {
    const { saved } = (await (await fetch("/api/v1/me/saved")).json()) as {
      saved: { channel: string; message: { id: string; text: string } }[];
    };
    const item = saved.find(({ message }) => message.text.includes(wanted));
    await fetch(`/api/v1/me/saved/${item?.channel ?? ""}/${item?.message.id ?? ""}`, {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ remind_ts: Date.now() + 1_500 }),
    });
  }, text);

async function clean(person: Person): Promise<void> {
  expect(await violations(person.page, "iframe")).toEqual([]);
}

test("a reminder is asked for in a message's menu, and the message is saved by that, on all devices", async () => {
  await bo.send("The oven is to be cleaned");
  await bo.send("Flour is in the pantry");
  await ada.sees("Flour is in the pantry");
  await ada.message("The oven").hover();
  await ada.message("The oven").getByRole("button", { name: "More actions" }).click();
  await expect(ada.page.getByRole("menuitem", { name: "Remind me…" })).toBeVisible();
  await ada.shot("reminders-menu");
  await ada.page.getByRole("menuitem", { name: "Remind me…" }).click();
  await expect(asked(ada)).toHaveAccessibleName("Remind me");
  const offered = asked(ada).getByRole("list", { name: "When" }).getByRole("button");
  await expect(offered.first()).toHaveText(/^In 20 minutes, at \d/);
  // On a Sunday tomorrow is Monday.
  const names = [
    /^In 20/,
    /^In 1 hour/,
    /^In 3 hours/,
    /^Tomorrow at 9:00/,
    /^Next Monday at 9:00/,
    /^Choose/,
  ];
  await expect(offered).toHaveText(new Date().getDay() === 0 ? names.filter((_, n) => n !== 4) : names);
  await clean(ada);
  await ada.shot("reminders-times");
  await asked(ada)
    .getByRole("button", { name: /^Tomorrow at 9:00/ })
    .click();
  await expect(asked(ada)).toHaveCount(0);
  await expect(ada.page.getByText(/^You will be reminded tomorrow at 9:00/)).toBeVisible();
  await expect(ada.message("The oven").getByTestId("saved-mark")).toHaveText("Saved for later");
  await opens(ada, "Saved for later");
  await expect(cards(ada)).toHaveText([/Reminder tomorrow at 9:00.*The oven/]);
  await opens(phone, "Saved for later");
  await expect(cards(phone)).toHaveText([/Reminder tomorrow at 9:00.*The oven/]);
});

test("a time of one's own is chosen by keyboard, in the list", async () => {
  const { page } = ada;
  await ada.act("Flour is", "Save for later");
  await expect(cards(ada)).toHaveCount(2);
  const tool = cards(ada)
    .filter({ hasText: "Flour" })
    .getByRole("button", { name: /^Remind me: Flour/ });
  await tool.focus();
  await page.keyboard.press("Enter");
  await expect(asked(ada)).toBeVisible();
  await asked(ada).getByRole("button", { name: "Choose a date and time…" }).focus();
  await page.keyboard.press("Enter");
  await expect(asked(ada).getByLabel("Date")).toBeFocused();
  await clean(ada);
  await asked(ada).getByLabel("Date").fill(dayAfter(366));
  await page.keyboard.press("Enter");
  await expect(asked(ada).getByRole("alert")).toHaveText("That is too far ahead: at most 365 days.");
  await asked(ada).getByLabel("Date").fill(dayAfter(7));
  await asked(ada).getByLabel("Time").fill("07:30");
  await ada.shot("reminders-choose");
  await page.keyboard.press("Enter");
  await expect(asked(ada)).toHaveCount(0);
  await expect(tool).toBeFocused();
  await expect(cards(ada).first()).toContainText(/Reminder .*7:30/);
  // Who listens hears it with the message.
  await expect(
    cards(ada)
      .first()
      .getByRole("button", { name: /^Reminder .*7:30.*Bo.*Flour/ }),
  ).toBeVisible();
});

test("a small screen has it all, and takes it back", async () => {
  await expect(cards(phone)).toHaveCount(2);
  await clean(phone);
  await phone.shot("reminders-phone-saved");
  await cards(phone)
    .filter({ hasText: "Flour" })
    .getByRole("button", { name: /^Remind me/ })
    .click();
  await expect(asked(phone)).toContainText(/^Remind me.*You will be reminded .*7:30/);
  await clean(phone);
  await phone.shot("reminders-phone-times");
  await asked(phone).getByRole("button", { name: "Remove reminder" }).click();
  await expect(phone.page.getByText("The reminder was removed.")).toBeVisible();
  await expect(cards(phone).first()).not.toContainText("Reminder");
  await expect(cards(ada).first()).not.toContainText("Reminder");
  await expect(cards(ada)).toHaveCount(2);
  await ada.reload();
  await expect(cards(ada)).toHaveText([/Flour is/, /Reminder tomorrow at 9:00.*The oven/]);
  await looksAt(ada.page, { widths: [1280, 390], height: 780 }, async (width, scheme) => {
    await expect(cards(ada)).toHaveCount(2);
    await clean(ada);
    await ada.shot(`reminders-saved-${String(width)}-${scheme}`);
  });
});

test("what the server refuses is said, and the choice stays open", async () => {
  await ada.page.route("**/api/v1/me/saved/**", (route) =>
    route.fulfill({
      status: 409,
      contentType: "application/problem+json",
      body: JSON.stringify({ status: 409, code: "reminders_full" }),
    }),
  );
  await cards(ada)
    .filter({ hasText: "Flour" })
    .getByRole("button", { name: /^Remind me/ })
    .click();
  await asked(ada)
    .getByRole("button", { name: /^In 1 hour/ })
    .click();
  const notice = ada.page.locator(".notice").filter({ hasText: "As many of your reminders wait as can." });
  await expect(notice).toBeVisible();
  await expect(asked(ada)).toBeVisible();
  await ada.page.keyboard.press("Escape");
  await expect(asked(ada)).toHaveCount(0);
  await expect(cards(ada).filter({ hasText: "Flour" })).not.toContainText("Reminder");
  await notice.getByRole("button", { name: "Dismiss" }).click();
  await ada.page.unroute("**/api/v1/me/saved/**");
  ada.complaints.length = 0;
});

test("when it is time the inbox says so, also of a silent channel that one looks at, until one has been there", async () => {
  const { page } = ada;
  await ada.open("kitchen");
  await page.evaluate(async () => {
    const channel = location.hash.split("/")[2] ?? "";
    await fetch(`/api/v1/channels/${channel}/notify`, {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ level: "none" }),
    });
  });
  await comesDue(ada, "The oven");
  const badge = page.getByRole("navigation", { name: "Conversations" }).locator(".inbox-button");
  await expect(badge).toContainText("1");
  await expect(page).toHaveTitle(/^\(1\) /);
  // It stays saved, without a time.
  await expect(cards(ada).filter({ hasText: "The oven" })).not.toContainText("Reminder");
  await expect(cards(phone)).toHaveCount(2);
  // What comes meanwhile in the channel does not see it.
  await bo.send("Good evening");
  await ada.sees("Good evening");
  await opens(ada, "Mentions and replies");
  await expect(inbox(ada)).toHaveText([/Reminder.*The oven is to be cleaned/]);
  await expect(inbox(ada).first()).toHaveAttribute("data-fresh", "true");
  await clean(ada);
  await looksAt(page, { widths: [1280, 390], height: 780 }, async (width, scheme) => {
    await expect(inbox(ada)).toHaveCount(1);
    await ada.shot(`reminders-inbox-${String(width)}-${scheme}`);
  });
  await inbox(ada)
    .getByRole("button", { name: /^Reminder\. Bo.*The oven/ })
    .click();
  await expect(ada.message("The oven")).toHaveAttribute("data-flash", "true");
  await expect(page).toHaveTitle(/^#kitchen/);
  await expect(badge).not.toContainText("1");
  await expect(inbox(ada).first()).not.toHaveAttribute("data-fresh");
});
