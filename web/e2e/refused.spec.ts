// A message that the server refuses: said where it stands, kept over a reload, sent again as the same message.

import { expect, test } from "@playwright/test";
import type { Person } from "./person";
import { Server } from "./server";
import { together } from "./together";

const server = new Server();
let ada: Person;
let bo: Person;

test.describe.configure({ mode: "serial" });

together(server, "ferry", (first, second) => {
  ada = first;
  bo = second;
});

test("is kept as refused, and sent again under its own nonce", async () => {
  const { page } = ada;
  const nonces: string[] = [];
  page.on("request", (request) => {
    if (request.method() !== "POST" || !request.url().endsWith("/messages")) return;
    nonces.push((request.postDataJSON() as { nonce: string }).nonce);
  });
  const problem = { type: "about:blank", title: "Forbidden", status: 403, code: "policy" };
  await page.route("**/messages", (route) =>
    route.request().method() === "POST"
      ? route.fulfill({ status: 403, contentType: "application/problem+json", body: JSON.stringify(problem) })
      : route.fallback(),
  );
  await ada.send("Is there room for a bicycle?");
  const row = ada.message("Is there room");
  await expect(row).toHaveAttribute("data-tone", "failed");
  await expect(row).toContainText("The rules of this channel do not allow that.");
  await ada.shot("refused");
  await page.reload();
  // Whoever sees it decides: it is not tried again behind their back.
  await expect(row).toHaveAttribute("data-tone", "failed");
  expect(nonces).toHaveLength(1);
  // What is written after it is not held up.
  await page.unroute("**/messages");
  await ada.send("Another one");
  await bo.sees("Another one");
  await row.getByRole("button", { name: "Try again" }).click();
  await bo.sees("Is there room for a bicycle?");
  await expect(row).not.toHaveAttribute("data-tone", "failed");
  expect(nonces).toHaveLength(3);
  expect(nonces[2]).toBe(nonces[0]);
  await page.reload();
  await ada.sees("Is there room for a bicycle?");
});

test("is thrown away when its writer wants that", async () => {
  const { page } = ada;
  await page.route("**/messages", (route) =>
    route.request().method() === "POST"
      ? route.fulfill({ status: 403, json: { code: "policy" } })
      : route.fallback(),
  );
  await ada.send("Never mind");
  await ada.message("Never mind").getByRole("button", { name: "Discard" }).click();
  await expect(ada.message("Never mind")).toHaveCount(0);
  await page.reload();
  await ada.sees("Another one");
  await expect(ada.message("Never mind")).toHaveCount(0);
});
