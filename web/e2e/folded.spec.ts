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
  await page.getByRole("button", { name: "Conversation options" }).focus();
  await expect
    .poll(
      async () => {
        await page.keyboard.press("Tab");
        return toggle().evaluate((button) => button === document.activeElement);
      },
      { intervals: [0] },
    )
    .toBe(true);
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
