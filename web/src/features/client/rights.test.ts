import { describe, expect, it } from "vitest";
import type { Member } from "../../api/types";
import { channel, user } from "../../store/testing";
import {
  CAPABILITIES,
  canKeepWebhooks,
  canReach,
  canRemove,
  canSeeEdits,
  capsOf,
  grantable,
  may,
  mayFoundChannels,
  neededRole,
  outings,
} from "./rights";

describe("who may see what a message said before", () => {
  const message = { sender: "@bo:test" };
  it("its author", () => expect(canSeeEdits(channel({ role: "guest" }), message, "@bo:test")).toBe(true));
  it("owners and moderators", () => {
    expect(canSeeEdits(channel({ role: "owner" }), message, "@ada:test")).toBe(true);
    expect(canSeeEdits(channel({ role: "moderator" }), message, "@ada:test")).toBe(true);
  });
  it("nobody else", () => {
    expect(canSeeEdits(channel({ role: "member" }), message, "@ada:test")).toBe(false);
    expect(canSeeEdits(channel({ role: null }), message, "@ada:test")).toBe(false);
  });
});

describe("who may found channels", () => {
  const state = (role: "user" | "admin", create_channels?: "everybody" | "administrators") => ({
    me: { ...user("@ada:test"), role },
    server: {
      name: "test",
      version: "1",
      feature_level: 1,
      registration: "open",
      limits: {},
      create_channels,
    } as const,
  });
  it("is everybody, but where the server says administrators", () => {
    expect(mayFoundChannels(state("user", "everybody"))).toBe(true);
    expect(mayFoundChannels(state("user"))).toBe(true);
    expect(mayFoundChannels({ ...state("user"), server: null })).toBe(true);
    expect(mayFoundChannels(state("user", "administrators"))).toBe(false);
    expect(mayFoundChannels(state("admin", "administrators"))).toBe(true);
  });
});

describe("what a role may do", () => {
  const own = (role: "owner" | "moderator" | "member" | "guest", caps = {}) =>
    channel({ role, policy: { join: "open", history: "all", caps } });

  it("is the default where the channel says nothing, and what it says else", () => {
    expect(may(own("member"), "mention_all")).toBe(true);
    expect(may(own("guest"), "post")).toBe(false);
    expect(may(own("guest", { post: "guest" }), "post")).toBe(true);
    expect(may(own("member", { post: "moderator" }), "post")).toBe(false);
    expect(may({ ...own("owner"), membership: "left" }, "post")).toBe(false);
  });

  it("is given by nobody beyond their own, nor taken from above them (AUTH-50)", () => {
    expect(grantable(own("moderator"), "pin")).toEqual(["guest", "member", "moderator"]);
    expect(grantable(own("moderator"), "set_policy")).toEqual([]);
    expect(grantable(own("owner"), "set_policy")).toEqual(["guest", "member", "moderator", "owner"]);
  });

  it("is kept only where it is not the default", () => {
    const info = own("owner", { post: "moderator", react: "guest" });
    const all = Object.fromEntries(CAPABILITIES.map((each) => [each, neededRole(info.policy, each)]));
    expect(capsOf(all as Parameters<typeof capsOf>[0])).toEqual({ post: "moderator" });
  });
});

describe("what an administrator of the server may delete", () => {
  const ada = { ...user("@ada:test"), role: "admin" as const };
  it("is for everybody what their own people wrote, and what stands in channels hosted here", () => {
    expect(canReach(ada, "b.test", "@bo:test")).toBe(true);
    expect(canReach(ada, "test", "@bo:b.test")).toBe(true);
    expect(canReach(ada, "b.test", "@bo:b.test")).toBe(false);
  });

  it("is at least what stands on their server, and nothing for others", () => {
    expect(canRemove(ada)).toBe(true);
    expect(canRemove({ ...ada, role: "user" })).toBe(false);
    expect(canRemove(null)).toBe(false);
  });
});

describe("who keeps a channel's webhooks", () => {
  const ada = user("@ada:test");

  it("is its owner, and who moderates it", () => {
    expect(canKeepWebhooks(channel({ role: "owner" }), ada)).toBe(true);
    expect(canKeepWebhooks(channel({ role: "moderator" }), ada)).toBe(true);
    expect(canKeepWebhooks(channel({ role: "member" }), ada)).toBe(false);
    expect(canKeepWebhooks(channel({ role: "owner", membership: "left" }), ada)).toBe(false);
  });

  it("is nobody on another server, or in a conversation", () => {
    expect(canKeepWebhooks(channel({ role: "owner", host: "b.test" }), ada)).toBe(false);
    expect(canKeepWebhooks(channel({ role: "owner", kind: "dm" }), ada)).toBe(false);
    expect(canKeepWebhooks(channel({ role: "owner" }), null)).toBe(false);
  });
});

describe("who may be put out", () => {
  const BO = "@bo:test";
  const is = (membership: Member["membership"], role: Member["role"] = "member") => ({
    byId: { [BO]: { user: user(BO), membership, role, since_seq: 1 } },
    next: null,
  });
  const mine = channel({ role: "moderator" });
  it("whoever is below one", () => {
    expect(outings(mine, is("joined"), BO)).toEqual(["remove", "ban"]);
    expect(outings(mine, is("joined", "owner"), BO)).toEqual([]);
    expect(outings(channel({ role: "member" }), is("joined"), BO)).toEqual([]);
    expect(outings(channel({ role: "owner", kind: "dm" }), is("joined"), BO)).toEqual([]);
  });
  it("who is not there is only kept out, and that once", () => {
    expect(outings(mine, is("left"), BO)).toEqual(["ban"]);
    expect(outings(mine, { byId: {}, next: null }, BO)).toEqual(["ban"]);
    expect(outings(mine, is("banned"), BO)).toEqual([]);
  });
  it("of whom nothing is known the server judges", () => {
    expect(outings(mine, { byId: {}, next: "more" }, BO)).toEqual(["remove", "ban"]);
    expect(outings(mine, null, BO)).toEqual(["remove", "ban"]);
  });
});
