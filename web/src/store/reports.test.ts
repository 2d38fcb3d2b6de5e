import { describe, expect, it } from "vitest";
import { reduce } from "./reducer";
import { overseen } from "./reports";
import { initialState, type State } from "./state";
import { channel, feed, Log, ME, started, user } from "./testing";

const frame = (open: number) => ({ op: "event", t: "reports.updated", d: { open } }) as const;

describe("what was reported", () => {
  it("is told by a snapshot, which may say that there is nothing to see to", () => {
    const log = new Log();
    const synced = (reports_open?: number | null) =>
      reduce(started(log), {
        type: "synced",
        sync: { ...log.sync(), ...(reports_open === undefined ? {} : { reports_open }) },
        known: [],
      });
    expect(synced(3).reports).toEqual({ open: 3 });
    expect(synced(0).reports).toEqual({ open: 0 });
    expect(synced(null).reports).toBeNull();
    // An older server.
    expect(synced().reports).toBeNull();
  });

  it("is another object each time that it is told, for other reports may be open", () => {
    const one = feed(started(new Log()), [frame(1)]);
    expect(one.reports).toEqual({ open: 1 });
    const again = feed(one, [frame(1)]);
    expect(again.reports).toEqual(one.reports);
    expect(again.reports).not.toBe(one.reports);
  });

  it("ends with the session", () => {
    const told = feed(started(new Log()), [frame(1)]);
    expect(reduce(told, { type: "signed_out", endedBy: null }).reports).toBeNull();
  });
});

describe("who sees to it", () => {
  const of = (role: "user" | "admin", ...channels: Parameters<typeof channel>[0][]) => {
    const signedIn = reduce(initialState, { type: "signed_in", user: { ...user(ME), role } });
    const state = channels.reduce<State>(
      (next, over) => reduce(next, { type: "channel_loaded", channel: channel(over) }),
      signedIn,
    );
    return overseen(state);
  };

  it("is a moderator of a channel, while they are in it", () => {
    expect(of("user")).toBe("");
    expect(of("user", { id: "!a", role: "member" }, { id: "!b", role: "guest" })).toBe("");
    expect(of("user", { id: "!b", role: "moderator" }, { id: "!a", role: "owner" })).toBe("!a !b");
    expect(of("user", { id: "!a", role: "owner", membership: "left" })).toBe("");
    // Everybody owns a direct conversation that they began.
    expect(of("user", { id: "!a", role: "owner", kind: "dm" })).toBe("");
  });

  it("is an administrator, whatever channels they are in", () => {
    expect(of("admin")).toBe("all");
    expect(of("admin", { id: "!a", role: "owner" })).toBe("all");
  });
});
