import { expect, it } from "vitest";
import type { Scheduled } from "../../api/types";
import { scheduledShown } from "./order";

const item = (id: string, send_ts: number, created_ts: number): Scheduled => ({
  id,
  channel: "!room",
  nonce: id,
  text: id,
  attachments: [],
  previews: [],
  created_ts,
  send_ts,
});

it("lists what is sent soonest first, and of one time what was written first", () => {
  const items = [item("c", 9, 1), item("b", 5, 4), item("a", 5, 3)];
  const byId = Object.fromEntries(items.map((each) => [each.id, each]));
  expect(scheduledShown({ scheduled: { byId, loaded: true } }).map(({ id }) => id)).toEqual(["a", "b", "c"]);
});
