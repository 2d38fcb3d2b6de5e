// What lies over the conversation, and the history's part in it: what opens is a step of its own, so that Back takes
// away what was opened last. What is closed by its own button takes its step away again.

import type { DialogView, Panel } from "./view";

export interface Shown {
  readonly panel: Panel | null;
  readonly dialog: DialogView | null;
  readonly drawer: boolean;
  /** The name of a menu or the like that is open. No step that one comes back to opens it again. */
  readonly popup?: string | undefined;
}

/** What a step of the history remembers. */
interface Step {
  readonly name: string;
  readonly shown: Shown;
  /** Opened over the step before it, at the same place: closing leads back to that one. */
  readonly over: boolean;
}

/** What is needed of the window. */
export interface Place {
  state: () => unknown;
  push: (state: unknown) => void;
  replace: (state: unknown) => void;
  back: () => void;
  /** The conversation that the address names. */
  channel: () => string | null;
  /** Whether a panel stays open beside another conversation. */
  stays: (panel: Panel, channel: string | null) => boolean;
  /** Whether a dialog stays open over another conversation. */
  keeps: (dialog: DialogView, channel: string | null) => boolean;
  later: (work: () => void) => void;
  name: () => string;
}

const NOTHING: Shown = { panel: null, dialog: null, drawer: false };
const PARTS = ["panel", "dialog", "drawer", "popup"] as const;

export class Layers {
  private readonly place: Place;
  private wanted: Shown = NOTHING;
  /** The step of the history that one is at. */
  private step: Step = { name: "", shown: NOTHING, over: false };
  private channel: string | null = null;
  /** On the way back, which takes a moment. */
  private leaving = false;
  private due = false;
  private waiting: (() => void)[] = [];
  private readonly listeners = new Set<() => void>();

  constructor(place: Place) {
    this.place = place;
  }

  readonly get = (): Shown => this.wanted;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  };

  /** After a load only a panel is there again. */
  start(): void {
    this.channel = this.place.channel();
    this.leaving = false;
    const step = this.read();
    const panel = step?.shown.panel ?? null;
    this.wanted = { ...NOTHING, panel: panel && this.place.stays(panel, this.channel) ? panel : null };
    if (step) {
      this.step = step;
      this.soon();
    } else {
      this.write(false);
    }
    this.tell();
  }

  readonly change = (change: Partial<Shown>): void => {
    const next = { ...this.wanted, ...change };
    if (PARTS.every((part) => next[part] === this.wanted[part])) return;
    this.wanted = next;
    this.soon();
    this.tell();
  };

  /** The name of the step that one is at. */
  get at(): string {
    return this.step.name;
  }

  /** Whether the step that one is at is of something that was just closed: what leads elsewhere takes its place. */
  get spent(): boolean {
    const { over, shown } = this.step;
    return over && PARTS.some((part) => shown[part] && !this.wanted[part]);
  }

  /** Does it once no step back is under way. */
  settled(work: () => void): void {
    if (this.leaving) this.waiting.push(work);
    else work();
  }

  /** The history moved: by a link, by Back or Forward, or because something was closed. */
  readonly arrive = (): void => {
    const step = this.read();
    if (step && step.name === this.step.name) return;
    const closing = this.leaving;
    this.leaving = false;
    if (!step) this.carry();
    else {
      this.step = step;
      this.channel = this.place.channel();
      if (closing) this.soon();
      else this.wanted = { ...step.shown, popup: undefined };
    }
    this.tell();
    for (const work of this.waiting.splice(0)) work();
  };

  /** A new place: what belongs to the one before does not come along. */
  private carry(): void {
    const channel = this.place.channel();
    const { panel, dialog } = this.wanted;
    if (channel !== this.channel)
      this.wanted = {
        dialog: dialog && this.place.keeps(dialog, channel) ? dialog : null,
        drawer: false,
        popup: undefined,
        panel: panel && this.place.stays(panel, channel) ? panel : null,
      };
    this.channel = channel;
    this.write(false);
  }

  /** After what else this turn does: a link that was pressed has led to its place then. */
  private soon(): void {
    if (this.due) return;
    this.due = true;
    this.place.later(() => {
      this.due = false;
      if (!this.leaving) this.follow();
    });
  }

  /** Makes the history follow what is shown. */
  private follow(): void {
    if (!this.read()) return this.arrive();
    const { shown, over } = this.step;
    if (same(shown, this.wanted)) return;
    const opened = PARTS.some((part) => this.wanted[part] && !shown[part]);
    const closed = PARTS.some((part) => shown[part] && !this.wanted[part]);
    const changed = PARTS.some(
      (part) => shown[part] && this.wanted[part] && !same(shown[part], this.wanted[part]),
    );
    if (closed && !opened && !changed) {
      if (!over) return this.write(false);
      this.leaving = true;
      this.place.back();
    } else if (over && (closed || changed)) this.write(true);
    else this.write(true, this.place.push);
  }

  private write(over: boolean, put = this.place.replace): void {
    this.step = { name: this.place.name(), shown: this.wanted, over };
    put({ layers: this.step });
  }

  private read(): Step | null {
    const state = this.place.state();
    return typeof state === "object" && state !== null && "layers" in state ? (state.layers as Step) : null;
  }

  private tell(): void {
    for (const listener of [...this.listeners]) listener();
  }
}

const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);
