// Two-step sign-in: turned on with what an authenticator reads, asked for at the door, taken by recovery codes too,
// turned off, and taken away by an administrator.

import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { type Browser, expect, type Locator, test } from "@playwright/test";
import decodeQR from "qr/decode.js";
import { violations } from "./axe";
import { looksAt } from "./looks";
import { PASSWORD, Person } from "./person";
import { Server } from "./server";

const STEP_MS = 30_000;

const server = new Server();
let ada: Person;
let bo: Person;
let authenticator: Authenticator;
let recovery: string[] = [];

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

test.afterEach(() => expect([...(ada?.complaints ?? []), ...(bo?.complaints ?? [])]).toEqual([]));

/** What an app on a phone does (RFC 6238). */
class Authenticator {
  private readonly key: Buffer;
  private used = 0;

  constructor(secret: string) {
    const bits = [...secret].map((char) =>
      "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(char).toString(2).padStart(5, "0"),
    );
    this.key = Buffer.from((bits.join("").match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
  }

  /** Each is taken once: the one of now, or the next one. */
  next(): string {
    this.used = Math.max(this.used + 1, Math.floor(Date.now() / STEP_MS));
    return this.at(this.used);
  }

  /** One that is none around now. */
  wrong(): string {
    const now = Math.floor(Date.now() / STEP_MS);
    const right = [-3, -2, -1, 0, 1, 2, 3].map((off) => this.at(now + off));
    return ["000000", "111111", ...right, "222222"].find((code) => !right.includes(code)) ?? "";
  }

  private at(step: number): string {
    const counter = Buffer.alloc(8);
    counter.writeBigUInt64BE(BigInt(step));
    const hash = createHmac("sha1", this.key).update(counter).digest();
    const from = (hash.at(-1) ?? 0) & 15;
    return String((hash.readUInt32BE(from) & 0x7fffffff) % 1_000_000).padStart(6, "0");
  }
}

const settings = async (person = bo): Promise<Locator> => {
  await person.page.getByRole("button", { name: "Your account" }).click();
  await person.page.getByRole("menuitem", { name: "Settings" }).click();
  await person.page.getByRole("tab", { name: "Account" }).click();
  return person.page.getByTestId("two-step");
};

const signOut = async () => {
  await bo.page.keyboard.press("Escape");
  await expect(bo.page.getByRole("dialog")).toHaveCount(0);
  await bo.page.getByRole("button", { name: "Your account" }).click();
  await bo.page.getByRole("menuitem", { name: "Sign out" }).click();
};

const door = () => bo.page.getByRole("form", { name: "Two-step sign-in" });
const code = () => door().getByLabel("One-time code");

/** The name and the password, after which the code is asked for. */
const password = async () => {
  await bo.page.getByLabel("Username").fill("bo");
  await bo.page.getByLabel("Password").fill(PASSWORD);
  await bo.page.getByRole("button", { name: "Sign in", exact: true }).click();
};

/** Up to where an authenticator would be held before the screen. */
async function begin(section: Locator): Promise<Authenticator> {
  const page = section.page();
  await section.getByRole("button", { name: "Turn on…" }).click();
  await page.getByTestId("totp-on").getByLabel("Current password").fill(PASSWORD);
  await page.keyboard.press("Enter");
  const secret = await page.getByTestId("totp-secret").innerText();
  return new Authenticator(secret.replaceAll(" ", ""));
}

/** How it looks, that nothing is wider than the window, and that everybody can use it. */
async function looks(view: string): Promise<void> {
  const { page } = bo;
  await looksAt(page, { widths: [1280, 375, 320], height: 740 }, async (width, colorScheme) => {
    await bo.shot(`totp-${view}-${String(width)}-${colorScheme}`);
    const wide = await page
      .locator(".dialog-body, .tab-panel, .auth")
      .evaluateAll((all) => all.map((each) => each.scrollWidth - each.clientWidth));
    expect(Math.max(...wide), `${view} ${String(width)}`).toBe(0);
    if (width !== 375) return;
    // What is announced stays there for some seconds, also where what it names is gone.
    const found = await violations(page, "[data-live-announcer]");
    const told = found.map(
      ({ id, nodes }) => `${id} at ${nodes.map(({ target }) => target.join(" ")).join(", ")}`,
    );
    expect(told, `${view} ${colorScheme}`).toEqual([]);
  });
}

/** What a camera reads of it. */
async function scanned(picture: Locator): Promise<string> {
  const png = (await picture.screenshot({ scale: "css" })).toString("base64");
  const image = await bo.page.evaluate(async (png) => {
    const image = new Image();
    image.src = `data:image/png;base64,${png}`;
    await image.decode();
    const canvas = new OffscreenCanvas(image.width, image.height);
    const context = canvas.getContext("2d")!;
    context.drawImage(image, 0, 0);
    const { width, height, data } = context.getImageData(0, 0, image.width, image.height);
    return { width, height, data: [...data] };
  }, png);
  return decodeQR({ ...image, data: new Uint8Array(image.data) });
}

test("is off at first; turning it on takes the password", async () => {
  const { page } = bo;
  const section = await settings();
  await expect(section).toContainText("It is off.");
  await section.getByRole("button", { name: "Turn on…" }).click();
  const dialog = page.getByRole("dialog", { name: "Turn on two-step sign-in" });
  const field = dialog.getByLabel("Current password");
  await expect(field).toBeFocused();
  await looks("password");
  await field.fill("not the password");
  await page.keyboard.press("Enter");
  await expect(dialog).toContainText("That password is wrong.");
  await expect(field).toBeFocused();
  await field.fill(PASSWORD);
  await page.keyboard.press("Enter");
  await expect(dialog.getByTestId("totp-secret")).toBeVisible();
});

test("shows what an authenticator reads, as a picture, as a key and as a link, and takes a code of it", async () => {
  const { page } = bo;
  const dialog = page.getByTestId("totp-on");
  const field = dialog.getByLabel("Code that the app shows");
  await expect(field).toBeFocused();
  const shown = await dialog.getByTestId("totp-secret").innerText();
  expect(shown).toMatch(/^([A-Z2-7]{4} ){7}[A-Z2-7]{4}$/);
  const secret = shown.replaceAll(" ", "");
  expect(await bo.copied(() => dialog.getByRole("button", { name: "Copy key" }).click())).toBe(secret);
  const uri = (await dialog.getByRole("link", { name: "Open in authenticator" }).getAttribute("href")) ?? "";
  expect(uri).toMatch(new RegExp(`^otpauth://totp/.*[?&]secret=${secret}(&|$)`));
  const picture = dialog.getByRole("img", { name: "QR code for your authenticator app" });
  for (const colorScheme of ["dark", "light"] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await scanned(picture)).toBe(uri);
  }
  await looks("scan");

  authenticator = new Authenticator(secret);
  await field.fill(authenticator.wrong());
  await page.keyboard.press("Enter");
  await expect(dialog).toContainText("That code is wrong, or was used already.");
  await field.fill(authenticator.next());
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog", { name: "Your recovery codes" })).toBeVisible();
});

test("then the recovery codes, which are kept before the dialog closes", async () => {
  const { page } = bo;
  const dialog = page.getByTestId("totp-on");
  await expect(dialog.getByText(/^Two-step sign-in is on\./)).toBeFocused();
  recovery = await dialog.getByRole("list", { name: "Recovery codes" }).getByRole("listitem").allInnerTexts();
  expect(recovery).toHaveLength(10);
  for (const each of recovery) expect(each).toMatch(/^([a-z2-9]{4}-){3}[a-z2-9]{4}$/);
  await looks("recovery");
  expect(await bo.copied(() => dialog.getByRole("button", { name: "Copy", exact: true }).click())).toBe(
    recovery.join("\n"),
  );
  const downloading = page.waitForEvent("download");
  await dialog.getByRole("button", { name: "Download" }).click();
  const download = await downloading;
  expect(download.suggestedFilename()).toBe("loggia-recovery-codes-bo.txt");
  const file = readFileSync(await download.path(), "utf8");
  expect(file).toMatch(/^Recovery codes of @bo:/);
  for (const each of recovery) expect(file.split("\n")).toContain(each);

  const done = dialog.getByRole("button", { name: "Done" });
  await expect(done).toBeDisabled();
  await page.keyboard.press("Escape");
  const sure = page.getByRole("alertdialog", { name: "Close without keeping the codes?" });
  await looks("unkept");
  await sure.getByRole("button", { name: "Cancel" }).click();
  await expect(dialog).toBeVisible();
  // Back asks as well, each time, and is no answer.
  for (let times = 0; times < 2; times += 1) {
    await bo.back();
    await expect(sure).toBeVisible();
    await bo.back();
    await expect(sure).toHaveCount(0);
    await expect(dialog).toBeVisible();
  }
  await dialog.getByRole("switch", { name: "I have kept these codes" }).click();
  await done.click();
  await expect(dialog).toHaveCount(0);
  const section = page.getByTestId("two-step");
  await expect(section).toContainText("It has been on since");
  await expect(section).toContainText("10 recovery codes left.");
  await expect(section.getByRole("button", { name: "Turn off…" })).toBeFocused();
  await looks("on");
});

test("signing in asks for a code after the password, and again after a wrong one", async () => {
  const { page } = bo;
  await signOut();
  await password();
  await expect(code()).toBeFocused();
  await expect(code()).toHaveAttribute("autocomplete", "one-time-code");
  await expect(page.getByRole("heading", { name: "Two-step sign-in" })).toBeVisible();
  await expect(door()).toContainText("A recovery code works as well.");
  await expect(page.getByRole("button", { name: "Create account" })).toHaveCount(0);
  await looks("door");
  // Back, and in again: the name is still there, the password is not.
  await door().getByRole("button", { name: "Back" }).click();
  await expect(page.getByLabel("Username")).toHaveValue("bo");
  await expect(page.getByLabel("Password")).toHaveValue("");
  await password();
  await code().fill(authenticator.wrong());
  await door().getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(door()).toContainText("That code is wrong, or was used already.");
  await expect(code()).toBeFocused();
  await bo.shot("totp-door-wrong");
  // What is typed now takes the place of the wrong one.
  await page.keyboard.type(authenticator.next());
  await page.keyboard.press("Enter");
  await expect(page.locator("nav.sidebar")).toBeVisible();
});

test("too many wrong ones are told with how long to wait", async () => {
  const { page } = bo;
  await signOut();
  await password();
  await page.route("**/sessions", (route) =>
    route.fulfill({
      status: 429,
      headers: { "retry-after": "841", "content-type": "application/problem+json" },
      body: JSON.stringify({ type: "about:blank", title: "Too Many Requests", code: "rate_limited" }),
    }),
  );
  await code().fill(authenticator.wrong());
  await page.keyboard.press("Enter");
  await expect(door()).toContainText("That was too often. Try again in 15 minutes.");
  await page.unrouteAll({ behavior: "wait" });
});

test("a recovery code signs in, however it is written, and once", async () => {
  const { page } = bo;
  const [first = ""] = recovery;
  await code().fill(` ${first.toUpperCase().replaceAll("-", " ")}`);
  await page.keyboard.press("Enter");
  await expect(page.locator("nav.sidebar")).toBeVisible();
  await expect(await settings()).toContainText("9 recovery codes left.");
  await signOut();
  await password();
  await code().fill(first);
  await page.keyboard.press("Enter");
  await expect(door()).toContainText("That code is wrong, or was used already.");
  await code().fill(recovery[1]!);
  await page.keyboard.press("Enter");
  await expect(page.locator("nav.sidebar")).toBeVisible();
});

test("new recovery codes take the place of those from before", async () => {
  const { page } = bo;
  const section = await settings();
  await section.getByRole("button", { name: "New recovery codes…" }).click();
  const dialog = page.getByTestId("totp-renew");
  await expect(dialog).toContainText("worth nothing any more");
  await looks("renew");
  await dialog.getByLabel("Current password").fill(PASSWORD);
  await dialog.getByLabel("One-time code").fill(recovery[2]!);
  await page.keyboard.press("Enter");
  const codes = dialog.getByRole("list", { name: "Recovery codes" }).getByRole("listitem");
  await expect(codes).toHaveCount(10);
  const before = recovery;
  recovery = await codes.allInnerTexts();
  expect(recovery.filter((code) => before.includes(code))).toEqual([]);
  await looks("renewed");
  await page.keyboard.press("Escape");
  const sure = page.getByRole("alertdialog", { name: "Close without keeping the codes?" });
  await sure.getByRole("button", { name: "Cancel" }).click();
  await dialog.getByRole("switch", { name: "I have kept these codes" }).click();
  await dialog.getByRole("button", { name: "Done" }).click();
  await expect(dialog).toHaveCount(0);
  await expect(section).toContainText("10 recovery codes left.");
  await expect(section.getByRole("button", { name: "New recovery codes…" })).toBeFocused();
  await signOut();
  await password();
  await code().fill(before[3]!);
  await page.keyboard.press("Enter");
  await expect(door()).toContainText("That code is wrong, or was used already.");
  await code().fill(recovery[0]!);
  await page.keyboard.press("Enter");
  await expect(page.locator("nav.sidebar")).toBeVisible();
});

test("whoever has few recovery codes left is told how to get others", async () => {
  const { page } = bo;
  await page.route("**/me/totp", (route) =>
    route.fulfill({ json: { enabled: true, enabled_ts: Date.now(), recovery_codes: 2 } }),
  );
  const section = await settings();
  await expect(section).toContainText("2 recovery codes left.");
  await expect(section).toContainText("Make new ones in time.");
  await looks("few");
  await page.unrouteAll({ behavior: "wait" });
  await page.keyboard.press("Escape");
  await expect(page.getByTestId("settings")).toHaveCount(0);
});

test("turning it off takes the password and a code; then the password alone signs in", async () => {
  const { page } = bo;
  const section = await settings();
  await expect(section).toContainText("9 recovery codes left.");
  await section.getByRole("button", { name: "Turn off…" }).click();
  const dialog = page.getByTestId("totp-off");
  await dialog.getByLabel("Current password").fill("not the password");
  await dialog.getByLabel("One-time code").fill(authenticator.wrong());
  await page.keyboard.press("Enter");
  await expect(dialog).toContainText("That password is wrong.");
  await dialog.getByLabel("Current password").fill(PASSWORD);
  await page.keyboard.press("Enter");
  await expect(dialog).toContainText("That code is wrong, or was used already.");
  await looks("off");
  await dialog.getByLabel("One-time code").fill(recovery[2]!);
  await dialog.getByRole("button", { name: "Turn off" }).click();
  await expect(dialog).toHaveCount(0);
  await expect(section).toContainText("It is off.");
  await expect(section.getByRole("button", { name: "Turn on…" })).toBeFocused();
  await signOut();
  await password();
  await expect(page.locator("nav.sidebar")).toBeVisible();
});

test("on a phone, Back asks first while codes are shown that are not kept", async ({ browser }) => {
  const phone = await Person.registered(browser, server, "chi", {
    viewport: { width: 390, height: 740 },
    isMobile: true,
    hasTouch: true,
  });
  const { page } = phone;
  await page.getByRole("button", { name: "Open conversations" }).click();
  const device = await begin(await settings(phone));
  // No keyboard covers what is to be scanned.
  await expect(page.getByText("Scan this with an authenticator app.")).toBeFocused();
  await page.getByLabel("Code that the app shows").fill(device.next());
  await page.getByRole("button", { name: "Turn on", exact: true }).click();
  const codes = page.getByRole("list", { name: "Recovery codes" });
  await expect(codes).toBeVisible();
  await phone.back();
  const sure = page.getByRole("alertdialog", { name: "Close without keeping the codes?" });
  await sure.getByRole("button", { name: "Cancel" }).click();
  await expect(codes).toBeVisible();
  await page.getByRole("switch", { name: "I have kept these codes" }).click();
  await page.getByRole("button", { name: "Done" }).click();
  await expect(page.getByTestId("totp-on")).toHaveCount(0);
  await expect(page.getByTestId("two-step")).toContainText("10 recovery codes left.");
  expect(phone.complaints).toEqual([]);
  await phone.context.close();
});

test("codes that got lost on the way are told of", async ({ browser }) => {
  const person = await Person.registered(browser, server, "dan");
  const { page } = person;
  const section = await settings(person);
  const device = await begin(section);
  await page.route(
    "**/me/totp/confirm",
    async (route) => {
      await route.fetch();
      await route.abort();
    },
    { times: 1 },
  );
  await page.getByLabel("Code that the app shows").fill(device.next());
  await page.keyboard.press("Enter");
  await expect(page.getByText("The server does not answer.")).toBeVisible();
  await page.getByLabel("Code that the app shows").fill(device.next());
  await page.keyboard.press("Enter");
  const told = page.getByRole("dialog", { name: "Recovery codes not shown" });
  await expect(told.getByText("Make new ones, which takes another code of the app.")).toBeFocused();
  await told.getByRole("button", { name: "Done" }).click();
  await expect(told).toHaveCount(0);
  await expect(section).toContainText("It has been on since");
  expect(person.complaints).toEqual([]);
  await person.context.close();
});

test("an administrator sees who has it, and takes it away from somebody who lost their phone", async () => {
  const asked = <T>(path: string, body: object) =>
    bo.page.evaluate(
      async ([path, body]) => {
        const headers = { "Content-Type": "application/json" };
        const answer = await fetch(`/api/v1/me/totp${path}`, { method: "POST", headers, body });
        return (await answer.json()) as T;
      },
      [path, JSON.stringify(body)] as const,
    );
  const { secret } = await asked<{ secret: string }>("", { password: PASSWORD });
  await asked("/confirm", { code: new Authenticator(secret).next() });
  await server.makeAdministrator("ada");
  const { page } = ada;
  await page.reload();
  await page.getByRole("button", { name: "Your account" }).click();
  await page.getByRole("menuitem", { name: "Administration" }).click();
  await page.getByRole("tab", { name: "People" }).click();
  const row = (name: string) => page.getByTestId("admin-person").filter({ hasText: `@${name}:` });
  await expect(row("bo")).toContainText("two-step sign-in");
  await expect(row("ada")).not.toContainText("two-step sign-in");
  for (const width of [375, 1280]) {
    await page.setViewportSize({ width, height: 860 });
    await ada.shot(`totp-people-${String(width)}`);
  }
  await page.getByRole("button", { name: "Actions for Bo" }).click();
  await page.getByRole("menuitem", { name: "Remove two-step sign-in…" }).click();
  const sure = page.getByRole("alertdialog", { name: "Remove the two-step sign-in of Bo?" });
  await ada.shot("totp-remove");
  await sure.getByRole("button", { name: "Remove" }).click();
  await expect(page.getByText("Bo signs in with the password alone.")).toBeVisible();
  await expect(row("bo")).not.toContainText("two-step sign-in");
  await page.getByRole("button", { name: "Actions for Bo" }).click();
  await expect(page.getByRole("menuitem", { name: "Give a new password…" })).toBeVisible();
  await expect(page.getByRole("menuitem", { name: "Remove two-step sign-in…" })).toHaveCount(0);
  await page.keyboard.press("Escape");
  await page.getByRole("tab", { name: "Record" }).click();
  await expect(page.getByTestId("admin-act").first()).toContainText(
    /@ada:\S+ removed the two-step sign-in of @bo:/,
  );
  await expect(await settings()).toContainText("It is off.");
});
