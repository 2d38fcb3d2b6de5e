// A channel's settings: who may come in, which servers, who is shut out. And the keys for what is everywhere.

import { expect, test } from "@playwright/test";
import type { Person } from "./person";
import { Server } from "./server";
import { together } from "./together";

const server = new Server();
let ada: Person;
let bo: Person;

test.describe.configure({ mode: "serial" });

together(server, "harbour", (first, second) => {
  ada = first;
  bo = second;
});

test("who may join is decided, and an archived channel takes nothing", async () => {
  await ada.channelSettings("Access");
  await ada.page.getByText("Invited people only").click();
  await ada.page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(ada.page.getByText("Saved")).toBeVisible();
  await ada.shot("channel-access");
  await ada.page.getByRole("button", { name: "Archive this channel" }).click();
  await expect(bo.page.getByText(/archived/).first()).toBeVisible();
  await expect(bo.composer).toHaveCount(0);
  await ada.page.getByRole("button", { name: "Open this channel again" }).click();
  await expect(bo.composer).toBeVisible();
  await ada.page.keyboard.press("Escape");
});

test("servers are admitted and excluded by name", async () => {
  await ada.channelSettings("Servers");
  const { page } = ada;
  await page.getByText("Only these, and the channel's own").click();
  await page.getByLabel("Admitted servers").fill("b.example\nname!");
  await expect(page.getByText("name! is not a server's name.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Save", exact: true })).toBeDisabled();
  await page.getByLabel("Admitted servers").fill("b.example\n*.c.example");
  await page.getByLabel("Excluded servers").fill("x.c.example");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  const admitted = () =>
    page.evaluate(() =>
      fetch(`/api/v1/channels/${location.hash.split("/")[2] ?? ""}`).then((answer) => answer.text()),
    );
  await expect.poll(admitted).toContain("x.c.example");
  await ada.shot("channel-servers");
  await page.keyboard.press("Escape");
  await ada.reload();
  await ada.channelSettings("Servers");
  await expect(page.getByLabel("Admitted servers")).toHaveValue("b.example\n*.c.example");
  await expect(page.getByLabel("Excluded servers")).toHaveValue("x.c.example");
  await page.keyboard.press("Escape");
});

test("whoever is banned is listed, and the ban is lifted", async () => {
  const { page } = ada;
  const { id } = (await bo.page.evaluate(() => fetch("/api/v1/me").then((answer) => answer.json()))) as {
    id: string;
  };
  await page.evaluate(async (user) => {
    const channel = location.hash.split("/")[2] ?? "";
    await fetch(`/api/v1/channels/${channel}/members/${encodeURIComponent(user)}`, {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ membership: "banned" }),
    });
  }, id);
  await ada.channelSettings("Bans");
  await ada.shot("channel-bans");
  await page.getByRole("button", { name: "Lift the ban on Bo" }).click();
  await expect(page.getByText("Nobody is banned.")).toBeVisible();
  await page.keyboard.press("Escape");
});

test("keys: bold and the like, the shortcuts, the inbox, everything read", async () => {
  const { page } = ada;
  await ada.composer.fill("very important");
  await ada.composer.press("Shift+Home");
  await ada.composer.press("Control+b");
  await expect(ada.composer).toHaveValue("**very important**");
  await ada.composer.press("Control+b");
  await expect(ada.composer).toHaveValue("very important");
  await ada.composer.press("Control+i");
  await ada.composer.press("Enter");
  await expect(ada.message("very important").locator("em")).toBeVisible();
  await page.keyboard.press("Control+/");
  await expect(page.getByRole("tab", { name: "Keyboard" })).toHaveAttribute("aria-selected", "true");
  await expect(page.getByText("Mark everything as read")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await page.keyboard.press("Control+Shift+M");
  await expect(page.getByRole("complementary")).toBeVisible();
  await page.keyboard.press("Control+Shift+M");
  await expect(page.getByRole("complementary")).toHaveCount(0);
  await bo.startDm(ada);
  await bo.send("Are you there?");
  await expect(ada.nav("Bo").locator(".badge")).toBeVisible();
  await page.keyboard.press("Shift+Escape");
  await expect(ada.nav("Bo").locator(".badge")).toHaveCount(0);
});
