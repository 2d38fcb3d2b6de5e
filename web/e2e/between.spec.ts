// Whoever stands between the browser and the server and answers, or says nothing: no word of theirs counts as the
// server's, and nothing is lost.

import { expect, test } from "@playwright/test";
import { Between, type Instead } from "./between";
import { Person } from "./person";
import { Server } from "./server";

const server = new Server();
const between = new Between(server);
let ada: Person;
let bo: Person;

test.describe.configure({ mode: "serial" });

test.beforeAll(async ({ browser }) => {
  await server.start();
  await between.start();
  ada = await Person.registered(browser, between, "ada");
  bo = await Person.registered(browser, server, "bo");
  await ada.createChannel("lobby");
  await bo.joinFromDirectory("lobby");
  await bo.send("Seen before");
  await ada.sees("Seen before");
});

test.afterEach(() => {
  between.instead = () => null;
});

test.afterAll(async () => {
  await ada?.context.close();
  await bo?.context.close();
  between.stop();
  await server.stop();
});

/** Of requests to the API that are sent with this method. */
const toApi = (method: string, instead: Instead) => {
  between.instead = (request) =>
    request.method === method && request.url?.startsWith("/api/") && !request.headers.upgrade
      ? instead
      : null;
};
const postsSince = (at: number) =>
  between.asked.slice(at).filter((each) => each.startsWith("POST") && each.endsWith("/messages"));

for (const status of [200, 404, 502]) {
  test(`a message waits while a page of another answers with ${status}`, async () => {
    toApi("POST", { status });
    const before = between.asked.length;
    const text = `Through the portal ${status}`;
    await ada.send(text);
    await expect(ada.message(text)).toContainText("Waits for the connection");
    await expect.poll(() => postsSince(before).length).toBeGreaterThan(1);
    await expect(ada.message(text)).not.toHaveAttribute("data-tone", "failed");
    between.instead = () => null;
    await bo.sees(text);
    await ada.sees(text);
    await expect(ada.message(text)).not.toContainText("Waits for the connection");
  });
}

test("a search that another answered is asked again", async () => {
  const { page } = ada;
  toApi("GET", { status: 200 });
  await page.getByRole("button", { name: "Search messages" }).first().click();
  await page.getByRole("searchbox", { name: "Search messages" }).fill("Seen");
  const panel = page.getByRole("alert").filter({ hasText: "The server cannot be reached now." });
  await expect(panel).toBeVisible();
  between.instead = () => null;
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByTestId("search-results")).toContainText("Seen before");
  await page.keyboard.press("Escape");
});

test("a reload while another answers shows what was seen last, and signs nobody out", async () => {
  const { page } = ada;
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  await expect.poll(() => kept(ada)).toContain("Seen before");
  for (const status of [404, 403]) {
    // Everything, also the page itself.
    between.instead = () => ({ status, type: "text/plain", body: "no such backend" });
    await page.reload();
    await ada.expectChannel("lobby");
    await ada.sees("Seen before");
    await expect(page.getByTestId("connection-note")).toBeVisible();
    expect(await kept(ada)).toContain("Seen before");
    between.instead = () => null;
    await expect(page.getByTestId("connection-note")).toBeHidden();
    await ada.send(`Back after ${status}`);
    await bo.sees(`Back after ${status}`);
  }
});

test("a conversation that failed to load is asked for once more by itself", async () => {
  const { page } = ada;
  await page.goto("about:blank");
  const isPage = (url = "") => /\/messages\?/.test(url);
  let failed = 0;
  between.instead = ({ url }) => (isPage(url) && failed++ === 0 ? { status: 502 } : null);
  await page.goBack();
  await ada.open("lobby");
  await ada.sees("Seen before");
  expect(failed).toBeGreaterThan(1);
});

test("a stream that is silent is replaced soon once the network is another one", async () => {
  const { page } = ada;
  await ada.send("Before the tunnel");
  await bo.sees("Before the tunnel");
  between.stallStreams();
  await bo.send("Said in the tunnel");
  await page.evaluate(() => dispatchEvent(new Event("online")));
  // Far sooner than two heartbeats.
  await expect(ada.message("Said in the tunnel")).toBeVisible({ timeout: 12_000 });
});

test("a server that was away is asked for a new version, and no worker comes before somebody is in", async ({
  browser,
}) => {
  // Ada's page asks by the same way some seconds after her line is back, and would be counted with this one.
  const own = new Between(server);
  await own.start();
  const cy = await Person.at(browser, own, "cy");
  await expect(cy.page.getByLabel("Username")).toBeVisible();
  await cy.page.waitForLoadState("networkidle");
  const looked = () => own.asked.filter((each) => each === "GET /sw.js").length;
  expect(looked()).toBe(0);
  await cy.register();
  // Up to ten seconds until there is nothing else to do; below, up to five each until the line counts as dead, and
  // because not all ask at the same time.
  await expect.poll(looked, { timeout: 30_000 }).toBe(1);
  await cy.page.evaluate(() => navigator.serviceWorker.ready);
  own.stallStreams();
  await cy.page.evaluate(() => dispatchEvent(new Event("online")));
  await expect.poll(looked, { timeout: 30_000 }).toBe(2);
  await cy.context.close();
  own.stop();
});

test("a message whose answer is lost with the network is there soon, and once", async () => {
  const { page } = ada;
  // The old network: what is under way is never answered.
  toApi("POST", "silence");
  const before = between.asked.length;
  await ada.send("Into the tunnel");
  await expect.poll(() => postsSince(before).length).toBeGreaterThan(0);
  between.stallStreams();
  between.instead = () => null;
  await expect(bo.message("Into the tunnel")).toBeVisible({ timeout: 20_000 });
  await ada.sees("Into the tunnel");
  await expect(page.getByText("Sending")).toHaveCount(0);
});

// Some; more than is kept of a conversation; more than the stream repeats.
for (const many of [60, 600, 1_100]) {
  test(`of ${many} messages that were missed in a sleep none is read before it is seen`, async () => {
    test.slow();
    const { page } = ada;
    await ada.open("lobby");
    await expect.poll(() => ada.unread()).toBe(0);
    between.stallStreams();
    await missed(bo, many);
    await page.evaluate(() => dispatchEvent(new Event("online")));
    await expect(page.locator(".to-present button")).toHaveText(new RegExp(`^${figure(many)} new messages`));
    await expect(page.getByTestId("new-line")).toBeInViewport();
    const next = page.getByTestId("new-line").locator("xpath=following-sibling::article[1]");
    await expect(next).toContainText(`${many} missed: 0`);
    expect(await ada.unread()).toBe(many);
    await page.locator(".to-present button").click();
    await expect(ada.message(`${many} missed: ${many - 1}`)).toBeInViewport();
    await expect.poll(() => ada.unread()).toBe(0);
  });
}

const figure = (count: number) => count.toLocaleString("en-GB");

/** Said while one sleeps. */
const missed = (person: Person, many: number) =>
  person.page.evaluate(async (count) => {
    const url = `/api/v1/channels/${location.hash.split("/")[2] ?? ""}/messages`;
    const headers = { "content-type": "application/json" };
    for (let at = 0; at < count; at += 1) {
      const body = JSON.stringify({ nonce: `missed-${count}-${at}`, text: `${count} missed: ${at}` });
      const answer = await fetch(url, { method: "POST", headers, body });
      if (!answer.ok) throw new Error(String(answer.status));
    }
  }, many);

/** What is in the browser for when there is no network. */
const kept = (person: Person) =>
  person.page.evaluate(
    () =>
      new Promise<string>((done) => {
        const opening = indexedDB.open("loggia-offline");
        opening.onerror = () => done("");
        opening.onsuccess = () => {
          const database = opening.result;
          const end = (text: string) => {
            database.close();
            done(text);
          };
          if (!database.objectStoreNames.contains("snapshot")) return end("");
          const asking = database.transaction("snapshot").objectStore("snapshot").get("last");
          asking.onsuccess = () => end(JSON.stringify(asking.result ?? ""));
        };
      }),
  );
