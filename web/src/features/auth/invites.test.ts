import { describe, expect, it } from "vitest";
import { inviteLink, inviteOf } from "./invites";

describe("links of invitations", () => {
  it("hold the code and nothing else of the page", () => {
    const link = inviteLink("https://chat.example.org/?x=1#/c/one", "Ab-3_z");
    expect(link).toBe("https://chat.example.org/?x=1#/invite/Ab-3_z");
    expect(inviteOf(new URL(link).hash)).toBe("Ab-3_z");
  });

  it("are not what other addresses are", () => {
    for (const hash of ["", "#/", "#/c/one", "#/invite/", "#/invite/a/b", "#/invite/a%20b", "#/verify/abc"])
      expect(inviteOf(hash), hash).toBeNull();
  });
});
