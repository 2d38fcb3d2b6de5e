// Somebody who has never been here: from the address to the first message, and on a network that is slow.

import { expect, test } from "@playwright/test";
import { PASSWORD, Person } from "./person";
import { Server } from "./server";

const server = new Server();

test.describe.configure({ mode: "serial" });

test.beforeAll(() => server.start());
test.afterAll(() => server.stop());

test("a first message within a minute, without looking for a place to say it", async ({ browser }) => {
  const host = await Person.registered(browser, server, "host");
  await host.createChannel("hall", { topic: "Say hello here" });
  const guest = await Person.at(browser, server, "guest");
  const { page } = guest;
  const started = Date.now();
  await page.getByRole("button", { name: "Create account" }).click();
  await page.getByLabel("Username").fill("guest");
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Create account" }).click();
  await page.getByRole("button", { name: "Join hall" }).click();
  // The box has the focus: one simply writes.
  await expect(guest.composer).toBeFocused();
  await page.keyboard.type("Hello everybody");
  await page.keyboard.press("Enter");
  await host.sees("Hello everybody");
  expect(Date.now() - started).toBeLessThan(60_000);
  await guest.shot("first-message");
  expect([...host.complaints, ...guest.complaints]).toEqual([]);
});

test("on a slow network it says what it is doing, and what is written is there at once", async ({
  browser,
}) => {
  // A worker's requests are its own, and would not be slow.
  const ada = await Person.registered(browser, server, "ada", { serviceWorkers: "block" });
  const { page } = ada;
  await page.getByRole("button", { name: "Join hall" }).click();
  await ada.sees("Hello everybody");
  const network = await ada.context.newCDPSession(page);
  const slow = { offline: false, latency: 1_500, downloadThroughput: 50_000, uploadThroughput: 20_000 };
  await network.send("Network.enable");
  await network.send("Network.emulateNetworkConditions", slow);
  // What a test asks comes too late: the stream is not slowed, and says within some milliseconds that all is done.
  const seen = page.evaluate(async () => {
    const box = document.querySelector("#messages")!;
    const tones: (string | undefined)[] = [];
    while (tones.at(-1) !== undefined || tones.length === 0) {
      const rows = [...box.querySelectorAll<HTMLElement>("[data-testid=message]")];
      const row = rows.find((each) => each.textContent?.includes("From far away"));
      if (row && (tones.length === 0 || tones.at(-1) !== row.dataset["tone"]))
        tones.push(row.dataset["tone"]);
      await new Promise((done) => requestAnimationFrame(done));
    }
    return tones;
  });
  await ada.send("From far away");
  await expect(ada.message("From far away")).toBeVisible({ timeout: 1_000 });
  await expect(ada.composer).toHaveValue("");
  // Before any answer came it stood where it was going to be.
  expect(await seen).toEqual(["pending", undefined]);
  // A page that is fetched slowly leaves no empty view behind.
  await page.reload({ waitUntil: "commit" });
  await expect(page.getByRole("status").first()).toBeAttached();
  await ada.sees("From far away");
  await ada.sees("Hello everybody");
  expect(ada.complaints).toEqual([]);
});

test("where nobody can register, no account is offered", async ({ browser }) => {
  const closed = new Server();
  await closed.start({ LOGGIA_ACCOUNTS__REGISTRATION: "closed" });
  const { page, context } = await Person.at(browser, closed, "late");
  await expect(page.getByRole("button", { name: "Sign in" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Create account" })).toHaveCount(0);
  await context.close();
  await closed.stop();
});
