// What makes writing and reading pleasant: coloured code, the history of an edit, slash commands, favourites, dates.

import { type Browser, expect, test } from "@playwright/test";
import { Person } from "./person";
import { Server } from "./server";

const server = new Server();
let ada: Person;
let bo: Person;

test.describe.configure({ mode: "serial" });

test.beforeAll(async ({ browser }: { browser: Browser }) => {
  await server.start();
  ada = await Person.registered(browser, server, "ada");
  bo = await Person.registered(browser, server, "bo", { colorScheme: "dark" });
});

test.afterAll(async () => {
  await ada?.context.close();
  await bo?.context.close();
  await server.stop();
});

test.afterEach(() => {
  expect([...(ada?.complaints ?? []), ...(bo?.complaints ?? [])]).toEqual([]);
});

test("code has colours, and stays text", async () => {
  await ada.createChannel("workshop");
  await bo.joinFromDirectory("workshop");
  await ada.send(
    '```rust\n// the longest word\nfn longest(words: &[String]) -> Option<&String> {\n    words.iter().max_by_key(|word| word.len())\n}\nlet n = 42; println!("{n}");\n```',
  );
  await ada.send("```html\n<img src=x onerror=alert(1)>\n```");
  await ada.send("```\nplain <b>text</b>\n```");
  await expect(ada.page.locator(".hljs-keyword").first()).toHaveText("fn");
  await expect(bo.page.locator(".hljs-keyword").first()).toHaveText("fn");
  await expect(ada.page.locator("pre").nth(1)).toHaveText("<img src=x onerror=alert(1)>");
  await expect(ada.page.locator("pre img")).toHaveCount(0);
  await expect(ada.page.locator("pre").nth(2).locator("span")).toHaveCount(0);
  await ada.shot("craft-code-light");
  await bo.shot("craft-code-dark");
});

test("an edit keeps its history, for its author and for moderators", async () => {
  await bo.send("The meeting is at nine");
  await ada.sees("The meeting is at nine");
  await bo.act("The meeting is at nine", "Edit");
  await bo.page.getByRole("textbox", { name: "Edit message" }).fill("The meeting is at **ten**");
  await bo.page.keyboard.press("Enter");
  await ada.sees(/at ten\s*\(edited\)/);
  await ada.act("The meeting is at ten", "Edit history");
  await expect(ada.page.getByTestId("version")).toHaveText([/Now.*at ten/s, /First.*at nine/s]);
  await ada.shot("craft-history");
  await ada.page.keyboard.press("Escape");
  await bo
    .message("at ten")
    .getByRole("button", { name: /edit history/ })
    .click();
  await expect(bo.page.getByTestId("version")).toHaveCount(2);
  await bo.page.keyboard.press("Escape");
  await ada.send("Mine, changed");
  await ada.act("Mine, changed", "Edit");
  await ada.page.getByRole("textbox", { name: "Edit message" }).fill("Mine, changed twice");
  await ada.page.keyboard.press("Enter");
  await bo.sees(/changed twice\s*\(edited\)/);
  await expect(bo.message("changed twice").getByRole("button", { name: /edit history/ })).toHaveCount(0);
});
