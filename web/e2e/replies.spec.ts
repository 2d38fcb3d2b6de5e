// A long thread: whatever points at one of its replies leads there.

import { expect, test } from "@playwright/test";
import type { Person } from "./person";
import { Server } from "./server";
import { together } from "./together";

const server = new Server();
let ada: Person;
let bo: Person;

test.describe.configure({ mode: "serial" });

together(server, "long", (one, other) => {
  ada = one;
  bo = other;
});

const REPLIES = 120;
const thread = () => ada.page.getByTestId("thread");
const reply = (text: RegExp) => thread().getByTestId("message").filter({ hasText: text });

/** Through the API, as Bo: a message, replies to it, and messages after it. */
const write = () =>
  bo.page.evaluate(async (count) => {
    const channel = `/api/v1/channels/${location.hash.split("/")[2] ?? ""}/messages`;
    let said = 0;
    const say = async (text: string, thread?: string) => {
      const body = JSON.stringify({ nonce: `said-${(said += 1)}`, text, ...(thread ? { thread } : {}) });
      const answer = await fetch(channel, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body,
      });
      if (!answer.ok) throw new Error(String(answer.status));
      return ((await answer.json()) as { id: string }).id;
    };
    const root = await say("Where do we eat?");
    let marked = "";
    for (let i = 1; i <= count; i += 1) {
      const id = await say(i === 30 ? "reply 30 @ada at the lighthouse" : `reply ${i}`, root);
      if (i === 30) marked = id;
    }
    for (let i = 1; i <= 90; i += 1) await say(`other ${i}`);
    return marked;
  }, REPLIES);

let marked = "";

test("a link to a reply opens its thread there, and leaves the timeline where it opens", async () => {
  marked = await write();
  const { page } = ada;
  // What she sees is marked as read a moment later; before that the timeline would open at the first of it.
  await expect(ada.message("other 90")).toBeInViewport();
  await expect.poll(() => ada.unread()).toBe(0);
  await page.goto(`${page.url()}/${encodeURIComponent(marked)}`);
  await page.reload();
  await expect(reply(/lighthouse/)).toBeInViewport();
  await expect(reply(/lighthouse/)).toHaveAttribute("data-flash", "true");
  await expect(page.locator("#messages [data-flash]")).toHaveCount(0);
  await expect(ada.message("other 90")).toBeInViewport();
  await ada.shot("thread-reply");
});

test("so do a mention and what was found, once more too", async () => {
  const { page } = ada;
  const end = async () => {
    await thread().locator(".to-present button").click();
    await expect(reply(/reply 120/)).toBeInViewport();
    await expect(reply(/lighthouse/)).not.toBeInViewport();
  };
  const there = async () => {
    await expect(reply(/lighthouse/)).toBeInViewport();
    await expect(ada.message("other 90")).toBeInViewport();
  };
  await end();
  await page.getByRole("button", { name: "Mentions and replies" }).click();
  const inbox = page.getByRole("complementary", { name: "Mentions and replies" });
  await inbox.locator("li.card").filter({ hasText: "lighthouse" }).getByRole("button").first().click();
  await there();
  await end();
  await page.getByRole("button", { name: "Search messages" }).first().click();
  await page.getByRole("searchbox", { name: "Search messages" }).fill("lighthouse");
  await page.getByTestId("search-results").getByRole("button").first().click();
  await there();

  // From another channel it is the same.
  await ada.createChannel("elsewhere");
  await expect(thread()).toHaveCount(0);
  await page.getByRole("button", { name: "Search messages" }).first().click();
  await page.getByRole("searchbox", { name: "Search messages" }).fill("lighthouse");
  await page.getByTestId("search-results").getByRole("button").first().click();
  await there();
});

test("a thread with much that is new opens at the first of it, and is read at its end", async () => {
  await thread().locator(".to-present button").click();
  await expect(reply(/reply 120/)).toBeInViewport();
  const unread = () =>
    ada.page.evaluate(async () => {
      const answer = await fetch("/api/v1/threads");
      return ((await answer.json()) as { threads: { read: { unread: number } }[] }).threads[0]?.read.unread;
    });
  await expect.poll(unread).toBe(0);
  await ada.open("elsewhere");
  await bo.page.evaluate(async (reply) => {
    const channel = `/api/v1/channels/${location.hash.split("/")[2] ?? ""}/messages`;
    const found = await fetch(`${channel}/${encodeURIComponent(reply)}`);
    const { thread } = (await found.json()) as { thread: string };
    for (let i = 1; i <= 120; i += 1) {
      const body = JSON.stringify({ nonce: `news-${i}`, text: `news ${i}`, thread });
      const headers = { "content-type": "application/json" };
      const answer = await fetch(channel, { method: "POST", headers, body });
      if (!answer.ok) throw new Error(String(answer.status));
    }
  }, marked);
  const { page } = ada;
  const reads: string[] = [];
  page.on("request", (request) => {
    if (request.method() === "PUT") reads.push(request.url());
  });
  await page.getByRole("button", { name: "Mentions and replies" }).click();
  const news = page.getByTestId("inbox-threads");
  await expect(news).toContainText("120 new replies");
  await news.getByRole("button").first().click();
  await expect(thread().getByTestId("new-line")).toBeInViewport();
  await expect(reply(/news 1(?!\d)/)).toBeInViewport();
  await ada.shot("thread-new-line");
  expect(reads.filter((url) => url.includes("thread"))).toEqual([]);
  await thread().locator(".to-present button").click();
  await expect(reply(/news 120/)).toBeInViewport();
  await expect.poll(() => reads.filter((url) => url.includes("thread")).length).toBe(1);
  await page.getByRole("button", { name: "Mentions and replies" }).click();
  await expect(page.getByRole("complementary", { name: "Mentions and replies" })).toBeVisible();
  await expect(news).toBeHidden();
});
