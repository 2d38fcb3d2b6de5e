// Threads that one follows: what is new in them, wherever one looks, on all devices; and a channel's picture.

import { expect, test } from "@playwright/test";
import { Person } from "./person";
import { Server } from "./server";
import { png } from "./picture";
import { together } from "./together";

const server = new Server();
let ada: Person;
let bo: Person;

test.describe.configure({ mode: "serial" });

together(server, "plans", (one, other) => {
  ada = one;
  bo = other;
});

const thread = (person: Person) => person.page.getByTestId("thread");

test("replies are counted where one follows, and read where one reads them", async ({ browser }) => {
  await ada.send("Where do we eat?");
  await bo.sees("Where do we eat?");
  await bo.act("Where do we eat?", "Reply in thread");
  for (const text of ["At the harbour", "@ada what do you think?"]) {
    await thread(bo).getByTestId("composer").fill(text);
    await thread(bo).getByTestId("composer").press("Enter");
    await expect(thread(bo).getByTestId("message").filter({ hasText: text })).toHaveCount(1);
  }
  // Ada looks at the channel all the time, and at no thread: it is new to her, on all her devices.
  const link = ada.message("Where do we eat?").getByTestId("thread-link");
  await expect(link).toContainText("2 new replies");
  await expect(bo.message("Where do we eat?").getByTestId("thread-link")).toHaveText("2 replies");
  const phone = await Person.at(browser, server, "ada");
  await phone.signIn();
  await phone.open("plans");
  await expect(phone.message("Where do we eat?").getByTestId("thread-link")).toContainText("2 new replies");
  await phone.page.getByRole("button", { name: "Mentions and replies" }).click();
  const news = phone.page.getByTestId("inbox-threads");
  await expect(news.getByRole("listitem")).toContainText("2 new replies");
  await expect(news.getByRole("listitem")).toContainText("Where do we eat?");
  await expect(phone.page.getByText("You are all caught up.")).toHaveCount(0);
  await phone.shot("inbox-threads");

  // She opens it on one device: it is read on both, and so is the mention.
  await link.click();
  await expect(thread(ada)).toContainText("At the harbour");
  await expect(link).toHaveText("2 replies");
  await expect(news).toBeHidden();
  await expect(phone.page.locator(".card[data-fresh]")).toHaveCount(0);

  // She wants to hear no more of it.
  await ada.page.getByRole("button", { name: "No longer follow this thread" }).click();
  await expect(ada.page.getByRole("button", { name: "Follow this thread" })).toBeVisible();
  await ada.page.getByRole("complementary").getByRole("button", { name: "Close" }).click();
  await thread(bo).getByTestId("composer").fill("Harbour it is");
  await thread(bo).getByTestId("composer").press("Enter");
  await expect(link).toHaveText("3 replies");
  await phone.context.close();
});

test("a mention of those who are there, and one of everybody", async () => {
  await bo.send("@here the kettle is on");
  await expect(ada.message("the kettle is on").locator(".mention")).toHaveText("@here");
});

test("a channel has a picture, seen wherever it is named", async () => {
  await ada.page.getByRole("button", { name: "Conversation options" }).click();
  await ada.page.getByRole("menuitem", { name: "Channel settings" }).click();
  const dialog = ada.page.getByRole("dialog");
  const picture = { name: "p.png", mimeType: "image/png", buffer: png(64, 64, [30, 120, 200]) };
  await dialog.getByTestId("channel-picture-input").setInputFiles(picture);
  await expect(dialog.getByTestId("channel-picture")).toBeVisible();
  await ada.shot("channel-picture");
  await ada.page.keyboard.press("Escape");
  await expect(bo.nav("plans").getByTestId("channel-picture")).toBeVisible();
  await expect(bo.page.locator(".conversation-head").getByTestId("channel-picture")).toBeVisible();
  const loaded = bo.nav("plans").getByTestId("channel-picture");
  await expect.poll(() => loaded.evaluate((image) => (image as HTMLImageElement).naturalWidth)).toBe(64);
  await bo.page.getByRole("button", { name: "Browse channels" }).first().click();
  const row = bo.page.getByTestId("directory-row").filter({ hasText: "plans" });
  await expect(row.getByTestId("channel-picture")).toBeVisible();
  await bo.page.keyboard.press("Escape");
});

test("what a thread is about has its tools there, too", async () => {
  const { page } = ada;
  await ada.reload();
  await ada.send("What do we bring?");
  await ada.act("What do we bring?", "Reply in thread");
  const root = thread(ada).getByTestId("message").filter({ hasText: "What do we bring?" });
  const reply = thread(ada).getByTestId("message").filter({ hasText: "Bread" });
  await thread(ada).getByTestId("composer").fill("Bread");
  await thread(ada).getByTestId("composer").press("Enter");
  await expect(reply).toHaveCount(1);
  await root.hover();
  const tools = root.getByRole("toolbar", { name: "Message actions" });
  await expect(tools.getByRole("button", { name: "Reply in thread" })).toHaveCount(0);
  await tools.getByRole("button", { name: "React with 👍" }).click();
  await expect(root.getByTestId("reaction")).toHaveCount(1);
  await expect(bo.message("What do we bring?").getByTestId("reaction")).toHaveCount(1);
  // One row has them at a time.
  await reply.hover();
  await expect(tools).toHaveCount(0);
  await root.locator(".markdown").click({ button: "right" });
  await page.getByRole("menuitem", { name: "Edit", exact: true }).click();
  const box = thread(ada).getByRole("textbox", { name: "Edit message" });
  await expect(box).toBeFocused();
  await box.fill("What does each of us bring?");
  await box.press("Enter");
  await bo.sees(/each of us bring\?\s*\(edited\)/);
  await expect(thread(ada).getByTestId("message").first()).toContainText("each of us");
  await reply.hover();
  await expect(reply.getByRole("toolbar")).toBeVisible();
  await ada.shot("thread-root");
});
