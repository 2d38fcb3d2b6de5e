import { expect, it } from "vitest";
import type { StoredMessage, Window } from "../../store/state";
import { buildRows, toggled, type Veil } from "./rows";

const [ME, BO, CY] = ["@ada:test", "@bo:test", "@cy:test"];
const NOON = Date.UTC(2026, 6, 1, 12);

function said(seq: number, sender: string, ts = NOON + seq): StoredMessage {
  const empty = { reactions: [], attachments: [], previews: [], mentions: [] };
  const message = { id: `$${String(seq)}`, channel: "!room", seq, sender, ts, text: `text ${String(seq)}` };
  return { ...message, ...empty, status: "sent", v: seq } as unknown as StoredMessage;
}

function built(messages: StoredMessage[], veil: Veil, marker: number | null = null) {
  const ids = messages.map(({ id }) => id);
  const window: Window = { ids, lo: 0, hi: 100, hasOlder: false, hasNewer: false, stale: false };
  const byId = Object.fromEntries(messages.map((message) => [message.id, message]));
  return buildRows({ window, messages: byId, outbox: [], me: ME, marker, veil });
}

function rows(...input: Parameters<typeof built>) {
  return built(...input).map((row) =>
    row.kind === "message"
      ? `${row.id}${row.head ? " head" : ""}`
      : row.kind === "blocked"
        ? `${String(row.ids.length)} ${row.open ? "open" : "folded"}`
        : row.kind,
  );
}

/** Opens or closes the first line. */
function toggle(messages: StoredMessage[], veil: Veil): Veil {
  const line = built(messages, veil).find((row) => row.kind === "blocked");
  return line ? { ...veil, opened: toggled(veil.opened, line) } : veil;
}

const HEARD: Veil = { blocked: {}, opened: {} };
const BLOCKED: Veil = { blocked: { [BO]: true, [CY]: true }, opened: {} };

it("what blocked people say one after the other is one line", () => {
  const all = [said(1, ME), said(2, BO), said(3, BO), said(4, CY), said(5, ME), said(6, BO), said(7, ME)];
  expect(rows(all, HEARD)).toEqual([
    "day",
    "$1 head",
    "$2 head",
    "$3",
    "$4 head",
    "$5 head",
    "$6 head",
    "$7 head",
  ]);
  expect(rows(all, BLOCKED)).toEqual(["day", "$1 head", "3 folded", "$5 head", "1 folded", "$7 head"]);
});

it("a line that is opened shows what it stands for, and the others stay", () => {
  const all = [said(1, BO), said(2, BO), said(3, ME), said(4, CY)];
  expect(rows(all, toggle(all, BLOCKED))).toEqual(["day", "2 open", "$1 head", "$2", "$3 head", "1 folded"]);
});

it("a line is open or closed as a whole, also when others join it at either end or leave it", () => {
  const all = [said(1, BO), said(2, BO), said(3, CY), said(4, BO)];
  const opened = toggle(all.slice(1, 3), BLOCKED);
  const whole = ["$1 head", "$2", "$3 head", "$4 head"];
  expect(rows(all.slice(0, 3), opened)).toEqual(["day", "3 open", ...whole.slice(0, 3)]);
  expect(rows(all.slice(1), opened)).toEqual(["day", "3 open", "$2 head", ...whole.slice(2)]);
  expect(rows(all, opened)).toEqual(["day", "4 open", ...whole]);
  expect(rows(all.slice(2), opened)).toEqual(["day", "2 open", ...whole.slice(2)]);
  expect(rows(all, toggle(all, opened))).toEqual(["day", "4 folded"]);
});

it("each day has a line of its own, and nothing of theirs is new", () => {
  const all = [said(1, BO), said(2, BO, NOON + 86_400_000), said(3, ME, NOON + 86_400_001)];
  expect(rows(all, BLOCKED)).toEqual(["day", "1 folded", "day", "1 folded", "$3 head"]);
  const fresh = [said(1, ME), said(2, BO), said(3, "@di:test")];
  expect(rows(fresh, BLOCKED, 1)).toEqual(["day", "$1 head", "1 folded", "new", "$3 head"]);
});

it("nothing is called new before the first message that is new is loaded", () => {
  const all = [said(21, BO), said(22, CY)];
  const ids = all.map(({ id }) => id);
  const byId = Object.fromEntries(all.map((message) => [message.id, message]));
  const kinds = (window: Partial<Window>, marker: number) =>
    buildRows({
      window: { ids, lo: 21, hi: 22, hasOlder: true, hasNewer: false, stale: false, ...window },
      messages: byId,
      outbox: [],
      me: ME,
      marker,
    }).map(({ kind }) => kind);
  expect(kinds({}, 7)).not.toContain("new");
  expect(kinds({ hasOlder: false }, 7)).toContain("new");
  expect(kinds({ lo: 6 }, 7)).toContain("new");
  expect(kinds({}, 20)).toContain("new");
});
