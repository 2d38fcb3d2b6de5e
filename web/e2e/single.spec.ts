// Single keys do something with the message that has the focus, and with no other, and are nobody's elsewhere.

import { expect, test } from "@playwright/test";
import { looksAt } from "./looks";
import type { Person } from "./person";
import { Server } from "./server";
import { together } from "./together";

const server = new Server();
let ada: Person;
let bo: Person;

test.describe.configure({ mode: "serial" });

together(server, "desk", (first, second) => {
  ada = first;
  bo = second;
});

/** By keys alone, to the newest message and up from there. */
async function lead(up: number): Promise<void> {
  const { page } = ada;
  await ada.composer.focus();
  await page.keyboard.press("Shift+F6");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("End");
  for (let step = 0; step < up; step += 1) await page.keyboard.press("ArrowUp");
}

test("each does what the menu says beside its name", async () => {
  const { page } = ada;
  await bo.send("What did you find?");
  await ada.sees("What did you find?");
  await ada.send("A key");
  await expect(ada.message("A key")).not.toHaveAttribute("data-tone", "pending");
  await lead(0);
  const own = ada.message("A key");
  await expect(own).toBeFocused();
  // The pointer rests on another message, which has its tools.
  await ada.message("What did you find?").hover();
  await page.keyboard.press("e");
  const edit = page.getByRole("textbox", { name: "Edit message" });
  await expect(edit).toBeFocused();
  await expect(edit).toHaveValue("A key");
  await page.keyboard.type(", rusty");
  await page.keyboard.press("Enter");
  await expect(ada.message("A key, rusty")).toHaveCount(1);
  // One writes on after an edit.
  await expect(ada.composer).toBeFocused();

  await lead(1);
  const other = ada.message("What did you find?");
  await expect(other).toBeFocused();
  // What is not one's own is not edited.
  await page.keyboard.press("e");
  await expect(edit).toHaveCount(0);
  await expect(ada.composer).toHaveValue("");
  await expect(other).toBeFocused();
  await page.keyboard.press("r");
  await expect(page.getByRole("searchbox", { name: "Search emoji" })).toBeFocused();
  await page.keyboard.type("rocket");
  await page.keyboard.press("Enter");
  await expect(other.getByTestId("reaction")).toContainText("🚀");
  await lead(1);
  await page.keyboard.press("s");
  await expect(other.getByTestId("saved-mark")).toBeVisible();
  await page.keyboard.press("p");
  await expect(other.getByTestId("pin-mark")).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(ada.composer).toBeFocused();
  await expect(ada.composer).toHaveAccessibleDescription(/Replying to Bo/);
  await page.keyboard.press("Escape");
  await lead(1);
  await page.keyboard.press("t");
  await expect(page.getByTestId("thread")).toBeVisible();
  await page.getByRole("button", { name: "Close", exact: true }).click();
  await lead(0);
  await page.keyboard.press("Delete");
  await expect(page.getByRole("alertdialog")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("alertdialog")).toHaveCount(0);
});

test("with another key held they are the browser's, and where one types they are letters", async () => {
  const { page } = ada;
  await lead(0);
  await expect(ada.message("A key, rusty")).toBeFocused();
  for (const key of ["Shift+E", "Control+e", "Alt+e"]) await page.keyboard.press(key);
  await expect(page.getByRole("textbox", { name: "Edit message" })).toHaveCount(0);
  // A control within the message has its own keys.
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.press("e");
  await expect(page.getByRole("textbox", { name: "Edit message" })).toHaveCount(0);
  // Whoever clicked a message and types goes on writing.
  await ada.message("A key, rusty").locator(".markdown").click();
  await page.keyboard.type("rest");
  await expect(ada.composer).toHaveValue("rest");
  await expect(page.getByTestId("emoji-picker")).toHaveCount(0);
  await ada.composer.fill("");
});

test("they stand in the menu and in the help", async () => {
  const { page } = ada;
  await ada.message("A key, rusty").locator(".markdown").click({ button: "right" });
  const item = page.getByRole("menuitem", { name: "Edit", exact: true });
  await expect(item).toHaveAccessibleDescription("E");
  await expect(page.getByRole("menuitem", { name: "Delete", exact: true })).toHaveAccessibleDescription(
    "Del",
  );
  await ada.shot("single-menu");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+/");
  const help = page.getByRole("region", { name: "On a message that has the focus" });
  await expect(help.getByRole("definition")).toHaveCount(12);
  await looksAt(page, { widths: [390, 1280], height: 844 }, async (width, scheme) => {
    await help.scrollIntoViewIfNeeded();
    await ada.shot(`single-help-${width}-${scheme}`);
  });
  await page.keyboard.press("Escape");
});
