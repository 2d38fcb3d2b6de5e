// Files: picked and dropped, seen by the other person, opened, played, deleted for good; a picture for oneself.

import { type Browser, expect, test } from "@playwright/test";
import { Person } from "./person";
import { png } from "./picture";
import { Server } from "./server";

const server = new Server();

const LARGEST = 7_000_000;

test.beforeAll(() => server.start({ LOGGIA_FILES__MAX_BYTES: String(LARGEST) }));
test.afterAll(() => server.stop());

/** So many seconds of a hum, as WAV: 8,000 samples a second, 8 bits. */
function tone(seconds: number): Buffer {
  const samples = Buffer.from(Array.from({ length: 8_000 * seconds }, (_, n) => 128 + ((n % 40) - 20)));
  const head = Buffer.alloc(44);
  head.write("RIFF", 0);
  head.writeUInt32LE(36 + samples.length, 4);
  head.write("WAVEfmt ", 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(8_000, 24);
  head.writeUInt32LE(8_000, 28);
  head.writeUInt16LE(1, 32);
  head.writeUInt16LE(8, 34);
  head.write("data", 36);
  head.writeUInt32LE(samples.length, 40);
  return Buffer.concat([head, samples]);
}

const status = (person: Person, url: string) =>
  person.page.evaluate(async (url) => (await fetch(url, { cache: "no-store" })).status, url);

test("files are sent, seen, and gone", async ({ browser }: { browser: Browser }) => {
  const ada = await Person.registered(browser, server, "ada");
  const bo = await Person.registered(browser, server, "bo");
  await ada.createChannel("gallery");
  await bo.joinFromDirectory("gallery");
  const input = ada.page.getByTestId("conversation").getByTestId("attach-input");
  const chips = ada.page.getByTestId("chip");

  // Two pictures and a text file; one of them is left out again.
  await input.setInputFiles([
    { name: "sunset.png", mimeType: "image/png", buffer: png(900, 450, [220, 90, 40]) },
    { name: "wrong.png", mimeType: "image/png", buffer: png(30, 30, [0, 0, 0]) },
    { name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("hello") },
  ]);
  await expect(chips).toHaveCount(3);
  await ada.page.getByRole("button", { name: "Leave wrong.png out" }).click();
  await expect(chips).toHaveCount(2);
  await ada.composer.fill("From the roof");
  await expect(chips.locator("progress")).toHaveCount(0);
  await ada.composer.press("Enter");
  await bo.sees("From the roof");
  await expect(chips).toHaveCount(0);
  const message = bo.message("From the roof");
  const picture = message.getByRole("button", { name: "Open sunset.png" }).locator("img");
  await expect(picture).toBeVisible();
  await picture.scrollIntoViewIfNeeded();
  await expect.poll(() => picture.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBe(640);
  // Its box was there before it was: as large as the message said.
  expect(await picture.evaluate((img: HTMLImageElement) => img.getBoundingClientRect().width)).toBe(420);
  const [download] = await Promise.all([
    bo.page.waitForEvent("download"),
    message.getByRole("link", { name: /notes\.txt/ }).click(),
  ]);
  expect(download.suggestedFilename()).toBe("notes.txt");
  await bo.shot("files-message");
  await message.getByRole("button", { name: "Open sunset.png" }).press("Enter");
  const large = bo.page.getByTestId("viewer").getByRole("img", { name: "sunset.png" });
  await expect(large).toBeVisible();
  const url = await large.evaluate((img: HTMLImageElement) => img.src);
  expect(await status(bo, url)).toBe(200);
  await bo.page.keyboard.press("Escape");
  await expect(large).toHaveCount(0);

  // A large one goes in parts, with nothing else in the message.
  const bytes = Buffer.alloc(6 * 1024 * 1024, "loggia");
  await input.setInputFiles({ name: "large.bin", mimeType: "application/octet-stream", buffer: bytes });
  await expect(chips).toHaveCount(1);
  await expect(chips.locator("progress")).toHaveCount(0);
  await ada.page.getByTestId("conversation").getByRole("button", { name: "Send message" }).click();
  await expect(bo.page.getByRole("link", { name: /large\.bin/ })).toBeVisible();

  // One that is larger than all that may be sent does not set out, and says why.
  await input.setInputFiles({
    name: "huge.bin",
    mimeType: "application/octet-stream",
    buffer: Buffer.alloc(LARGEST + 1),
  });
  await expect(chips).toContainText("Too large: at most 7 MB can be sent.");
  await ada.page.getByRole("button", { name: "Leave huge.bin out" }).click();

  // A recording plays, though it is not compressed.
  await input.setInputFiles({ name: "tone.wav", mimeType: "audio/wav", buffer: tone(2) });
  await expect(chips).toHaveCount(1);
  await expect(chips.locator("progress")).toHaveCount(0);
  await ada.page.getByTestId("conversation").getByRole("button", { name: "Send message" }).click();
  const sound = bo.page.locator("audio");
  await expect(sound).toBeVisible();
  await sound.evaluate((audio: HTMLAudioElement) => audio.load());
  await sound.evaluate((audio: HTMLAudioElement) => (audio.preload = "metadata"));
  await expect.poll(() => sound.evaluate((audio: HTMLAudioElement) => audio.duration)).toBe(2);

  // What is refused says so, and what is deleted is gone for everybody.
  await ada.act("From the roof", "Delete");
  await ada.page.getByRole("alertdialog").getByRole("button", { name: "Delete" }).click();
  await expect(bo.page.getByRole("button", { name: "Open sunset.png" })).toHaveCount(0);
  expect(await status(bo, url)).toBe(404);
  expect(await status(ada, url)).toBe(404);

  // A picture for oneself, which the other one sees.
  await ada.page.getByRole("button", { name: "Your account" }).click();
  await ada.page.getByRole("menuitem", { name: "Settings" }).click();
  await ada.page
    .getByTestId("avatar-input")
    .setInputFiles({ name: "me.png", mimeType: "image/png", buffer: png(600, 600, [40, 90, 220]) });
  await expect(ada.page.getByRole("button", { name: "Remove the picture" })).toBeVisible();
  await ada.page.keyboard.press("Escape");
  await expect(bo.page.getByTestId("conversation").locator(".avatar-picture").first()).toBeVisible();
  await ada.shot("files-avatar");
  expect([...ada.complaints, ...bo.complaints]).toEqual([]);
  await ada.context.close();
  await bo.context.close();
});
