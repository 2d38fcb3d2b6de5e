// A long channel: only what is near is drawn, dates lead to their place, what is read stays while others write.

import { expect, type Page, test } from "@playwright/test";
import type { Person } from "./person";
import { Server } from "./server";
import { together } from "./together";

const server = new Server();
let ada: Person;
let bo: Person;

test.describe.configure({ mode: "serial" });

together(server, "long", (first, second) => {
  ada = first;
  bo = second;
});

/** Writes through the API, as the person who is signed in on the page. */
async function bulk(page: Page, from: number, to: number): Promise<void> {
  await page.evaluate(
    async ([first, last]) => {
      const channel = decodeURIComponent(location.hash.split("/")[2] ?? "");
      for (let i = first; i <= last; i += 1) {
        const text = i % 9 === 0 ? `line ${i}\n\n- with\n- a list` : `line ${i}`;
        const answer = await fetch(`/api/v1/channels/${encodeURIComponent(channel)}/messages`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ nonce: `bulk-${i}`, text }),
        });
        if (!answer.ok) throw new Error(String(answer.status));
      }
    },
    [from, to] as const,
  );
}

/** Until what is visible is drawn, and stands still: what is looked up before may be about to move. */
async function settled(page: Page): Promise<void> {
  await page.locator("#messages").evaluate(async (box) => {
    const frame = () => new Promise((done) => requestAnimationFrame(done));
    const covered = () => {
      const view = box.getBoundingClientRect();
      const gaps = [...box.querySelectorAll("[data-gap]")].map((gap) => gap.getBoundingClientRect());
      return gaps.every(
        (gap) => gap.height === 0 || gap.bottom <= view.top + 1 || gap.top >= view.bottom - 1,
      );
    };
    for (let still = 0, last = ""; still < 5;) {
      await frame();
      const now = `${box.scrollTop} ${box.scrollHeight}`;
      still = now === last && covered() ? still + 1 : 0;
      last = now;
    }
  });
}

const drawn = (page: Page) => page.locator("#messages [data-testid=message]").count();
const place = (person: Person, text: string) =>
  person.message(text).evaluate((row) => row.getBoundingClientRect().top);

test("a few rows are drawn of many, in order, however one scrolls", async () => {
  await bulk(bo.page, 1, 420);
  await ada.page.reload();
  await expect(ada.page.getByTestId("message").first()).toBeVisible();
  await ada.page.keyboard.press("Escape");
  await ada.sees(/line 420(?!\d)/);
  const box = ada.page.locator("#messages");
  for (const to of [0, 0.5, 0, 0.3]) {
    await box.evaluate((element, share) => (element.scrollTop = element.scrollHeight * share), to);
    await ada.page.waitForLoadState("networkidle");
    // Wherever one is, what is visible is drawn.
    await settled(ada.page);
    expect(await drawn(ada.page)).toBeLessThan(160);
  }
  const numbersOf = (texts: string[]) =>
    texts.map((text) => Number(/line (\d+)/.exec(text)?.[1] ?? 0)).filter((each) => each > 0);
  // Walking along loads older ones, which are found last: the order is that of what is drawn at once.
  expect(numbersOf(await ada.texts()).length).toBeGreaterThan(150);
  const together = numbersOf(await ada.page.locator("#messages [data-testid=message]").allInnerTexts());
  expect(together.length).toBeGreaterThan(5);
  expect(together).toEqual([...together].sort((a, b) => a - b));
});

test("what is read stays where it is while others write", async () => {
  await ada.page.getByRole("button", { name: /Jump to present/ }).click();
  await ada.sees(/line 420(?!\d)/);
  await ada.page.locator("#messages").evaluate((element) => element.scrollBy(0, -1_500));
  await settled(ada.page);
  const reading = await ada.page.evaluate(() => {
    const box = document.querySelector("#messages")!.getBoundingClientRect();
    const row = [...document.querySelectorAll<HTMLElement>("#messages [data-key]")].find(
      (each) => each.getBoundingClientRect().top > box.top + 100,
    )!;
    return row.querySelector<HTMLElement>(".markdown")!.innerText.split("\n")[0]!;
  });
  const exact = new RegExp(`${reading}(?!\\d)`);
  const top = () => ada.message(exact).evaluate((row) => row.getBoundingClientRect().top);
  const before = await top();
  await bulk(bo.page, 421, 620);
  await expect(ada.page.getByRole("button", { name: "200 new messages" })).toBeVisible();
  expect(Math.abs((await top()) - before)).toBeLessThan(2);
  await ada.page.getByRole("button", { name: "200 new messages" }).click();
  await ada.sees(/line 620(?!\d)/);
  await expect(ada.message(/line 620(?!\d)/)).toBeInViewport();
});

test("an image or a text that grows above does not move what is read", async () => {
  const { page } = ada;
  await page.locator("#messages").evaluate((element) => element.scrollBy(0, -900));
  await settled(page);
  const visible = await page.evaluate(async () => {
    const box = document.querySelector("#messages")!.getBoundingClientRect();
    const place = (row: HTMLElement) => row.getBoundingClientRect();
    let [above, read]: (HTMLElement | undefined)[] = [];
    // Until rows above are drawn. One of which the last line can be seen is what is read, and may grow downwards.
    while (!above || !read) {
      await new Promise((done) => requestAnimationFrame(done));
      const rows = [...document.querySelectorAll<HTMLElement>("#messages [data-key]")];
      above = rows.filter((row) => place(row).bottom < box.top).at(-1);
      read = rows.find((row) => place(row).top > box.top + 60);
    }
    const key = read.dataset["key"]!;
    const { top } = place(read);
    above.style.paddingBottom = "150px";
    return { key, top };
  });
  const now = () =>
    page.evaluate(
      (key) => document.querySelector(`[data-key="${CSS.escape(key)}"]`)!.getBoundingClientRect().top,
      visible.key,
    );
  await expect.poll(async () => Math.abs((await now()) - visible.top)).toBeLessThan(2);
});

test("a scroll of which no event has told yet is not undone by rows that change", async () => {
  const { page } = ada;
  await page.keyboard.press("Escape");
  await ada.sees(/line 620(?!\d)/);
  await bo.page.evaluate(async () => {
    const channel = `/api/v1/channels/${location.hash.split("/")[2] ?? ""}/messages`;
    const { messages } = (await (await fetch(`${channel}?limit=1`)).json()) as { messages: { id: string }[] };
    const path = `${channel}/${encodeURIComponent(messages[0]!.id)}/reactions/${encodeURIComponent("👍")}`;
    await fetch(path, { method: "PUT" });
  });
  const chip = ada
    .message(/line 620(?!\d)/)
    .locator(".reaction")
    .first();
  await expect(chip).toBeVisible();
  await settled(page);
  const moved = await chip.evaluate(async (button) => {
    const box = document.querySelector("#messages")!;
    const before = button.getBoundingClientRect().top;
    box.scrollBy(0, -400);
    (button as HTMLElement).click();
    for (let frames = 0; frames < 5; frames += 1) await new Promise((done) => requestAnimationFrame(done));
    return button.getBoundingClientRect().top - before;
  });
  expect(Math.abs(moved - 400)).toBeLessThan(3);
});

test("opens at the first unread, with a line", async () => {
  await ada.page.keyboard.press("Escape");
  await ada.createChannel("away");
  await bulk(bo.page, 621, 700);
  await ada.open("long");
  await expect(ada.page.getByTestId("new-line")).toBeInViewport();
  await expect(ada.message(/line 621(?!\d)/)).toBeInViewport();
  await ada.shot("timeline-new-line");
  await expect(ada.page.getByRole("button", { name: "80 new messages" })).toBeVisible();
  expect(await place(ada, "line 621")).toBeGreaterThan(0);
});

test("a day's line leads to another date", async () => {
  await ada.page.keyboard.press("Escape");
  await ada.page.locator("#messages").evaluate((element) => (element.scrollTop = 0));
  // A page each time that the top is reached, and 700 lines. The day's line stands before whatever is the first, and goes away
  // with the next page: it is clicked in the moment in which it is there.
  const click = () =>
    ada.page.locator("#messages").evaluate((element) => {
      const day = element.querySelector<HTMLElement>("[data-testid=day]");
      if (day) day.click();
      else element.scrollTop = 0;
      return day !== null;
    });
  await expect.poll(click, { intervals: [150], timeout: 30_000 }).toBe(true);
  await expect(ada.page.getByRole("dialog", { name: "Jump to a date" })).toBeVisible();
  await ada.shot("timeline-date");
  await ada.page.getByRole("button", { name: "Jump", exact: true }).click();
  await expect(ada.page.getByRole("dialog")).toHaveCount(0);
  await expect(ada.message(/line 1(?!\d)/)).toBeInViewport();
});
