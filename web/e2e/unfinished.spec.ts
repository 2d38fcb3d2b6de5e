// What was begun and not sent: files that are dropped and picked, an answer, an edit, while one looks elsewhere.

import { expect, type JSHandle, test } from "@playwright/test";
import type { Person } from "./person";
import { png } from "./picture";
import { Server } from "./server";
import { together } from "./together";

const server = new Server();
let ada: Person;
let bo: Person;

together(server, "general", (first, second) => {
  ada = first;
  bo = second;
});

test.beforeAll(async () => {
  await ada.createChannel("elsewhere");
  await ada.open("general");
});

const answer = async (text: string) => {
  await ada.message(text).hover();
  await ada.message(text).getByRole("button", { name: "Reply", exact: true }).click();
};
const chips = () => ada.page.getByTestId("chip");
const note = { name: "note.txt", mimeType: "text/plain", buffer: Buffer.from("hello") };

/** What a file manager would drag. */
const held = (name: string): Promise<JSHandle<DataTransfer>> =>
  ada.page.evaluateHandle((name) => {
    const data = new DataTransfer();
    data.items.add(new File(["dropped"], name, { type: "text/plain" }));
    return data;
  }, name);

test("a file that is dropped on the messages is attached, with a hint while it is held", async () => {
  const { page } = ada;
  await ada.open("general");
  await ada.send("Something to drop on");
  await ada.sees("Something to drop on");
  const dataTransfer = await held("dropped.txt");
  const hint = page.getByTestId("drop-hint");
  const messages = page.locator("#messages");
  await messages.dispatchEvent("dragenter", { dataTransfer });
  await messages.dispatchEvent("dragover", { dataTransfer });
  await expect(hint).toBeVisible();
  await ada.shot("unfinished-drop");
  await page.locator("nav.sidebar").evaluate((to) => {
    const from = document.querySelector("#messages");
    from?.dispatchEvent(new DragEvent("dragleave", { bubbles: true, relatedTarget: to }));
  });
  await expect(hint).toHaveCount(0);
  await messages.dispatchEvent("dragover", { dataTransfer });
  await messages.dispatchEvent("drop", { dataTransfer });
  await expect(hint).toHaveCount(0);
  await expect(chips()).toHaveCount(1);
  await expect(ada.composer).toBeFocused();
  await page.keyboard.type("Dropped");
  await expect(chips().locator("progress")).toHaveCount(0);
  await page.keyboard.press("Enter");
  await expect(bo.message("Dropped").getByRole("link", { name: /dropped\.txt/ })).toBeVisible();
});

test("a file that falls beside does not replace the page", async () => {
  const prevented = await ada.page.locator("nav.sidebar").evaluate((element) =>
    ["dragover", "drop"].map((kind) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File(["x"], "x.txt"));
      const event = new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer });
      element.dispatchEvent(event);
      return event.defaultPrevented;
    }),
  );
  expect(prevented).toEqual([true, true]);
  await expect(chips()).toHaveCount(0);
});

test("one goes on writing after picking a file, and after leaving one out", async () => {
  const { page } = ada;
  const pick = async () => {
    const choosing = page.waitForEvent("filechooser");
    await page.getByTestId("conversation").getByRole("button", { name: "Attach files" }).click();
    await (await choosing).setFiles(note);
    await expect(chips()).toHaveCount(1);
    await expect(ada.composer).toBeFocused();
  };
  await pick();
  await page.getByRole("button", { name: "Leave note.txt out" }).click();
  await expect(chips()).toHaveCount(0);
  await expect(ada.composer).toBeFocused();
  await pick();
  await expect(chips()).toHaveCount(1);
  await expect(chips().locator("progress")).toHaveCount(0);
  await page.keyboard.type("A caption");
  await page.keyboard.press("Enter");
  await expect(bo.message("A caption").getByRole("link", { name: /note\.txt/ })).toBeVisible();
});

test("an answer and its files are found again after looking elsewhere, the answer also after a reload", async () => {
  const { page } = ada;
  await bo.send("Shall we go?");
  await ada.sees("Shall we go?");
  await answer("Shall we go?");
  const banner = page.getByTestId("reply-banner");
  await expect(banner).toContainText("Shall we go?");
  await page.getByTestId("conversation").getByTestId("attach-input").setInputFiles(note);
  await expect(chips()).toHaveCount(1);
  await ada.composer.fill("Yes, and with this");
  await ada.open("elsewhere");
  await expect(banner).toHaveCount(0);
  await expect(chips()).toHaveCount(0);
  await ada.open("general");
  await expect(banner).toContainText("Shall we go?");
  await expect(chips()).toHaveCount(1);
  await expect(ada.composer).toHaveValue("Yes, and with this");
  await expect(chips().locator("progress")).toHaveCount(0);
  await ada.composer.press("Enter");
  const sent = bo.message("Yes, and with this");
  await expect(sent.getByRole("link", { name: /note\.txt/ })).toBeVisible();
  await expect(sent).toContainText("Shall we go?");
  await expect(banner).toHaveCount(0);
  await answer("A caption");
  await page.reload();
  await expect(banner).toContainText("A caption");
  await page.getByRole("button", { name: "Cancel reply" }).click();
  await page.reload();
  await ada.expectChannel("general");
  await expect(banner).toHaveCount(0);
});

test("an edit is found again as it was left, and not after it was given up", async () => {
  const { page } = ada;
  await ada.send("A first thought");
  await ada.act("A first thought", "Edit");
  const box = page.getByRole("textbox", { name: "Edit message" });
  await box.fill("A second thought, half");
  await ada.open("elsewhere");
  await ada.open("general");
  await expect(box).toHaveValue("A second thought, half");
  await box.press("Escape");
  await expect(box).toHaveCount(0);
  await ada.act("A first thought", "Edit");
  await expect(box).toHaveValue("A first thought");
  await box.press("Escape");
});

test("what is typed while an edit is being saved is kept, and saved next", async () => {
  const { page } = ada;
  const box = page.getByRole("textbox", { name: "Edit message" });
  let release = (): void => undefined;
  const gate = new Promise<void>((done) => (release = done));
  await page.route("**/messages/*", async (route) => {
    if (route.request().method() === "PATCH") await gate;
    return route.fallback();
  });
  await ada.send("Twelve");
  await ada.act("Twelve", "Edit");
  await box.fill("Thirteen");
  const answered = page.waitForResponse((response) => response.request().method() === "PATCH");
  await box.press("Enter");
  await box.press("End");
  await box.pressSequentially(" or so");
  release();
  await answered;
  await expect(page.getByRole("button", { name: "Save", exact: true })).toBeEnabled();
  await expect(box).toHaveValue("Thirteen or so");
  await page.unroute("**/messages/*");
  await box.press("Enter");
  await expect(box).toHaveCount(0);
  await ada.sees("Thirteen or so");
});

test("what one writes into a message that is deleted elsewhere can be taken along", async () => {
  const { page } = ada;
  const box = page.getByRole("textbox", { name: "Edit message" });
  await ada.send("Doomed");
  await ada.sees("Doomed");
  await expect(ada.message("Doomed")).toHaveAttribute("data-id", /^\$/);
  const id = await ada.message("Doomed").getAttribute("data-id");
  await ada.act("Doomed", "Edit");
  await box.fill("Words that took an hour");
  await page.evaluate(async (message) => {
    const channel = location.hash.split("/")[2] ?? "";
    await fetch(`/api/v1/channels/${channel}/messages/${encodeURIComponent(message ?? "")}`, {
      method: "DELETE",
    });
  }, id);
  const lost = page.getByTestId("lost-edit");
  await expect(lost).toContainText("Words that took an hour");
  // What has the focus is not nowhere, and pressed by no key that was meant for the text.
  await expect(page.locator("article").filter({ has: lost })).toBeFocused();
  expect(await ada.copied(() => lost.getByRole("button", { name: "Copy text" }).click())).toBe(
    "Words that took an hour",
  );
  await lost.getByRole("button", { name: "Dismiss" }).click();
  await expect(lost).toHaveCount(0);
  await expect(ada.composer).toBeFocused();
});

test("a file that is there is there after a reload, too, until it is sent or left out", async () => {
  const { page } = ada;
  await ada.open("general");
  const attach = page.getByTestId("conversation").getByTestId("attach-input");
  await attach.setInputFiles([
    note,
    { name: "dot.png", mimeType: "image/png", buffer: png(40, 40, [200, 40, 40]) },
  ]);
  await expect(chips()).toHaveCount(2);
  await expect(chips().locator("progress")).toHaveCount(0);
  await ada.composer.fill("With files from before");
  await page.reload();
  await expect(chips()).toHaveText([/note\.txt/, /dot\.png/]);
  const preview = chips().getByTestId("preview");
  await expect
    .poll(() => preview.evaluate((image: HTMLImageElement) => image.naturalWidth))
    .toBeGreaterThan(0);
  await ada.open("elsewhere");
  await expect(ada.nav("general").getByLabel("Draft")).toBeVisible();
  await ada.open("general");
  await page.getByRole("button", { name: "Leave dot.png out" }).click();
  await expect(chips()).toHaveText([/note\.txt/]);
  await page.reload();
  await expect(chips()).toHaveText([/note\.txt/]);
  await expect(ada.composer).toHaveValue("With files from before");
  await ada.composer.press("Enter");
  await expect(bo.message("With files from before").getByRole("link", { name: /note\.txt/ })).toBeVisible();
  await expect(chips()).toHaveCount(0);
  await page.reload();
  await ada.sees("With files from before");
  await expect(chips()).toHaveCount(0);
});
