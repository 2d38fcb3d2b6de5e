// Finding a moment in a log that is asked by position: between what is known of both ends, times are guessed to run
// evenly, and the guess is kept from creeping by halving now and then.

import type { Message } from "../../api/types";

interface Search {
  ts: number;
  oldest: number;
  head: number;
  last: Message;
}

const PROBES_MAX = 40;

/** `probe(seq)`: the first message at or after `seq`. The answer: the first at or after `ts`, else the last one. */
export async function firstAt(
  { ts, oldest, head, last }: Search,
  probe: (seq: number) => Promise<Message | null>,
): Promise<Message | null> {
  const first = await probe(oldest);
  if (!first || first.ts >= ts) return first;
  if (last.ts < ts) return last;
  // Always: what stands at `low` is too early; the first message at or after `top` is `high`, which is not.
  let low = first;
  let high = last;
  let top = Math.min(head, last.seq);
  for (let tries = 0; tries < PROBES_MAX && low.seq + 1 < top; tries += 1) {
    const at = guess(low, { seq: top, ts: high.ts }, ts, tries);
    const found = await probe(at);
    if (!found) break;
    if (found.ts < ts) low = found;
    else {
      high = found;
      top = at;
    }
  }
  return high;
}

interface Mark {
  seq: number;
  ts: number;
}

function guess(low: Mark, high: Mark, ts: number, tries: number): number {
  const even = (ts - low.ts) / Math.max(1, high.ts - low.ts);
  const share = tries % 2 === 1 ? 0.5 : even;
  const at = low.seq + Math.floor((high.seq - low.seq) * share);
  return Math.max(low.seq + 1, Math.min(high.seq - 1, at));
}
