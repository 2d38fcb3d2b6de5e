import { expect, it } from "vitest";
import { channel } from "../../store/testing";
import { waitingOf } from "./Waiting";

it("a channel is as loud as its mentions, a conversation as all that is unread", () => {
  expect(waitingOf(channel({ unread: 28, mentions: 1 }))).toMatchObject({
    loud: 1,
    unread: 28,
    muted: false,
  });
  expect(waitingOf(channel({ unread: 28, mentions: 0 }))).toMatchObject({ loud: 0, unread: 28 });
  expect(waitingOf(channel({ kind: "dm", unread: 3, mentions: 0 }))).toMatchObject({ loud: 3 });
  expect(waitingOf(channel({ unread: 2, mentions: 1, notify: "none" }))).toMatchObject({ muted: true });
});
