// What was shared in a conversation, beside it: found without scrolling, and alive.

import { expect, type Locator, test } from "@playwright/test";
import { violations } from "./axe";
import { looksAt } from "./looks";
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

const panel = ({ page }: Person): Locator => page.getByRole("complementary", { name: "Files" });
const entries = (person: Person): Locator => panel(person).getByRole("listitem");
const kind = (person: Person, name: string) => panel(person).getByRole("button", { name, exact: true });

async function openFiles(person: Person): Promise<void> {
  await person.page.getByRole("button", { name: /^Conversation options/ }).click();
  await person.page.getByRole("menuitem", { name: "Files" }).click();
  await expect(panel(person)).toBeVisible();
}

const picture = (name: string, shade: number) => ({
  name,
  mimeType: "image/png",
  buffer: png(240, 120, [shade, 120, 60]),
});
const text = (name: string) => ({ name, mimeType: "text/plain", buffer: Buffer.from(name) });

async function share(
  { page, composer }: Person,
  words: string,
  files: ReturnType<typeof picture>[],
): Promise<void> {
  await page.getByTestId("conversation").getByTestId("attach-input").setInputFiles(files);
  await expect(page.getByTestId("chip")).toHaveCount(files.length);
  await expect(page.getByTestId("chip").locator("progress")).toHaveCount(0);
  await composer.fill(words);
  await composer.press("Enter");
  await expect(page.getByTestId("chip")).toHaveCount(0);
}

test("nothing is there at first, and what is sent shows up at once", async () => {
  await openFiles(ada);
  await expect(panel(ada)).toContainText("No files yet.");
  await share(bo, "From the roof", [picture("sunset.png", 220), picture("roof.png", 90), text("notes.txt")]);
  await expect(entries(ada)).toHaveCount(3);
  await expect(entries(ada).nth(2)).toHaveText(/notes\.txt.*9 bytes · Bo · /);
  const first = entries(ada)
    .first()
    .getByRole("button", { name: /^Open sunset\.png, Bo, / });
  await expect
    .poll(() => first.locator("img").evaluate((img: HTMLImageElement) => img.naturalWidth))
    .toBe(240);
});

test("pictures and other files are told apart", async () => {
  await kind(ada, "Pictures").click();
  await expect(entries(ada)).toHaveCount(2);
  await expect(kind(ada, "Pictures")).toHaveAttribute("aria-pressed", "true");
  await kind(ada, "Other files").click();
  await expect(entries(ada)).toHaveText([/notes\.txt/]);
  await kind(ada, "Videos").click();
  await expect(panel(ada)).toContainText("None of this kind.");
  await kind(ada, "All").click();
  await expect(entries(ada)).toHaveCount(3);
});

test("a picture opens where the others are, too, and a file is had", async () => {
  const { page } = ada;
  const opens = entries(ada)
    .first()
    .getByRole("button", { name: /^Open sunset/ });
  await opens.press("Enter");
  const viewer = page.getByTestId("viewer");
  await expect(viewer.getByRole("img", { name: "sunset.png" })).toBeVisible();
  await page.keyboard.press("ArrowRight");
  await expect(viewer.getByRole("img", { name: "roof.png" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(viewer).toHaveCount(0);
  await expect(opens).toBeFocused();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    entries(ada).last().getByRole("link", { name: "notes.txt" }).click(),
  ]);
  expect(download.suggestedFilename()).toBe("notes.txt");
});

test("each leads to its message", async () => {
  for (let n = 0; n < 30; n += 1) await bo.send(`words ${String(n)}`);
  await ada.sees("words 29");
  await entries(ada)
    .last()
    .getByRole("button", { name: /^Jump to message: notes\.txt, Bo, / })
    .click();
  await expect(ada.message("From the roof")).toHaveAttribute("data-flash", "true");
  await expect(ada.message("From the roof")).toBeInViewport();
  await expect(panel(ada)).toBeVisible();
});

/** A film as a browser makes one, of a canvas that changes its colour. */
async function film({ page }: Person): Promise<Buffer> {
  const made = await page.evaluate(async () => {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [160, 90];
    const brush = canvas.getContext("2d")!;
    const recorder = new MediaRecorder(canvas.captureStream(30), { mimeType: "video/webm" });
    const parts: Blob[] = [];
    const ended = new Promise((done) => (recorder.onstop = done));
    recorder.ondataavailable = ({ data }) => {
      parts.push(data);
      if (parts.length === 5) recorder.stop();
    };
    recorder.start(100);
    for (let hue = 0; recorder.state === "recording"; hue += 5) {
      brush.fillStyle = `hsl(${String(hue)} 80% 50%)`;
      brush.fillRect(0, 0, 160, 90);
      await new Promise(requestAnimationFrame);
    }
    await ended;
    return [...new Uint8Array(await new Blob(parts).arrayBuffer())];
  });
  return Buffer.from(made);
}

test("films and sound are played where they are listed, and what can't be says so", async () => {
  const recording = { name: "walk.webm", mimeType: "video/webm", buffer: await film(bo) };
  await share(bo, "The walk", [recording]);
  await expect(entries(ada).first()).toContainText("walk.webm");
  // Nothing is fetched until somebody wants it.
  await expect(panel(ada).locator("video")).toHaveCount(0);
  const play = entries(ada)
    .first()
    .getByRole("button", { name: /^Play walk\.webm, Bo, / });
  await play.press("Enter");
  const video = panel(ada).locator("video");
  await expect(video).toBeVisible();
  await expect.poll(() => video.evaluate((each: HTMLVideoElement) => each.videoWidth)).toBe(160);
  await expect.poll(() => video.evaluate((each: HTMLVideoElement) => each.currentTime)).toBeGreaterThan(0);
  await expect(play).toHaveAttribute("aria-pressed", "true");
  await ada.shot("shared-film");
  await play.press("Enter");
  await expect(video).toHaveCount(0);
  await expect(play).toBeFocused();

  // It looks like sound, and is none.
  const broken = {
    name: "bell.wav",
    mimeType: "audio/wav",
    buffer: Buffer.from("RIFF\x24\0\0\0WAVEfmt nothing"),
  };
  await share(bo, "The bell", [broken]);
  await entries(ada)
    .first()
    .getByRole("button", { name: /^Play bell\.wav/ })
    .click();
  await expect(panel(ada).getByText("This browser can’t play it. It can be downloaded.")).toBeVisible();
  await expect(entries(ada).first().getByRole("link", { name: "bell.wav" })).toBeVisible();
  await kind(ada, "Videos").click();
  await expect(entries(ada)).toHaveText([/walk\.webm/]);
  await kind(ada, "All").click();
  for (const words of ["The walk", "The bell"]) {
    await bo.act(words, "Delete");
    await bo.page.getByRole("alertdialog").getByRole("button", { name: "Delete" }).click();
  }
  await expect(entries(ada)).toHaveCount(3);
});

test("it reads well, at any width, light and dark", async () => {
  const { page } = ada;
  await share(bo, "A long name", [text(`${"minutes-of-the-meeting-".repeat(5)}.txt`)]);
  await share(
    bo,
    "More",
    [10, 60, 110, 160, 210].map((shade) => picture(`shade-${String(shade)}.png`, shade)),
  );
  await expect(entries(ada)).toHaveCount(9);
  await looksAt(page, { widths: [1280, 360], height: 780 }, async (width, colorScheme) => {
    await expect(panel(ada)).toBeVisible();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    await expect
      .poll(() =>
        panel(ada)
          .locator("img")
          .evaluateAll((all: HTMLImageElement[]) => all.every((img) => img.complete && img.naturalWidth > 0)),
      )
      .toBe(true);
    await ada.shot(`shared-${String(width)}-${colorScheme}`);
    expect(await violations(page, "[data-overlay-container]:has([role=tooltip])")).toEqual([]);
  });
});

test("what is deleted goes, for whoever looks at the list", async () => {
  await bo.act("From the roof", "Delete");
  await bo.page.getByRole("alertdialog").getByRole("button", { name: "Delete" }).click();
  await expect(entries(ada)).toHaveCount(6);
  await expect(panel(ada)).not.toContainText("notes.txt");
});

test("further pages come as one scrolls, and a failure leaves a way to go on", async () => {
  const { page } = ada;
  const files = (from: number, count: number) =>
    Array.from({ length: count }, (_, n) => ({
      message: `$${String(from + n)}`,
      seq: 10_000 - from - n,
      sender: "@bo:test",
      ts: 1,
      attachment: { hash: "none", name: `file ${String(from + n)}.txt`, media_type: "text/plain", size: 1 },
    }));
  let away = false;
  await page.route("**/api/v1/channels/*/files?*", async (route) => {
    const cursor = new URL(route.request().url()).searchParams.get("cursor");
    if (cursor === "last" && away) return route.abort();
    const [page, next] =
      cursor === null
        ? ([files(0, 60), "second"] as const)
        : cursor === "second"
          ? ([files(60, 60), "last"] as const)
          : ([files(120, 5), null] as const);
    return route.fulfill({ json: { files: page, next } });
  });
  await kind(ada, "Other files").click();
  await expect(entries(ada)).toHaveCount(60);
  away = true;
  await entries(ada).last().scrollIntoViewIfNeeded();
  await expect(entries(ada)).toHaveCount(120);
  await entries(ada).last().scrollIntoViewIfNeeded();
  const more = panel(ada).getByRole("button", { name: "Show more" });
  await expect(more).toBeVisible();
  await expect(entries(ada)).toHaveCount(120);
  await more.focus();
  away = false;
  // It may come by itself before the key does, and leaves the focus where that would have led.
  await more.press("Enter", { timeout: 2_000 }).catch(() => undefined);
  await expect(entries(ada)).toHaveCount(125);
  await expect(more).toHaveCount(0);
  await expect(entries(ada).nth(120).getByRole("link")).toBeFocused();
  await page.unroute("**/api/v1/channels/*/files?*");
});

test("what can't be loaded says so, and is asked for again", async () => {
  const { page } = ada;
  await page.route("**/api/v1/channels/*/files?*", (route) =>
    route.fulfill({
      status: 503,
      contentType: "application/problem+json",
      body: JSON.stringify({ status: 503, code: "busy" }),
    }),
  );
  await kind(ada, "All").click();
  const again = panel(ada).getByRole("button", { name: "Try again" });
  await expect(again).toBeVisible();
  await page.unroute("**/api/v1/channels/*/files?*");
  await again.click();
  await expect(entries(ada)).toHaveCount(6);
});
