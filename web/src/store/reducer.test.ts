import { describe, expect, it } from "vitest";
import type { ChannelEvent, LooseEvent, StateFrame } from "../api/frames";
import type { Message } from "../api/types";
import { isUnsure } from "./deleted";
import { reduce } from "./reducer";
import { cursors } from "./selectors";
import { RECENT_EVENTS_MAX, type State } from "./state";
import { BO, feed, Log, ME, ROOM, seen, started, user, withPage } from "./testing";

const room = (state: State) => state.channels[ROOM]!;
const texts = (state: State) => room(state).main?.ids.map((id) => room(state).messages[id]?.text);
/** A log with something in it, and one change after it. */
const CHANGES: Record<string, (log: Log, first: Message, second: Message) => void> = {
  "message.created": (log) => void log.say(BO, "new"),
  "message.created, mentioning me": (log) => void log.say(BO, "hi @ada", { mentions: [ME] }),
  "message.created, mine": (log) => void log.say(ME, "mine"),
  "message.created, a reply": (log, first) => void log.say(BO, "answer", { reply_to: first.id }),
  "message.edited": (log, first) => log.edit(first, "changed"),
  "message.edited, the last one": (log, _first, second) => log.edit(second, "changed"),
  "message.deleted": (log, first) => log.remove(first),
  "message.deleted, the last one": (log, _first, second) => log.remove(second),
  "reaction.added": (log, first) => log.react(first, BO, "🎉", true),
  "reaction.added, mine": (log, first) => log.react(first, ME, "👍", true),
  "reaction.removed": (log, first) => log.react(first, BO, "👍", false),
  "reaction.removed, the last of its kind": (log, _first, second) => log.react(second, ME, "❤️", false),
  "channel.updated": (log, first) => log.update({ name: "atrium", topic: "new topic", pins: [first.id] }),
  "member.updated": (log) =>
    log.member({ user: user("@chi:test"), membership: "joined", role: "member", since_seq: 9 }, 3),
};

function prepared(): { log: Log; first: Message; second: Message } {
  const log = new Log();
  const first = log.say(BO, "first");
  const second = log.say(ME, "second", { nonce: "n2" });
  log.react(first, BO, "👍", true);
  log.react(first, "@chi:test", "👍", true);
  log.react(second, ME, "❤️", true);
  return { log, first, second };
}

describe("state + frames = fresh state", () => {
  for (const [name, change] of Object.entries(CHANGES)) {
    it(name, () => {
      const { log, first, second } = prepared();
      const before = log.head;
      let state = withPage(started(log), log);
      change(log, first, second);
      state = feed(state, log.after(before));
      expect(seen(state)).toEqual(seen(withPage(started(log), log)));
      expect(room(state).cursor).toBe(log.head);
    });

    it(`${name}: twice is once`, () => {
      const { log, first, second } = prepared();
      const before = log.head;
      const start = withPage(started(log), log);
      change(log, first, second);
      const once = feed(start, log.after(before));
      expect(feed(once, log.after(before))).toEqual(once);
    });

    it(`${name}: a page from before it does not undo it`, () => {
      const { log, first, second } = prepared();
      const before = log.head;
      const start = started(log);
      change(log, first, second);
      let late = withPage(feed(start, log.after(before)), log, before);
      // Where it is not known whether it was counted, a new snapshot is asked for.
      if (log.after(before).some((frame) => isUnsure(start, frame)))
        late = reduce(late, { type: "synced", sync: log.sync(), known: [ROOM] });
      expect(seen(late)).toEqual(seen(withPage(started(log), log)));
    });

    it(`${name}: a snapshot from before or after it agrees`, () => {
      const { log, first, second } = prepared();
      const before = log.head;
      const start = withPage(started(log), log);
      change(log, first, second);
      const live = feed(start, log.after(before));
      const fresh = seen(withPage(started(log), log));
      expect(seen(reduce(live, { type: "synced", sync: log.sync(before), known: [ROOM] }))).toEqual(fresh);
      expect(seen(reduce(live, { type: "synced", sync: log.sync(), known: [ROOM] }))).toEqual(fresh);
    });

    it(`${name}: the frame after an answer that has it already changes nothing more`, () => {
      const { log, first, second } = prepared();
      const before = log.head;
      const start = started(log);
      change(log, first, second);
      const ahead = withPage(start, log);
      expect(seen(feed(ahead, log.after(before)))).toEqual(seen(withPage(started(log), log)));
    });
  }

  it("holds for a long random history, cut anywhere, with answers from any moment", () => {
    for (let seed = 1; seed <= 60; seed += 1) {
      const random = generator(seed);
      const log = new Log();
      const said = [log.say(BO, "first")];
      const pick = () => said[Math.floor(random() * said.length)]!;
      const step = () => {
        const dice = random();
        const who = random() < 0.5 ? ME : BO;
        if (dice < 0.5) said.push(log.say(who, `text ${log.head}`, random() < 0.3 ? { mentions: [ME] } : {}));
        else if (dice < 0.65) {
          const target = pick();
          if (!log.view(log.head).find((each) => each.id === target.id)?.deleted)
            log.edit(target, `edit ${log.head}`);
        } else if (dice < 0.9) {
          const target = pick();
          if (!log.view(log.head).find((each) => each.id === target.id)?.deleted)
            log.react(target, who, "👍", random() < 0.7);
        } else if (dice < 0.95) log.update({ topic: `topic ${log.head}` });
        else if (said.length > 3) {
          const target = pick();
          if (!log.view(log.head).find((each) => each.id === target.id)?.deleted) log.remove(target);
        }
      };
      for (let i = 0; i < 12; i += 1) step();
      const start = log.head;
      let state = withPage(started(log), log);
      for (let i = 0; i < 25; i += 1) {
        step();
        if (random() < 0.3) state = feed(state, log.after(room(state).cursor));
        if (random() < 0.2) {
          const head = start + Math.floor(random() * (log.head - start + 1));
          state = withPage(state, log, head);
        }
      }
      state = feed(state, log.after(room(state).cursor));
      expect(seen(state), `seed ${seed}`).toEqual(seen(withPage(started(log), log)));
    }
  });
});

describe("frames without a place in the log", () => {
  const loose = (event: Record<string, unknown>) => ({ op: "event", ...event }) as unknown as LooseEvent;

  it("channel.joined makes the channel known at its head", () => {
    const log = new Log();
    const state = feed(started(log), [
      loose({ t: "channel.joined", seq: 7, d: { id: "!new", name: "new", head: 9 } }),
    ]);
    expect(state.channels["!new"]).toMatchObject({ cursor: 9, info: { name: "new", membership: "joined" } });
  });

  it("channel.joined after an invitation keeps what is known", () => {
    const log = new Log();
    const invited = reduce(started(log), {
      type: "channel_loaded",
      channel: { ...log.snapshot(), membership: "invited" },
    });
    const state = feed(invited, [loose({ t: "channel.joined", d: { id: ROOM } })]);
    expect(room(state).info).toMatchObject({ name: "room", membership: "joined" });
  });

  it("channel.joined that is older than the answer takes nothing back", () => {
    const made = { ...new Log().snapshot(), id: "!new", name: "new", head: 3 };
    const known = reduce(started(new Log()), { type: "channel_loaded", channel: made });
    const late = loose({ t: "channel.joined", seq: 1, d: { id: "!new", name: "", head: 1 } });
    expect(feed(known, [late]).channels["!new"]?.info).toEqual(known.channels["!new"]?.info);
  });

  it("channel.joined with an invitation is an invitation", () => {
    const d = { id: "!new", name: "new", membership: "invited" };
    const state = feed(started(new Log()), [loose({ t: "channel.joined", seq: 7, d })]);
    expect(state.channels["!new"]?.info.membership).toBe("invited");
  });

  it("channel.left forgets the channel", () => {
    const state = feed(started(new Log()), [loose({ t: "channel.left", d: { id: ROOM } })]);
    expect(state.channels[ROOM]).toBeUndefined();
  });

  it("read.updated takes another device's marker", () => {
    const log = new Log();
    log.say(BO, "one");
    const read = { channel: ROOM, read_seq: 3, unread: 0, mentions: 0 };
    const state = feed(started(log), [loose({ t: "read.updated", d: read })]);
    expect(room(state).info).toMatchObject({ read_seq: 3, unread: 0 });
  });

  it("notification.created counts once", () => {
    const log = new Log();
    const frame = loose({
      t: "notification.created",
      d: { id: 7, kind: "mention", channel: ROOM, message: log.say(BO, "x"), ts: 1 },
    });
    const state = feed(started(log), [frame, frame]);
    expect(state.inbox).toMatchObject({ items: [{ id: 7, read: false }] });
    expect(room(state).info.mentions).toBe(1);
    expect(reduce(state, { type: "inbox_read", upTo: 7, only: false }).inbox.items[0]?.read).toBe(true);
    const read = { channel: ROOM, read_seq: log.head, unread: 0, mentions: 0 };
    expect(feed(state, [loose({ t: "read.updated", d: read })]).inbox.items[0]?.read).toBe(true);
  });

  it("typing runs out, and ends with the message", () => {
    const log = new Log();
    const start = feed(
      started(log),
      [loose({ t: "typing", channel: ROOM, d: { user: BO, expires_ms: 5_000 } })],
      100,
    );
    expect(room(start).typing).toEqual({ [BO]: 5_100 });
    expect(reduce(start, { type: "typing_expired", now: 5_000 })).toBe(start);
    expect(room(reduce(start, { type: "typing_expired", now: 5_100 })).typing).toEqual({});
    log.say(BO, "done");
    expect(room(feed(start, log.after(2))).typing).toEqual({});
  });

  it("typing by a server's clock, and my own, mean what they should", () => {
    const now = 1_800_000_000_000;
    const far = loose({ t: "typing", channel: ROOM, d: { user: BO, expires_ms: now + 4_000 } });
    const own = loose({ t: "typing", channel: ROOM, d: { user: ME, expires_ms: 4_000 } });
    expect(room(feed(started(new Log()), [far, own], now)).typing).toEqual({ [BO]: now + 4_000 });
  });

  it("presence comes and goes", () => {
    const on = feed(started(new Log()), [
      loose({ t: "presence", d: { users: [{ id: BO, presence: "online" }] } }),
    ]);
    expect(on.online).toEqual({ [BO]: true });
    const off = feed(on, [loose({ t: "presence", d: { users: [{ id: BO, presence: "offline" }] } })]);
    expect(off.online).toEqual({});
  });

  it("user.updated changes the profile, mine too", () => {
    const frames = [BO, ME].map((id) =>
      loose({ t: "user.updated", d: { ...user(id), display_name: "New" } }),
    );
    const state = feed(started(new Log()), frames);
    expect(state.users[BO]?.display_name).toBe("New");
    expect(state.me?.display_name).toBe("New");
  });
});

describe("resume", () => {
  it("ready takes heads that no frame announced, and who is online", () => {
    const log = new Log();
    const d = {
      user_id: ME,
      session_id: "s",
      heads: { [ROOM]: 12, "!other": 3 },
      kept_from_seqs: {},
      online: [BO],
    };
    const state = reduce(started(log), { type: "frames", frames: [{ op: "ready", d }], now: 0 });
    expect(room(state).cursor).toBe(12);
    expect(state.online).toEqual({ [BO]: true });
    expect(cursors(state, 10)).toEqual({ [ROOM]: 12 });
  });

  it("resync marks what is loaded as stale, and a fresh page replaces it", () => {
    const log = new Log();
    for (let i = 0; i < 10; i += 1) log.say(BO, `old ${i}`);
    const start = withPage(started(log), log);
    const lost = log.say(BO, "to be edited");
    log.edit(lost, "edited while away");
    for (let i = 0; i < 80; i += 1) log.say(BO, `missed ${i}`);
    const frame: StateFrame = {
      op: "resync",
      d: { heads: { [ROOM]: log.head }, counts: { [ROOM]: { unread: 91, mentions: 1 } } },
    };
    const state = reduce(start, { type: "frames", frames: [frame], now: 0 });
    expect(room(state)).toMatchObject({
      cursor: log.head,
      main: { stale: true },
      info: { unread: 91, mentions: 1 },
    });
    const fresh = withPage(state, log);
    expect(room(fresh).main).toMatchObject({ stale: false, hasNewer: false, hasOlder: true });
    expect(texts(fresh)).toHaveLength(50);
    expect(texts(fresh)).not.toContain("old 9");
  });

  it("a server that was restored and has less than was seen here is believed", () => {
    const log = new Log();
    for (let i = 0; i < 10; i += 1) log.say(BO, `m ${i}`);
    const start = withPage(started(log), log);
    const frame: StateFrame = { op: "resync", d: { heads: { [ROOM]: 5 } } };
    const state = reduce(start, { type: "frames", frames: [frame], now: 0 });
    expect(room(state)).toMatchObject({ cursor: 5, main: { stale: true }, info: { head: 5 } });
  });

  it("a page that is older than all kept events is not taken for the end", () => {
    const log = new Log();
    log.say(BO, "start");
    const old = log.head;
    const start = started(log);
    for (let i = 0; i < RECENT_EVENTS_MAX + 5; i += 1) log.say(BO, `m ${i}`);
    const state = withPage(feed(start, log.after(old)), log, old);
    expect(room(state).main?.stale).toBe(true);
  });
});

it("a late /sync forgets what was left, not what was joined meanwhile", () => {
  const log = new Log();
  const late = { ...log.sync(), channels: [] };
  const start = started(log);
  expect(reduce(start, { type: "synced", sync: late, known: [ROOM] }).channels).toEqual({});
  expect(reduce(start, { type: "synced", sync: late, known: [] }).channels[ROOM]).toBe(room(start));
});

describe("outbox", () => {
  const item = (nonce: string, text = nonce) =>
    ({ nonce, channel: ROOM, text, ts: 5, status: "queued" }) as const;

  it.each(["answer first", "frame first", "page"])("an acknowledged message stands once: %s", (order) => {
    const log = new Log();
    let state = reduce(withPage(started(log), log), { type: "outbox_queued", item: item("n1", "hello") });
    const message = log.say(ME, "hello", { nonce: "n1" });
    const answer = () => (state = reduce(state, { type: "message_confirmed", message }));
    const frame = () => (state = feed(state, log.after(2)));
    if (order === "answer first") {
      answer();
      frame();
    } else if (order === "frame first") {
      frame();
      answer();
    } else {
      state = withPage(state, log);
    }
    expect(texts(state)).toEqual(["hello"]);
    expect(state.outbox).toEqual({});
  });

  it("another person's nonce settles nothing of mine", () => {
    const log = new Log();
    const start = reduce(withPage(started(log), log), { type: "outbox_queued", item: item("n1") });
    log.say(BO, "theirs", { nonce: "n1" });
    expect(feed(start, log.after(2)).outbox[ROOM]).toHaveLength(1);
  });

  it("states change, items are discarded, a nonce is queued once", () => {
    let state = reduce(started(new Log()), { type: "outbox_queued", item: item("a") });
    state = reduce(state, { type: "outbox_queued", item: item("a") });
    state = reduce(state, {
      type: "outbox_status",
      channel: ROOM,
      nonce: "a",
      status: "failed",
      error: "not_member",
    });
    expect(state.outbox[ROOM]).toEqual([{ ...item("a"), status: "failed", error: "not_member" }]);
    state = reduce(state, { type: "outbox_status", channel: ROOM, nonce: "a", status: "queued" });
    expect(state.outbox[ROOM]).toEqual([item("a")]);
    expect(reduce(state, { type: "outbox_discarded", channel: ROOM, nonce: "a" }).outbox).toEqual({});
  });
});

describe("what I do", () => {
  it("a reaction shows at once, agrees with its frame, and can be taken back", () => {
    const log = new Log();
    const message = log.say(BO, "hi");
    log.react(message, BO, "👍", true);
    const before = log.head;
    const start = withPage(started(log), log);
    const mine = reduce(start, {
      type: "reaction_set",
      channel: ROOM,
      message: message.id,
      emoji: "👍",
      on: true,
    });
    expect(room(mine).messages[message.id]?.reactions).toEqual([
      { emoji: "👍", count: 2, users: [BO, ME], me: true },
    ]);
    log.react(message, ME, "👍", true);
    expect(seen(feed(mine, log.after(before)))).toEqual(seen(withPage(started(log), log)));
    const undone = reduce(mine, {
      type: "reaction_set",
      channel: ROOM,
      message: message.id,
      emoji: "👍",
      on: false,
    });
    expect(seen(undone)).toEqual(seen(start));
  });

  it("an edit's answer counts unless a newer one is known", () => {
    const log = new Log();
    const message = log.say(ME, "v1");
    const start = withPage(started(log), log);
    const edited = { ...message, text: "v2", edited_ts: 2_000 };
    const state = reduce(start, { type: "message_confirmed", message: edited });
    expect(texts(state)).toEqual(["v2"]);
    const older = reduce(state, {
      type: "message_confirmed",
      message: { ...message, text: "v0", edited_ts: 1_500 },
    });
    expect(texts(older)).toEqual(["v2"]);
  });

  it("reading marks read, and what comes after counts again", () => {
    const log = new Log();
    log.say(BO, "one");
    let state = started(log);
    expect(room(state).info.unread).toBe(1);
    state = reduce(state, {
      type: "read_set",
      channel: ROOM,
      read: { read_seq: log.head, unread: 0, mentions: 0 },
    });
    const before = log.head;
    log.say(BO, "two @ada", { mentions: [ME] });
    log.say(ME, "mine");
    expect(room(feed(state, log.after(before))).info).toMatchObject({ unread: 1, mentions: 1 });
  });

  it("signing out leaves nothing behind", () => {
    const state = reduce(started(new Log()), { type: "signed_out", endedBy: "revoked" });
    expect(state).toMatchObject({
      session: "signed-out",
      endedBy: "revoked",
      channels: {},
      me: null,
      users: {},
      outbox: {},
    });
  });
});

it("never changes a snapshot in place", () => {
  const { log, first, second } = prepared();
  const before = log.head;
  const start = deepFreeze(withPage(started(log), log));
  for (const change of Object.values(CHANGES)) change(log, first, second);
  let state = start;
  for (const event of log.after(before)) state = deepFreeze(feed(state, [deepFreeze(event as ChannelEvent)]));
  expect(room(state).cursor).toBe(log.head);
});

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}

/** mulberry32: the same numbers for the same seed. */
function generator(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
