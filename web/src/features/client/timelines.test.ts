import { beforeEach, describe, expect, it, vi } from "vitest";
import { list_messages } from "../../api/operations";
import type { Message } from "../../api/types";
import type { Store } from "../../store/store";
import type { People } from "./people";
import { PAGE_MESSAGES, Timelines } from "./timelines";

vi.mock("../../api/operations");

const DAY = 1_000_000;

/** A channel's messages from seq 1 on, a millisecond apart; those that are named are replies in a thread. */
function channel(count: number, isReply: (seq: number) => boolean) {
  const all = Array.from({ length: count }, (_, at) => ({
    id: `$${String(at + 1)}`,
    seq: at + 1,
    ts: DAY + at + 1,
    thread: isReply(at + 1) ? "$1" : null,
  })) as unknown as Message[];
  vi.mocked(list_messages).mockImplementation((_, query) => {
    const { after, limit = PAGE_MESSAGES } = query ?? {};
    const messages =
      after === undefined ? all.slice(-limit) : all.filter(({ seq }) => seq > after).slice(0, limit);
    return Promise.resolve({ head: count, oldest: 1, messages });
  });
}

const at = async (ts: number) => (await new Timelines({} as Store, {} as People).at("!c", ts))?.seq;

describe("the first message of a day", () => {
  beforeEach(() => vi.mocked(list_messages).mockReset());

  it("is none of those in threads, which lead elsewhere", async () => {
    channel(300, (seq) => seq > 1 && seq < 200);
    expect(await at(DAY + 10)).toBe(200);
    expect(await at(DAY)).toBe(1);
    expect(await at(DAY + 250)).toBe(250);
  });

  it("is a reply where nothing else follows", async () => {
    channel(30, (seq) => seq > 1);
    expect(await at(DAY + 10)).toBe(10);
  });

  it("is looked for within bounds", async () => {
    channel(5_000, (seq) => seq > 1);
    expect(await at(DAY + 10)).toBe(10);
    expect(vi.mocked(list_messages).mock.calls.length).toBeLessThan(40);
  });
});
