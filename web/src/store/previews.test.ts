// The previews of a message follow what is said of it, wherever it is kept.

import { describe, expect, it } from "vitest";
import type { StreamEvent } from "../api/frames";
import type { Message } from "../api/types";
import { reduce } from "./reducer";
import { savedShown } from "./saved";
import type { State, StoredMessage } from "./state";
import { feed, Log, ME, ROOM, started, withPage } from "./testing";
import { expected, withWaiting } from "./waiting";

const url = "https://a.example/";
const preview = { url, title: "A page" };

const log = new Log();
const said = log.say(ME, url, { previews: [preview], nonce: "n" });
const without: Message = { ...said, previews: [], edited_ts: 9 };
const start = reduce(withPage(started(log), log), {
  type: "saved_loaded",
  items: [{ channel: ROOM, saved_ts: 1, remind_ts: null, message: said }],
  next: null,
  first: true,
});
const frame = (t: string, d: object, seq?: number) =>
  ({ op: "event", t, channel: ROOM, d, ...(seq === undefined ? {} : { seq }) }) as StreamEvent;
const shown = (state: State) => state.channels[ROOM]?.messages[said.id] as StoredMessage;
const kept = (state: State) => savedShown(state).map(({ message }) => message.previews);

describe("previews", () => {
  it("are there with the message, and go with an edit", () => {
    expect(shown(start).previews).toEqual([preview]);
    const after = feed(start, [frame("message.edited", without, log.head + 1)]);
    expect([shown(after).previews, kept(after)]).toEqual([[], [[]]]);
  });

  it("go with what takes effect after its entry, and with the message", () => {
    const after = feed(start, [frame("message.updated", without)]);
    expect([shown(after).previews, kept(after)]).toEqual([[], [[]]]);
    const gone = feed(start, [frame("message.deleted", { id: said.id }, log.head + 1)]);
    expect(shown(gone).previews).toEqual([]);
  });

  it("are as they are going to be while that waits for the host", () => {
    const edit = { id: "$e", kind: "edit", ts: 9, target: said.id, message: without };
    expect(expected(shown(start), [edit], ME).message.previews).toEqual([]);
    const item = { id: "$m", kind: "message", ts: 9, message: said };
    expect(withWaiting([], [item])).toMatchObject([{ nonce: "n", previews: [preview] }]);
  });
});
