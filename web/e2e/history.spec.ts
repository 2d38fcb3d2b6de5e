// A channel with more history than the client keeps of it at once: how one reads on, and how one finds one's way.

import { expect, type Page, test } from "@playwright/test";
import type { Person } from "./person";
import { Server } from "./server";
import { together } from "./together";

const MESSAGES = 900;
const server = new Server();
let ada: Person;
let bo: Person;

test.describe.configure({ mode: "serial" });

together(server, "history", (first, second) => {
  ada = first;
  bo = second;
});

/** Writes through the API, as the person who is signed in on the page; some at once, so in no order. */
const bulk = (page: Page, count: number) =>
  page.evaluate(async (last) => {
    const channel = `/api/v1/channels/${location.hash.split("/")[2] ?? ""}/messages`;
    const headers = { "content-type": "application/json" };
    const say = async (i: number) => {
      const body = JSON.stringify({
        nonce: `bulk-${i}`,
        text: `line ${i}\n\nsaid\n\n${i === 400 ? "needle" : "hay"}`,
      });
      const answer = await fetch(channel, { method: "POST", headers, body });
      if (!answer.ok) throw new Error(String(answer.status));
    };
    const all = Array.from({ length: last }, (_, i) => i);
    while (all.length > 0) await Promise.all(all.splice(0, 20).map(say));
  }, count);

test("the top brings one page, and the row that is read stays", async () => {
  await bulk(bo.page, MESSAGES);
  const { page } = ada;
  await page.reload();
  await expect(page.getByTestId("message").first()).toBeVisible();
  let pages = 0;
  let arrive: () => void = () => undefined;
  let drawn = Promise.resolve();
  // Older ones arrive once the top is drawn: until then it can be told where the row is that one reads.
  await page.route(/\/messages\?.*before=/, async (route) => {
    pages += 1;
    await drawn;
    await route.continue();
  });
  const box = page.locator("#messages");
  // Until the window is full and lets go of its newest, and then some.
  for (let round = 1; round <= 12; round += 1) {
    pages = 0;
    drawn = new Promise((done) => (arrive = done));
    const before = await box.evaluate(async (element) => {
      element.scrollTop = 0;
      for (;;) {
        await new Promise((done) => requestAnimationFrame(done));
        const row = element.querySelector<HTMLElement>("article")!;
        const { top } = row.getBoundingClientRect();
        const gap = element.querySelector("[data-gap=above]");
        if (top < element.getBoundingClientRect().bottom && gap?.clientHeight === 0) {
          return { key: row.dataset["key"]!, top };
        }
      }
    });
    arrive();
    await expect.poll(() => box.evaluate((element) => element.scrollTop)).toBeGreaterThan(900);
    await page.waitForLoadState("networkidle");
    const top = await box.evaluate(
      (element, key) => element.querySelector(`[data-key="${CSS.escape(key)}"]`)?.getBoundingClientRect().top,
      before.key,
    );
    expect(Math.abs((top ?? Infinity) - before.top), `round ${round}`).toBeLessThan(2);
    expect(pages, `round ${round}`).toBe(1);
  }
});

test("a pin and what was found lead to their message once more", async () => {
  const { page } = ada;
  const present = async () => {
    await page.locator(".to-present button").click();
    await expect(ada.message("needle")).not.toBeInViewport();
  };
  const needle = ada.message("needle");
  await page.getByRole("button", { name: "Search messages" }).first().click();
  await page.getByRole("searchbox", { name: "Search messages" }).fill("needle");
  const hit = page.getByTestId("search-results").getByRole("button");
  await hit.click();
  await expect(needle).toBeInViewport();
  await needle.hover();
  await needle.getByRole("button", { name: "More actions" }).click();
  await page.getByRole("menuitem", { name: "Pin", exact: true }).click();
  await present();
  await hit.click();
  await expect(needle).toBeInViewport();

  await page.getByRole("button", { name: "Pinned messages" }).click();
  await present();
  const pin = page
    .getByRole("complementary", { name: "Pinned messages" })
    .getByRole("button", { name: /Bo/ });
  await pin.click();
  await expect(needle).toBeInViewport();
});

test("from the timeline the keyboard enters where one was, or at the newest message that can be seen", async () => {
  const { page } = ada;
  const box = page.locator("#messages");
  /** Which of the messages that are seen as a whole has the focus, counted from the last. */
  const at = () =>
    box.evaluate((element) => {
      const view = element.getBoundingClientRect();
      const seen = [...element.querySelectorAll("article")].filter((row) => {
        const { top, bottom } = row.getBoundingClientRect();
        return top >= view.top && bottom <= view.bottom + 1;
      });
      return seen.reverse().findIndex((row) => row === document.activeElement);
    });
  // Where one was led to, as long as nothing else was pointed at.
  await expect(ada.message("needle")).toBeFocused();
  await box.focus();
  await page.keyboard.press("Tab");
  await expect(ada.message("needle")).toBeFocused();
  await expect(ada.message("needle")).not.toHaveAttribute("data-flash");
  await box.hover();
  await page.mouse.move(0, 0);
  for (const key of ["Tab", "ArrowUp"]) {
    await box.focus();
    await page.keyboard.press(key);
    await expect.poll(at).toBe(0);
  }
  await page.keyboard.press("ArrowUp");
  await expect.poll(at).toBe(1);
});
