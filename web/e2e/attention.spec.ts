// What asks for attention: the inbox across devices, title, icon, desktop notifications, quiet hours.

import { expect, test } from "@playwright/test";
import { Person } from "./person";
import { Server } from "./server";
import { together } from "./together";

const server = new Server();
let ada: Person;
let bo: Person;

test.describe.configure({ mode: "serial" });

together(server, "general", (first, second) => {
  ada = first;
  bo = second;
});

test("what is marked read on one device is read on the other", async ({ browser }) => {
  await ada.createChannel("elsewhere");
  const other = await Person.at(browser, server, "ada");
  await other.signIn();
  await bo.send("@ada hello");
  const bell = (person: Person) => person.page.locator(".inbox-button .badge");
  await expect(bell(ada)).toContainText("1 mention");
  await expect(bell(other)).toContainText("1 mention");
  await other.page.getByRole("button", { name: "Mentions and replies" }).click();
  await other.page.getByRole("button", { name: "Mark all read" }).click();
  await expect(bell(other)).toHaveCount(0);
  await expect(bell(ada)).toHaveCount(0);
  await other.context.close();
});

interface Told {
  title: string;
  body: string;
  tag: string;
}

/** The system's notifications cannot be seen by a test: a stand-in that keeps what it was asked to show. */
async function listening(person: Person): Promise<void> {
  const script = () => {
    const shown: Told[] = [];
    const made: { onclick: (() => void) | null }[] = [];
    class Fake {
      static permission = localStorage.getItem("test.permission") ?? "default";
      static requestPermission() {
        localStorage.setItem("test.permission", "granted");
        Fake.permission = "granted";
        return Promise.resolve("granted");
      }
      onclick: (() => void) | null = null;
      constructor(title: string, options: { body: string; tag: string }) {
        shown.push({ title, body: options.body, tag: options.tag });
        made.push(this);
      }
      close() {}
    }
    Object.assign(globalThis, { Notification: Fake, shown, made });
    let focused = true;
    document.hasFocus = () => focused;
    Object.assign(globalThis, {
      look: (here: boolean) => {
        focused = here;
        dispatchEvent(new Event(here ? "focus" : "blur"));
      },
    });
  };
  await person.context.addInitScript(script);
  await person.page.reload();
  await expect(person.page.getByRole("navigation", { name: "Conversations" })).toBeAttached();
}

type Inside = { shown: Told[]; made: { onclick: (() => void) | null }[]; look: (here: boolean) => void };
const shown = (page: Person["page"]) => page.evaluate(() => (globalThis as unknown as Inside).shown);
const look = (page: Person["page"], here: boolean) =>
  page.evaluate((value) => (globalThis as unknown as Inside).look(value), here);

test("permission is offered after the first mention, asked by a press, and never at load", async () => {
  await listening(ada);
  await ada.open("general");
  await ada.open("elsewhere");
  await expect(ada.page.getByTestId("offer-note")).toHaveCount(0);
  await bo.send("@ada are you there?");
  await expect(ada.page.getByTestId("offer-note")).toBeVisible();
  await ada.shot("attention-offer");
  await ada.page.getByRole("button", { name: "Turn on notifications" }).click();
  await expect(ada.page.getByTestId("offer-note")).toHaveCount(0);
});

test("one notification for two tabs; a click leads to the message", async () => {
  const second = await ada.context.newPage();
  await second.goto(server.url);
  await expect(second.getByRole("navigation", { name: "Conversations" })).toBeAttached();
  await expect(second.getByText("Good to see you")).toBeVisible();
  await look(ada.page, false);
  await look(second, false);
  await bo.send("@ada come quickly");
  const all = async () => [...(await shown(ada.page)), ...(await shown(second))];
  await expect.poll(async () => (await all()).map((each) => each.body)).toEqual(["@ada come quickly"]);
  expect((await all())[0]?.title).toBe("Bo in #general");
  // Another one, so that a double of the first would have been seen by now.
  await bo.send("@ada and bring the key");
  await expect
    .poll(async () => (await all()).map((each) => each.body).sort())
    .toEqual(["@ada and bring the key", "@ada come quickly"]);
  const owner = (await shown(ada.page)).length > 0 ? ada.page : second;
  await owner.evaluate(() => (globalThis as unknown as Inside).made[0]?.onclick?.());
  await expect(owner.getByRole("heading", { level: 1, name: "general" })).toBeVisible();
  await expect(
    owner.getByTestId("conversation").getByTestId("message").filter({ hasText: "come quickly" }),
  ).toBeInViewport();
  await second.close();
});

test("nothing is read in a window that nobody looks at; title and icon say what waits", async () => {
  await look(ada.page, true);
  await ada.open("general");
  await expect(ada.page).toHaveTitle("#general · Loggia");
  await expect(ada.page.locator("link[rel=icon]")).toHaveAttribute("href", "/favicon.svg");
  await look(ada.page, false);
  await bo.send("@ada one more thing");
  await ada.sees("@ada one more thing");
  await expect(ada.page).toHaveTitle("(1) #general · Loggia");
  await expect(ada.page.locator("link[rel=icon]")).toHaveAttribute("href", /^data:image\/svg.*%3E1%3C/);
  await bo.send("and another");
  await ada.sees("and another");
  await expect(ada.page).toHaveTitle("(1) #general · Loggia");
  await look(ada.page, true);
  await expect(ada.page).toHaveTitle("#general · Loggia");
  await expect(ada.page.locator("link[rel=icon]")).toHaveAttribute("href", "/favicon.svg");
});

test("a reminder is told as one, also to whoever looks at the conversation", async () => {
  await ada.page.evaluate(async () => {
    const path = `/api/v1/channels/${location.hash.split("/")[2] ?? ""}/messages`;
    const { messages } = (await (await fetch(path)).json()) as {
      messages: { id: string; channel: string; text: string }[];
    };
    const said = messages.find(({ text }) => text === "@ada and bring the key");
    await fetch(`/api/v1/me/saved/${said?.channel ?? ""}/${said?.id ?? ""}`, {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ remind_ts: Date.now() + 1_000 }),
    });
  });
  await expect
    .poll(async () => (await shown(ada.page)).at(-1))
    .toMatchObject({
      title: "Reminder: Bo in #general",
      body: "@ada and bring the key",
      tag: expect.stringMatching(/^reminder \$/) as unknown as string,
    });
  await ada.page.getByRole("button", { name: "Mentions and replies" }).click();
  await ada.page.getByRole("button", { name: "Mark all read" }).click();
  await ada.page.getByRole("complementary").getByRole("button", { name: "Close" }).click();
});

test("paused, nothing pops up", async () => {
  await ada.open("elsewhere");
  await ada.page.getByRole("button", { name: "Your account" }).click();
  await ada.page.getByRole("menuitem", { name: "Notifications" }).click();
  await ada.page.getByRole("button", { name: "For an hour" }).click();
  await expect(ada.page.getByText(/^Paused until/)).toBeVisible();
  await ada.page.getByRole("switch", { name: "Quiet hours every day" }).click();
  await ada.shot("attention-settings");
  await ada.page.getByRole("switch", { name: "Quiet hours every day" }).click();
  await ada.page.getByRole("dialog").getByRole("button", { name: "Close" }).click();
  const before = (await shown(ada.page)).length;
  await bo.send("@ada hush");
  await expect(ada.page.locator(".inbox-button .badge")).toContainText("1 mention");
  await ada.page.getByRole("button", { name: "Notifications are paused" }).click();
  await ada.page.getByRole("button", { name: "Resume now" }).click();
  await ada.page.getByRole("dialog").getByRole("button", { name: "Close" }).click();
  await bo.send("@ada ring");
  await expect
    .poll(async () => (await shown(ada.page)).slice(before).map((each) => each.body))
    .toEqual(["@ada ring"]);
});

test("what made the offer is not shown again, however quickly the offer is accepted", async ({ browser }) => {
  const quick = await Person.at(browser, server, "ada");
  await quick.signIn();
  await listening(quick);
  await quick.page.evaluate(() => {
    const press = () => document.querySelector<HTMLElement>("[data-testid=offer-note] button")?.click();
    new MutationObserver(press).observe(document.body, { childList: true, subtree: true });
  });
  await bo.send("@ada quickly now");
  await expect.poll(() => quick.page.evaluate(() => Notification.permission)).toBe("granted");
  // Another one, so that the first would have been seen by now.
  await bo.send("@ada and slowly");
  await expect
    .poll(async () => (await shown(quick.page)).map((each) => each.body))
    .toEqual(["@ada and slowly"]);
  await quick.context.close();
});
