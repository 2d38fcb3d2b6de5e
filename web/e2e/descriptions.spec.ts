// What is said of pictures and recordings for who can't see or hear them: written by keyboard, heard and read by others.

import { expect, type Locator, test } from "@playwright/test";
import type { Person } from "./person";
import { png } from "./picture";
import { Server } from "./server";
import { together } from "./together";

const server = new Server();
let ada: Person;
let bo: Person;

test.describe.configure({ mode: "serial" });

together(server, "gallery", (first, second) => {
  ada = first;
  bo = second;
});

const WORDS = "A map of the harbour.\nThe <b>red</b> line is the way to the boat.";
const HEARD = "A map of the harbour. The <b>red</b> line is the way to the boat.";

const picture = (name: string, red = 40) => ({
  name,
  mimeType: "image/png",
  buffer: png(900, 450, [red, 120, 160]),
});
const area = () => ada.page.getByTestId("conversation");
const chips = (within = area()) => within.getByTestId("chip");
const describeButton = (name: string, within = area()) =>
  within.getByRole("button", { name: `Describe ${name}` });
const dialog = () => ada.page.getByTestId("describe");
const words = () => dialog().getByRole("textbox", { name: "Description" });

async function attach(file: ReturnType<typeof picture>, within = area()): Promise<void> {
  await within.getByTestId("attach-input").setInputFiles(file);
  await expect(describeButton(file.name, within)).toBeVisible();
  await expect(chips(within).locator("progress")).toHaveCount(0);
}

async function say(text: string, name: string, within?: Locator): Promise<void> {
  await describeButton(name, within).click();
  await words().fill(text);
  await words().press("Control+Enter");
  await expect(dialog()).toHaveCount(0);
}

test("a picture is described by keyboard, and the other person hears and reads what it shows", async () => {
  const { page } = ada;
  await attach(picture("map.png"));
  await ada.composer.focus();
  await page.keyboard.press("Shift+Tab");
  await expect(page.getByRole("button", { name: "Leave map.png out" })).toBeFocused();
  await page.keyboard.press("Shift+Tab");
  await expect(describeButton("map.png")).toBeFocused();
  await expect(describeButton("map.png")).toHaveAccessibleDescription("");
  await page.keyboard.press("Enter");
  await expect(dialog()).toBeVisible();
  await expect(words()).toBeFocused();
  await expect(words()).toHaveAccessibleDescription("Read aloud to people who can’t see the picture.");
  const preview = dialog().getByTestId("preview");
  await expect.poll(() => preview.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBe(900);
  const [first = "", second = ""] = WORDS.split("\n");
  await page.keyboard.type(first);
  await page.keyboard.press("Enter");
  await page.keyboard.type(second);
  await ada.shot("descriptions-dialog");
  await page.keyboard.press("Control+Enter");
  await expect(dialog()).toHaveCount(0);
  await expect(describeButton("map.png")).toBeFocused();
  await expect(describeButton("map.png")).toHaveAccessibleDescription("has a description");
  await expect(area().getByTestId("upload-status")).toHaveText("The description of map.png was saved.");
  await ada.shot("descriptions-chip");

  // It is kept with its file.
  await page.reload();
  await expect(chips().getByTestId("described")).toBeVisible();
  await describeButton("map.png").click();
  await expect(words()).toHaveValue(WORDS);
  await words().fill("Something else");
  await page.keyboard.press("Escape");
  await expect(dialog()).toHaveCount(0);
  await expect(describeButton("map.png")).toBeFocused();
  await ada.composer.press("Enter");

  const shown = bo.page.getByRole("button", { name: `Open map.png: ${HEARD}` });
  await expect(shown).toBeVisible();
  await expect(shown.locator("img")).toHaveAttribute("alt", HEARD);
  await expect(bo.page.getByTestId("announcer")).toContainText(`Files: ${HEARD}`);
  await expect(bo.page.getByRole("article", { name: `Files: ${HEARD}` })).toBeVisible();
  await shown.press("Enter");
  const viewer = bo.page.getByTestId("viewer");
  await expect(viewer.getByRole("img", { name: "map.png" })).toBeVisible();
  await expect(viewer.getByRole("group", { name: "Description" })).toHaveText(WORDS, { useInnerText: true });
  await bo.shot("descriptions-viewer");
  await bo.page.keyboard.press("Escape");
  await expect(viewer).toHaveCount(0);
  await expect(shown).toBeFocused();
});

test("it is found, and seen in what answers it", async () => {
  const { page } = bo;
  await page.getByRole("button", { name: "Search messages" }).click();
  await page.getByRole("searchbox", { name: "Search messages" }).fill("harbour");
  await expect(page.getByTestId("search-results").getByRole("listitem")).toContainText(`map.png: ${HEARD}`);
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await expect(page.getByTestId("search-results")).toHaveCount(0);
  const map = page.getByTestId("conversation").getByRole("article", { name: `Files: ${HEARD}` });
  await map.hover();
  await map.getByRole("button", { name: "Reply", exact: true }).click();
  await expect(page.getByTestId("reply-banner")).toContainText(HEARD);
  await bo.send("Which boat?");
  await expect(ada.message("Which boat?")).toContainText(HEARD);
});

test("what is too long says by how much, and is not taken", async () => {
  await attach(picture("long.png"));
  await describeButton("long.png").click();
  const status = dialog().getByRole("status");
  await words().fill("👍".repeat(899));
  await expect(status).toBeEmpty();
  await words().fill("👍".repeat(999));
  await expect(status).toHaveText("1 character left");
  await words().fill("👍".repeat(1_002));
  await expect(status).toHaveText("2 characters too long");
  await expect(dialog().getByRole("button", { name: "Save" })).toBeDisabled();
  await words().press("Control+Enter");
  await expect(dialog()).toBeVisible();
  await words().press("Backspace");
  await words().press("Backspace");
  await expect(status).toHaveText("0 characters left");
  await dialog().getByRole("button", { name: "Save" }).click();
  await ada.send("As long as it may be");
  const shown = bo
    .message("As long as it may be")
    .getByRole("button", { name: /^Open long\.png: (👍){1000}$/u });
  await expect(shown).toBeVisible();
});

test("a description that is taken back is gone", async () => {
  await attach(picture("plain.png"));
  await say("Not so", "plain.png");
  await say(" \n ", "plain.png");
  await expect(chips().getByTestId("described")).toHaveCount(0);
  await expect(area().getByTestId("upload-status")).toHaveText("The description of plain.png was removed.");
  await ada.send("Nothing to say of it");
  const shown = bo
    .message("Nothing to say of it")
    .getByRole("button", { name: "Open plain.png", exact: true });
  await shown.click();
  await expect(bo.page.getByTestId("viewer").getByRole("group")).toHaveCount(0);
  await bo.page.keyboard.press("Escape");
});

test("it goes with a message that waited, and in a thread", async () => {
  const { page } = ada;
  await attach(picture("late.png"));
  await say("A boat in the fog", "late.png");
  let refused = 0;
  await page.route("**/api/v1/channels/*/messages", async (route) => {
    if (route.request().method() !== "POST" || refused > 1) return route.fallback();
    refused += 1;
    return route.abort();
  });
  await ada.send("Seen at dawn");
  await expect(
    bo.message("Seen at dawn").getByRole("button", { name: "Open late.png: A boat in the fog" }),
  ).toBeVisible();
  expect(refused).toBe(2);
  await page.unrouteAll({ behavior: "wait" });

  await ada.act("Seen at dawn", "Reply in thread");
  const thread = page.getByTestId("thread");
  await attach(picture("anchor.png"), thread);
  await say("An anchor", "anchor.png", thread);
  await thread.getByTestId("composer").press("Enter");
  await bo.message("Seen at dawn").getByTestId("thread-link").click();
  await expect(
    bo.page.getByTestId("thread").getByRole("button", { name: "Open anchor.png: An anchor" }),
  ).toBeVisible();
});

test("whoever describes a file that is on its way does not send yet", async () => {
  const { page } = ada;
  let open = (): void => undefined;
  const gate = new Promise<void>((done) => (open = done));
  await page.route("**/api/v1/files**", async (route) => {
    if (route.request().method() === "POST") await gate;
    return route.continue();
  });
  await area().getByTestId("attach-input").setInputFiles(picture("slow.png", 90));
  await ada.send("On its way");
  const due = area().getByTestId("composer-due");
  await expect(due).not.toBeEmpty();
  await describeButton("slow.png").click();
  await expect(due).toBeEmpty();
  await words().fill("A snail");
  await words().press("Control+Enter");
  await expect(chips().locator("progress")).toHaveCount(1);
  await expect(chips().getByTestId("described")).toBeVisible();
  await ada.shot("descriptions-uploading");
  open();
  await expect(chips().locator("progress")).toHaveCount(0);
  await expect(bo.message("On its way")).toHaveCount(0);
  await ada.composer.press("Enter");
  await expect(
    bo.message("On its way").getByRole("button", { name: "Open slow.png: A snail" }),
  ).toBeVisible();
  await page.unrouteAll({ behavior: "wait" });
});

test("of a recording it is there to be read, and other files have none", async () => {
  const sound = { name: "bell.wav", mimeType: "audio/wav", buffer: wave() };
  const note = { name: "note.txt", mimeType: "text/plain", buffer: Buffer.from("hello") };
  await area().getByTestId("attach-input").setInputFiles([sound, note]);
  await expect(chips()).toHaveCount(2);
  await expect(chips().locator("progress")).toHaveCount(0);
  await expect(describeButton("note.txt")).toHaveCount(0);
  await describeButton("bell.wav").click();
  await expect(words()).toHaveAccessibleDescription("For people who can’t see or hear it.");
  await words().fill("A bell,\ntwice");
  await dialog().getByRole("button", { name: "Save" }).click();
  await ada.send("Listen");
  const message = bo.message("Listen");
  await expect(message.locator("audio")).toHaveAccessibleName("bell.wav: A bell, twice");
  const told = message.getByText("A bell,");
  await expect(told).toBeHidden();
  await message.getByText("Description", { exact: true }).click();
  await expect(told).toHaveText("A bell,\ntwice", { useInnerText: true });
  await bo.shot("descriptions-sound");
});

/** A second of silence. */
function wave(): Buffer {
  const head = Buffer.from(
    "RIFF$\x1f\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0@\x1f\0\0@\x1f\0\0\x01\0\x08\0data\0\x1f\0\0",
    "latin1",
  );
  head.writeUInt32LE(36 + 8_000, 4);
  head.writeUInt32LE(8_000, 40);
  return Buffer.concat([head, Buffer.alloc(8_000, 128)]);
}
