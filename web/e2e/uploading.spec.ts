// Enter while a file is on its way: said, kept, and done when the file is there.

import { expect, type Route, test } from "@playwright/test";
import type { Person } from "./person";
import { Server } from "./server";
import { together } from "./together";

const server = new Server();
let ada: Person;
let bo: Person;

test.describe.configure({ mode: "serial" });

together(server, "gallery", (first, second) => {
  ada = first;
  bo = second;
});

test.beforeAll(async () => {
  await ada.createChannel("elsewhere");
  await ada.open("gallery");
});

/** Uploads wait until the gate is opened, for good or for ill. */
let open: (how: "let through" | "cut") => void;
let held: Route[];

test.beforeEach(async () => {
  held = [];
  const gate = new Promise<"let through" | "cut">((done) => (open = done));
  await ada.page.route("**/api/v1/files**", async (route) => {
    if (route.request().method() !== "POST") return route.fallback();
    held.push(route);
    return (await gate) === "cut" ? route.abort() : route.continue();
  });
});

test.afterEach(async () => {
  open("let through");
  await ada.page.unrouteAll({ behavior: "wait" });
});

const due = () => ada.page.getByTestId("composer-due");
const chips = () => ada.page.getByTestId("chip");

async function attach(name: string): Promise<void> {
  const file = { name, mimeType: "text/plain", buffer: Buffer.from(`text of ${name}`) };
  await ada.page.getByTestId("conversation").getByTestId("attach-input").setInputFiles(file);
  await expect.poll(() => held.length).toBe(1);
}

test("it is sent when the upload is done, as it was then", async () => {
  await attach("plan.txt");
  await ada.send("Here is the plan");
  await expect(due()).toContainText("Sends when the upload is done.");
  await expect(ada.composer).toHaveValue("Here is the plan");
  await ada.shot("uploading-due");
  open("let through");
  await bo.sees("Here is the plan");
  await expect(bo.message("Here is the plan").getByRole("link", { name: /plan\.txt/ })).toBeVisible();
  await expect(ada.composer).toHaveValue("");
  await expect(chips()).toHaveCount(0);
  await expect(due()).toBeEmpty();
});

test("it is sent also while one looks elsewhere, and a draft until then", async () => {
  const { page } = ada;
  await attach("tunnel.txt");
  await ada.send("From the train");
  await expect(due()).not.toBeEmpty();
  await ada.open("elsewhere");
  await expect(ada.nav("gallery").getByLabel("Draft")).toBeVisible();
  open("let through");
  await bo.sees("From the train");
  await expect(ada.nav("gallery").getByLabel("Draft")).toHaveCount(0);
  await expect(bo.message("From the train").getByRole("link", { name: /tunnel\.txt/ })).toBeVisible();
  await ada.open("gallery");
  await expect(ada.composer).toHaveValue("");
  await expect(chips()).toHaveCount(0);
  await expect(page.getByTestId("composer-due")).toBeEmpty();
});

test("whoever comes back before it is sent sees it wait, and go", async () => {
  await attach("bridge.txt");
  await ada.send("Over the bridge");
  await ada.open("elsewhere");
  await ada.open("gallery");
  await expect(due()).toContainText("Sends when the upload is done.");
  await expect(ada.composer).toHaveValue("Over the bridge");
  open("let through");
  await bo.sees("Over the bridge");
  await expect(ada.composer).toHaveValue("");
  await expect(chips()).toHaveCount(0);
});

test("whoever leaves while a file is on its way is asked first, also from another channel", async () => {
  const { page } = ada;
  const asks = () => page.evaluate(() => !dispatchEvent(new Event("beforeunload", { cancelable: true })));
  expect(await asks()).toBe(false);
  await attach("large.txt");
  await page.getByRole("link", { name: "Loggia" }).click();
  const asked = page.waitForEvent("dialog");
  await page.close({ runBeforeUnload: true });
  const question = await asked;
  expect(question.type()).toBe("beforeunload");
  await question.dismiss();
  await ada.open("gallery");
  await expect(chips()).toHaveCount(1);
  open("let through");
  await expect(chips().locator("progress")).toHaveCount(0);
  expect(await asks()).toBe(false);
  await page.getByRole("button", { name: "Leave large.txt out" }).click();
  // Off what appears there next: Escape would be for its tooltip.
  await page.mouse.move(640, 200);
});

for (const [how, stop] of [
  ["Escape", () => ada.composer.press("Escape")],
  ["its button", () => due().getByRole("button", { name: "Don’t send yet" }).click()],
  ["a change", () => ada.composer.pressSequentially("!")],
] as const) {
  test(`${how} stops it`, async () => {
    await attach("draft.txt");
    await ada.send("Not yet");
    await expect(due()).not.toBeEmpty();
    await stop();
    await expect(due()).toBeEmpty();
    open("let through");
    await expect(chips().locator("progress")).toHaveCount(0);
    await expect(ada.composer).toHaveValue(/^Not yet/);
    await expect(chips()).toHaveCount(1);
    await ada.page.getByRole("button", { name: "Leave draft.txt out" }).click();
    await ada.composer.fill("");
    await expect(bo.message("Not yet")).toHaveCount(0);
  });
}

test("one that fails stops it, and Enter says why nothing goes", async () => {
  await attach("lost.txt");
  await ada.send("With a file");
  open("cut");
  await expect(chips().getByRole("alert")).toBeVisible({ timeout: 40_000 });
  await expect(due()).toBeEmpty();
  await ada.composer.press("Enter");
  await expect(ada.page.locator(".notice")).toContainText("What could not be uploaded is in the way");
  await expect(ada.composer).toHaveValue("With a file");
  await ada.page.getByRole("button", { name: "Leave lost.txt out" }).click();
  await ada.composer.press("Enter");
  await bo.sees("With a file");
});
