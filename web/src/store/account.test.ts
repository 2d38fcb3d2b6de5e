import { describe, expect, it } from "vitest";
import type { StateFrame } from "../api/frames";
import type { User } from "../api/types";
import { displayName, isForsaken } from "./selectors";
import { BO, channel, feed, Log, ME, ROOM, started, user } from "./testing";
import { reduce } from "./reducer";
import type { State } from "./state";

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

describe("a deleted account", () => {
  const gone = { ...user(BO), presence: "online" as const, deactivated: true };
  const deleted = { op: "event", t: "user.updated", d: gone } as const;
  const typing = { op: "event", t: "typing", channel: ROOM, d: { user: BO, expires_ms: 5_000 } } as const;
  const users = [{ id: BO, presence: "online" as const }];
  const here = { op: "event" as const, t: "presence" as const, d: { users } };
  const alive = feed(reduce(started(new Log()), { type: "users_loaded", users: [user(BO)] }), [here, typing]);

  it("is neither here nor typing", () => {
    expect([alive.online[BO], Object.keys(alive.channels[ROOM]?.typing ?? {})]).toEqual([true, [BO]]);
    const after = feed(alive, [deleted]);
    expect([after.online[BO], after.channels[ROOM]?.typing]).toEqual([undefined, {}]);
    // Also when something was on its way.
    const d = { user_id: ME, session_id: "s", heads: {}, kept_from_seqs: {}, online: [BO] };
    const ready: StateFrame = { op: "ready", d };
    const late = reduce(after, { type: "frames", frames: [here, typing, ready], now: 0 });
    expect([late.online[BO], late.channels[ROOM]?.typing]).toEqual([undefined, {}]);
  });

  it("does not type either where somebody was sent away", () => {
    const log = new Log();
    const before = feed(started(log), [typing]);
    expect(Object.keys(before.channels[ROOM]?.typing ?? {})).toEqual([BO]);
    const head = log.head;
    log.member({ user: user(BO), membership: "banned", role: "member", since_seq: 9 }, 1);
    expect(feed(before, log.after(head)).channels[ROOM]?.typing).toEqual({});
  });

  it("leaves a direct conversation without anybody to write to", () => {
    const third = user("@cy:test");
    const dm = (people: User[]) =>
      reduce(alive, { type: "channel_loaded", channel: channel({ id: "!dm", kind: "dm", people }) });
    const forsaken = (state: State) => {
      const at = state.channels["!dm"];
      return at && isForsaken(state, at);
    };
    const two = dm([user(ME), user(BO)]);
    expect(forsaken(two)).toBe(false);
    expect(forsaken(feed(two, [deleted]))).toBe(true);
    expect(forsaken(feed(dm([user(ME), user(BO), third]), [deleted]))).toBe(false);
    // A conversation with oneself is nobody's loss.
    expect(forsaken(dm([user(ME)]))).toBe(false);
  });
});
