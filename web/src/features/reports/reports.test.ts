import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { client as http } from "../../api/generated/client.gen";
import type { Report } from "../../api/reports";
import type { Channel, User } from "../../api/types";
import { BO, channel, Log, ME, started, user } from "../../store/testing";
import { alsoTold, canReopen, loadMore, loadReports, peopleOf, removalOf } from "./reports";

const message = new Log().say(BO, "buy this");
const report = (over: Partial<Report> = {}): Report => ({
  id: 1,
  ts: 1,
  channel: { id: message.channel, kind: "channel", name: "room" },
  message_id: message.id,
  seq: message.seq,
  author: user(BO),
  deleted: false,
  message,
  reason: null,
  reporter: null,
  server: "test",
  closed: false,
  handled_ts: null,
  handled_by: null,
  closed_ts: null,
  closed_by: null,
  ...over,
});

describe("which other servers are told", () => {
  it("where the channel lives, and where the author is, each once", () => {
    expect(alsoTold("test", BO, "test")).toEqual([]);
    expect(alsoTold("far.test", BO, "test")).toEqual(["far.test"]);
    expect(alsoTold("test", "@eve:far.test", "test")).toEqual(["far.test"]);
    expect(alsoTold("far.test", "@eve:far.test", "test")).toEqual(["far.test"]);
    expect(alsoTold("far.test", "@eve:off.test:8443", "test")).toEqual(["far.test", "off.test:8443"]);
  });
});

describe("as what the viewer deletes what was reported", () => {
  const state = (role: User["role"], known: Partial<Channel> | null) => ({
    me: { ...user(ME), ...(role ? { role } : {}) },
    channels: known ? { ...started(new Log()).channels, [message.channel]: stateOf(known) } : {},
  });
  const stateOf = (known: Partial<Channel>) => ({
    ...started(new Log()).channels[message.channel]!,
    info: channel(known),
  });

  it("as a moderator, in one's own name, also where one is an administrator", () => {
    expect(removalOf(state("user", { role: "moderator" }), report())).toBe("moderator");
    expect(removalOf(state("admin", { role: "owner" }), report())).toBe("moderator");
  });

  it("else as an administrator, of whatever stands on the server", () => {
    expect(removalOf(state("admin", null), report())).toBe("administrator");
    expect(removalOf(state("admin", { role: "member" }), report())).toBe("administrator");
    const foreign = report({ author: user("@eve:far.test") });
    expect(removalOf(state("admin", { role: "member", host: "far.test" }), foreign)).toBe("administrator");
    expect(removalOf(state("admin", null), foreign)).toBe("administrator");
  });

  it("not at all, what is deleted already or by who may not", () => {
    expect(removalOf(state("admin", null), report({ deleted: true, message: null }))).toBeNull();
    expect(removalOf(state("user", { role: "member" }), report())).toBeNull();
    expect(removalOf(state("user", null), report())).toBeNull();
  });
});

it("what an administrator closed only an administrator opens", () => {
  expect(canReopen(true, report())).toBe(false);
  expect(canReopen(true, report({ closed: true, closed_ts: 2 }))).toBe(true);
  expect(canReopen(false, report({ closed: true, handled_ts: 2 }))).toBe(true);
  expect(canReopen(false, report({ closed: true, handled_ts: 2, closed_ts: 3 }))).toBe(false);
  expect(canReopen(false, report({ closed: true, handled_ts: 2, deleted: true }))).toBe(false);
  const conversation = { id: message.channel, kind: "dm", name: "" } as const;
  expect(canReopen(true, report({ closed: true, closed_ts: 2, channel: conversation }))).toBe(false);
});

it("a report names everybody who had to do with it", () => {
  const [reporter, by] = [user("@cy:test"), user(ME)];
  expect(peopleOf(report())).toEqual([user(BO)]);
  expect(peopleOf(report({ reporter, closed_by: by }))).toEqual([user(BO), reporter, by]);
});

describe("pages", () => {
  const ALL = 95;
  let asked: string[];

  beforeEach(() => {
    asked = [];
    http.setConfig({ baseUrl: "http://test/api/v1" });
    http.setConfig({
      fetch: (request: string | URL | Request) => {
        const { searchParams: query } = new URL((request as Request).url);
        asked.push(query.toString());
        const from = Number(query.get("cursor") ?? ALL);
        const ids = Array.from({ length: Number(query.get("limit")) }, (_, at) => from - at);
        const reports = ids.filter((id) => id > 0).map((id) => report({ id }));
        const left = from - reports.length;
        const body = { reports, open: ALL, next: left > 0 ? String(left) : null };
        return Promise.resolve(
          new Response(JSON.stringify(body), { headers: { "content-type": "application/json" } }),
        );
      },
    });
  });
  afterEach(() => http.setConfig({ fetch: globalThis.fetch }));

  const ids = (rows: readonly Report[]) => rows.map(({ id }) => id);

  it("begin with the newest one, and follow each other", async () => {
    const first = await loadReports(false, 0);
    expect(asked).toEqual(["closed=false&limit=30"]);
    const second = await loadMore(false, first);
    expect(ids(second.rows)).toEqual(Array.from({ length: 60 }, (_, at) => ALL - at));
    expect(second.next).toBe("35");
  });

  it("are read again as far as they were shown", async () => {
    const again = await loadReports(true, 60);
    expect(asked).toEqual(["closed=true&limit=30", "closed=true&limit=30&cursor=65"]);
    expect(again.rows).toHaveLength(60);
    asked = [];
    const all = await loadReports(true, 5_000);
    expect([all.rows.length, all.next, asked.length]).toEqual([ALL, null, 4]);
  });
});
