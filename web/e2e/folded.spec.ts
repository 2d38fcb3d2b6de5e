// What a blocked person says is folded into lines: what leads into one opens it, and it stays as it was left.

import { expect, test } from "@playwright/test";
import type { Person } from "./person";
import { Server } from "./server";
import { together } from "./together";

const server = new Server();
let ada: Person;
let bo: Person;

test.describe.configure({ mode: "serial" });

together(server, "crowd", (one, other) => {
  ada = one;
  bo = other;
});

const line = () => ada.page.locator("#messages").getByTestId("blocked-line").first();
const toggle = () => line().getByRole("button");

/** Writes through the API, as one who is signed in; tells the ids. */
const say = (person: Person, texts: readonly string[], more: { thread?: string; reply_to?: string } = {}) =>
  person.page.evaluate(
    async ([all, rest]) => {
      const channel = `/api/v1/channels/${location.hash.split("/")[2] ?? ""}/messages`;
      const headers = { "content-type": "application/json" };
      const ids: string[] = [];
      for (const text of all) {
        const body = JSON.stringify({ nonce: crypto.randomUUID(), text, ...rest });
        const answer = await fetch(channel, { method: "POST", headers, body });
        if (!answer.ok) throw new Error(String(answer.status));
        ids.push(((await answer.json()) as { id: string }).id);
      }
      return ids;
    },
    [texts, more] as const,
  );

const numbered = (what: string, count: number) => Array.from({ length: count }, (_, i) => `${what} ${i + 1}`);

const block = async () => {
  const id = await bo.page.evaluate(async () => {
    const answer = await fetch("/api/v1/me");
    return ((await answer.json()) as { id: string }).id;
  });
  await ada.page.evaluate(async (user) => {
    const answer = await fetch(`/api/v1/me/blocks/${encodeURIComponent(user)}`, { method: "PUT" });
    if (!answer.ok) throw new Error(String(answer.status));
  }, id);
};

test("a line opens and closes by keyboard, says so, and stays where it is", async () => {
  const { page } = ada;
  await say(ada, numbered("before", 40));
  await say(bo, numbered("much", 80));
  await say(ada, ["where it ends"]);
  await block();
  await expect(line()).toContainText("80 messages");
  await expect(toggle()).toHaveAttribute("aria-expanded", "false");
  // The messages are one stop: their arrow keys lead to the line, too.
  await ada.composer.focus();
  await page.keyboard.press("Shift+Tab");
  await expect(ada.message("where it ends")).toBeFocused();
  await page.keyboard.press("ArrowUp");
  await expect(toggle()).toBeFocused();
  const top = async () => Math.round((await line().boundingBox())?.y ?? Infinity);
  const before = await top();
  for (const [open, label] of [
    ["true", "Hide"],
    ["false", "Show"],
    ["true", "Hide"],
  ] as const) {
    await page.keyboard.press("Enter");
    await expect(toggle()).toHaveAttribute("aria-expanded", open);
    await expect(toggle()).toHaveText(label);
    await expect(toggle()).toBeFocused();
    await expect(line()).toBeInViewport();
    if (open === "true") await expect.poll(top).toBe(before);
  }
});

test("a line that was opened stays open where older messages join it, and one reads on there", async () => {
  const { page } = ada;
  let arrive: () => void = () => undefined;
  const opened = new Promise<void>((done) => (arrive = done));
  const older = /\/messages\?.*before=/;
  await page.route(older, async (route) => {
    await opened;
    await route.continue();
  });
  await page.reload();
  await expect(line()).toContainText("49 messages");
  await toggle().click();
  const first = ada.message(/much 32$/);
  await page.locator("#messages").evaluate((box) => (box.scrollTop = 0));
  await expect(first).toBeInViewport();
  const top = async () => Math.round((await first.boundingBox())?.y ?? Infinity);
  const before = await top();
  arrive();
  await expect(line()).toContainText("80 messages");
  await expect(toggle()).toHaveAttribute("aria-expanded", "true");
  await expect.poll(top).toBe(before);
  await page.unroute(older);
});

test("whatever leads to a blocked person's message opens what it is folded into", async () => {
  const { page } = ada;
  const shines = async () => {
    const found = ada.message("lighthouse");
    await expect(found).toHaveAttribute("data-flash", "true");
    await expect(found).toBeInViewport();
    await expect(
      page.locator("[aria-expanded=true]").and(page.getByRole("button", { name: "Hide" })),
    ).toHaveCount(1);
  };
  const [sought = ""] = await say(bo, ["to the lighthouse"]);
  await say(bo, numbered("more", 20));
  await say(ada, ["the answer to it"], { reply_to: sought });
  await say(ada, numbered("after", 60));

  // A link from elsewhere, when the line is not loaded.
  const place = page.url();
  await page.goto(`${place}/${encodeURIComponent(sought)}`);
  await page.reload();
  await shines();

  // What was found, when the line is there and closed; and once more, when it is there and open.
  await page.getByRole("button", { name: "Hide" }).click();
  await expect(ada.message("lighthouse")).toHaveCount(0);
  await page.getByRole("button", { name: "Search messages" }).first().click();
  await page.getByRole("searchbox", { name: "Search messages" }).fill("lighthouse");
  const hit = page.getByTestId("search-results").getByRole("button").first();
  await hit.click();
  await shines();
  await expect(page.locator("[data-flash]")).toHaveCount(0);
  await hit.click();
  await shines();

  // The quote of an answer.
  await page.getByRole("button", { name: "Hide" }).click();
  await ada
    .message("the answer to it")
    .getByRole("button", { name: /Show the message that this answers/ })
    .click();
  await shines();
});

test("so does what leads to a reply in a thread", async () => {
  const { page } = ada;
  const [root = ""] = await say(ada, ["Where do we eat?"]);
  const replies = await say(bo, numbered("reply", 70), { thread: root });
  const thread = page.getByTestId("thread");
  await page.goto(page.url().replace(/[^/]+$/, encodeURIComponent(replies[9] ?? "")));
  const reply = thread.getByTestId("message").filter({ hasText: /reply 10(?!\d)/ });
  await expect(reply).toHaveAttribute("data-flash", "true");
  await expect(reply).toBeInViewport();
  await thread.getByRole("button", { name: "Hide" }).click();
  await expect(reply).toHaveCount(0);
});
