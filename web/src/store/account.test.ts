import { describe, expect, it } from "vitest";
import { displayName } from "./selectors";
import { feed, Log, ME, ROOM, started, user } from "./testing";
import { reduce } from "./reducer";

describe("displayName", () => {
  it("does not turn what stands around it", () => {
    const eve = { ...user("@eve:test"), display_name: "\u202Eeve" };
    expect(displayName(eve, eve.id)).toBe("eve");
    expect(displayName({ ...eve, display_name: "\u202E" }, eve.id)).toBe(eve.username);
  });
});

describe("account.updated", () => {
  it("says what one may do on the server, and leaves the profile alone", () => {
    const before = reduce(started(new Log()), { type: "signed_in", user: { ...user(ME), role: "user" } });
    const frame = { op: "event", t: "account.updated", d: { role: "admin" } } as const;
    const after = feed(before, [frame]);
    expect(after.me).toEqual({ ...before.me, role: "admin" });
    expect(feed(after, [frame]).me).toEqual(after.me);
    // A profile that comes later does not say it, and does not take it away.
    const renamed = { ...user(ME), display_name: "New" };
    const later = feed(after, [{ op: "event", t: "user.updated", d: renamed }]);
    expect([later.me?.role, later.me?.display_name]).toEqual(["admin", "New"]);
  });
});

it("settings.updated is no part of the state", () => {
  const before = started(new Log());
  const d = { key: "draft:!room", value: { text: "x" }, updated_ts: 1 };
  expect(feed(before, [{ op: "event", t: "settings.updated", d }])).toEqual(before);
});

describe("standing_loaded", () => {
  const standing = { type: "standing_loaded", channel: ROOM } as const;
  it("says how a channel stands to other servers, and takes back what is no longer said", () => {
    const before = started(new Log());
    const sync = { state: "live" as const, servers: [{ server: "b.test", behind: 3 }] };
    const servers = { allow: ["b.test"], deny: null };
    const told = reduce(before, { ...standing, sync, servers });
    expect(told.channels[ROOM]?.info).toMatchObject({ sync, servers });
    // Asked for again and again: nothing is drawn anew for the same answer.
    expect(reduce(told, { ...standing, sync: { ...sync }, servers: { ...servers } }).channels[ROOM]).toBe(
      told.channels[ROOM],
    );
    const after = reduce(told, { ...standing, sync: undefined, servers: undefined });
    expect(after.channels[ROOM]?.info).toEqual(before.channels[ROOM]?.info);
    expect(reduce(before, { ...standing, channel: "!gone", sync, servers })).toEqual(before);
  });
});
