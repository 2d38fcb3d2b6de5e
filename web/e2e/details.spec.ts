// Small things that one notices: two files of the same bytes, links in topics, channels that one is not in, long names.

import { expect, test } from "@playwright/test";
import type { Person } from "./person";
import { png } from "./picture";
import { Server } from "./server";
import { together } from "./together";

const server = new Server();
let ada: Person;
let bo: Person;

test.describe.configure({ mode: "serial" });

together(server, "den", (one, other) => {
  ada = one;
  bo = other;
});

test("two files of the same bytes are sent as two, and pictures are seen before", async () => {
  const area = ada.page.getByTestId("conversation");
  const picture = png(64, 48, [200, 90, 40]);
  await area
    .getByTestId("attach-input")
    .setInputFiles(["one.png", "two.png"].map((name) => ({ name, mimeType: "image/png", buffer: picture })));
  const chips = area.getByTestId("chip");
  await expect(chips).toHaveCount(2);
  const preview = chips.first().getByTestId("preview");
  await expect.poll(() => preview.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBe(64);
  await expect(chips.locator("progress")).toHaveCount(0);
  await ada.shot("details-chips");
  await area.getByRole("button", { name: "Send message" }).click();
  for (const name of ["Open one.png", "Open two.png"])
    await expect(bo.page.getByRole("button", { name })).toBeVisible();
});

test("an address in a topic is a link", async () => {
  await ada.channelSettings("General");
  await ada.page.getByRole("dialog").getByLabel("Topic").fill("Rules: https://example.org/rules, please");
  await ada.page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  const link = bo.page.locator(".head-topic").getByRole("link");
  await expect(link).toHaveText("https://example.org/rules");
  await expect(link).toHaveAttribute("href", "https://example.org/rules");
  await expect(link).toHaveAttribute("rel", /noopener/);
  await ada.page.keyboard.press("Escape");
});

test("where a text was cut because it is too long, it says so", async () => {
  const { page } = bo;
  await page.getByRole("button", { name: "Create a channel" }).first().click();
  const name = page.getByRole("dialog").getByLabel("Name");
  await name.focus();
  await page.keyboard.insertText("n".repeat(90));
  await expect(name).toHaveValue("n".repeat(80));
  await expect(name).toHaveAccessibleDescription(/80 characters at most/);
  await page.keyboard.press("Backspace");
  await expect(page.getByText("80 characters at most")).toHaveCount(0);
  await page.keyboard.press("Escape");
});

test("the switcher leads into channels that one is not in, and no other server is asked for alone", async () => {
  const { page } = bo;
  await ada.createChannel("workshop");
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox").fill("worksh");
  await page.getByRole("option", { name: "workshop" }).click();
  await bo.expectChannel("workshop");
  await expect(bo.nav("workshop")).toBeVisible();
  await page.getByRole("button", { name: "Browse channels" }).first().click();
  await expect(page.getByTestId("directory-row").filter({ hasText: "workshop" })).toBeVisible();
  await expect(page.getByRole("textbox", { name: "Server" })).toHaveCount(0);
  await page.keyboard.press("Escape");
  await bo.open("den");
  await ada.open("den");
});

test("a pinned message says so, and a muted channel comes back as it was", async () => {
  await ada.send("Keys are under the pot");
  await ada.act("Keys are under the pot", "Pin");
  await expect(bo.message("Keys are under the pot").getByTestId("pin-mark")).toHaveText("Pinned");
  await ada.shot("details-pinned");
  const { page } = ada;
  const mentions = page.getByRole("radio", { name: /mentions/i });
  await ada.channelSettings("General");
  await page.getByRole("dialog").getByText("Mentions only", { exact: true }).click();
  await expect(mentions).toBeChecked();
  await page.keyboard.press("Escape");
  for (const action of ["Mute", "Unmute"]) {
    await ada.nav("den").hover();
    await page.getByRole("button", { name: "Options for den" }).click();
    await page.getByRole("menuitem", { name: action, exact: true }).click();
  }
  await ada.channelSettings("General");
  await expect(mentions).toBeChecked();
  await page.keyboard.press("Escape");
});

test("a name as long as it may be pushes nothing out, and a direct conversation is named in its menu", async () => {
  const { page } = bo;
  const name = "W".repeat(64);
  await page.evaluate(
    async (wanted) => {
      const body = JSON.stringify({ display_name: wanted });
      await fetch("/api/v1/me", { method: "PATCH", headers: { "content-type": "application/json" }, body });
    },
    `\u202E${name}`.slice(0, 64),
  );
  await bo.send("Long is my name");
  await expect(ada.message("Long is my name")).toContainText("WWW");
  await ada.page.getByRole("button", { name: "Start a conversation" }).first().click();
  await ada.page.getByRole("combobox", { name: "Search people by name" }).fill("bo");
  await ada.page.getByRole("option").first().click();
  await ada.page.getByRole("button", { name: "Start conversation" }).click();
  await expect(ada.page.getByRole("heading", { level: 1, name: /^WWW/ })).toBeVisible();
  await ada.page.locator(".nav-item", { hasText: "WWW" }).hover();
  await expect(ada.page.getByRole("button", { name: /^Options for WWW/ })).toBeVisible();
  for (const [width, height] of [
    [1280, 860],
    [390, 844],
  ] as const) {
    await ada.page.setViewportSize({ width, height });
    for (const where of ["dm", "den"]) {
      if (where === "den") await ada.page.evaluate(() => history.back());
      expect(await outside(ada)).toEqual([]);
      await ada.shot(`details-long-${where}-${width}`);
      if (where === "den") await ada.page.evaluate(() => history.forward());
    }
  }
});

/** What reaches beyond the window, by class. */
const outside = (person: Person) =>
  person.page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>("main *")]
      .filter((each) => each.checkVisibility() && each.getBoundingClientRect().right > innerWidth + 1)
      .map((each) => each.className || each.tagName),
  );

test("on a phone the page of the settings that is shown is named in sight", async () => {
  const { page } = ada;
  await page.setViewportSize({ width: 390, height: 844 });
  await page.keyboard.press("Control+/");
  await expect(page.getByRole("tab", { name: "Keyboard" })).toBeInViewport({ ratio: 1 });
  await ada.shot("details-tabs");
});
