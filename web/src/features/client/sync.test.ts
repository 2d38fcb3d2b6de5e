import { describe, expect, it } from "vitest";
import { delivery, syncState } from "./sync";

describe("syncState", () => {
  it("is what the server says, or what one's own messages wait for", () => {
    expect(syncState({}, false)).toBe("live");
    expect(syncState({}, true)).toBe("waiting");
    expect(syncState({ sync: { state: "replaying", servers: [] } }, false)).toBe("replaying");
    expect(syncState({ sync: { state: "live", servers: [] } }, true)).toBe("waiting");
    expect(syncState({ sync: { state: "frozen", servers: [] } }, true)).toBe("frozen");
  });
});

describe("delivery", () => {
  it("counts who has everything, and names who has not", () => {
    const servers = [
      { server: "a.test", behind: 0 },
      { server: "b.test", behind: 2 },
      { server: "c.test", behind: 9 },
    ];
    expect(delivery({ sync: { state: "live", servers } })).toEqual({
      have: 1,
      total: 3,
      late: [servers[2], servers[1]],
    });
  });
  it("is nothing without other servers", () => {
    expect(delivery({})).toBeNull();
    expect(delivery({ sync: { state: "live", servers: [] } })).toBeNull();
  });
});
