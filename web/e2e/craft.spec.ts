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

test("slash commands: completed, carried out, refused with the text kept", async () => {
  const { page } = ada;
  await ada.composer.fill("");
  await ada.composer.pressSequentially("/");
  await expect(page.getByRole("listbox", { name: "Suggestions" }).getByRole("option")).toHaveCount(8);
  await ada.shot("craft-commands");
  await page.keyboard.type("top");
  await page.keyboard.press("Tab");
  await expect(ada.composer).toHaveValue("/topic ");
  await page.keyboard.type("Wood and iron");
  await page.keyboard.press("Enter");
  await expect(bo.page.locator(".head-topic")).toHaveText("Wood and iron");
  await expect(ada.composer).toHaveValue("");

  await ada.send("/frobnicate the widget");
  await expect(page.getByTestId("composer-hint")).toContainText("/frobnicate");
  await expect(ada.composer).toHaveValue("/frobnicate the widget");
  await ada.shot("craft-command-refused");
  await expect(bo.message("frobnicate")).toHaveCount(0);
  await ada.send("/join");
  await expect(page.getByTestId("composer-hint")).toContainText("/join #channel");

  await ada.send("/me sharpens the plane");
  await expect(bo.page.locator("em", { hasText: "sharpens the plane" })).toBeVisible();
  await ada.send("/shrug");
  await bo.sees("¯\\_(ツ)_/¯");
  await ada.send("//join is a command");
  await bo.sees("/join is a command");

  await ada.send("/help");
  await expect(page.getByTestId("commands")).toContainText("/invite @person");
  await ada.shot("craft-help");
  await page.keyboard.press("Escape");

  await bo.createChannel("kiln");
  await ada.send("/join #kiln");
  await ada.expectChannel("kiln");
  await ada.send("/leave");
  await page.getByRole("alertdialog").getByRole("button", { name: "Leave channel" }).click();
  await expect(ada.nav("kiln")).toHaveCount(0);

  await bo.createChannel("cellar", { private: true });
  await bo.send("/invite @ada");
  await expect(ada.nav("cellar")).toContainText("Invited");
  await ada.open("workshop");
  await expect(ada.composer).toHaveValue("");
  await ada.send("/join #nowhere");
  await expect(page.getByText("There is no such channel.")).toBeVisible();
  await expect(ada.composer).toHaveValue("/join #nowhere");
  await ada.send("/dm @bo ");
  await expect(page.getByRole("heading", { level: 1, name: "Bo" })).toBeVisible();
  await ada.send("/topic no");
  await expect(page.getByTestId("composer-hint")).toHaveText("That is for channels only.");
  await ada.composer.fill("");
});
