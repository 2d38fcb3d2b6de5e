// Coming back to a conversation: at what is new, else where one left it; and Back from a message that one was led to.

import { expect, type Page, test } from "@playwright/test";
import type { Person } from "./person";
import { Server } from "./server";
import { together } from "./together";

const server = new Server();
let ada: Person;
let bo: Person;

test.describe.configure({ mode: "serial" });

together(server, "river", (first, second) => {
  ada = first;
  bo = second;
});

/** Writes through the API, one after the other, as the person who is signed in on the page. */
const bulk = (page: Page, from: number, to: number) =>
  page.evaluate(
    async ([first, last]) => {
      const channel = `/api/v1/channels/${location.hash.split("/")[2] ?? ""}/messages`;
      const headers = { "content-type": "application/json" };
      for (let i = first; i <= last; i += 1) {
        const body = JSON.stringify({ nonce: `bulk-${i}`, text: `wave ${i}${i === 150 ? " needle" : ""}` });
        const answer = await fetch(channel, { method: "POST", headers, body });
        if (!answer.ok) throw new Error(String(answer.status));
      }
    },
    [from, to] as const,
  );

const wave = (person: Person, n: number) => person.message(new RegExp(`wave ${n}(?!\\d)`));
const present = (page: Page) => page.locator(".to-present button");
const badge = (person: Person) => person.nav("river").locator(".badge");
/** The first message that is seen, and where; null until everything visible is drawn and stands still. */
const seen = (page: Page) =>
  page.locator("#messages").evaluate(async (box) => {
    const view = box.getBoundingClientRect();
    const look = () => {
      const rows = [...box.querySelectorAll<HTMLElement>("article")];
      const first = rows.find((row) => row.getBoundingClientRect().top >= view.top);
      const text = first?.querySelector<HTMLElement>(".markdown")?.innerText;
      return first ? `${text ?? ""} at ${first.getBoundingClientRect().top.toFixed(0)}` : null;
    };
    for (let last = look(), still = 0; ;) {
      await new Promise((done) => requestAnimationFrame(done));
      const now = look();
      still = now === last ? still + 1 : 0;
      if (still > 10 && now !== null) return now;
      last = now;
    }
  });
/** To what was found; the address names it then. */
async function toNeedle(): Promise<void> {
  const { page } = ada;
  await page.getByTestId("search-results").getByRole("button").click();
  await expect(ada.message("needle")).toBeInViewport();
  await expect.poll(() => address(page)).toHaveLength(4);
}
const address = (page: Page) => page.evaluate(() => location.hash.split("/"));

test("with more unread than is kept one opens at the first of them, and no more is read than was shown", async () => {
  // Hundreds of messages, one after the other.
  test.slow();
  await ada.send("hello");
  await ada.sees("hello");
  await bo.sees("hello");
  await ada.createChannel("other");
  await bulk(bo.page, 0, 599);
  await expect(badge(ada)).toHaveText(/\d/);
  await expect.poll(() => ada.nav("river").innerText()).toMatch(/99\+|600/);
  await ada.open("river");
  await expect(ada.page.getByTestId("new-line")).toBeInViewport();
  await expect(wave(ada, 0)).toBeInViewport();
  await expect(present(ada.page)).toHaveText("600 new messages");
  const line = ada.page.getByTestId("new-line");
  const next = await line.evaluate((row) => row.nextElementSibling?.textContent);
  expect(next).toContain("wave 0");
  // Reading on.
  const box = ada.page.locator("#messages");
  await expect
    .poll(async () => {
      await box.evaluate((element) => (element.scrollTop += element.clientHeight));
      return wave(ada, 80).count();
    })
    .toBe(1);
  await expect(present(ada.page)).toHaveText("600 new messages");
  await ada.shot("returning-reading-on");
  await ada.page.keyboard.press("Escape");
  await expect(wave(ada, 599)).toBeInViewport();
  await expect(badge(ada)).toHaveCount(0);
});

test("a conversation is found where it was left, each time", async () => {
  const { page } = ada;
  await page.getByRole("button", { name: "Search messages" }).first().click();
  await page.getByRole("searchbox", { name: "Search messages" }).fill("needle");
  await toNeedle();
  const left = await seen(page);
  for (let round = 1; round <= 3; round += 1) {
    await ada.open("other");
    await ada.open("river");
    await expect(ada.message("needle")).toBeInViewport();
    expect(await seen(page), `round ${round}`).toBe(left);
  }
  await ada.shot("returning-left");
  // What comes meanwhile is more important.
  await ada.open("other");
  await bulk(bo.page, 600, 602);
  await expect(badge(ada)).toContainText("3 unread messages");
  await ada.open("river");
  await expect(page.getByTestId("new-line")).toBeInViewport();
  await expect(wave(ada, 602)).toBeInViewport();
  await expect(badge(ada)).toHaveCount(0);
});

test("Back from what was found leads to where one was", async () => {
  const { page } = ada;
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Search messages" }).first().click();
  await page.getByRole("searchbox", { name: "Search messages" }).fill("needle");
  await expect(wave(ada, 602)).toBeInViewport();
  await toNeedle();
  await ada.back();
  await expect(wave(ada, 602)).toBeInViewport();
  await expect(present(page)).toHaveCount(0);
  await page.goForward();
  await expect(ada.message("needle")).toBeInViewport();
  await ada.back();
  await expect(wave(ada, 602)).toBeInViewport();

  // Also to a place further up.
  await page.locator("#messages").evaluate((element) => element.scrollBy(0, -700));
  await expect(wave(ada, 602)).not.toBeInViewport();
  const before = await seen(page);
  await toNeedle();
  await ada.back();
  await expect(ada.message("needle")).not.toBeInViewport();
  await expect.poll(() => seen(page)).toBe(before);
});

test("at the present the address names no message any more", async () => {
  const { page } = ada;
  const atPresent = async (text: string | RegExp) => {
    await expect(ada.message(text)).toBeInViewport();
    await expect.poll(() => address(page)).toHaveLength(3);
    await page.reload();
    await expect(ada.message(text)).toBeInViewport();
    await expect(present(page)).toHaveCount(0);
    await ada.open("other");
    await ada.back();
    await ada.expectChannel("river");
    await expect(ada.message(text)).toBeInViewport();
  };
  await toNeedle();
  await present(page).click();
  await atPresent(/wave 602(?!\d)/);
  // What one looked for is still beside it.
  await page.getByRole("searchbox", { name: "Search messages" }).fill("needle");
  await toNeedle();
  await ada.send("Here I am");
  await atPresent("Here I am");
});

test("what happens between the list of conversations and the stream is seen as well", async () => {
  const { page } = ada;
  // As on a slow line: the list is on its way while Bo begins a conversation.
  const meanwhile = async () => {
    const id = await ada.page.evaluate(async () => {
      const answer = await fetch("/api/v1/me");
      return ((await answer.json()) as { id: string }).id;
    });
    await bo.ask(server, "dms", { users: [id] });
  };
  await page.route(
    "**/api/v1/sync",
    async (route) => {
      const response = await route.fetch();
      await meanwhile();
      await route.fulfill({ response });
    },
    { times: 1 },
  );
  await page.reload();
  await expect(ada.nav(bo.displayName)).toBeVisible();
});
