// Channels that somebody took the person out of: told until it is put away, over reloads of this tab too.

import type { StateFrame } from "../../api/frames";
import type { Channel, Removal } from "../../api/types";
import { isRecord } from "../../lib/local";
import type { State } from "../../store/state";

export interface Ending {
  readonly user: string;
  readonly channel: string;
  readonly name: string;
  readonly banned: boolean;
  readonly by?: string | undefined;
  readonly reason?: string | undefined;
}

/** A channel that the person was in and did not leave here, and who put them out, if anybody did. */
export interface Lost {
  readonly channel: Channel;
  readonly removal: Removal | undefined;
}

const KEY = "loggia.endings";
/** As many as are of use: the newest. */
const ENDINGS_MAX = 5;

export class Endings {
  private list: readonly Ending[] = read();
  private readonly listeners = new Set<() => void>();

  readonly get = (): readonly Ending[] => this.list;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  tell(ending: Ending): void {
    this.set([...this.without(ending.channel), ending].slice(-ENDINGS_MAX));
  }

  /** Put away, or in the channel again. */
  close(channel: string): void {
    const left = this.without(channel);
    if (left.length < this.list.length) this.set(left);
  }

  /** The session is over. */
  end(): void {
    this.set([]);
  }

  private without(channel: string): Ending[] {
    return this.list.filter((known) => known.channel !== channel);
  }

  private set(list: readonly Ending[]): void {
    this.list = list;
    try {
      if (list.length === 0) sessionStorage.removeItem(KEY);
      else sessionStorage.setItem(KEY, JSON.stringify(list));
    } catch {
      // Where nothing can be kept it is told until the page is left.
    }
    for (const listener of this.listeners) listener();
  }
}

function read(): Ending[] {
  try {
    const stored: unknown = JSON.parse(sessionStorage.getItem(KEY) ?? "[]");
    return Array.isArray(stored) ? stored.filter(isEnding) : [];
  } catch {
    return [];
  }
}

const isEnding = (each: unknown): each is Ending =>
  isRecord(each) &&
  [each["user"], each["channel"], each["name"]].every((text) => typeof text === "string") &&
  typeof each["banned"] === "boolean" &&
  [each["by"], each["reason"]].every((text) => text === undefined || typeof text === "string");

export function takenOut(
  { channels }: Pick<State, "channels">,
  frames: readonly StateFrame[],
  leaving: ReadonlySet<string>,
): Lost[] {
  return frames.flatMap((frame) => {
    if (frame.op !== "event" || frame.t !== "channel.left" || leaving.has(frame.d.id)) return [];
    const info = channels[frame.d.id]?.info;
    return info?.kind === "channel" && info.membership !== "invited"
      ? [{ channel: info, removal: frame.d.removal }]
      : [];
  });
}
