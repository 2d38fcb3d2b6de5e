// What is gone though no entry of the log says so.

import { describe, expect, it } from "vitest";
import type { ChannelUpdate, LateEvent, LooseEvent } from "../api/frames";
import type { Message, Notification } from "../api/types";
import { isUnsure } from "./deleted";
import { reduce } from "./reducer";
import { savedShown } from "./saved";
import { BO, feed, Log, ME, ROOM, seen, started, user, withPage } from "./testing";
import type { State } from "./state";

const room = (state: State) => state.channels[ROOM]!;
const main = (state: State) => room(state).main!;
const texts = (state: State) => main(state).ids.map((id) => room(state).messages[id]?.text);

function talked(count: number): { log: Log; said: Message[]; state: State } {
  const log = new Log();
  const said = Array.from({ length: count }, (_, at) => log.say(BO, `m${String(at)}`));
  return { log, said, state: withPage(started(log), log) };
}

/** As the server tells it: without a place in the log. */
function expiry(log: Log, kept_from_seq: number): LateEvent {
  const { id, name, topic, alias, visibility, policy, archived, pins } = log.snapshot();
  const d: ChannelUpdate = { id, name, topic, alias, visibility, policy, archived, pins, kept_from_seq };
  return { op: "event", t: "channel.updated", channel: ROOM, d };
}

const about = (message: Message): LooseEvent => {
  const d: Omit<Notification, "read"> = { id: message.seq, kind: "mention", channel: ROOM, message, ts: 1 };
  return { op: "event", t: "notification.created", channel: ROOM, d };
};
const saved = (message: Message): LooseEvent => ({
  op: "event",
  t: "saved.updated",
  d: { channel: ROOM, message: message.id, saved: true, saved_ts: message.seq, remind_ts: null },
});

/** Each way by which one learns of it. */
const WAYS: Record<string, (state: State, log: Log, from: number) => State> = {
  "a frame": (state, log, from) => feed(state, [expiry(log, from)]),
  "the channel": (state, log, from) =>
    reduce(state, { type: "channel_loaded", channel: { ...log.snapshot(), kept_from_seq: from } }),
  "who was away is told": (state, _, from) => {
    const d = { user_id: ME, session_id: "s", heads: {}, kept_from_seqs: { [ROOM]: from }, online: [] };
    return reduce(state, { type: "frames", frames: [{ op: "ready", d }], now: 0 });
  },
  "a sync": (state, log, from) => {
    const sync = log.sync();
    const channels = [{ ...sync.channels[0]!, kept_from_seq: from }];
    return reduce(state, { type: "synced", sync: { ...sync, channels }, known: [ROOM] });
  },
};

describe("messages that were kept long enough", () => {
  for (const [way, learn] of Object.entries(WAYS)) {
    it(`go when ${way} says so: from the timeline, the inbox, what was saved and pinned`, () => {
      const { log, said, state } = talked(6);
      const [, second, , , fifth] = said as [Message, Message, Message, Message, Message];
      const told = feed(state, [about(second), about(fifth), saved(second), saved(fifth)]);
      const pinned = reduce(told, { type: "pin_set", channel: ROOM, message: second.id, on: true });
      const after = learn(pinned, log, fifth.seq);
      expect(texts(after)).toEqual(["m4", "m5"]);
      expect(Object.keys(room(after).messages)).toEqual([fifth.id, said[5]?.id]);
      expect(main(after)).toMatchObject({ hasOlder: false, hasNewer: false, stale: false });
      expect(after.inbox.items.map(({ message }) => message.id)).toEqual([fifth.id]);
      expect(savedShown(after).map(({ message }) => message.id)).toEqual([fifth.id]);
      expect(room(after).info.pins).toEqual([]);
      expect(room(after).info.last_message?.text).toBe("m5");
      expect(seen(learn(after, log, fifth.seq))).toEqual(seen(after));
    });
  }

  it("are all that was said: nothing was said last, and what comes is shown", () => {
    const { log, state } = talked(4);
    const empty = feed(state, [expiry(log, log.head + 1)]);
    expect(texts(empty)).toEqual([]);
    expect(room(empty).info.last_message).toBeNull();
    const cursor = log.head;
    for (let at = 0; at < 6; at += 1) log.say(BO, `new ${String(at)}`);
    const after = feed(empty, log.after(cursor));
    expect(texts(after)).toHaveLength(6);
    expect(main(after).hasOlder).toBe(false);
    expect(texts(feed(feed(empty, log.after(cursor).slice(0, 1)), log.after(cursor + 1)))).toEqual(
      texts(after),
    );
  });

  it("do not come back by an answer that is older, nor by an older frame", () => {
    const { log, said, state } = talked(6);
    const from = said[3]!.seq;
    const page = log.page();
    const after = feed(state, [expiry(log, from)]);
    const late = reduce(after, { type: "page_loaded", channel: ROOM, kind: "latest", page, limit: 50 });
    expect(texts(late)).toEqual(["m3", "m4", "m5"]);
    expect(main(late).hasOlder).toBe(false);
    const found = reduce(after, { type: "messages_loaded", channel: ROOM, messages: said, head: log.head });
    expect(room(found).messages[said[0]!.id]).toBeUndefined();
    expect(texts(WAYS["the channel"]!(after, log, 0))).toEqual(["m3", "m4", "m5"]);
    expect(room(feed(after, [expiry(log, 0)])).info.kept_from_seq).toBe(from);
    const older = reduce(state, { type: "page_loaded", channel: ROOM, kind: "latest", page, limit: 6 });
    expect(texts(feed(older, [expiry(log, from)]))).toEqual(["m3", "m4", "m5"]);
  });

  it("were all that is shown further up: it is asked for anew", () => {
    const { log, said, state } = talked(80);
    const page = log.page({ around: said[10]!.seq, limit: 10 });
    const up = reduce(state, { type: "page_loaded", channel: ROOM, kind: "around", page, limit: 10 });
    expect(main(up).hasNewer).toBe(true);
    const after = feed(up, [expiry(log, said[60]!.seq)]);
    expect(main(after)).toMatchObject({ ids: [], stale: true, hasOlder: false });
    const rest = { ...log.page({ limit: 20 }), oldest: said[60]!.seq };
    const again = reduce(after, {
      type: "page_loaded",
      channel: ROOM,
      kind: "latest",
      page: rest,
      limit: 50,
    });
    expect(texts(again)).toHaveLength(20);
    expect(main(again)).toMatchObject({ stale: false, hasOlder: false });
  });

  it("leave a thread without its beginning, which is shown as deleted", () => {
    const { log, said, state } = talked(2);
    const root = said[0]!;
    const reply = log.say(BO, "old reply", { thread: root.id });
    const last = log.say(BO, "new reply", { thread: root.id });
    const replies = { messages: [reply, last], head: log.head, oldest: reply.seq, root };
    const open = reduce(feed(state, log.after(said[1]!.seq)), {
      type: "thread_loaded",
      channel: ROOM,
      kind: "latest",
      page: replies,
      limit: 50,
    });
    const after = feed(open, [expiry(log, last.seq)]);
    expect(room(after).messages[root.id]).toMatchObject({ deleted: true, text: "", reactions: [] });
    expect(room(after).threads[root.id]?.ids).toEqual([last.id]);
    expect(texts(after)).toEqual([]);
    const late = reduce(after, {
      type: "thread_loaded",
      channel: ROOM,
      kind: "latest",
      page: replies,
      limit: 50,
    });
    expect(room(late).messages[root.id]).toMatchObject({ deleted: true, text: "" });
    expect(room(late).threads[root.id]?.ids).toEqual([last.id]);
  });

  it("count no longer: what the inbox shows at once, and the server is asked for the rest", () => {
    const { log, said, state } = talked(5);
    const told = feed(state, [about(said[0]!), about(said[4]!)]);
    const before = { unread: told.inbox.unread, mentions: room(told).info.mentions };
    const frame = expiry(log, said[3]!.seq);
    expect(isUnsure(told, frame)).toBe(true);
    const after = feed(told, [frame]);
    expect(after.inbox.unread).toBe(before.unread - 1);
    expect(room(after).info.mentions).toBe(before.mentions - 1);
    expect(isUnsure(after, frame)).toBe(false);
    const read = { channel: ROOM, read_seq: log.head, unread: 0, mentions: 0 };
    const quiet = reduce(state, { type: "read_set", channel: ROOM, read });
    expect(isUnsure(quiet, frame)).toBe(false);
    const news = {
      channel: ROOM,
      thread: "$t",
      following: true,
      read_seq: 1,
      unread: 1,
      mentions: 0,
      last_ts: 1,
    };
    expect(isUnsure(reduce(quiet, { type: "threads_told", states: [news] }), frame)).toBe(true);
  });

  it("what a sync counts stays as it counts", () => {
    const { log, said, state } = talked(3);
    const sync = log.sync();
    const channels = [{ ...sync.channels[0]!, kept_from_seq: said[2]!.seq }];
    const after = reduce(feed(state, [about(said[0]!)]), {
      type: "synced",
      sync: { ...sync, channels, notifications_unread: 4 },
      known: [ROOM],
    });
    expect(after.inbox).toMatchObject({ items: [], unread: 4 });
  });
});

describe("a message that an administrator took from this server alone", () => {
  const file = { hash: "h", name: "a.txt", media_type: "text/plain", size: 1 };

  /** As the server tells it: without a place in the log. */
  const taken = ({ id }: Message): LateEvent => ({
    op: "event",
    t: "message.deleted",
    channel: ROOM,
    d: { id },
  });

  function known() {
    const log = new Log();
    const said = log.say(BO, "look @ada", { attachments: [file], mentions: [ME] });
    log.react(said, BO, "👍", true);
    const answer = log.say(BO, "an answer", { reply_to: said.id });
    const state = withPage(started(log), log);
    return { log, said, answer, state: feed(state, [about(said), saved(said)]) };
  }

  it("is shown as deleted at once, without files, reactions, pin, and what told of it", () => {
    const { said, answer, state } = known();
    const pinned = reduce(state, { type: "pin_set", channel: ROOM, message: said.id, on: true });
    const after = feed(pinned, [taken(said)]);
    expect(room(after).messages[said.id]).toMatchObject({
      deleted: true,
      text: "",
      attachments: [],
      reactions: [],
      mentions: [],
    });
    expect(main(after).ids).toEqual([said.id, answer.id]);
    expect(room(after).info.pins).toEqual([]);
    expect(room(after).cursor).toBe(room(state).cursor);
    expect(after.inbox.items).toEqual([]);
    expect(after.inbox.unread).toBe(state.inbox.unread - 1);
    expect(savedShown(after)).toEqual([]);
    expect(feed(after, [taken(said)])).toEqual(after);
  });

  it("is no longer what was said last, nor what a thread begins with", () => {
    const { log, answer, state } = known();
    const after = feed(state, [taken(answer)]);
    expect(room(after).info.last_message).toMatchObject({ id: answer.id, text: "", deleted: true });
    const page = { messages: [], head: log.head, oldest: null, root: answer };
    const open = reduce(after, { type: "thread_loaded", channel: ROOM, kind: "latest", page, limit: 50 });
    expect(room(open).messages[answer.id]).toMatchObject({ deleted: true, text: "" });
  });

  it("is not brought back by an answer or an event that was on its way", () => {
    const { log, said, state } = known();
    const page = log.page();
    const after = feed(state, [taken(said)]);
    const late = reduce(after, { type: "page_loaded", channel: ROOM, kind: "latest", page, limit: 50 });
    expect(room(late).messages[said.id]).toMatchObject({ deleted: true, text: "", attachments: [] });
    const cursor = log.head;
    log.react(said, user(ME).id, "👍", true);
    log.edit(said, "again");
    expect(room(feed(late, log.after(cursor))).messages[said.id]).toMatchObject({ text: "", reactions: [] });
    // Not known here but by its event.
    const heard = feed(started(log, 2), log.after(2));
    const blank = feed(heard, [taken(said)]);
    const early = { messages: [], head: 2, oldest: null };
    const shown = reduce(blank, {
      type: "page_loaded",
      channel: ROOM,
      kind: "latest",
      page: early,
      limit: 50,
    });
    expect(room(shown).messages[said.id]).toMatchObject({ deleted: true, text: "" });
  });

  it("may have counted: the server is asked", () => {
    const { said, state } = known();
    expect(isUnsure(state, taken(said))).toBe(true);
    const d = { ...said, text: "late" };
    const filled: LateEvent = { op: "event", t: "message.updated", channel: ROOM, d };
    expect(isUnsure(state, filled)).toBe(false);
  });
});
