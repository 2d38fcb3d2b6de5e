// How the timeline fares in a long channel: against the real server, filled through the API. Prints a table.
//   LOGGIA_BIN=… PERF_MESSAGES=100000 npm run perf

import { expect, type Page, test } from "@playwright/test";
import { Person } from "../person";
import { Server } from "../server";
import { Tap } from "./tap";

const MESSAGES = Number(process.env["PERF_MESSAGES"] ?? 20_000);
const RATE = Number(process.env["PERF_RATE"] ?? 500);
const FILL_AT_ONCE = 24;
const ROUNDS = 4;
const ROUND_S = 4;
/** Where a trace of the typing goes, for chrome://tracing. */
const TRACE = process.env["PERF_TRACE"];
const KEY_EVERY_MS = 40;
const SCROLL_STEPS = 400;
const SCROLL_PX = 400;

const server = new Server();
const tap = new Tap();

/** Texts as people write them: mostly short, some with code, lists and links. */
function words(at: number): string {
  const kinds = [
    "Sounds good to me.",
    "I had a look at it this morning, and I think that we should keep the old way until somebody has tried the new one on a slow machine.",
    "See https://loggia.example/docs for **how** that works",
    '```rust\nfn main() {\n    println!("hello");\n}\n```',
    "- one thing\n- another thing\n- and *one more*",
    "👍",
    "Who has the `key` to the garden?",
  ];
  return `${kinds[at % kinds.length] ?? ""} (${String(at)})`;
}

interface Writer {
  send: (nonce: string, text: string) => Promise<void>;
}

const post = (path: string, body: unknown, token?: string) =>
  fetch(`${server.url}/api/v1${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...(token ? { authorization: `Bearer ${token}` } : {}) },
    body: JSON.stringify(body),
  });

async function account(username: string): Promise<string> {
  const answer = await post("/accounts", { username, password: "correct horse battery" });
  return ((await answer.json()) as { session: { token: string } }).session.token;
}

async function writer(name: string, channel: string): Promise<Writer> {
  const token = await account(name);
  const path = `/channels/${encodeURIComponent(channel)}`;
  await post(`${path}/join`, {}, token);
  return {
    send: async (nonce, text) => {
      const send = () => post(`${path}/messages`, { nonce, text }, token);
      // A connection that was kept open may be closed just then; the same nonce is the same message.
      const sent = await send().catch(send);
      await sent.arrayBuffer();
      if (!sent.ok) throw new Error(`message refused: ${String(sent.status)}`);
    },
  };
}

async function fill(writers: Writer[], count: number, name = "fill"): Promise<number> {
  const started = performance.now();
  let next = 0;
  const work = async (own: Writer) => {
    while (next < count) {
      const at = next++;
      await own.send(`${name}-${String(at)}`, words(at));
    }
  };
  await Promise.all(Array.from({ length: FILL_AT_ONCE }, (_, at) => work(writers[at % writers.length]!)));
  return performance.now() - started;
}

/** Frame times while `move` is called before each picture. */
function frames(page: Page, steps: number, px: number): Promise<number[]> {
  return page.evaluate(
    async ({ count, by }) => {
      const box = document.querySelector("#messages")!;
      const times: number[] = [];
      let last = 0;
      for (let step = 0; step < count; step += 1) {
        const now = await new Promise<number>((done) => requestAnimationFrame(done));
        if (last > 0) times.push(now - last);
        last = now;
        box.scrollTop += by;
      }
      return times;
    },
    { count: steps, by: px },
  );
}

const heap = (page: Page) =>
  page.evaluate(() => {
    (globalThis as { gc?: () => void }).gc?.();
    return (performance as unknown as { memory: { usedJSHeapSize: number } }).memory.usedJSHeapSize / 2 ** 20;
  });

const mean = (list: number[]) => list.reduce((sum, each) => sum + each, 0) / Math.max(1, list.length);
const quantile = (list: number[], share: number) =>
  [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * share))] ?? 0;

/** From the key to the picture that shows it, by the browser's own clock, for as long as `during` lasts. */
async function typing(person: Person, during: Promise<unknown>): Promise<number[]> {
  const { page } = person;
  let over = false;
  void during.finally(() => (over = true));
  await person.composer.fill("");
  await page.evaluate(() => ((globalThis as unknown as { latencies: number[] }).latencies = []));
  while (!over) {
    await page.keyboard.press("a");
    await pause(KEY_EVERY_MS);
  }
  return page.evaluate(() => (globalThis as unknown as { latencies: number[] }).latencies);
}

/** A key is there when the task after the next animation frame runs: that frame has been drawn by then. */
const watchKeys = (page: Page) =>
  page.evaluate(() => {
    const all = globalThis as unknown as { latencies: number[] };
    all.latencies = [];
    const watch = ({ timeStamp }: Event) =>
      requestAnimationFrame(() => setTimeout(() => all.latencies.push(performance.now() - timeStamp), 0));
    document.addEventListener("keydown", watch, { capture: true });
  });

const pause = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));

test("a long channel", async ({ browser }) => {
  await server.start();
  await tap.start(Number(new URL(server.url).port));
  const rows: [string, string][] = [];
  const told = (what: string, value: number, unit: string) =>
    rows.push([what, `${value.toFixed(value < 100 ? 1 : 0)} ${unit}`]);
  try {
    const ada = await Person.registered(browser, tap, "ada");
    const { page } = ada;
    await ada.createChannel("long");
    const channel = await page.evaluate(() => decodeURIComponent(location.hash.split("/")[2] ?? ""));
    await page.goto("about:blank");
    const writers = await Promise.all(["bo", "chi", "dora", "emil"].map((name) => writer(name, channel)));
    const took = await fill(writers, MESSAGES);
    told("messages in the channel", MESSAGES, "");
    told("filled at", MESSAGES / (took / 1_000), "messages/s");

    await page.goto(`${tap.url}/#/c/${encodeURIComponent(channel)}`);
    await expect(ada.page.getByTestId("message").first()).toBeVisible();
    const first = await page.evaluate(() => performance.now());
    told("first messages shown after", first, "ms");
    await page.keyboard.press("Escape");
    await expect(page.getByTestId("message").filter({ hasText: `(${String(MESSAGES - 1)})` })).toBeVisible();

    const before = await heap(page);
    const up = await frames(page, SCROLL_STEPS, -SCROLL_PX);
    const down = await frames(page, SCROLL_STEPS, SCROLL_PX);
    told("frame while scrolling up, mean", mean(up), "ms");
    told("frame while scrolling up, p95", quantile(up, 0.95), "ms");
    told("frame while scrolling down, mean", mean(down), "ms");
    told("frame while scrolling down, p95", quantile(down, 0.95), "ms");
    const after = await heap(page);
    told("heap before the scroll", before, "MiB");
    told(`heap after ${String((2 * SCROLL_STEPS * SCROLL_PX) / 1_000)} thousand pixels`, after, "MiB");
    told("rows drawn", await page.getByTestId("message").count(), "");

    await page.keyboard.press("Escape");
    await watchKeys(page);
    tap.hold();
    const arriving = ROUNDS * ROUND_S * RATE;
    await fill(writers, arriving, "held");
    await expect.poll(() => tap.waiting).toBeGreaterThanOrEqual(arriving);
    if (TRACE) await browser.startTracing(page, { path: TRACE });
    // In turn, because others use this machine too: what the page gives with nothing arriving is the floor.
    const quiet: number[] = [];
    const busy: number[] = [];
    let rate = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      quiet.push(...(await typing(ada, pause(ROUND_S * 1_000))));
      const stream = tap.release(ROUND_S * RATE, RATE);
      busy.push(...(await typing(ada, stream)));
      rate += (await stream) / ROUNDS;
    }
    told("frames arriving in turn with nothing", rate, "/s");
    for (const share of [0.5, 0.95, 0.99]) {
      const name = `key to picture, p${String(share * 100)}`;
      told(`${name}, nothing arriving (floor)`, quantile(quiet, share), "ms");
      told(`${name}, frames arriving`, quantile(busy, share), "ms");
    }
    told("keys measured, each", busy.length, "");
    expect(Math.min(busy.length, quiet.length)).toBeGreaterThan(20);
    if (TRACE) await browser.stopTracing();
  } finally {
    const width = Math.max(...rows.map(([what]) => what.length));
    process.stdout.write(rows.map(([what, value]) => `${what.padEnd(width)}  ${value}\n`).join(""));
    tap.stop();
    await server.stop();
  }
});
