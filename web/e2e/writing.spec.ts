// What one's keys do while one writes, what is hidden in a message, and what came while the line was cut.

import { expect, test } from "@playwright/test";
import { lineOf } from "./line";
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

test("one who comes back goes on behind the draft", async () => {
  const { page } = ada;
  await ada.composer.fill("first half");
  await ada.createChannel("pantry");
  await ada.open("kitchen");
  await expect(ada.composer).toBeFocused();
  await page.keyboard.type(", second half");
  await expect(ada.composer).toHaveValue("first half, second half");
  // As Safari tells of the Enter that ends a word: after the composition, with this code only.
  await ada.composer.evaluate((box) =>
    box.dispatchEvent(
      new KeyboardEvent("keydown", { key: "Enter", keyCode: 229, bubbles: true, cancelable: true }),
    ),
  );
  await expect(ada.composer).toHaveValue("first half, second half");
  await ada.composer.press("Enter");
  await bo.sees("first half, second half");
});

test("a face that one types is sent, and put-away suggestions come back for the next word", async () => {
  const { page } = ada;
  const suggestions = page.getByRole("listbox", { name: "Suggestions" });
  await ada.composer.fill("");
  await page.keyboard.type("Great :-D");
  await expect(suggestions).toHaveCount(0);
  await page.keyboard.press("Enter");
  await bo.sees("Great :-D");
  await page.keyboard.type("/to");
  await expect(suggestions).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(suggestions).toHaveCount(0);
  await ada.composer.fill("");
  await page.keyboard.type("/to");
  await expect(suggestions).toBeVisible();
  await ada.composer.fill("");
});

test("what is hidden may have marks of its own, and all of it is there once it is shown", async () => {
  await ada.send("It was ||**Bob** with @bo in #kitchen|| all along");
  const said = bo.message("all along");
  const inside = [said.getByText("Bob", { exact: true }), said.getByText("#kitchen")];
  for (const part of inside) await expect(part).toBeHidden();
  await said.getByRole("button", { name: /Hidden text/ }).click();
  for (const part of inside) await expect(part).toBeVisible();
});

test("what came while the line was cut stands below a line, also where one looks on", async () => {
  const { page } = bo;
  const line = await lineOf(page);
  await expect.poll(() => bo.unread()).toBe(0);
  await page.reload();
  await bo.sees("all along");
  await expect(page.getByTestId("new-line")).toHaveCount(0);
  await expect(page.getByTestId("connection-note")).toHaveCount(0);
  await expect.poll(line.streams).toBeGreaterThan(0);
  line.cut();
  await expect(page.getByTestId("connection-note")).toBeVisible();
  await ada.send("Said meanwhile");
  await ada.sees("Said meanwhile");
  line.mend();
  await bo.sees("Said meanwhile");
  await expect(page.getByTestId("new-line")).toBeVisible();
});

test("marks, names, codes, emoji and quotes are taken back by Ctrl+Z, and what was typed before them", async () => {
  const { page } = ada;
  await ada.composer.fill("");
  const { keyboard } = page;
  /** As often as it takes: how much of what was typed goes at once is the browser's own. */
  const undo = async (...values: string[]) => {
    for (const value of values) {
      await expect(async () => {
        await keyboard.press("Control+z");
        expect(await ada.composer.inputValue()).toBe(value);
      }).toPass({ timeout: 15_000, intervals: [20] });
    }
  };
  const suggestions = page.getByRole("listbox", { name: "Suggestions" });

  await keyboard.type("abc def");
  await keyboard.press("Control+a");
  await keyboard.press("Control+b");
  await expect(ada.composer).toHaveValue("**abc def**");
  await keyboard.press("Control+b");
  await expect(ada.composer).toHaveValue("abc def");
  await keyboard.press("Control+z");
  await expect(ada.composer).toHaveValue("**abc def**");
  await keyboard.press("Control+z");
  await expect(ada.composer).toHaveValue("abc def");
  await keyboard.press("Control+Shift+z");
  await expect(ada.composer).toHaveValue("**abc def**");
  await undo("abc def", "");

  await keyboard.type("hello world @b");
  await expect(suggestions).toBeVisible();
  await keyboard.press("Tab");
  await keyboard.type("too");
  await expect(ada.composer).toHaveValue("hello world @bo too");
  await undo("hello world @bo ", "hello world @b", "");

  await keyboard.type("yes :tada");
  await expect(suggestions).toBeVisible();
  await keyboard.type(":");
  await expect(ada.composer).toHaveValue("yes 🎉");
  await undo("yes :tada:", "");

  await keyboard.type("well");
  await page.getByRole("button", { name: "Insert emoji" }).click();
  await page.getByRole("dialog").getByRole("searchbox").fill("tada");
  await keyboard.press("Enter");
  await expect(ada.composer).toHaveValue("well🎉");
  await expect(ada.composer).toBeFocused();
  await undo("well");
  await bo.send("Quote me");
  await ada.act("Quote me", "Quote");
  await expect(ada.composer).toHaveValue("well\n\n> Quote me\n\n");
  await expect(ada.composer).toBeFocused();
  await undo("well");
  await ada.composer.fill("");
});

test("an edit suggests names, knows codes and marks, and offers to delete what is emptied", async () => {
  const { page } = ada;
  const { keyboard } = page;
  const box = page.getByRole("textbox", { name: "Edit message" });
  const suggestions = page.getByRole("listbox", { name: "Suggestions" });
  await ada.send("First draft");
  await ada.sees("First draft");
  await ada.composer.press("ArrowUp");
  await expect(box).toBeFocused();
  await keyboard.type(" for @b");
  await expect(suggestions).toBeVisible();
  await ada.shot("edit-suggestions");
  await keyboard.press("Escape");
  await expect(suggestions).toHaveCount(0);
  await keyboard.type("o");
  await expect(box).toHaveValue("First draft for @bo");
  await box.fill("");
  // A command would not be one here.
  await keyboard.type("/to");
  await expect(suggestions).toHaveCount(0);
  await box.fill("");
  await keyboard.type("Seen by @b");
  await expect(suggestions).toBeVisible();
  await keyboard.press("Enter");
  await expect(box).toHaveValue("Seen by @bo ");
  await keyboard.type(":tada");
  await expect(suggestions).toBeVisible();
  await keyboard.type(": ");
  await keyboard.press("Control+b");
  await keyboard.type("loud");
  await expect(box).toHaveValue("Seen by @bo 🎉 **loud**");
  await keyboard.press("Enter");
  await expect(box).toHaveCount(0);
  await expect(bo.message("Seen by @bo 🎉").getByText("loud", { exact: true })).toBeVisible();

  const dialog = page.getByRole("alertdialog");
  await ada.composer.press("ArrowUp");
  await box.fill("");
  await expect(page.getByText("Enter deletes, Esc cancels")).toBeVisible();
  await keyboard.press("Enter");
  await expect(dialog).toContainText("loud");
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await expect(ada.composer).toBeFocused();
  await ada.sees("Seen by @bo");
  await ada.composer.press("ArrowUp");
  await expect(box).toHaveValue("Seen by @bo 🎉 **loud**");
  await box.fill("  ");
  await keyboard.press("Enter");
  await dialog.getByRole("button", { name: "Delete" }).click();
  await expect(bo.message("Seen by @bo")).toHaveCount(0);
});

test("what is on its way is edited once it is there, and nothing that was said before it", async () => {
  const { page } = ada;
  const box = page.getByRole("textbox", { name: "Edit message" });
  await ada.send("Said before");
  await expect(ada.message("Said before")).toHaveAttribute("data-id", /^\$/);
  let go: () => void = () => undefined;
  const posts = "**/api/v1/channels/*/messages";
  await page.route(posts, async (route) => {
    await new Promise<void>((done) => (go = done));
    await route.continue();
  });
  const hold = async (text: string) => {
    const asked = page.waitForRequest(
      (request) => request.method() === "POST" && /messages$/.test(request.url()),
    );
    await ada.send(text);
    await asked;
  };
  await hold("Said at lenght");
  await ada.composer.press("ArrowUp");
  await expect(ada.composer).toBeFocused();
  await expect(box).toHaveCount(0);
  go();
  await expect(box).toHaveValue("Said at lenght");
  await expect(box).toBeFocused();
  await page.keyboard.press("Escape");

  // Who writes on meanwhile is not taken away from that.
  await hold("And one more");
  await ada.composer.press("ArrowUp");
  await ada.composer.pressSequentially("I wri");
  go();
  await expect(ada.message("And one more")).toHaveAttribute("data-id", /^\$/);
  await expect(box).toHaveCount(0);
  await expect(ada.composer).toBeFocused();
  await ada.composer.fill("");

  // What was refused stands there with what can be done.
  await page.unroute(posts);
  await page.route(posts, (route) => route.fulfill({ status: 400, json: { code: "bad_text", status: 400 } }));
  await ada.send("Refused");
  await expect(ada.message("Refused").getByRole("button", { name: "Discard" })).toBeVisible();
  await ada.composer.press("ArrowUp");
  await expect(box).toHaveCount(0);
  await expect(ada.message("Refused")).toBeFocused();
  await ada.message("Refused").getByRole("button", { name: "Discard" }).click();
  await page.unroute(posts);
});

test("suggestions in an edit are below the text where there is less room above it", async () => {
  const { page } = ada;
  await ada.createChannel("larder");
  await page.setViewportSize({ width: 1280, height: 520 });
  for (let count = 0; count < 12; count += 1) {
    await ada.send(`Line ${count};`);
    await ada.sees(`Line ${count};`);
  }
  const box = page.getByRole("textbox", { name: "Edit message" });
  const suggestions = page.getByRole("listbox", { name: "Suggestions" });
  await ada.composer.press("ArrowUp");
  await box.pressSequentially(" :tada");
  await expect(suggestions).toBeVisible();
  await expect(suggestions).not.toHaveAttribute("data-below");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await ada.act("Line 3;", "Edit");
  // As many as there can be.
  await box.pressSequentially(" :sm");
  await expect(suggestions).toHaveAttribute("data-below");
  await ada.shot("edit-suggestions-below");
  await page.keyboard.press("Tab");
  await expect(box).toHaveValue(/^Line 3; \p{Emoji} $/u);
  await page.keyboard.press("Escape");
  await page.setViewportSize({ width: 1280, height: 860 });
  await ada.open("kitchen");
});
