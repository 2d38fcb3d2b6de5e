// Long names, long words, large letters and small windows: what is said stays in its box, and who says it is read.

import { type Browser, expect, type Locator, type Page, test } from "@playwright/test";
import { Person } from "./person";
import { Server } from "./server";

const server = new Server();
/** Nowhere in it a line can break. */
const PLACE = "donaudampfschifffahrtsgesellschaftskapitaensmuetzenabzeichen";
let ada: Person;
let bo: Person;

test.describe.configure({ mode: "serial" });

test.beforeAll(async ({ browser }: { browser: Browser }) => {
  await server.start();
  ada = await Person.registered(browser, server, "ada");
  await ada.createChannel(PLACE);
  bo = await Person.at(browser, server, "bartholomaeus");
  await bo.register("Bartholomäus Winterstein");
  await bo.page
    .getByRole("button", { name: `Join ${PLACE}` })
    .first()
    .click();
  await bo.expectChannel(PLACE);
  await bo.send("Saffron for @ada ||and a secret||");
  await ada.sees("Saffron");
  await server.makeAdministrator("ada");
  await ada.reload();
  await ada.expectChannel(PLACE);
});

test.afterAll(async () => {
  await ada?.context.close();
  await bo?.context.close();
  await server.stop();
});

test.afterEach(async () => {
  expect(ada.complaints).toEqual([]);
  await ada.page.emulateMedia({ forcedColors: null });
  await letters(ada.page, 100);
  await ada.page.setViewportSize({ width: 1280, height: 860 });
});

async function letters(page: Page, percent: number): Promise<void> {
  await page.evaluate((size) => (document.documentElement.style.fontSize = `${size}%`), percent);
}

async function speak(person: Person, language: "en" | "de" | "fr"): Promise<void> {
  await person.page.evaluate(
    (name) => localStorage.setItem("loggia.language", JSON.stringify(name)),
    language,
  );
  await person.reload();
  await expect(person.page.locator("html")).toHaveAttribute("lang", language);
}

/** What reaches over the left or right edge of `root`, and words that reach out of what they are written on. */
const spilt = (root: Locator) =>
  root.evaluate((top) => {
    const found: string[] = [];
    const edges = top.getBoundingClientRect();
    const beyond = (inner: DOMRect, outer: DOMRect) =>
      inner.width > 0 && (inner.left < outer.left - 1 || inner.right > outer.right + 1);
    for (const each of top.querySelectorAll<HTMLElement>("*")) {
      if (
        each.closest(".visually-hidden, option, svg") ||
        !each.checkVisibility({ visibilityProperty: true })
      )
        continue;
      // The list of pages may scroll sideways.
      const row = each.closest(".tab-list");
      const name = `${each.className}: ${each.textContent}`;
      if ((!row || row === each) && beyond(each.getBoundingClientRect(), edges)) found.push(`over: ${name}`);
      if (each.matches(".scroll") && each.scrollWidth > each.clientWidth) found.push(`scrolls: ${name}`);
      if (!each.matches(".button, .tab, .tag")) continue;
      const words = document.createRange();
      words.selectNodeContents(each);
      if (beyond(words.getBoundingClientRect(), each.getBoundingClientRect())) found.push(`out of: ${name}`);
    }
    return found;
  });

const inside = async (inner: Locator, outer: Locator): Promise<void> => {
  const [box, frame] = [await inner.boundingBox(), await outer.boundingBox()];
  if (!box || !frame) throw new Error("not there");
  expect(box.x).toBeGreaterThanOrEqual(frame.x - 1);
  expect(box.x + box.width).toBeLessThanOrEqual(frame.x + frame.width + 1);
};

const WINDOWS = [
  { width: 1280, percent: 100 },
  { width: 1280, percent: 200 },
  { width: 320, percent: 100 },
];

for (const { width, percent } of WINDOWS) {
  test(`who wrote what was found, and when: ${width} px, letters at ${percent} %`, async () => {
    const { page } = ada;
    const card = page.locator(".card");
    const written = async (shot: string) => {
      await page.setViewportSize({ width, height: 860 });
      await letters(page, percent);
      await expect(card).toHaveCount(1);
      await ada.shot(`fitting-${shot}-${width}-${percent}`);
      const name = card.getByText("Bartholomäus Winterstein");
      const when = card.getByText(/\d+:\d\d/);
      for (const part of [name, when]) {
        await inside(part, card.locator(".card-main"));
        expect(await part.evaluate((each) => each.scrollWidth - each.clientWidth)).toBeLessThanOrEqual(0);
        expect((await part.boundingBox())?.width).toBeGreaterThan(20);
      }
      await expect.poll(() => spilt(card)).toEqual([]);
      await page.getByRole("button", { name: "Close", exact: true }).click();
      await letters(page, 100);
      await page.setViewportSize({ width: 1280, height: 860 });
    };
    await page.getByRole("button", { name: "Mentions and replies" }).click();
    await written("inbox");
    await page.getByRole("button", { name: "Search messages" }).click();
    await page.getByRole("searchbox", { name: "Search messages" }).fill("saffron");
    await written("search");
  });
}

test("nothing is told by colour alone where the system has its own", async () => {
  const { page } = ada;
  await page.emulateMedia({ forcedColors: "active" });
  const style = (target: Locator, name: string) =>
    target.evaluate((each, wanted) => getComputedStyle(each).getPropertyValue(wanted), name);
  const composer = page.locator(".composer");
  await ada.composer.focus();
  expect(await style(composer, "outline-style")).toBe("solid");
  await ada.shot("fitting-forced-composer");
  await ada.composer.blur();
  expect(await style(composer, "outline-style")).toBe("none");
  expect(await style(page.locator(".spoiler"), "border-top-style")).toBe("solid");

  const pins = page.getByRole("button", { name: "Search messages" });
  await pins.click();
  await expect(page.getByRole("searchbox", { name: "Search messages" })).toBeFocused();
  const filters = page.locator(".search-filter");
  await filters.first().click();
  await page.getByRole("searchbox", { name: "Search messages" }).focus();
  expect(await style(pins, "outline-style")).toBe("solid");
  expect(await style(filters.first(), "outline-style")).toBe("solid");
  expect(await style(filters.last(), "outline-style")).toBe("none");
  await ada.shot("fitting-forced-filters");
  await page.getByRole("button", { name: "Close", exact: true }).click();

  await page.getByRole("button", { name: "Your account" }).click();
  await page.getByRole("menuitem", { name: "Notifications" }).click();
  const dialog = page.getByTestId("settings");
  await expect(dialog).toBeVisible();
  expect(await style(page.locator(".modal"), "border-top-style")).toBe("solid");
  const quiet = dialog.getByRole("switch", { name: "Quiet hours every day" });
  const look = async () => {
    await page.mouse.move(0, 0);
    await quiet.blur();
    return (await quiet.screenshot({ animations: "disabled" })).toString("base64");
  };
  const before = await look();
  const was = await quiet.isChecked();
  await quiet.click();
  await expect(quiet).toBeChecked({ checked: !was });
  await ada.shot("fitting-forced-switches");
  expect(await look()).not.toBe(before);
  await quiet.click();
  await expect(quiet).toBeChecked({ checked: was });
  await page.keyboard.press("Escape");
  await expect(dialog).toHaveCount(0);
});

test("the list of messages shows that it has the focus", async () => {
  const { page } = ada;
  await ada.composer.focus();
  const list = page.locator("#messages");
  for (let n = 0; n < 4; n++) {
    await page.keyboard.press("F6");
    if (await list.evaluate((each) => each === document.activeElement)) break;
  }
  await expect(list).toBeFocused();
  expect(await list.evaluate((each) => getComputedStyle(each).outlineStyle)).toBe("solid");
  await ada.shot("fitting-list-focus");
});

test("a name is large enough to be hit, and pictures grow with the letters", async () => {
  const { page } = ada;
  const box = await page.getByTestId("message").locator(".author").first().boundingBox();
  expect(box?.height).toBeGreaterThanOrEqual(24);
  expect(box?.width).toBeGreaterThanOrEqual(24);
  const more = page.getByRole("button", { name: "Conversation options" });
  const size = async () => [
    (await more.boundingBox())?.width,
    (await more.locator(".icon").boundingBox())?.width,
    (await page.locator("nav.sidebar").boundingBox())?.width,
  ];
  expect(await size()).toEqual([36, 18, 272]);
  await letters(page, 200);
  expect(await size()).toEqual([72, 36, 384]);
});

test("the box that one types in is in sight in a window as low as it gets", async () => {
  const { page } = ada;
  await page.getByRole("button", { name: "Start a conversation" }).first().click();
  await page.setViewportSize({ width: 320, height: 256 });
  const body = page.locator(".dialog-body");
  const box = page.getByRole("combobox", { name: "Search people by name" });
  const seen = () =>
    box.evaluate((each) => {
      const { left, width, top, bottom } = each.getBoundingClientRect();
      return [top + 2, bottom - 2].every((y) =>
        each.contains(document.elementFromPoint(left + width / 2, y)),
      );
    });
  await expect(box).toBeFocused();
  await expect.poll(seen).toBe(true);
  await expect(page.getByRole("option").first()).toBeAttached();
  await ada.shot("fitting-start-low");
  // To the end of what was found, and the box stays where it is.
  await box.press("ArrowUp");
  await expect.poll(seen).toBe(true);
  await body.evaluate((each) => (each.scrollTop = each.scrollHeight));
  await expect(page.getByRole("button", { name: "Start conversation" })).toBeInViewport({ ratio: 0.9 });
  await page.keyboard.press("Escape");
  await expect(body).toHaveCount(0);
});

test("the emoji are all there in a narrow window, and more than one row of them in a low one", async () => {
  const { page } = ada;
  await page.setViewportSize({ width: 320, height: 600 });
  await page.getByRole("button", { name: "Insert emoji" }).click();
  const grid = page.locator(".emoji-grid");
  const first = grid.getByRole("button", { name: "grinning face", exact: true });
  await expect(first).toBeVisible();
  await ada.shot("fitting-emoji-narrow");
  expect(await grid.evaluate((each) => each.scrollWidth - each.clientWidth)).toBe(0);
  // Down is the one below, however many there are in a row.
  await first.focus();
  await page.keyboard.press("ArrowDown");
  const [above, below] = [await first.boundingBox(), await grid.locator(":focus").boundingBox()];
  expect(below?.x).toBe(above?.x);
  await page.keyboard.press("Escape");
  await expect(grid).toHaveCount(0);
  await page.setViewportSize({ width: 320, height: 256 });
  await page.getByRole("button", { name: "Insert emoji" }).click();
  await expect(first).toBeVisible();
  await ada.shot("fitting-emoji-low");
  const [seen, one] = [await grid.boundingBox(), await first.boundingBox()];
  expect((seen?.height ?? 0) / (one?.height ?? 1)).toBeGreaterThan(2);
  await page.keyboard.press("Escape");
});

const TABS = [
  { width: 1280, percent: 100 },
  { width: 1280, percent: 200 },
  { width: 800, percent: 150 },
  { width: 320, percent: 100 },
];

for (const language of ["de", "fr"] as const) {
  test(`dialogs of several pages hold their words: ${language}`, async () => {
    const { page } = ada;
    await speak(ada, language);
    const names = {
      de: {
        own: "Dein Konto",
        settings: "Einstellungen",
        admin: "Verwaltung",
        channel: "Kanaleinstellungen",
      },
      fr: {
        own: "Votre compte",
        settings: "Réglages",
        admin: "Administration",
        channel: "Réglages du salon",
      },
    }[language];
    const options = { de: "Optionen des Gesprächs", fr: "Options de la conversation" }[language];
    const places = [
      ["settings", names.own, names.settings],
      ["admin", names.own, names.admin],
      ["channel-settings", options, names.channel],
    ] as const;
    for (const [dialog, opens, item] of places) {
      await page.setViewportSize({ width: 1280, height: 860 });
      await letters(page, 100);
      await page.getByRole("button", { name: opens, exact: true }).click();
      await page.getByRole("menuitem", { name: item, exact: true }).click();
      const shown = page.getByTestId(dialog);
      await expect(shown).toBeVisible();
      for (const { width, percent } of TABS) {
        await page.setViewportSize({ width, height: 860 });
        await letters(page, percent);
        for (const tab of await shown.getByRole("tab").all()) {
          await tab.click();
          await expect(shown.locator(".skeleton")).toHaveCount(0);
          await expect(shown.getByRole("tabpanel")).toBeVisible();
          const at = `${dialog}-${(await tab.getAttribute("data-key")) ?? ""}-${language}-${width}-${percent}`;
          await ada.shot(`fitting-${at}`);
          await expect.poll(() => spilt(shown), at).toEqual([]);
          // What an administrator reads of an account stands nowhere else.
          for (const line of await shown.locator("[data-testid=admin-person] small").all())
            expect(await line.evaluate((each) => each.scrollWidth - each.clientWidth), at).toBe(0);
        }
      }
      await page.keyboard.press("Escape");
      await expect(shown).toHaveCount(0);
    }
  });
}

/** Whether the tab of the page that is shown has the focus, and lies within what fades at the ends of the list. */
function isNamed(list: HTMLElement | SVGElement): boolean {
  const own = list.querySelector("[aria-selected=true]");
  if (!own || own !== document.activeElement) return false;
  const [all, shown] = [list.getBoundingClientRect(), own.getBoundingClientRect()];
  const sides = list.dataset["sides"] ?? "";
  const room = (side: "left" | "right") => (sides.includes(side) ? 24 : 0) - 1;
  return shown.left - all.left > room("left") && all.right - shown.right > room("right");
}

test("where the pages of a dialog go on they fade, and the one that is shown is named in full", async () => {
  const { page } = ada;
  await speak(ada, "en");
  await page.getByRole("button", { name: "Your account" }).click();
  await page.getByRole("menuitem", { name: "Administration" }).click();
  const list = page.getByTestId("admin").getByRole("tablist");
  await expect(list).toHaveAttribute("data-sides", "");
  await page.setViewportSize({ width: 360, height: 860 });
  await expect(list).toHaveAttribute("data-sides", "right");
  await list.getByRole("tab", { selected: true }).focus();
  const count = await list.getByRole("tab").count();
  const ends = new Set<string | null>();
  for (const key of ["End", ...Array.from({ length: count - 1 }, () => "ArrowLeft")]) {
    await page.keyboard.press(key);
    await expect.poll(() => list.evaluate(isNamed), key).toBe(true);
    ends.add(await list.getAttribute("data-sides"));
    await ada.shot(`fitting-tabs-${String(ends.size)}`);
  }
  expect([...ends]).toEqual(["left", "left right", "right"]);
  await page.keyboard.press("Escape");
});

test("what an invite code is made with stands in one line", async () => {
  const { page } = ada;
  await speak(ada, "en");
  await page.getByRole("button", { name: "Your account" }).click();
  await page.getByRole("menuitem", { name: "Administration" }).click();
  await page.getByRole("tab", { name: "Invite codes" }).click();
  const form = page.locator(".invite-form");
  const middles = () =>
    form.locator("input, select, button").evaluateAll((all) =>
      all.map((each) => {
        const { top, bottom } = each.getBoundingClientRect();
        return (top + bottom) / 2;
      }),
    );
  await expect(form).toBeVisible();
  await expect.poll(async () => (await middles()).length).toBe(3);
  const [first = 0, ...others] = await middles();
  for (const other of others) expect(Math.abs(other - first)).toBeLessThan(4);
  await page.keyboard.press("Escape");
});

test("names in the list of people can be read in a narrow window, in German", async () => {
  const { page } = ada;
  await speak(ada, "de");
  await page.getByRole("button", { name: "Personen", exact: true }).first().click();
  const dialog = page.getByTestId("people");
  const row = dialog.getByTestId("person-row").filter({ hasText: "Bartholomäus" });
  await expect(row).toBeVisible();
  for (const { width, percent } of [{ width: 1280, percent: 200 }, ...WINDOWS]) {
    await page.setViewportSize({ width, height: 640 });
    await letters(page, percent);
    await ada.shot(`fitting-people-${width}-${percent}`);
    const name = row.getByText("Bartholomäus Winterstein");
    // As much of it as tells it from others.
    expect(await name.evaluate((each) => each.clientWidth / each.scrollWidth)).toBeGreaterThan(0.8);
    await expect.poll(() => spilt(dialog)).toEqual([]);
  }
  await expect(row.getByRole("button", { name: "Bartholomäus Winterstein schreiben" })).toBeVisible();
  await page.keyboard.press("Escape");
});

test("whatever has the focus in a page of settings is seen above the line that the page ends with, in French", async () => {
  const { page } = ada;
  await speak(ada, "fr");
  await page.setViewportSize({ width: 360, height: 560 });
  await page.getByRole("button", { name: "Options de la conversation" }).click();
  await page.getByRole("menuitem", { name: "Réglages du salon" }).click();
  await page.getByRole("tab", { name: "Général" }).focus();
  const foot = page.locator(".tab-panel .dialog-foot");
  await expect(foot).toBeVisible();
  const walked = new Set<string>();
  while ((await foot.locator(":focus").count()) === 0) {
    await page.keyboard.press("Tab");
    const hidden = () =>
      foot.evaluate((foot) => {
        const focused = document.activeElement!;
        if (foot.contains(focused)) return 0;
        const { bottom } = (focused.closest(".choice") ?? focused).getBoundingClientRect();
        return Math.max(0, Math.round(bottom - foot.getBoundingClientRect().top));
      });
    await expect.poll(hidden).toBe(0);
    walked.add(await page.evaluate(() => document.activeElement!.tagName));
  }
  expect([...walked]).toEqual(expect.arrayContaining(["INPUT", "TEXTAREA", "BUTTON"]));
  await ada.shot("fitting-settings-foot");
  await page.keyboard.press("Escape");
});
