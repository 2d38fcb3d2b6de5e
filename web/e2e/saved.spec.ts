// Messages that one saves for later: a list that one's own devices have, and nobody else.

import { expect, type Locator, test } from "@playwright/test";
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

withPhone(server, { viewport: { width: 390, height: 780 } }, (person) => {
  phone = person;
});

const panel = ({ page }: Person): Locator => page.getByRole("complementary", { name: "Saved for later" });
const cards = (person: Person): Locator => panel(person).getByRole("listitem");
const mark = (person: Person, text: string): Locator => person.message(text).getByTestId("saved-mark");

async function openList(person: Person): Promise<void> {
  const { page } = person;
  const opens = page.getByRole("button", { name: "Saved for later", exact: true });
  // On a small screen the sidebar waits out of sight.
  const drawer = page.getByRole("button", { name: /^Open conversations/ });
  if (await drawer.isVisible()) await drawer.click();
  await opens.click();
  await expect(panel(person)).toBeVisible();
}

test("nothing is saved at first, and the list says how that is done", async () => {
  await openList(ada);
  await expect(panel(ada)).toContainText("Nothing is saved.");
  await ada.shot("saved-empty");
  await panel(ada).getByRole("button", { name: "Close" }).click();
});

test("a message is saved from its menu, marked, and listed on all devices, for nobody else", async () => {
  await openList(phone);
  await bo.send("The **oven** is to be cleaned on Friday");
  await bo.send("Flour is in the pantry");
  await ada.sees("Flour is in the pantry");
  await ada.act("The oven is to be cleaned", "Save for later");
  await expect(mark(ada, "The oven")).toHaveText("Saved for later");
  await ada.act("Flour is", "Save for later");
  // The other device hears of what it never showed.
  await expect(cards(phone)).toHaveText([
    /Bo.*#kitchen.*Flour is/,
    /Bo.*#kitchen.*The oven is to be cleaned/,
  ]);
  await phone.shot("saved-phone");
  await openList(ada);
  await expect(cards(ada)).toHaveText([/Flour is/, /The oven is/]);
  await ada.shot("saved");
  await expect(bo.message("The oven")).toBeVisible();
  await expect(mark(bo, "The oven")).toHaveCount(0);
});

test("it is still there after a reload, and follows what the message says", async () => {
  await ada.reload();
  await expect(cards(ada)).toHaveCount(2);
  await ada.open("kitchen");
  await expect(mark(ada, "The oven")).toBeVisible();
  await bo.act("Flour is", "Edit");
  const box = bo.page.getByRole("textbox", { name: "Edit message" });
  await box.fill("Flour is out");
  await box.press("Enter");
  await expect(cards(phone).first()).toContainText("Flour is out");
});

test("the list leads to a message wherever it stands", async () => {
  // It stays open beside another conversation.
  await ada.createChannel("pantry");
  await cards(ada).filter({ hasText: "The oven" }).getByRole("button", { name: /^Bo/ }).click();
  await ada.expectChannel("kitchen");
  await expect(ada.message("The oven")).toHaveAttribute("data-flash", "true");
  // By then one has arrived, and nothing takes the keys any more.
  await expect(ada.message("The oven")).not.toHaveAttribute("data-flash");
});

test("what is taken off by keyboard is gone everywhere, and the keys go on from there", async () => {
  const remove = (text: string) =>
    cards(ada)
      .filter({ hasText: text })
      .getByRole("button", { name: /^Remove/ });
  await remove("Flour").focus();
  await ada.page.keyboard.press("Enter");
  await expect(cards(ada)).toHaveCount(1);
  await expect(remove("The oven")).toBeFocused();
  await expect(cards(phone)).toHaveCount(1);
  await ada.act("The oven", "Remove from saved");
  await expect(mark(ada, "The oven")).toHaveCount(0);
  await expect(panel(phone)).toContainText("Nothing is saved.");
});

test("what the server refuses is taken back, with a word", async () => {
  await ada.page.route("**/api/v1/me/saved/**", (route) =>
    route.fulfill({
      status: 409,
      contentType: "application/problem+json",
      body: JSON.stringify({ status: 409, code: "saved_full" }),
    }),
  );
  await ada.act("The oven", "Save for later");
  await expect(ada.page.getByText("You have saved as many messages as you can.")).toBeVisible();
  await expect(mark(ada, "The oven")).toHaveCount(0);
  await ada.page.unroute("**/api/v1/me/saved/**");
});

test("the keys go on in the list when its last page is there", async () => {
  await ada.act("The oven", "Save for later");
  await expect(cards(ada)).toHaveCount(1);
  const pages = 7;
  await ada.page.route("**/api/v1/me/saved?*", async (route) => {
    const url = new URL(route.request().url());
    const page = Number(url.searchParams.get("cursor") ?? "0");
    url.searchParams.delete("cursor");
    const { saved } = (await (await route.fetch({ url: url.href })).json()) as {
      saved: { message: { id: string } }[];
    };
    const [first] = saved;
    const other = {
      ...first,
      saved_ts: pages - page,
      message: { ...first?.message, id: `$page${String(page)}` },
    };
    const next = page + 1 < pages ? String(page + 1) : null;
    await route.fulfill({ json: { saved: page === 0 ? [first] : [other], next } });
  });
  await ada.reload();
  await expect(cards(ada)).toHaveCount(5);
  const more = panel(ada).getByRole("button", { name: "Show more" });
  await more.press("Enter");
  await expect(cards(ada)).toHaveCount(6);
  await expect(more).toBeFocused();
  await more.press("Enter");
  await expect(cards(ada)).toHaveCount(7);
  await expect(more).toHaveCount(0);
  await expect(cards(ada).nth(6).getByRole("button", { name: /^Bo/ })).toBeFocused();
  await ada.page.unroute("**/api/v1/me/saved?*");
  await ada.act("The oven", "Remove from saved");
  await ada.reload();
});

test("a message that is deleted leaves the list", async () => {
  await ada.act("The oven", "Save for later");
  await expect(cards(phone)).toHaveCount(1);
  await bo.act("The oven", "Delete");
  await bo.page.getByRole("alertdialog").getByRole("button", { name: "Delete" }).click();
  await expect(cards(phone)).toHaveCount(0);
  await expect(panel(ada)).toContainText("Nothing is saved.");
});
