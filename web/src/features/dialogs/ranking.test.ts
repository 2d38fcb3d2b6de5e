import { expect, it } from "vitest";
import { initialState, type ChannelState, type State } from "../../store/state";
import { channel, ME, user } from "../../store/testing";
import { rankConversations, rankPeople } from "./ranking";

const people = (...names: string[]) => [ME, ...names.map((name) => `@${name}:test`)].map(user);

const told = (over: Parameters<typeof channel>[0]): ChannelState =>
  ({ info: channel({ membership: "joined", ...over }) }) as ChannelState;

function stateOf(...channels: ChannelState[]): State {
  return {
    ...initialState,
    me: { ...user(ME), role: "user" } as State["me"],
    channels: Object.fromEntries(channels.map((each) => [each.info.id, each])),
  };
}

const group = told({ id: "!group", kind: "dm", people: people("li", "priya") });
const two = told({ id: "!two", kind: "dm", people: people("li") });
const room = told({ id: "!room", name: "Public" });

const ids = (state: State, wanted: string) =>
  rankConversations(state, wanted).conversations.map(({ info }) => info.id);

it("one person, and a channel, go before a group that begins with their name", () => {
  expect(ids(stateOf(group, two, room), "li")).toEqual(["!two", "!group", "!room"]);
  expect(rankConversations(stateOf(group, two), "li").sure).toBe(true);
});

it("a group is no sure answer while somebody may be called so", () => {
  expect(rankConversations(stateOf(group), "li").sure).toBe(false);
  expect(rankConversations(stateOf(room), "li").sure).toBe(false);
  expect(rankConversations(stateOf(group), "").sure).toBe(true);
});

it("people whose name begins so come first", () => {
  const found = rankPeople(["@ali:test", "@li:test"].map(user), "li");
  expect(found.people.map(({ id }) => id)).toEqual(["@li:test", "@ali:test"]);
  expect(found.sure).toBe(true);
  expect(rankPeople([user("@ali:test")], "li").sure).toBe(false);
  expect(rankPeople([], "li").sure).toBe(false);
});
