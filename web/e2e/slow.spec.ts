// A slow channel: who says so, who waits, that nothing typed is lost, and what was sent too soon.

import { expect, type Page, test } from "@playwright/test";
import { violations } from "./axe";
import { looksAt } from "./looks";
import type { Person } from "./person";
import { Server } from "./server";
import { together } from "./together";

const server = new Server();
let ada: Person;
let bo: Person;

test.describe.configure({ mode: "serial" });

together(server, "harbour", (first, second) => {
  ada = first;
  bo = second;
});

const SECONDS = 5;
/** Longer than a test takes. */
const LONG = 600;
/** Until the server takes what it refused. */
const REFUSED_SECONDS = 12;
const choice = () => ada.page.getByRole("combobox", { name: "Slow mode" });
const note = ({ page }: Person) => page.getByTestId("slow-note");
const told = (person: Person) => note(person).getByRole("status");
const sendButton = ({ page }: Person) => page.getByRole("button", { name: "Send message" });

/** What the server has for the channel in the address. */
const policy = (page: Page, change: object | null = null) =>
  page.evaluate(async (patch) => {
    const path = `/api/v1/channels/${location.hash.split("/")[2] ?? ""}`;
    const body = patch ? { method: "PATCH", body: JSON.stringify({ policy: patch }) } : {};
    const answer = await fetch(path, { ...body, headers: { "content-type": "application/json" } });
    return ((await answer.json()) as { policy: { slow_seconds?: number } }).policy.slow_seconds ?? null;
  }, change);

test("the owner says how slow, and a number that was said elsewhere is shown", async () => {
  await expect(note(bo)).toHaveCount(0);
  await ada.channelSettings("Access");
  const { page } = ada;
  const save = page.getByTestId("channel-settings").getByRole("button", { name: "Save" });
  await expect(choice()).toHaveValue("0");
  await expect(save).toBeDisabled();
  await expect(choice().getByRole("option")).toHaveText([
    "Off",
    "5 seconds",
    "10 seconds",
    "30 seconds",
    "1 minute",
    "5 minutes",
    "15 minutes",
    "1 hour",
    "6 hours",
  ]);
  await choice().selectOption("6 hours");
  await save.click();
  await expect(save).toBeDisabled();
  await expect.poll(() => policy(page)).toBe(21_600);
  await expect(note(bo)).toContainText("Slow mode: one message every 6 hours.");
  await choice().selectOption("Off");
  await save.click();
  await expect(note(bo)).toHaveCount(0);
  expect(await policy(page)).toBeNull();
  await page.keyboard.press("Escape");

  await policy(page, { slow_seconds: 90 });
  await expect(note(bo)).toContainText("Slow mode: one message every 1 minute 30 seconds.");
  await ada.channelSettings("Access");
  await expect(choice()).toHaveValue("90");
  await expect(choice().locator("option:checked")).toHaveText("1 minute 30 seconds");
  await choice().selectOption("5 seconds");
  await save.click();
  await page.keyboard.press("Escape");
  await expect(note(bo)).toContainText(`Slow mode: one message every ${SECONDS} seconds.`);
  // Moderators need not wait.
  await expect(note(ada)).toHaveCount(0);
  for (const text of ["Ahoy", "Ahoy again"]) await ada.send(text);
  await bo.sees("Ahoy again");
});

test("who has written waits, and what they type meanwhile stays", async () => {
  const { page } = bo;
  await expect(told(bo)).toHaveText("");
  await policy(ada.page, { slow_seconds: LONG });
  await expect(note(bo)).toContainText("10 minutes");
  await bo.send("First");
  await ada.sees("First");
  await expect(told(bo)).toHaveText(/^You can write here again in (10|9) minutes.*\.$/);
  await expect(bo.page.getByTestId("slow-left")).toHaveText(/Next in (10|9):\d\d$/);
  await bo.composer.fill("Second");
  await expect(sendButton(bo)).toBeDisabled();
  await page.keyboard.press("Enter");
  await expect(bo.composer).toHaveValue("Second");
  await expect(page.getByText("Slow mode: wait a little before you write here again.")).toBeVisible();
  await looksAt(page, { widths: [1280, 360], height: 740 }, async (width, colorScheme) => {
    await bo.shot(`slow-${String(width)}-${colorScheme}`);
    const wide = await page
      .locator("html, #messages, .composer-area")
      .evaluateAll((all) => all.map((each) => each.scrollWidth - each.clientWidth));
    expect(Math.max(...wide), String(width)).toBe(0);
  });
  // A shorter time holds for what was written before.
  await policy(ada.page, { slow_seconds: SECONDS });
  await expect(told(bo)).toHaveText("You can write here again.");
  await expect(sendButton(bo)).toBeEnabled();
  expect((await violations(page, "[data-live-announcer]")).map(({ id }) => id)).toEqual([]);
  await bo.composer.press("Enter");
  await ada.sees("Second");
  await expect(bo.composer).toHaveValue("");
  // It is known after a reload, too.
  await policy(ada.page, { slow_seconds: LONG });
  await page.reload();
  await expect(told(bo)).toHaveText(/^You can write here again in/);
  await bo.composer.fill("Third");
  await expect(sendButton(bo)).toBeDisabled();
  await bo.composer.fill("");
  await policy(ada.page, { slow_seconds: SECONDS });
});

test("what the server finds too soon is kept, and can be sent again when the time is up", async () => {
  const { page } = bo;
  await expect(page.getByTestId("slow-left")).toHaveText("", { timeout: 2 * SECONDS * 1_000 });
  const problem = { type: "about:blank", title: "Too soon", status: 429, code: "slow_mode" };
  await page.route("**/messages", (route) =>
    route.request().method() === "POST"
      ? route.fulfill({
          status: 429,
          headers: { "retry-after": String(REFUSED_SECONDS) },
          contentType: "application/problem+json",
          body: JSON.stringify(problem),
        })
      : route.fallback(),
  );
  await bo.send("Too soon");
  const row = bo.message("Too soon");
  await expect(row).toHaveAttribute("data-tone", "failed");
  await expect(row).toContainText("Slow mode: wait a little");
  const again = row.getByRole("button", { name: "Try again" });
  await expect(again).toBeDisabled();
  await page.unroute("**/messages");
  await expect(again).toBeEnabled({ timeout: 2 * REFUSED_SECONDS * 1_000 });
  await again.click();
  await ada.sees("Too soon");
  await expect(row).not.toHaveAttribute("data-tone", "failed");
  await expect(bo.message("Too soon")).toHaveCount(1);
});

test("threads count, and who becomes a moderator waits no more", async () => {
  const { page } = bo;
  await expect(page.getByTestId("slow-left")).toHaveText("", { timeout: 2 * SECONDS * 1_000 });
  await policy(ada.page, { slow_seconds: 3_600 });
  await expect(note(bo)).toContainText("1 hour");
  await expect(sendButton(bo)).toBeDisabled();
  await bo.composer.fill("Later");
  await policy(ada.page, { caps: { redact_others: "member" } });
  await expect(note(bo)).toHaveCount(0);
  await page.keyboard.press("Enter");
  await ada.sees("Later");
});
