// Speaking instead of writing: a real recording of a microphone that beeps, heard before it goes, and by others.

import { expect, test } from "@playwright/test";
import { violations } from "./axe";
import type { Person } from "./person";
import { Server } from "./server";
import { together } from "./together";

const server = new Server();
let ada: Person;
let bo: Person;

test.describe.configure({ mode: "serial" });

together(server, "voices", (first, second) => {
  ada = first;
  bo = second;
});

const button = () => ada.page.getByRole("button", { name: "Record a voice message" });
const recording = () => ada.page.getByTestId("recording");
const chips = () => ada.page.getByTestId("chip");
const act = (name: string) => recording().getByRole("button", { name });
/** How many microphones the page listens to. */
const open = () => ada.page.evaluate(() => (window as unknown as { heard: MediaStream[] }).heard.length);

test.beforeAll(async () => {
  // What the page listens to, as long as it does.
  await ada.page.evaluate(() => {
    const heard: MediaStream[] = [];
    (window as unknown as { heard: MediaStream[] }).heard = heard;
    const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = async (wanted) => {
      const stream = await ask(wanted);
      for (const track of stream.getTracks()) {
        const stop = track.stop.bind(track);
        track.stop = () => {
          stop();
          heard.splice(heard.indexOf(stream), 1);
        };
      }
      heard.push(stream);
      return stream;
    };
  });
});

/** Waits until there is something to be heard. */
async function speak(): Promise<void> {
  await expect(recording().getByRole("timer")).toHaveText("0:02");
}

test("who does not let the page hear is told why nothing is recorded", async () => {
  await ada.context.clearPermissions();
  await button().click();
  await expect(ada.page.getByText("The browser does not let this page use the microphone.")).toBeVisible();
  await expect(button()).toBeFocused();
  await expect(recording()).toHaveCount(0);
  expect(await open()).toBe(0);
});

test("a recording is listened to, sent, and played by the other person", async () => {
  const { page } = ada;
  await ada.context.grantPermissions(["microphone"], { origin: server.url });
  await button().focus();
  await page.keyboard.press("Enter");
  await expect(recording()).toBeVisible();
  await expect(act("Stop and attach")).toBeFocused();
  expect(await open()).toBe(1);
  await speak();
  expect(await violations(page, "[data-overlay-container]:has([role=tooltip])")).toEqual([]);
  await ada.shot("voice-recording");
  const { width, height } = page.viewportSize() ?? { width: 0, height: 0 };
  await page.setViewportSize({ width: 360, height: 700 });
  await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  await expect(act("Stop and attach")).toBeInViewport({ ratio: 1 });
  const tops = await ada.page
    .locator(".composer-row .icon-button:visible")
    .evaluateAll((all) => all.map((each) => Math.round(each.getBoundingClientRect().bottom)));
  expect(new Set(tops).size).toBe(1);
  await ada.shot("voice-recording-narrow");
  await page.setViewportSize({ width, height });
  await page.keyboard.press("Enter");
  await expect(recording()).toHaveCount(0);
  await expect(ada.composer).toBeFocused();
  expect(await open()).toBe(0);

  await expect(chips()).toHaveCount(1);
  await expect(chips()).toContainText(/^voice \d{4}-\d\d-\d\d \d\d\.\d\d\.\d\d\.\w+/);
  const listen = chips().getByRole("button", { name: /^Listen to voice / });
  await listen.click();
  await expect(listen).toHaveAttribute("aria-pressed", "true");
  await expect(listen).toHaveAttribute("aria-pressed", "false");
  await ada.shot("voice-attached");
  await page.getByTestId("conversation").getByRole("button", { name: "Send message" }).click();

  const sound = bo.page.locator("audio");
  await expect(sound).toHaveAccessibleName(/^voice /);
  await sound.evaluate((audio: HTMLAudioElement) => audio.play());
  await expect.poll(() => sound.evaluate((audio: HTMLAudioElement) => audio.ended)).toBe(true);
  expect(await sound.evaluate((audio: HTMLAudioElement) => audio.currentTime)).toBeGreaterThan(1);
  // The microphone beeps: it is not silence that came.
  expect(await sound.evaluate(loudness)).toBeGreaterThan(0.05);
});

/** The loudest of what a recording has, from 0 to 1. */
async function loudness(element: SVGElement | HTMLElement): Promise<number> {
  const bytes = await (await fetch((element as HTMLAudioElement).src)).arrayBuffer();
  const decoded = await new OfflineAudioContext(1, 1, 48_000).decodeAudioData(bytes);
  return decoded.getChannelData(0).reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
}

test("a recording that is discarded is nowhere, and one that is left behind is where it was begun", async () => {
  await button().click();
  await speak();
  await act("Discard the recording").click();
  await expect(button()).toBeFocused();
  expect(await open()).toBe(0);
  await expect(chips()).toHaveCount(0);

  await button().click();
  await speak();
  await ada.page.evaluate(() => (location.hash = "#/"));
  await expect(ada.composer).toHaveCount(0);
  expect(await open()).toBe(0);
  await ada.open("voices");
  await expect(chips()).toHaveCount(1);
  await chips()
    .getByRole("button", { name: /^Leave voice / })
    .click();
  await expect(chips()).toHaveCount(0);
});

test("in a thread it stands where one answers", async () => {
  await ada.send("Say it here");
  await ada.act("Say it here", "Reply in thread");
  const thread = ada.page.getByTestId("thread");
  await thread.getByRole("button", { name: "Record a voice message" }).click();
  await speak();
  await act("Stop and attach").click();
  await expect(thread.getByTestId("chip")).toHaveCount(1);
  await ada.shot("voice-thread");
});
