// What is under way when a session ends, and somebody else comes in through another tab.

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { client as http } from "../../api/generated/client.gen";
import { endSession } from "../../api/http";
import type { Ending, SocketOptions } from "../../api/socket";
import { BO, channel, ME as ADA, user } from "../../store/testing";
import { Client } from "./client";
import type { Word } from "./otherTabs";
import { QUIET_MS } from "./shared";
import type { Snapshot } from "./snapshot";

const socket = vi.hoisted(() => ({ starts: 0, stops: 0, end: (_: Ending): void => undefined }));
vi.mock("../../api/socket", () => ({
  StreamSocket: class {
    constructor({ onEnd }: SocketOptions) {
      socket.end = onEnd;
    }
    start = () => (socket.starts += 1);
    stop = () => (socket.stops += 1);
  },
}));
const offline = vi.hoisted(() => ({ seen: null as unknown }));
vi.mock("./snapshot", () => ({
  keepSnapshot: () => Promise.resolve(),
  loadSnapshot: () => Promise.resolve(offline.seen),
}));

/** localStorage, whose keys are its properties. */
class Memory {
  getItem = (key: string) => (this as unknown as Record<string, string>)[key] ?? null;
  setItem = (key: string, value: string) => void Object.assign(this, { [key]: value });
  removeItem = (key: string) => void Reflect.deleteProperty(this, key);
}

const HELD = "!held:";
const room = (person: string) => HELD + person;
const syncOf = (person: string) => ({
  user: user(person),
  server: "test",
  channels: [channel({ id: room(person) })],
  users: [],
  notifications_unread: 0,
  blocks: [`@blocked-by-${person.slice(1)}`],
});

/** Whose the browser's cookie is. */
let cookie: string | null;
/** What is asked for, as `who METHOD /path`. */
let asked: string[];
/** What is answered with this status, or not at all where it is 0. */
let failing: Record<string, number>;
/** What is answered when `release` says so. */
let slow: string | null;
let held: (() => void)[];
let memory: Memory;
let tell: (word: Word) => void;
let client: Client;
/** One looks at another page. */
let hide: () => void;

/** As the network does it: an answer is as it was when it was asked for, and there is none for what was aborted. */
function serve(request: Request, { signal }: { signal: AbortSignal }): Promise<Response> {
  if (signal.aborted) return Promise.reject(signal.reason as Error);
  const what = `${request.method} ${decodeURIComponent(new URL(request.url).pathname).replace("/api/v1", "")}`;
  asked.push(`${cookie} ${what}`);
  const answer = answerOf(what);
  if (what !== slow) return answer();
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason as Error));
    held.push(() => answer().then(resolve, reject));
  });
}

function answerOf(what: string): () => Promise<Response> {
  const who = cookie;
  const status = failing[what] ?? (who || !what.startsWith("GET /") || what === "GET /server" ? 200 : 401);
  const bodies: Record<string, unknown> = {
    "GET /me": who ? user(who) : null,
    "GET /sync": who ? syncOf(who) : null,
    "POST /sessions": { user: user(ADA) },
  };
  const body = status === 200 ? (bodies[what] ?? { refusals: [], settings: [] }) : { code: "some" };
  const bytes = JSON.stringify(body);
  return () =>
    status === 0
      ? Promise.reject(new TypeError("no network"))
      : Promise.resolve(new Response(bytes, { status, headers: { "content-type": "application/json" } }));
}

function release(): void {
  slow = null;
  for (const answer of held.splice(0)) answer();
}

const state = () => client.store.getState();
/** That `person` is signed in here, and nothing of anybody else is. */
const isWith = (person: string) => {
  expect(state().me?.id).toBe(person);
  expect(Object.keys(state().channels)).toEqual([room(person)]);
  expect(Object.keys(state().blocked)).toEqual(syncOf(person).blocks);
};
const DEADLINE = { timeout: 4_000 };
const comes = (person: string) => vi.waitFor(() => isWith(person), DEADLINE);
const isHeld = () => vi.waitFor(() => expect(held).toHaveLength(1), DEADLINE);

/** What ends the session by one's own wish. */
const LEAVING: [string, () => Promise<void>][] = [
  ["DELETE /sessions/current", () => client.signOut()],
  ["DELETE /me", () => client.deleteAccount("password")],
];

/** Ada is signed out in another tab, and Bo in. */
async function changeOver(): Promise<void> {
  // What is slow is of the one who goes.
  const before = slow;
  slow = null;
  cookie = null;
  tell({ is: "out", user: ADA });
  cookie = BO;
  tell({ is: "in", user: BO });
  await comes(BO);
  slow = before;
}

beforeEach(() => {
  vi.useFakeTimers();
  [cookie, asked, failing, slow, held] = [ADA, [], {}, null, []];
  Object.assign(socket, { starts: 0, stops: 0 });
  offline.seen = null;
  memory = new Memory();
  vi.stubGlobal("localStorage", memory);
  vi.stubGlobal("location", { protocol: "https:", host: "a.test" });
  vi.stubGlobal("addEventListener", () => undefined);
  const hears: (() => void)[] = [];
  const page = { addEventListener: (_: string, hear: () => void) => hears.push(hear), visibilityState: "" };
  vi.stubGlobal("document", page);
  hide = () => {
    page.visibilityState = "hidden";
    for (const hear of hears) hear();
  };
  vi.stubGlobal("navigator", { userAgent: "" });
  vi.stubGlobal("fetch", serve);
  vi.stubGlobal(
    "BroadcastChannel",
    class {
      addEventListener = (_: string, hear: (event: { data: Word }) => void) => {
        tell = (data) => hear({ data });
      };
      postMessage = () => undefined;
    },
  );
  http.setConfig({ baseUrl: "https://a.test/api/v1" });
  client = new Client();
});

afterEach(() => {
  client.ended(null);
  endSession();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("who comes in through another tab", () => {
  it("does not get what was asked for before", async () => {
    await client.boot();
    await comes(ADA);
    slow = "GET /sync";
    const late = client.refresh().catch(() => undefined);
    await isHeld();
    await changeOver();
    release();
    await late;
    isWith(BO);
  });

  it("is not signed out by what another was refused, nor told of it", async () => {
    await client.boot();
    slow = `PATCH /channels/${room(ADA)}`;
    failing[slow] = 401;
    const late = client.actions.setTopic(room(ADA), "late");
    await isHeld();
    await changeOver();
    release();
    expect(await late).toBe(false);
    isWith(BO);

    slow = `GET /channels/${room(BO)}`;
    const told = client.actions.tellLeft({ channel: channel({ id: room(BO) }), removal: undefined });
    await isHeld();
    client.ended(null);
    release();
    await told;
    expect(client.endings.get()).toEqual([]);
  });

  it("has one start, also when that of the one before was still trying", async () => {
    failing["GET /sync"] = 503;
    void client.boot();
    await vi.waitFor(() => expect(asked).toContain(`${ADA} GET /sync`));
    failing = {};
    await changeOver();
    expect(socket.starts).toBe(1);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(socket.starts).toBe(1);
    // What sweeps in between stands still as well.
    client.ended(null);
    expect(vi.getTimerCount()).toBe(0);
  });

  /** Without an answer from the server it is shown what was seen last. */
  async function opensOffline(): Promise<void> {
    offline.seen = { version: 2, sync: syncOf(ADA), pages: [] } satisfies Snapshot;
    failing["GET /me"] = 503;
    void client.boot();
    await comes(ADA);
    failing = {};
    expect(asked.filter((each) => each.endsWith("GET /me"))).toHaveLength(1);
  }

  it.each([401, 404])("is signed out only by who says that there is no session: %s", async (status) => {
    offline.seen = { version: 2, sync: syncOf(ADA), pages: [] } satisfies Snapshot;
    failing["GET /me"] = status;
    void client.boot();
    if (status === 401) {
      await vi.waitFor(() => expect(state().session).toBe("signed-out"), DEADLINE);
      return;
    }
    await comes(ADA);
    failing = {};
    await vi.advanceTimersByTimeAsync(10_000);
    expect(socket.starts).toBe(1);
  });

  it("is shown what was seen last while the first answer is slow, and what there is once it comes", async () => {
    const left = channel({ id: "!left" });
    const sync = { ...syncOf(ADA), channels: [...syncOf(ADA).channels, left] };
    offline.seen = { version: 2, sync, pages: [] } satisfies Snapshot;
    slow = "GET /sync";
    void client.boot();
    await isHeld();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(Object.keys(state().channels)).toEqual([]);
    await vi.advanceTimersByTimeAsync(1_500);
    await vi.waitFor(() => expect(Object.keys(state().channels)).toEqual([room(ADA), left.id]), DEADLINE);
    expect(socket.starts).toBe(0);
    release();
    await comes(ADA);
    await vi.waitFor(() => expect(socket.starts).toBe(1), DEADLINE);
  });

  it("is not shown what another saw last", async () => {
    offline.seen = { version: 2, sync: syncOf(BO), pages: [] } satisfies Snapshot;
    slow = "GET /sync";
    void client.boot();
    await isHeld();
    await vi.advanceTimersByTimeAsync(3_000);
    await vi.dynamicImportSettled();
    expect(Object.keys(state().channels)).toEqual([]);
  });

  it.each(["before it was asked once more", "meanwhile"])("has one start also offline, %s", async (when) => {
    await opensOffline();
    if (when === "meanwhile") {
      slow = "GET /me";
      await vi.advanceTimersByTimeAsync(2_000);
      await isHeld();
    }
    await changeOver();
    release();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(socket.starts).toBe(1);
    expect(state().connection).toEqual({ state: "offline" });
    isWith(BO);
  });

  it("finds nothing of the one who was seen there last, nor sends what they have written", async () => {
    await opensOffline();
    // Shortly before it is asked again who is here.
    await vi.advanceTimersByTimeAsync(1_500);
    client.keepDraft(room(ADA), "Ada's words");
    client.places.keep("!room", { key: "$1", top: 0 });
    cookie = BO;
    await comes(BO);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(client.places.of("!room")).toBeNull();
    expect(asked.filter((each) => each.includes("PUT"))).toEqual([]);
  });

  it("is found out by what the server says, before the other tab's word comes", async () => {
    await client.boot();
    await comes(ADA);
    client.places.keep("!room", { key: "$1", top: 0 });
    cookie = BO;
    await client.refresh();
    await comes(BO);
    expect(socket).toMatchObject({ starts: 2, stops: 1 });
    expect(client.places.of("!room")).toBeNull();
  });

  it("goes when somebody signs in here after all, whose cookie is the last", async () => {
    cookie = null;
    await client.boot();
    slow = "POST /sessions";
    const late = client.signIn({ username: "ada", password: "password" });
    await isHeld();
    cookie = BO;
    tell({ is: "in", user: BO });
    await comes(BO);
    cookie = ADA;
    release();
    await late;
    await comes(ADA);
  });

  it("is told at once what server this is, though nobody was signed in", async () => {
    cookie = null;
    slow = "GET /server";
    await client.boot();
    await isHeld();
    release();
    await vi.advanceTimersByTimeAsync(0);
    expect(state().server).not.toBeNull();
  });

  it.each(LEAVING)("stays when there is an answer to %s of the one before", async (what, leave) => {
    await client.boot();
    slow = what;
    const late = leave();
    await isHeld();
    await changeOver();
    client.unfinished.keepEditing(room(BO), "$1");
    release();
    await late;
    isWith(BO);
    expect(client.unfinished.editing(room(BO))).toBe("$1");
  });

  it.each([true, false])("stays also while what was written is deleted; stream ended: %s", async (ended) => {
    await client.boot();
    vi.spyOn(client.outbox, "forgetAll").mockImplementation(changeOver);
    slow = "DELETE /sessions/current";
    const late = client.signOut();
    await isHeld();
    if (ended) socket.end("revoked");
    release();
    await late;
    isWith(BO);
  });
});

describe("what somebody has written", () => {
  const DRAFT = `PUT /me/settings/draft:${room(ADA)}`;

  /** Ada writes something, and it is on its way. */
  async function writes(): Promise<void> {
    await client.boot();
    slow = DRAFT;
    client.keepDraft(room(ADA), "Ada's words");
    await vi.dynamicImportSettled();
    await vi.advanceTimersByTimeAsync(QUIET_MS);
    await isHeld();
  }

  it("is not sent again as the next one's", async () => {
    failing[DRAFT] = 0;
    await writes();
    await changeOver();
    release();
    failing = {};
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked.filter((each) => each.endsWith(DRAFT))).toEqual([`${ADA} ${DRAFT}`]);
    // It is still to be sent, when Ada is here again.
    expect(JSON.parse(memory.getItem(`loggia.shared.${ADA}`) ?? "")).toMatchObject({
      [`draft:${room(ADA)}`]: { dirty: expect.any(Number) as number },
    });
  });

  it("is not sent when what sends it was still being loaded", async () => {
    await client.boot();
    await comes(ADA);
    client.keepDraft(room(ADA), "Ada's words");
    hide();
    await changeOver();
    await vi.dynamicImportSettled();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked.filter((each) => each.endsWith(DRAFT))).toEqual([]);
  });

  it("leaves nothing in the browser once they are signed out", async () => {
    await writes();
    // The answer comes while the database is being emptied.
    vi.spyOn(client.outbox, "forgetAll").mockImplementation(async () => {
      release();
      await vi.advanceTimersByTimeAsync(0);
    });
    await client.signOut();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(Object.keys(memory).filter((key) => key.startsWith("loggia."))).toEqual([]);
  });

  it.each(LEAVING)(
    "leaves nothing also when the stream ends before the answer to %s",
    async (what, leave) => {
      await writes();
      slow = what;
      const left = leave();
      await vi.waitFor(() => expect(held).toHaveLength(2));
      socket.end("revoked");
      release();
      await left;
      await vi.advanceTimersByTimeAsync(60_000);
      expect(Object.keys(memory).filter((key) => key.startsWith("loggia."))).toEqual([]);
      // One did it oneself: that is no alarm.
      expect(state()).toMatchObject({ session: "signed-out", endedBy: null });
    },
  );

  it("and was refused does not wait among what the next one has written", async () => {
    await client.boot();
    slow = `POST /channels/${room(ADA)}/messages`;
    failing[slow] = 403;
    await vi.waitFor(() => expect(client.outbox).toHaveProperty("loaded", true));
    client.outbox.send({ channel: room(ADA), text: "Ada's words" });
    await isHeld();
    await changeOver();
    release();
    await vi.advanceTimersByTimeAsync(60_000);
    const kept = Object.keys(memory).filter((key) => key.startsWith("loggia.outbox."));
    expect(kept).toEqual([expect.stringContaining(`.${ADA}.`)]);
    expect(JSON.parse(memory.getItem(kept[0]!) ?? "")).toMatchObject({ status: "queued" });
    expect(state().outbox).toEqual({});
  });
});
