// The main story: two people, two browsers, one server that is killed in the middle.

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
  bo = await Person.registered(browser, server, "bo");
});

test.afterAll(async () => {
  await ada?.context.close();
  await bo?.context.close();
  await server.stop();
});

test.afterEach(() => {
  expect([...(ada?.complaints ?? []), ...(bo?.complaints ?? [])]).toEqual([]);
});

test("one makes a channel, the other finds it and joins", async () => {
  await ada.shot("story-1-welcome");
  await ada.createChannel("general", { topic: "Everything that has no better place" });
  await ada.shot("story-2-new-channel");
  await ada.send("Hello **everybody**");
  await ada.sees("Hello everybody");
  await bo.joinFromDirectory("general");
  await bo.sees("Hello everybody");
  await expect(bo.page.locator("strong", { hasText: "everybody" })).toBeVisible();
});

test("messages appear live in both, with typing before", async () => {
  await bo.composer.pressSequentially("Good mor");
  await expect(ada.page.getByTestId("typing")).toHaveText("Bo is typing…");
  await bo.send("Good morning");
  await ada.sees("Good morning");
  await expect(ada.page.getByTestId("typing")).toHaveText("");
  await ada.send("How was the *garden*?");
  await bo.sees("How was the garden?");
  await bo.send("Wet.");
  await ada.sees("Wet.");
  expect(await ada.texts()).toEqual(["Hello everybody", "Good morning", "How was the garden?", "Wet."]);
  expect(await bo.texts()).toEqual(await ada.texts());
});

test("edits, reactions and deletions appear live in both", async () => {
  await bo.composer.press("ArrowUp");
  const box = bo.page.getByRole("textbox", { name: "Edit message" });
  await box.fill("Very wet.");
  await box.press("Enter");
  await ada.sees(/Very wet\.\s*\(edited\)/);

  await ada.message("Very wet.").hover();
  await ada.message("Very wet.").getByRole("button", { name: "React with ❤️" }).click();
  const atBo = bo.message("Very wet.").getByTestId("reaction");
  await expect(atBo).toHaveAttribute("aria-label", "❤️, 1: Ada");
  await atBo.click();
  await expect(ada.message("Very wet.").getByTestId("reaction")).toHaveAttribute(
    "aria-label",
    "❤️, 2: Ada, Bo",
  );
  await ada.message("Very wet.").getByTestId("reaction").click();
  await expect(bo.message("Very wet.").getByTestId("reaction")).toHaveAttribute("aria-label", "❤️, 1: Bo");
  await expect(bo.message("Very wet.").getByTestId("reaction")).toHaveAttribute("aria-pressed", "true");

  await ada.send("This was a mistake");
  await bo.sees("This was a mistake");
  await ada.act("This was a mistake", "Delete");
  await ada.shot("story-3-delete");
  await ada.page.getByRole("alertdialog").getByRole("button", { name: "Delete" }).click();
  await expect(bo.message("This was a mistake")).toHaveCount(0);
  await expect(bo.message("Message deleted")).toHaveCount(1);
  await expect(ada.message("Message deleted")).toHaveCount(1);
});

test("an emoji from the picker, a reply with its quote, a thread", async () => {
  await bo.message("How was the garden?").hover();
  await bo.message("How was the garden?").getByRole("button", { name: "React", exact: true }).click();
  await bo.page.getByRole("searchbox", { name: "Search emoji" }).fill("tada");
  await bo.page.getByRole("button", { name: "party popper" }).click();
  await expect(ada.message("How was the garden?").getByTestId("reaction")).toHaveAttribute(
    "aria-label",
    "🎉, 1: Bo",
  );

  await ada.message("Good morning").hover();
  await ada.message("Good morning").getByRole("button", { name: "Reply", exact: true }).click();
  await ada.send("And to you");
  await expect(
    bo.message("And to you").getByRole("button", { name: /In reply to Bo: Good morning/ }),
  ).toBeVisible();

  await bo.act("And to you", "Reply in thread");
  const thread = bo.page.getByTestId("thread");
  await thread.getByTestId("composer").fill("Shall we plant tomatoes?");
  await thread.getByTestId("composer").press("Enter");
  await expect(thread.getByTestId("message").filter({ hasText: "tomatoes" })).toHaveCount(1);
  await expect(ada.message("And to you").getByTestId("thread-link")).toContainText("1 reply");
  await expect(ada.message("tomatoes")).toHaveCount(0);
  await ada.message("And to you").getByTestId("thread-link").click();
  await expect(ada.page.getByTestId("thread")).toContainText("Shall we plant tomatoes?");
  await ada.page.getByTestId("thread").getByTestId("composer").fill("Yes");
  await ada.page.getByTestId("thread").getByTestId("composer").press("Enter");
  await expect(thread.getByTestId("message").filter({ hasText: "Yes" })).toHaveCount(1);
  await bo.shot("story-4-thread");
  await ada.page.keyboard.press("Escape");
  await bo.page.keyboard.press("Escape");
});

test("mentions and direct messages are counted where they belong", async () => {
  await ada.createChannel("garden");
  await bo.send("@ada did you see the roses?");
  await expect(ada.nav("general")).toContainText("1 mention");
  await expect(ada.page).toHaveTitle(/^\(1\) #garden/);
  await ada.open("general");
  await expect(ada.page.getByTestId("new-line")).toBeVisible();
  await expect(ada.nav("general")).not.toContainText("mention");
  await expect(ada.page).toHaveTitle(/^#general/);

  await bo.startDm(ada);
  await bo.send("Only between us");
  await expect(ada.nav("Bo")).toContainText("1 unread message");
  await ada.shot("story-5-unread");
  await ada.nav("Bo").click();
  await ada.sees("Only between us");
  await ada.send("Of course");
  await bo.sees("Of course");
});

test("a reload shows the history", async () => {
  await ada.open("general");
  const before = await ada.texts();
  await ada.page.reload();
  await ada.sees("Hello everybody");
  expect(await ada.texts()).toEqual(before);
  await expect(ada.message("Very wet.").getByTestId("reaction")).toHaveAttribute("aria-label", "❤️, 1: Bo");
  await bo.open("general");
  expect(await bo.texts()).toEqual(before);
});

test("the server is killed in the middle of sending: nothing is lost, nothing twice, both resume by themselves", async () => {
  const acknowledged = new Set<string>();
  for (const person of [ada, bo]) {
    person.page.on("response", async (response) => {
      if (response.request().method() !== "POST" || !response.url().endsWith("/messages") || !response.ok())
        return;
      const { text } = (await response.json().catch(() => ({}))) as { text?: string };
      if (text) acknowledged.add(text);
    });
  }
  const all = async (person: Person) =>
    (await person.texts()).filter((text) => /^(ada|bo) \d-\d$/.test(text));
  const rounds = [1, 2, 3];
  const written: string[] = [];
  for (const round of rounds) {
    const sending = [ada, bo].map(async (person) => {
      for (let i = 1; i <= 8; i += 1) {
        const text = `${person.name} ${round}-${i}`;
        written.push(text);
        await person.send(text);
      }
    });
    await expect.poll(() => acknowledged.size, { timeout: 15_000 }).toBeGreaterThan((round - 1) * 16 + 2);
    await server.kill();
    await Promise.all(sending);
    if (round === 1) {
      await expect(ada.page.getByTestId("connection-note")).toBeVisible();
      await ada.shot("story-6-connection-lost");
    }
    await server.start();
    for (const person of [ada, bo]) {
      await expect(person.page.getByTestId("connection-note")).toBeHidden({ timeout: 40_000 });
    }
    // An answer that was lost with the server is no lost message: the page hears of it when it resumes, and asks no more.
    for (const person of [ada, bo]) {
      await expect.poll(async () => (await all(person)).length, { timeout: 40_000 }).toBe(round * 16);
    }
  }
  const [atAda, atBo] = [await all(ada), await all(bo)];
  expect(atAda).toEqual(expect.arrayContaining([...acknowledged]));
  expect(atBo).toEqual(atAda);
  expect([...atAda].sort()).toEqual([...written].sort());
  for (const person of [ada, bo]) {
    // Each one's own in the order in which they were written.
    const own = atAda.filter((text) => text.startsWith(person.name));
    expect(own).toEqual(written.filter((text) => text.startsWith(person.name)));
  }
  await ada.page.reload();
  await expect.poll(async () => (await all(ada)).length).toBeGreaterThan(0);
  await ada.send("after all that");
  await bo.sees("after all that");
  await bo.shot("story-7-resumed");
});

/** How many messages the browser's database keeps. */
function kept(person: Person): Promise<number> {
  return person.page.evaluate(
    () =>
      new Promise<number>((done, fail) => {
        const opening = indexedDB.open("loggia");
        opening.onerror = fail;
        opening.onsuccess = () => {
          const count = opening.result.transaction("outbox").objectStore("outbox").count();
          count.onsuccess = () => done(count.result);
        };
      }),
  );
}

test("what was written while offline survives a reload", async () => {
  await server.kill();
  await ada.send("written in the dark");
  await expect(ada.message("written in the dark")).toContainText("Waits for the connection");
  expect(await kept(ada)).toBe(1);
  await server.start();
  await ada.page.reload();
  await expect(ada.message("written in the dark")).toHaveCount(1);
  await expect(ada.message("written in the dark")).not.toContainText("Waits");
  await bo.sees("written in the dark");
  await expect.poll(() => kept(ada)).toBe(0);
});

test("signing out and in again", async () => {
  await ada.page.getByRole("button", { name: "Your account" }).click();
  await ada.page.getByRole("menuitem", { name: "Sign out" }).click();
  await expect(ada.page.getByRole("heading", { name: /^Sign in to/ })).toBeVisible();
  await ada.page.getByLabel("Username").fill("ada");
  await ada.page.getByLabel("Password").fill("not the password");
  await ada.page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(ada.page.getByRole("alert")).toHaveText("Username or password is wrong.");
  await ada.signIn();
  await ada.open("general");
  await ada.sees("after all that");
});
