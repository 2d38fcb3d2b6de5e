// When one can write in a slow channel again, as far as this device knows. The server decides.

import type { State, StoredMessage } from "../../store/state";

export interface Hold {
  /** By this device's clock; 0: nothing holds it. */
  readonly until: number;
  /** Something of one's own is on its way. */
  readonly sending: boolean;
}

type Messages = Readonly<Record<string, StoredMessage>>;

/** The last message of one's own among these, wherever it stands. */
const lasts = new WeakMap<Messages, { me: string; ts: number }>();

function lastSaid(messages: Messages, me: string): number {
  const known = lasts.get(messages);
  if (known?.me === me) return known.ts;
  const own = Object.values(messages).filter(({ sender, status }) => sender === me && status !== "pending");
  const ts = own.reduce((last, message) => Math.max(last, message.ts), 0);
  lasts.set(messages, { me, ts });
  return ts;
}

/** A part of the snapshot, as text: when one wrote last, what was refused until when, and whether something is on its way. */
export function lately({ channels, outbox, me }: State, channel: string): string {
  const messages = channels[channel]?.messages ?? {};
  const items = outbox[channel] ?? [];
  const refused = items.reduce((last, { until }) => Math.max(last, until ?? 0), 0);
  const sending = items.some(({ status }) => status !== "failed");
  return `${lastSaid(messages, me?.id ?? "")} ${refused} ${sending ? 1 : 0}`;
}

/**
 * What follows from that. When one wrote is said by the server's clock, and this device's may be another: one never waits
 * for longer than from one message to the next after this was first known.
 */
export class Holds {
  private known = { ts: 0, ms: 0, until: 0 };
  private refused = { said: 0, until: 0 };

  hold(said: string, ms: number, now: number): Hold {
    const [ts = 0, refused = 0, sending] = said.split(" ").map(Number);
    if (this.known.ts !== ts || this.known.ms !== ms) {
      const left = ts === 0 ? 0 : Math.min(Math.max(ts + ms - now, 0), ms);
      this.known = { ts, ms, until: left > 0 ? now + left : 0 };
    }
    if (this.refused.said !== refused) this.refused = { said: refused, until: Math.min(refused, now + ms) };
    return { until: Math.max(this.known.until, this.refused.until), sending: sending === 1 };
  }
}

interface Units {
  hours: (count: number) => string;
  minutes: (count: number) => string;
  seconds: (count: number) => string;
}

/** In words: 1 minute 30 seconds. */
export function lasting(seconds: number, units: Units): string {
  const parts: [number, (count: number) => string][] = [
    [Math.floor(seconds / 3_600), units.hours],
    [Math.floor(seconds / 60) % 60, units.minutes],
    [seconds % 60, units.seconds],
  ];
  const words = parts.filter(([count]) => count > 0).map(([count, said]) => said(count));
  return words.length === 0 ? units.seconds(0) : words.join(" ");
}

/** In figures: 1:30. */
export function clock(seconds: number): string {
  const two = (count: number) => String(count).padStart(2, "0");
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}
