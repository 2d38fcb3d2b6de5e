// The inbox with nothing in it but a thread's news.

import { expect, test } from "@playwright/test";
import type { Person } from "./person";
import { Server } from "./server";
import { together } from "./together";

const server = new Server();
let ada: Person;
let bo: Person;

together(server, "lighthouse", (first, second) => {
  ada = first;
  bo = second;
});

test("beside new replies nobody is all caught up", async () => {
  const { page } = ada;
  const empty = page.getByText("You are all caught up.");
  const reply = async (person: Person, text: string) => {
    await person.act("Who has the key?", "Reply in thread");
    const thread = person.page.getByTestId("thread");
    await thread.getByTestId("composer").fill(text);
    await thread.getByTestId("composer").press("Enter");
    await expect(thread.getByTestId("message").filter({ hasText: text })).toHaveCount(1);
    await person.page.getByRole("complementary").getByRole("button", { name: "Close" }).click();
  };
  await bo.send("Who has the key?");
  await ada.sees("Who has the key?");
  await reply(ada, "Not me");
  await reply(bo, "Found it");
  await expect(ada.message("Who has the key?").getByTestId("thread-link")).toContainText("1 new reply");
  const loaded = page.waitForResponse(/\/notifications/);
  await page.getByRole("button", { name: "Mentions and replies" }).click();
  await loaded;
  await expect(page.getByTestId("inbox-threads")).toContainText("1 new reply");
  await expect(page.getByRole("status", { name: "Loading" })).toHaveCount(0);
  await expect(empty).toHaveCount(0);
  await ada.message("Who has the key?").getByTestId("thread-link").click();
  await expect(page.getByTestId("thread")).toContainText("Found it");
  // It is read a moment after it is seen.
  await expect(ada.message("Who has the key?").getByTestId("thread-link")).not.toContainText("new");
  await page.getByRole("button", { name: "Mentions and replies" }).click();
  await expect(empty).toBeVisible();
});
