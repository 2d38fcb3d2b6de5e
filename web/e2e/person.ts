// Somebody at a browser of their own, acting as people do: by what they see.

import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  expect,
  type Locator,
  type Page,
} from "@playwright/test";

/** Where a server is found. */
type Served = { readonly url: string };

export const PASSWORD = "correct horse battery";

/** Where the head of a conversation is narrow, what else it leads to is in its menu. */
const NARROW_PX = 420;

/** Opens a panel from the head of the conversation. */
export async function openPart(page: Page, part: "Members" | "Pinned messages"): Promise<void> {
  if ((await page.evaluate(() => innerWidth)) >= NARROW_PX) {
    return page.getByRole("button", { name: new RegExp(`^${part}`) }).click();
  }
  await page.getByRole("button", { name: /^Conversation options/ }).click();
  const item = part === "Members" ? /\d members?$/ : part;
  await page.getByRole("menuitem", { name: item }).click();
}

export class Person {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly name: string;
  /** What the browser complained about: checked at the end of a test. */
  readonly complaints: string[] = [];

  private constructor(page: Page, name: string) {
    this.page = page;
    this.context = page.context();
    this.name = name;
    page.on("pageerror", (error) => this.complaints.push(error.message));
    page.on("console", (message) => {
      if (/Content.Security.Policy|React|Warning/i.test(message.text())) this.complaints.push(message.text());
    });
  }

  private static async before(
    browser: Browser,
    name: string,
    options: BrowserContextOptions,
  ): Promise<Person> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, ...options });
    return new Person(await context.newPage(), name);
  }

  static async at(
    browser: Browser,
    server: Served,
    name: string,
    options: BrowserContextOptions = {},
  ): Promise<Person> {
    const person = await Person.before(browser, name, options);
    await person.page.goto(server.url);
    return person;
  }

  /** What `press` copies: it is there a moment after the press, so what was copied before goes first. */
  async copied(press: () => Promise<void>): Promise<string> {
    await this.context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await this.page.evaluate(() => navigator.clipboard.writeText(""));
    await press();
    let text = "";
    await expect
      .poll(async () => (text = await this.page.evaluate(() => navigator.clipboard.readText())))
      .not.toBe("");
    return text;
  }

  /** Once a dialog that was closed is gone from the history, too: a reload before that is called off by the step back. */
  async reload(): Promise<void> {
    await this.page.waitForFunction(() => {
      const state = history.state as { layers?: { shown?: { dialog?: unknown } } } | null;
      return !state?.layers?.shown?.dialog;
    });
    await this.page.reload();
  }

  /** Once what was opened has its step in the history, which comes after it is seen. */
  async back(): Promise<void> {
    await this.page.evaluate(() => new Promise((done) => setTimeout(done)));
    await this.page.goBack();
  }

  /** How much of the channel in the address is not read, as the server knows it: what is seen is so a moment later. */
  unread(): Promise<number> {
    return this.page.evaluate(async () => {
      const answer = await fetch(`/api/v1/channels/${location.hash.split("/")[2] ?? ""}`);
      return ((await answer.json()) as { unread: number }).unread;
    });
  }

  /** Another tab of the same browser, at the same place. */
  async tab(): Promise<Person> {
    const page = await this.context.newPage();
    await page.goto(this.page.url());
    return new Person(page, this.name);
  }

  /** Where the account is not what is tested it is made by a request, and the page is opened once. */
  static async registered(
    browser: Browser,
    server: Served,
    name: string,
    options: BrowserContextOptions = {},
  ) {
    const person = await Person.enrolled(browser, server, name, options);
    await person.page.goto(server.url);
    await person.welcomed();
    return person;
  }

  /** Has an account, and no page yet. */
  static async enrolled(browser: Browser, server: Served, name: string, options: BrowserContextOptions = {}) {
    const person = await Person.before(browser, name, options);
    const account = { username: name, password: PASSWORD, display_name: person.displayName, cookie: true };
    await person.ask(server, "accounts", account);
    return person;
  }

  /** Asks the server as the page would, without the page. */
  async ask<Answer>(server: Served, path: string, data: object = {}): Promise<Answer> {
    const headers = { Origin: server.url };
    const answer = await this.context.request.post(`${server.url}/api/v1/${path}`, { data, headers });
    expect(answer.ok(), `${path}: ${answer.status()}`).toBe(true);
    return (await answer.json()) as Answer;
  }

  async register(displayName = this.displayName): Promise<void> {
    await this.fillRegistration(displayName);
    await this.welcomed(displayName);
  }

  private async welcomed(displayName = this.displayName): Promise<void> {
    await expect(this.page.getByRole("heading", { name: `Welcome, ${displayName}` })).toBeVisible();
  }

  /** Wherever the page leads after that. */
  async fillRegistration(displayName = this.displayName): Promise<void> {
    const { page } = this;
    await page.getByRole("button", { name: "Create account" }).click();
    await page.getByLabel("Username").fill(this.name);
    await page.getByLabel("Display name").fill(displayName);
    await page.getByLabel("Password").fill(PASSWORD);
    await page.getByRole("button", { name: "Create account" }).click();
  }

  async signIn(): Promise<void> {
    const { page } = this;
    await page.getByLabel("Username").fill(this.name);
    await page.getByLabel("Password").fill(PASSWORD);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    // On a small screen it waits out of sight.
    await expect(page.locator("nav.sidebar")).toBeAttached();
  }

  get displayName(): string {
    return this.name.charAt(0).toUpperCase() + this.name.slice(1);
  }

  async createChannel(name: string, options: { topic?: string; private?: boolean } = {}): Promise<void> {
    const { page } = this;
    await page.getByRole("button", { name: "Create a channel" }).first().click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name").fill(name);
    if (options.topic) await dialog.getByLabel("Topic").fill(options.topic);
    if (options.private) await dialog.getByText("Private", { exact: true }).click();
    await dialog.getByRole("button", { name: "Create channel" }).click();
    await this.expectChannel(name);
  }

  async joinFromDirectory(name: string): Promise<void> {
    const { page } = this;
    await page.getByRole("button", { name: "Browse channels" }).first().click();
    await page.getByRole("searchbox", { name: "Search channels" }).fill(name);
    await page.getByRole("button", { name: `Join ${name}` }).click();
    await this.expectChannel(name);
  }

  async startDm(other: Person): Promise<void> {
    const { page } = this;
    await page.getByRole("button", { name: "Start a conversation" }).first().click();
    await page.getByRole("combobox", { name: "Search people by name" }).fill(other.name);
    await page.getByRole("option", { name: new RegExp(other.displayName) }).click();
    await page.getByRole("button", { name: "Start conversation" }).click();
    await expect(page.getByRole("heading", { level: 1, name: other.displayName })).toBeVisible();
  }

  async open(name: string): Promise<void> {
    await this.nav(name).click();
    await this.expectChannel(name);
  }

  nav(name: string): Locator {
    return this.page.locator("nav.sidebar").getByTestId("nav-row").filter({ hasText: name });
  }

  async expectChannel(name: string): Promise<void> {
    await expect(this.page.getByRole("heading", { level: 1, name, exact: true })).toBeVisible();
    await expect(this.composer).toBeVisible();
  }

  get composer(): Locator {
    return this.page.getByTestId("conversation").getByTestId("composer");
  }

  async send(text: string): Promise<void> {
    await this.composer.fill(text);
    // Where one writes with a finger, Enter makes a new line.
    const finger = await this.page.evaluate(() => matchMedia("(pointer: coarse)").matches);
    await this.composer.press(finger ? "Control+Enter" : "Enter");
  }

  message(text: string | RegExp): Locator {
    return this.page.getByTestId("conversation").getByTestId("message").filter({ hasText: text });
  }

  async sees(text: string | RegExp): Promise<void> {
    await expect(this.message(text)).toHaveCount(1);
    await expect(this.message(text)).toBeVisible();
  }

  /** By a message's tools: one that is there by itself, or one in the "more" menu. */
  async act(text: string, action: string): Promise<void> {
    await this.message(text).hover();
    const tools = this.message(text).getByRole("toolbar");
    await expect(tools).toBeVisible();
    const tool = tools.getByRole("button", { name: action, exact: true });
    if ((await tool.count()) > 0) return tool.click();
    await tools.getByRole("button", { name: "More actions" }).click();
    await this.page.getByRole("menuitem", { name: action, exact: true }).click();
  }

  /** Opens the settings of the channel that is shown, at one of their pages. */
  async channelSettings(tab: string): Promise<void> {
    await this.page.getByRole("button", { name: "Conversation options" }).click();
    await this.page.getByRole("menuitem", { name: "Channel settings" }).click();
    await this.page.getByRole("tab", { name: tab }).click();
  }

  async shot(name: string): Promise<void> {
    await this.page.screenshot({ path: `e2e/artifacts/${name}.png`, animations: "disabled" });
  }

  /** The texts of the conversation's messages, top to bottom: only what is near is drawn, so the view walks along. */
  async texts(): Promise<string[]> {
    return this.page.locator("#messages").evaluate(async (box) => {
      const drawn = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
      const found = new Map<string, string>();
      const end = box.scrollHeight - box.scrollTop - box.clientHeight < 48;
      const before = box.scrollTop;
      box.scrollTop = 0;
      for (;;) {
        await drawn();
        for (const row of box.querySelectorAll<HTMLElement>("[data-testid=message]")) {
          const text = row.querySelector<HTMLElement>(".markdown")?.innerText;
          if (text !== undefined) found.set(row.dataset["key"] ?? "", text);
        }
        if (box.scrollTop + box.clientHeight >= box.scrollHeight - 1) break;
        box.scrollTop += box.clientHeight / 2;
      }
      box.scrollTop = end ? box.scrollHeight : before;
      await drawn();
      return [...found.values()];
    });
  }
}
