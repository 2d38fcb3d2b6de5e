// What waits for a channel's host is laid over what the log says, and leaves it as it was when the host refuses.

import { describe, expect, it } from "vitest";
import type { ChannelUpdate, PendingUpdate, StateFrame } from "../api/frames";
import type { Message, Pending } from "../api/types";
import { reduce } from "./reducer";
import type { OutboxItem, State, StoredMessage } from "./state";
import { BO, feed, Log, ME, ROOM, started, withPage } from "./testing";
import { expected, waitsForHost, withWaiting } from "./waiting";

const log = new Log();
const mine = log.say(ME, "helo");
const start: State = withPage(started(log), log);
const room = (state: State) => state.channels[ROOM];
const shown = (state: State, id = mine.id) =>
  expected(room(state)?.messages[id] as StoredMessage, room(state)?.waiting ?? [], ME);

const tell = (state: State, d: PendingUpdate) =>
  reduce(state, {
    type: "frames",
    frames: [{ op: "event", t: "pending.updated", channel: ROOM, d }],
    now: 1,
  });

const edit: Pending = { id: "$e", kind: "edit", ts: 9, target: mine.id, message: { ...mine, text: "hello" } };
const removal: Pending = { id: "$r", kind: "redact", ts: 9, target: mine.id };
const thumb: Pending = { id: "$t", kind: "reaction", ts: 9, target: mine.id, emoji: "👍" };

describe("what waits", () => {
  it("is shown as it is going to be, and is no part of the message", () => {
    const state = tell(tell(start, { ...edit, state: "waiting" }), { ...thumb, state: "waiting" });
    expect(room(state)?.messages).toEqual(room(start)?.messages);
    const { message, edit: waits, emoji, removal: gone } = shown(state);
    expect([message.text, message.edited_ts, waits?.id, emoji, gone]).toEqual([
      "hello",
      9,
      "$e",
      ["👍"],
      null,
    ]);
    expect(message.reactions).toEqual([{ emoji: "👍", count: 1, users: [ME], me: true }]);
    expect(waitsForHost(state, ROOM)).toBe(true);
    expect(waitsForHost(start, ROOM)).toBe(false);
  });

  it("counts a reaction once that was shown before it waited", () => {
    const set = reduce(tell(start, { ...thumb, state: "waiting" }), {
      type: "reaction_set",
      channel: ROOM,
      message: mine.id,
      emoji: "👍",
      on: true,
    });
    expect(shown(set).message.reactions[0]?.count).toBe(1);
  });

  it("the last of several edits is the one that is shown", () => {
    const later: Pending = { ...edit, id: "$e2", message: { ...mine, text: "hello!" } };
    const state = tell(tell(start, { ...edit, state: "waiting" }), { ...later, state: "waiting" });
    expect([shown(state).message.text, shown(state).edit?.id]).toEqual(["hello!", "$e2"]);
  });

  it("a reaction that is to go goes, and the deletion of a message is none of it", () => {
    const other = new Log();
    const said = other.say(BO, "tea?");
    other.react(said, ME, "👍", true);
    const state = withPage(started(other), other);
    const taken: Pending = { id: "$u", kind: "redact", ts: 9, target: said.id, emoji: "👍" };
    const { message, removal: gone, emoji } = shown(tell(state, { ...taken, state: "waiting" }), said.id);
    expect([message.reactions, gone, emoji]).toEqual([[], null, ["👍"]]);
  });

  it("a refusal brings back what was", () => {
    const waits = tell(start, { ...removal, state: "waiting" });
    expect(shown(waits).removal?.id).toBe("$r");
    const after = tell(waits, { ...removal, state: "refused", code: "forbidden", detail: "no" });
    expect(room(after)).toEqual(room(start));
  });

  it("is over when it is delivered, after the frame of what it was", () => {
    const here = new Log();
    const said = here.say(ME, "helo");
    const waits = tell(withPage(started(here), here), { ...edit, target: said.id, state: "waiting" });
    here.edit(said, "hello");
    const arrived = feed(waits, here.after(said.seq));
    const after = tell(arrived, { ...edit, target: said.id, state: "delivered" });
    expect([shown(arrived, said.id).message.text, shown(after, said.id).message.text]).toEqual([
      "hello",
      "hello",
    ]);
    expect(room(after)?.waiting).toEqual([]);
  });

  it("what the server says when it is asked replaces what was known", () => {
    const waits = tell(start, { ...removal, state: "waiting" });
    const loaded = reduce(waits, { type: "pending_loaded", channel: ROOM, pending: [thumb] });
    expect(room(loaded)?.waiting).toEqual([thumb]);
    const nothing = reduce(start, { type: "pending_loaded", channel: ROOM, pending: [] });
    expect(room(nothing)).toBe(room(start));
  });
});

describe("messages that wait", () => {
  const message: Message = {
    ...mine,
    id: "$m",
    seq: -1,
    ts: 5,
    nonce: "n1",
    text: "anybody?",
    status: "pending",
  };
  const pending: Pending = { id: "$m", kind: "message", ts: 5, message };
  const item: OutboxItem = { nonce: "n1", channel: ROOM, text: "anybody?", ts: 5, status: "hosted" };
  const queued = reduce(start, { type: "outbox_queued", item });

  it("of other devices stand among those of this one, each once", () => {
    const own: OutboxItem = { nonce: "n2", channel: ROOM, text: "later", ts: 8, status: "queued" };
    expect(withWaiting([own], [pending, edit]).map(({ nonce, status }) => [nonce, status])).toEqual([
      ["n1", "hosted"],
      ["n2", "queued"],
    ]);
    const same = [item];
    expect(withWaiting(same, [pending])).toBe(same);
  });

  it("fail with the reason when they are refused, and go when they are taken back", () => {
    const refused = tell(queued, { ...pending, state: "refused", code: "archived" });
    expect(refused.outbox[ROOM]).toEqual([{ ...item, status: "failed", error: "archived" }]);
    expect(tell(queued, { ...pending, state: "taken_back" }).outbox[ROOM]).toBeUndefined();
    expect(tell(start, { ...pending, state: "refused", code: "archived" }).outbox[ROOM]).toBeUndefined();
  });
});

describe("what was refused while nobody was there", () => {
  const refusal = (pending: Pending) => ({
    channel: "!elsewhere",
    channel_name: "elsewhere",
    host: "b.test",
    pending,
    code: "not_member",
    refused_ts: 9,
  });
  const told = reduce(start, { type: "refusals_loaded", refusals: [refusal(edit), refusal(thumb)] });

  it("stays until it is put away, here or on another device, also of channels that are not known", () => {
    const here = reduce(told, { type: "refusal_dismissed", id: thumb.id });
    expect(here.refusals).toEqual([refusal(edit)]);
    const there = reduce(told, {
      type: "frames",
      frames: [
        {
          op: "event",
          t: "pending.updated",
          channel: "!elsewhere",
          d: { ...edit, state: "dismissed" },
        } as StateFrame,
      ],
      now: 1,
    });
    expect(there.refusals).toEqual([refusal(thumb)]);
    expect(room(there)).toBe(room(told));
  });
});

describe("what came after its entry", () => {
  const here = new Log();
  const said = here.say(BO, "");
  const state = withPage(started(here), here);
  const send = (before: State, frame: object) =>
    reduce(before, { type: "frames", frames: [{ op: "event", ...frame } as StateFrame], now: 1 });
  const full = { t: "message.updated", channel: ROOM, d: { ...said, text: "late" } };

  it("fills the message and moves nothing", () => {
    const after = send(state, full);
    expect(room(after)?.messages[said.id]?.text).toBe("late");
    expect([room(after)?.cursor, room(after)?.main]).toEqual([room(state)?.cursor, room(state)?.main]);
  });

  it("does not bring back what was deleted", () => {
    const gone = reduce(state, { type: "message_removed", channel: ROOM, id: said.id });
    expect(room(send(gone, full))?.messages[said.id]?.text).toBe("");
  });

  it("holds against an answer that is older than the edit which it fills", () => {
    const old = here.view(said.seq);
    here.edit(said, "");
    const after = send(feed(state, here.after(said.seq)), full);
    const page = { messages: old, head: said.seq, oldest: 0 };
    const loaded = reduce(after, { type: "page_loaded", channel: ROOM, kind: "latest", page, limit: 50 });
    expect(room(loaded)?.messages[said.id]?.text).toBe("late");
  });

  it("a channel's name without a place is shown, and the cursor stays", () => {
    const { id, topic, alias, visibility, policy, archived, pins, kept_from_seq } = here.snapshot(here.head);
    const d: ChannelUpdate = {
      id,
      name: "atrium",
      topic,
      alias,
      visibility,
      policy,
      archived,
      pins,
      kept_from_seq,
    };
    const after = send(state, { t: "channel.updated", channel: ROOM, d });
    expect([room(after)?.info.name, room(after)?.cursor]).toEqual(["atrium", room(state)?.cursor]);
  });
});
