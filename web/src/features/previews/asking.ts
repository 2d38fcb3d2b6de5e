// Previews of what is being written: asked for once one pauses, each at most once, and not of what was left out.

import { ApiError } from "../../api/http";
import type { Preview } from "../../api/previews";
import { linksIn } from "./links";

/** How long after the last key it is asked. */
export const QUIET_MS = 600;
/** The oldest are forgotten, and would be asked for again. */
export const ANSWERS_MAX = 200;

export type Ask = (url: string) => Promise<Preview>;

const none: readonly Preview[] = [];

/** What a session has asked for. */
export class Answers {
  private readonly ask: Ask;
  /** Null: there is none, or none yet. */
  private readonly known = new Map<string, Preview | null>();
  private readonly listeners = new Set<() => void>();

  constructor(ask: Ask) {
    this.ask = ask;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  };

  of(url: string): Preview | null {
    return this.known.get(url) ?? null;
  }

  async need(url: string): Promise<void> {
    if (this.known.has(url)) return;
    if (this.known.size >= ANSWERS_MAX) this.known.delete(this.known.keys().next().value ?? "");
    this.known.set(url, null);
    try {
      const { title, description, site } = await this.ask(url);
      this.known.set(url, { url, title, description, site });
      for (const listener of [...this.listeners]) listener();
    } catch (error) {
      // The server did not say that there is none: another draft may ask again.
      if (error instanceof ApiError && error.temporary) this.known.delete(url);
    }
  }
}

/** The previews of one draft. */
export class Drafted {
  private readonly answers: Answers;
  private readonly here: string;
  private text = "";
  private links: readonly string[] = [];
  private list = none;
  private readonly asked = new Set<string>();
  private readonly out = new Set<string>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly listeners = new Set<() => void>();

  /** `here`: the origin of this client, of which nothing is asked for. */
  constructor(answers: Answers, here: string) {
    this.answers = answers;
    this.here = here;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    if (this.listeners.size === 0) this.unsubscribe = this.answers.subscribe(this.update);
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size > 0) return;
      this.unsubscribe();
      // Nobody writes here now.
      clearTimeout(this.timer);
    };
  };
  private unsubscribe = (): void => undefined;

  readonly get = (): readonly Preview[] => this.list;

  /** What stands there now; `on`: previews are wanted. */
  write(text: string, on: boolean): void {
    clearTimeout(this.timer);
    this.text = text;
    if (text.trim() === "") {
      this.asked.clear();
      this.out.clear();
    }
    if (!on || text === "") this.links = [];
    else this.timer = setTimeout(() => this.paused(), QUIET_MS);
    this.update();
  }

  leaveOut(url: string): void {
    this.out.add(url);
    this.update();
  }

  /** What goes with the message: what is shown, unless the address goes on by now where it ended a moment ago. */
  take(text: string): readonly Preview[] {
    if (this.list.length === 0) return none;
    const links = linksIn(text, this.here);
    return this.list.filter(({ url }) => links.includes(url));
  }

  private paused(): void {
    this.links = linksIn(this.text, this.here);
    for (const url of this.links) {
      if (this.asked.has(url) || this.out.has(url)) continue;
      this.asked.add(url);
      void this.answers.need(url);
    }
    this.update();
  }

  private readonly update = (): void => {
    const list = this.links.flatMap((url) =>
      this.out.has(url) || !this.text.includes(url) ? [] : (this.answers.of(url) ?? []),
    );
    if (list.length === this.list.length && list.every((each, at) => each === this.list[at])) return;
    this.list = list.length === 0 ? none : list;
    for (const listener of [...this.listeners]) listener();
  };
}
