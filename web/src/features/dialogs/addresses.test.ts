import { describe, expect, it } from "vitest";
import { fullAlias, fullUserId, serverName } from "./addresses";

describe("addresses", () => {
  it("servers, once they are whole", () => {
    expect(serverName(" Chat.Example.org ")).toBe("chat.example.org");
    for (const bad of ["", "chat", "chat.", "-a.org", "a_b.org", "a.org/x", "a.org:1", "1.2.3.4"]) {
      expect(serverName(bad), bad).toBeNull();
    }
  });
  it("channels", () => {
    expect(fullAlias("#General:b.test")).toBe("#general:b.test");
    for (const bad of ["general:b.test", "#general", "#:b.test", "#a:b:c.test", "#a b:c.test"]) {
      expect(fullAlias(bad), bad).toBeNull();
    }
  });
  it("people, with or without the sign", () => {
    expect(fullUserId("@bob:b.test")).toBe("@bob:b.test");
    expect(fullUserId("bob:b.test")).toBe("@bob:b.test");
    for (const bad of ["bob", "@bob", "#bob:b.test", "bob:", ":b.test"])
      expect(fullUserId(bad), bad).toBeNull();
  });
});
