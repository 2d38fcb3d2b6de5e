import { describe, expect, it } from "vitest";
import { channel } from "../../store/testing";
import { canSeeEdits } from "./rights";

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
