// Every frame that a server can send has a case here: what it changes, and that twice is once. The server's own source and
// the API's documentation say which there are.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { ServerFrame, StateFrame, StreamEvent } from "../api/frames";
import type { Message } from "../api/types";
import { reduce } from "./reducer";
import type { State } from "./state";
import { BO, Log, ME, ROOM, started, user, withPage } from "./testing";

interface Case {
  frame: StateFrame;
  /** What the frame is for, before and after it. */
  shows: (state: State) => unknown;
  was: unknown;
  is: unknown;
}

const NOW = 1_000;
const log = new Log();
const first = log.say(BO, "first");
log.react(first, BO, "👍", true);
const start: State = reduce(withPage(started(log), log), {
  type: "frames",
  frames: [
    {
      op: "event",
      t: "notification.created",
      d: { id: 1, kind: "mention", channel: ROOM, message: first, ts: 1 },
    },
  ],
  now: NOW,
});
const seq = log.head + 1;
const at = { op: "event", channel: ROOM, seq } as const;
const next: Message = { ...first, id: "$next", seq, text: "next" };
const room = (state: State) => state.channels[ROOM];
const said = (state: State) => room(state)?.messages[first.id];
const later = {
  id: "",
  channel: ROOM,
  nonce: "n",
  text: "later",
  attachments: [],
  previews: [],
  created_ts: 1,
  send_ts: 7,
};
const policy = { join: "open", history: "all", caps: {} } as const;
const named = {
  id: ROOM,
  name: "atrium",
  topic: "new",
  alias: null,
  visibility: "public",
  archived: false,
} as const;

const EVENTS: Record<StreamEvent["t"], Case> = {
  "message.created": {
    frame: { ...at, t: "message.created", d: next },
    shows: (state) => [room(state)?.main?.ids, room(state)?.info.unread, room(state)?.cursor],
    was: [[first.id], 1, log.head],
    is: [[first.id, "$next"], 2, seq],
  },
  "message.edited": {
    frame: { ...at, t: "message.edited", d: { ...first, text: "changed", edited_ts: 9 } },
    shows: (state) => [said(state)?.text, said(state)?.edited_ts],
    was: ["first", undefined],
    is: ["changed", 9],
  },
  "message.deleted": {
    frame: { ...at, t: "message.deleted", d: { id: first.id } },
    shows: (state) => [said(state)?.text, said(state)?.deleted],
    was: ["first", undefined],
    is: ["", true],
  },
  "reaction.added": {
    frame: { ...at, t: "reaction.added", d: { message: first.id, emoji: "👍", user: ME, count: 2 } },
    shows: (state) => said(state)?.reactions,
    was: [{ emoji: "👍", count: 1, users: [BO], me: false }],
    is: [{ emoji: "👍", count: 2, users: [BO, ME], me: true }],
  },
  "reaction.removed": {
    frame: { ...at, t: "reaction.removed", d: { message: first.id, emoji: "👍", user: BO, count: 0 } },
    shows: (state) => said(state)?.reactions,
    was: [{ emoji: "👍", count: 1, users: [BO], me: false }],
    is: [],
  },
  "channel.updated": {
    frame: { ...at, t: "channel.updated", d: { ...named, policy, pins: [first.id], kept_from_seq: 0 } },
    shows: (state) => [room(state)?.info.name, room(state)?.info.pins],
    was: ["room", []],
    is: ["atrium", [first.id]],
  },
  "member.updated": {
    frame: {
      ...at,
      t: "member.updated",
      d: { user: user(ME), membership: "joined", role: "moderator", since_seq: seq, member_count: 3 },
    },
    shows: (state) => [room(state)?.info.role, room(state)?.info.member_count],
    was: ["member", 2],
    is: ["moderator", 3],
  },
  "channel.joined": {
    frame: { op: "event", t: "channel.joined", channel: "!new", seq: 4, d: { id: "!new", name: "new" } },
    shows: (state) => [state.channels["!new"]?.info.name, state.channels["!new"]?.cursor],
    was: [undefined, undefined],
    is: ["new", 4],
  },
  "channel.left": {
    frame: { op: "event", t: "channel.left", channel: ROOM, d: { id: ROOM } },
    shows: (state) => Object.keys(state.channels),
    was: [ROOM],
    is: [],
  },
  "read.updated": {
    frame: {
      op: "event",
      t: "read.updated",
      channel: ROOM,
      d: { channel: ROOM, read_seq: first.seq, unread: 0, mentions: 0 },
    },
    shows: (state) => [room(state)?.info.read_seq, room(state)?.info.unread, state.inbox.items[0]?.read],
    was: [2, 1, false],
    is: [first.seq, 0, true],
  },
  "thread.updated": {
    frame: {
      op: "event",
      t: "thread.updated",
      channel: ROOM,
      d: { channel: ROOM, thread: "$root", following: true, read_seq: 1, unread: 2, mentions: 0, last_ts: 1 },
    },
    shows: (state) => state.threadStates["$root"]?.unread,
    was: undefined,
    is: 2,
  },
  "notify.updated": {
    frame: { op: "event", t: "notify.updated", channel: ROOM, d: { channel: ROOM, level: "mentions" } },
    shows: (state) => room(state)?.info.notify,
    was: "all",
    is: "mentions",
  },
  "message.updated": {
    frame: { ...at, t: "message.updated", d: { ...first, reactions: [] } },
    shows: (state) => [said(state)?.reactions.length, said(state)?.edited_ts, room(state)?.cursor],
    was: [1, undefined, log.head],
    is: [0, undefined, seq],
  },
  "pending.updated": {
    frame: {
      op: "event",
      t: "pending.updated",
      channel: ROOM,
      d: { id: "$p", kind: "edit", ts: 3, target: first.id, message: first, state: "waiting" },
    },
    shows: (state) => room(state)?.waiting,
    was: [],
    is: [{ id: "$p", kind: "edit", ts: 3, target: first.id, message: first }],
  },
  "notification.created": {
    frame: {
      op: "event",
      t: "notification.created",
      channel: ROOM,
      d: { id: 2, kind: "reply", channel: ROOM, message: next, ts: 2 },
    },
    shows: (state) => [state.inbox.items.map(({ id }) => id), state.inbox.unread, room(state)?.info.mentions],
    was: [[1], 1, 1],
    is: [[2, 1], 2, 2],
  },
  "notifications.read": {
    frame: {
      op: "event",
      t: "notifications.read",
      d: { up_to: 1, only: false, unread: 0, reminders_unread: 0 },
    },
    shows: (state) => [state.inbox.unread, state.inbox.items[0]?.read, room(state)?.info.mentions],
    was: [1, false, 1],
    is: [0, true, 0],
  },
  typing: {
    frame: { op: "event", t: "typing", channel: ROOM, d: { user: BO, expires_ms: 5_000 } },
    shows: (state) => room(state)?.typing,
    was: {},
    is: { [BO]: NOW + 5_000 },
  },
  presence: {
    frame: { op: "event", t: "presence", d: { users: [{ id: BO, presence: "online" }] } },
    shows: (state) => state.online,
    was: {},
    is: { [BO]: true },
  },
  "user.updated": {
    frame: { op: "event", t: "user.updated", d: { ...user(BO), display_name: "Bo the Second" } },
    shows: (state) => state.users[BO]?.display_name,
    was: "bo",
    is: "Bo the Second",
  },
  "account.updated": {
    frame: { op: "event", t: "account.updated", d: { role: "admin" } },
    shows: (state) => state.me?.role,
    was: undefined,
    is: "admin",
  },
  "blocks.updated": {
    frame: { op: "event", t: "blocks.updated", d: { user: BO, blocked: true } },
    shows: (state) => state.blocked,
    was: {},
    is: { [BO]: true },
  },
  "reports.updated": {
    frame: { op: "event", t: "reports.updated", d: { open: 2 } },
    shows: (state) => state.reports,
    was: null,
    is: { open: 2 },
  },
  "saved.updated": {
    frame: {
      op: "event",
      t: "saved.updated",
      channel: ROOM,
      d: { channel: ROOM, message: first.id, saved: true, saved_ts: 5, remind_ts: null },
    },
    shows: (state) => Object.values(state.saved.byId).map(({ saved_ts, message }) => [saved_ts, message?.id]),
    was: [],
    is: [[5, first.id]],
  },
  "scheduled.updated": {
    frame: {
      op: "event",
      t: "scheduled.updated",
      d: { id: "one", scheduled: { ...later, id: "one" } },
    },
    shows: (state) => Object.values(state.scheduled.byId).map(({ id, send_ts }) => [id, send_ts]),
    was: [],
    is: [["one", 7]],
  },
  // Two that belong to this browser and not to the state: features/client/shared.ts, features/attention/server.ts.
  "settings.updated": {
    frame: {
      op: "event",
      t: "settings.updated",
      d: { key: "draft:!room", value: { text: "x" }, updated_ts: 1 },
    },
    shows: (state) => state === start,
    was: true,
    is: true,
  },
  "attention.updated": {
    frame: {
      op: "event",
      t: "attention.updated",
      d: { keywords: ["tea"], dnd: { until: null, schedule: null } } as never,
    },
    shows: (state) => state === start,
    was: true,
    is: true,
  },
};

const OTHERS: Record<"ready" | "resync", Case> = {
  ready: {
    frame: {
      op: "ready",
      d: { user_id: ME, session_id: "s", heads: { [ROOM]: 12 }, kept_from_seqs: {}, online: [BO] },
    },
    shows: (state) => [room(state)?.cursor, state.online],
    was: [log.head, {}],
    is: [12, { [BO]: true }],
  },
  resync: {
    frame: { op: "resync", d: { heads: { [ROOM]: 12 }, counts: { [ROOM]: { unread: 7, mentions: 1 } } } },
    shows: (state) => [room(state)?.cursor, room(state)?.main?.stale, room(state)?.info.unread],
    was: [log.head, false, 1],
    is: [12, true, 7],
  },
};

/** Frames that are the connection's own affair and change no state: src/api/socket.ts. */
const WITHOUT_STATE: Exclude<ServerFrame["op"], "event" | keyof typeof OTHERS>[] = ["hello", "pong", "error"];

const feed = (state: State, frame: StateFrame) =>
  reduce(state, { type: "frames", frames: [frame], now: NOW });

describe("each frame", () => {
  for (const [name, { frame, shows, was, is }] of Object.entries({ ...EVENTS, ...OTHERS })) {
    it(`${name} changes what it is about, and twice is once`, () => {
      expect(shows(start)).toEqual(was);
      const after = feed(start, frame);
      expect(shows(after)).toEqual(is);
      expect(feed(after, frame)).toEqual(after);
    });
  }
});

describe("what a message says, after its entry", () => {
  it("has no place of its own, and is shown", () => {
    const late = { op: "event", t: "message.updated", channel: ROOM, d: { ...first, text: "what it says" } };
    const after = feed(start, late as StateFrame);
    expect([said(after)?.text, room(after)?.info.last_message?.text]).toEqual([
      "what it says",
      "what it says",
    ]);
    expect(room(after)?.cursor).toBe(log.head);
  });
});

describe("the frames that there are", () => {
  const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");
  const all = (text: string, shape: RegExp) =>
    [...new Set([...text.matchAll(shape)].map((found) => found[1]))].sort();
  const cases = Object.keys(EVENTS).sort();

  it("each event that the server sends has a case", () => {
    const sent = all(read("src/live/frames.rs"), /\bevent\(\s*"([a-z._]+)"/g);
    const reactions = all(read("src/live/frames.rs"), /"(reaction\.[a-z]+)"/g);
    expect([...new Set([...sent, ...reactions])].sort()).toEqual(cases);
  });

  it("each event and frame that the API names has a case", () => {
    const api = JSON.parse(read("openapi/client.json")) as {
      paths: Record<string, { get?: { description?: string } }>;
    };
    const words = api.paths["/stream"]?.get?.description ?? "";
    const events = words.slice(words.indexOf("Events:"), words.indexOf("Clients ignore"));
    expect(all(events, /`([a-z]+\.[a-z]+|typing|presence)`/g)).toEqual(cases);
    const frames = words.slice(words.indexOf("The server sends"), words.indexOf("Events:"));
    const known = [...Object.keys(OTHERS), ...WITHOUT_STATE, "event"];
    const fields = ["seq", "heads"];
    for (const name of all(frames, /`([a-z]+)[ `]/g)) expect([...known, ...fields]).toContain(name);
  });
});
