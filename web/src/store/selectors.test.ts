import { expect, it } from "vitest";
import {
  anyUnread,
  badgeCount,
  directMessages,
  displayName,
  foreignId,
  foreignIds,
  isPrivate,
  joinedChannels,
} from "./selectors";
import { reduce } from "./reducer";
import { BO, channel, Log, ME, started, user } from "./testing";

it("channels are in the order of the numbers in their names", () => {
  const log = new Log();
  const named = ["Class 10a", "Class 9", "Äpfel", "class 5b", "Class 5a"];
  const channels = named.map((name, at) => channel({ id: `!${String(at)}`, name }));
  const state = reduce(started(log), { type: "synced", sync: { ...log.sync(), channels }, known: [] });
  const names = joinedChannels(state).map(({ info }) => info.name);
  expect(names).toEqual(["Äpfel", "Class 5a", "class 5b", "Class 9", "Class 10a", "room"]);
});

it("a conversation with somebody whom one blocks is not listed, and asks for nothing", () => {
  const log = new Log();
  const over = { kind: "dm", unread: 2 } as const;
  const two = channel({ ...over, id: "!two", people: [user(ME), user(BO)] });
  const three = channel({ ...over, id: "!three", people: [user(ME), user(BO), user("@cy:test")] });
  const sync = { ...log.sync(), channels: [two, three] };
  const before = reduce(started(log), { type: "synced", sync, known: [] });
  const after = reduce(before, { type: "block_set", user: BO, on: true });
  const ids = (state: typeof after, open?: string) => directMessages(state, open).map(({ info }) => info.id);
  expect(ids(before)).toEqual(["!two", "!three"]);
  expect(ids(after)).toEqual(["!three"]);
  // The one that is open does not go away under the reader's eyes.
  expect(ids(after, "!two")).toEqual(["!two", "!three"]);
  expect([badgeCount(before), badgeCount(after)]).toEqual([4, 2]);
  expect([anyUnread(before, "!three"), anyUnread(after, "!three")]).toEqual([true, false]);
});

it("nobody goes by another's address", () => {
  const named = (display_name: string) =>
    displayName({ ...user("@mal:evil.test"), display_name }, "@mal:evil.test");
  expect(named("@ann:good.test")).toBe("@mal:evil.test");
  expect(named("Ann")).toBe("Ann");
});

it("people of other servers have their address beside the name", () => {
  const people = [user(ME), user(BO), user("@ann:evil.test")];
  expect(foreignId(user(ME), BO)).toBeNull();
  expect(foreignId(user(ME), "@ann:evil.test")).toBe("@ann:evil.test");
  expect(foreignIds(user(ME), { people })).toBe("@ann:evil.test");
});

it("a channel elsewhere of which nothing is known is not called private", () => {
  const asked = { visibility: "private", membership: "invited" } as const;
  expect(isPrivate(channel({ ...asked, member_count: 0 }))).toBe(false);
  expect(isPrivate(channel({ ...asked, member_count: 3 }))).toBe(true);
  expect(isPrivate(channel({ visibility: "private", member_count: 0 }))).toBe(true);
  expect(isPrivate(channel({ membership: "invited", member_count: 0 }))).toBe(false);
});
