// The other button of the mouse, or the menu key, on somebody's name: what can be done about them.

import { expect, type Locator, test } from "@playwright/test";
import { violations } from "./axe";
import { looksAt } from "./looks";
import type { Person } from "./person";
import { Server } from "./server";
import { together } from "./together";

const server = new Server();
let ada: Person;
let bo: Person;

test.describe.configure({ mode: "serial" });

together(server, "square", (first, second) => {
  ada = first;
  bo = second;
});

const items = ({ page }: Person) => page.getByRole("menu").getByRole("menuitem");
const author = (person: Person, text: string, name: string) =>
  person.message(text).getByRole("button", { name, exact: true });

async function close({ page }: Person): Promise<void> {
  await page.keyboard.press("Escape");
  await expect(page.getByRole("menu")).toHaveCount(0);
}

async function choose(person: Person, where: Locator, name: string): Promise<void> {
  await where.click({ button: "right" });
  await person.page.getByRole("menuitem", { name, exact: true }).click();
  await expect(person.page.getByRole("menu")).toHaveCount(0);
}

test("on a name it has what a profile has, and a mention", async () => {
  const { page } = ada;
  await bo.send("Is anybody here?");
  await ada.sees("Is anybody here?");
  const name = author(ada, "Is anybody here?", "Bo");
  await name.click({ button: "right" });
  await expect(page.getByRole("menu", { name: "Actions for Bo" })).toBeVisible();
  await expect(items(ada)).toHaveText([
    "Profile",
    "Message",
    "Mention",
    "Block",
    "Remove from channel",
    "Ban from channel",
  ]);
  expect(await violations(page, "[data-overlay-container]:has([role=tooltip])")).toEqual([]);
  await looksAt(page, { widths: [1280], height: 860 }, async (width, scheme) => {
    await ada.shot(`person-menu-${width}-${scheme}`);
  });
  await close(ada);
  await expect(name).toBeFocused();

  await ada.composer.fill("Yes");
  await choose(ada, name, "Mention");
  await expect(ada.composer).toHaveValue("Yes @bo ");
  await expect(ada.composer).toBeFocused();
  await ada.composer.press("Enter");
  await bo.sees("Yes @Bo");
  // In a message, too, and on a face.
  await ada.message("Yes").getByRole("button", { name: "@bo" }).click({ button: "right" });
  await expect(items(ada).first()).toHaveText("Profile");
  await close(ada);
  await choose(ada, ada.message("Is anybody here?").locator(".face"), "Profile");
  await expect(page.getByTestId("profile")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByTestId("profile")).toHaveCount(0);
  // What is beside the name is the message's.
  await ada.message("Is anybody here?").locator(".markdown").click({ button: "right" });
  await expect(page.getByRole("menuitem", { name: "Copy text" })).toBeVisible();
  await close(ada);
});

test("of oneself there is the profile; who moderates nothing can put nobody out", async () => {
  await author(ada, "Yes", "Ada").click({ button: "right" });
  await expect(items(ada)).toHaveText(["Profile"]);
  await close(ada);
  await author(bo, "Yes", "Ada").click({ button: "right" });
  await expect(items(bo)).toHaveText(["Profile", "Message", "Mention", "Block"]);
  await close(bo);
});

test("in the list of members, by the menu key, and what is chosen happens", async () => {
  const { page } = ada;
  await page.getByRole("button", { name: /^Members/ }).click();
  const row = page
    .getByTestId("members")
    .getByRole("button", { name: /^B?.*Bo/ })
    .first();
  await row.focus();
  await page.keyboard.press("ContextMenu");
  await expect(items(ada).first()).toBeFocused();
  await close(ada);
  await expect(row).toBeFocused();
  await choose(ada, row, "Block");
  await page.getByRole("alertdialog").getByRole("button", { name: "Block" }).click();
  await row.click({ button: "right" });
  await expect(page.getByRole("menuitem", { name: "Unblock" })).toBeVisible();
  await page.getByRole("menuitem", { name: "Unblock" }).click();
  await expect(ada.message("Is anybody here?")).toBeVisible();
  await choose(ada, row, "Message");
  await expect(page.getByRole("heading", { level: 1, name: "Bo" })).toBeVisible();
  await ada.open("square");
  await choose(ada, author(ada, "Is anybody here?", "Bo"), "Remove from channel");
  await expect(page.getByRole("alertdialog")).toBeVisible();
  await page.keyboard.press("Escape");
});

test("in a thread a mention is written there", async () => {
  const { page } = ada;
  await ada.act("Is anybody here?", "Reply in thread");
  const thread = page.getByTestId("thread");
  await choose(ada, thread.getByRole("button", { name: "Bo", exact: true }), "Mention");
  await expect(thread.getByTestId("composer")).toHaveValue("@bo ");
  await expect(ada.composer).toHaveValue("");
});
