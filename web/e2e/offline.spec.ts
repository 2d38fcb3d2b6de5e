// As an app: installable, opens without a network with what was seen last, and takes a new version calmly.

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
  await ada.createChannel("general");
  await bo.joinFromDirectory("general");
  await bo.send("Seen before the cut");
  await ada.sees("Seen before the cut");
});

test.afterAll(async () => {
  await ada?.context.close();
  await bo?.context.close();
  await server.stop();
});

test("the manifest and its icons are there, and the worker is never kept for ever", async () => {
  const manifest = await (await fetch(`${server.url}/manifest.webmanifest`)).json();
  expect(manifest).toMatchObject({ display: "standalone", start_url: "/" });
  for (const { src, sizes } of manifest.icons as { src: string; sizes: string }[]) {
    const answer = await fetch(server.url + src);
    expect(answer.status, src).toBe(200);
    if (!src.endsWith(".png")) continue;
    const bytes = new DataView(await answer.arrayBuffer());
    expect(`${bytes.getUint32(16)}x${bytes.getUint32(20)}`).toBe(sizes);
  }
  const worker = await fetch(`${server.url}/sw.js`);
  expect(worker.headers.get("cache-control")).toBe("no-cache");
  expect(worker.headers.get("content-type")).toMatch(/javascript/);
  expect((await fetch(server.url)).headers.get("cache-control")).toBe("no-cache");
});

test("without the server: the shell, the last conversations, and what one writes is kept", async () => {
  const { page } = ada;
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
    const kept = () =>
      new Promise<boolean>((done) => {
        const opening = indexedDB.open("loggia-offline", 1);
        opening.onerror = () => done(false);
        opening.onsuccess = () => {
          const database = opening.result;
          const has = database.objectStoreNames.contains("snapshot");
          if (!has) {
            database.close();
            return done(false);
          }
          const asking = database.transaction("snapshot").objectStore("snapshot").get("last");
          asking.onsuccess = () => {
            database.close();
            done(JSON.stringify(asking.result ?? "").includes("Seen before the cut"));
          };
        };
      });
    while (!(await kept())) await new Promise((done) => setTimeout(done, 100));
  });
  await server.kill();
  await page.reload();
  await ada.expectChannel("general");
  await ada.sees("Seen before the cut");
  await expect(page.getByTestId("connection-note")).toBeVisible();
  await ada.shot("offline");
  await ada.send("Written without a network");
  await ada.sees("Written without a network");
  // Also what was written before a reload.
  await page.reload();
  await ada.sees("Written without a network");
  await expect(page.getByText("Waits for the connection")).toBeVisible();
  await ada.send("Written after a reload");
  await server.start();
  await expect(page.getByTestId("connection-note")).toBeHidden({ timeout: 40_000 });
  await bo.sees("Written without a network");
  await bo.sees("Written after a reload");
  await ada.sees("Written without a network");
});

test("a new version is offered, never forced", async () => {
  const { page } = ada;
  await page.reload();
  await ada.expectChannel("general");
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  await expect(page.getByTestId("update-note")).toHaveCount(0);
  // Another worker takes over, as after an update of the server.
  await page.evaluate(() => navigator.serviceWorker.dispatchEvent(new Event("controllerchange")));
  await expect(page.getByTestId("update-note")).toBeVisible();
  await ada.composer.fill("unfinished");
  await page.getByRole("button", { name: "Reload" }).click();
  await ada.expectChannel("general");
  await expect(ada.composer).toHaveValue("unfinished");
  await expect(page.getByTestId("update-note")).toHaveCount(0);
});

test("a new version is offered also where the first one was not there before the page", async ({
  browser,
}) => {
  const cy = await Person.registered(browser, server, "cy");
  const { page } = cy;
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  // Not yet for the first one.
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  await expect(page.getByTestId("update-note")).toHaveCount(0);
  await page.evaluate(() => navigator.serviceWorker.dispatchEvent(new Event("controllerchange")));
  await expect(page.getByTestId("update-note")).toBeVisible();
  await cy.context.close();
});

test("signing out leaves nothing behind", async () => {
  const { page } = ada;
  await page.getByRole("button", { name: "Your account" }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await expect(page.getByRole("heading", { name: /^Sign in to/ })).toBeVisible();
  const left = () =>
    page.evaluate(
      () =>
        new Promise<number>((done) => {
          const opening = indexedDB.open("loggia-offline", 1);
          opening.onsuccess = () => {
            const count = opening.result.transaction("snapshot").objectStore("snapshot").count();
            count.onsuccess = () => {
              opening.result.close();
              done(count.result);
            };
          };
        }),
    );
  await expect.poll(left).toBe(0);
});
