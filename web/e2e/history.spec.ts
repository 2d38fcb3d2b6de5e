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
      const body = JSON.stringify({ nonce: `bulk-${i}`, text: `line ${i}\n\nsaid\n\nat length` });
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
  page.on("request", (request) => {
    if (/\/messages\?.*before=/.test(request.url())) pages += 1;
  });
  const box = page.locator("#messages");
  // Until the window is full and lets go of its newest, and then some.
  for (let round = 1; round <= 12; round += 1) {
    pages = 0;
    const before = await box.evaluate(async (element) => {
      element.scrollTop = 0;
      const row = () => element.querySelector<HTMLElement>("article")!;
      // At the top are the oldest ones once they are drawn, and before older ones arrive.
      for (;;) {
        const first = row().getBoundingClientRect();
        const { bottom } = element.getBoundingClientRect();
        const [gap] = element.querySelectorAll("[data-gap=above]");
        if (first.top < bottom && gap?.clientHeight === 0)
          return { key: row().dataset["key"]!, top: first.top };
        await new Promise((done) => requestAnimationFrame(done));
      }
    });
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
