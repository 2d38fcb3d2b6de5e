// The side panel: what is written in it, what could not be loaded, and where the focus is afterwards.

import { expect, test } from "@playwright/test";
import type { Person } from "./person";
import { Server } from "./server";
import { together } from "./together";

const server = new Server();
let ada: Person;
let bo: Person;

test.describe.configure({ mode: "serial" });

together(server, "plans", (one, other) => {
  ada = one;
  bo = other;
});

const REPLIES = 130;
const thread = (person: Person) => person.page.getByTestId("thread");

/** Replies through the API, as the person who is signed in on the page; answers the ids. */
function reply(person: Person, count: number): Promise<string[]> {
  return person.page.evaluate(async (most) => {
    const path = `/api/v1/channels/${location.hash.split("/")[2] ?? ""}/messages`;
    const newest = (await (await fetch(`${path}?limit=1`)).json()) as { messages: { id: string }[] };
    const root = newest.messages[0]!.id;
    const ids = [];
    for (let n = 1; n <= most; n += 1) {
      const body = JSON.stringify({ nonce: `reply-${String(n)}`, text: `reply ${String(n)}.`, thread: root });
      const headers = { "content-type": "application/json" };
      const answer = await fetch(path, { method: "POST", headers, body });
      ids.push(((await answer.json()) as { id: string }).id);
    }
    return ids;
  }, count);
}

test("a reply is seen where it was sent, though the thread was opened far above its end", async () => {
  await bo.send("Where do we eat?");
  await ada.sees("Where do we eat?");
  const ids = await reply(bo, REPLIES);
  await ada.page.evaluate((id) => (location.hash += `/${encodeURIComponent(id)}`), ids[4]!);
  await expect(thread(ada).getByText("reply 5.", { exact: true })).toBeInViewport();
  await expect(thread(ada).getByText(`reply ${String(REPLIES)}.`, { exact: true })).toHaveCount(0);
  await thread(ada).getByTestId("composer").fill("At the harbour");
  await thread(ada).getByTestId("composer").press("Enter");
  await expect(thread(ada).getByText("At the harbour")).toBeInViewport();
});

test("the focus goes back to where one writes when the panel is closed", async () => {
  const { page } = ada;
  await thread(ada).getByTestId("composer").focus();
  await page.keyboard.press("Escape");
  await expect(thread(ada)).toHaveCount(0);
  await expect(page.getByRole("main").getByTestId("composer")).toBeFocused();
});

test("a thread that could not be loaded is asked for again", async () => {
  const { page } = ada;
  await ada.createChannel("elsewhere");
  await page.reload();
  await page.route("**/threads/*", (route) => route.abort());
  await ada.open("plans");
  await ada.message("Where do we eat?").getByTestId("thread-link").click();
  const again = page.getByRole("complementary").getByRole("button", { name: "Try again" });
  await expect(again).toBeVisible();
  await page.unroute("**/threads/*");
  await again.click();
  await expect(thread(ada).getByText("At the harbour")).toBeVisible();
  await page.keyboard.press("Escape");
});

test("a clipboard that can't be had is said, and tools come back after their message went", async () => {
  const { page } = ada;
  await page.evaluate(() => {
    Object.defineProperty(navigator, "clipboard", { configurable: true, value: undefined });
  });
  await bo.send("Next day");
  await bo.send("And on");
  await ada.sees("And on");
  await ada.act("Next day", "Copy text");
  await expect(page.getByRole("status").getByText("Copying is not possible here")).toBeVisible();

  await ada.message("And on").hover();
  await ada.message("And on").getByRole("button", { name: "More" }).click();
  await expect(page.getByRole("menu")).toBeVisible();
  await bo.act("And on", "Delete");
  await bo.page.getByRole("alertdialog").getByRole("button", { name: "Delete" }).click();
  await expect(ada.message("And on")).toHaveCount(0);
  await ada.message("Next day").hover();
  await expect(ada.message("Next day").getByRole("button", { name: "More" })).toBeVisible();
});
