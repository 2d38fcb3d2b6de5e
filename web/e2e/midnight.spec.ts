// A page that stays open over midnight.

import { expect, test } from "@playwright/test";
import { Person } from "./person";
import { Server } from "./server";

const server = new Server();

test.beforeAll(() => server.start());
test.afterAll(() => server.stop());

test("what was today is yesterday after midnight", async ({ browser }) => {
  const ada = await Person.registered(browser, server, "ada", { timezoneId: "UTC" });
  const { page } = ada;
  await ada.createChannel("night");
  await ada.send("Good night");
  await ada.sees("Good night");
  const late = new Date();
  late.setUTCHours(23, 59, 0, 0);
  await page.clock.install({ time: late });
  await page.reload();
  await ada.sees("Good night");
  const day = page.locator("#messages").getByText(/^(Today|Yesterday)$/);
  await expect(day).toHaveText("Today");
  await page.clock.fastForward("02:00");
  await expect(day).toHaveText("Yesterday");
  expect(ada.complaints).toEqual([]);
  await ada.context.close();
});
