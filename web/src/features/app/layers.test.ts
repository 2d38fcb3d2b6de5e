import { beforeEach, describe, expect, it } from "vitest";
import { keepsDialog } from "./keeping";
import { Layers } from "./layers";

/** A history of steps; `back` arrives when `turn` comes to it, as in a browser. */
class Steps {
  list: { channel: string; state: unknown }[] = [{ channel: "a", state: null }];
  at = 0;
  private todo: (() => void)[] = [];
  private count = 0;
  layers = this.open();

  /** As a page that is loaded. */
  open(): Layers {
    const layers = new Layers({
      state: () => structuredClone(this.list[this.at]?.state),
      push: (state) => this.add(this.channel, state),
      replace: (state) => (this.list[this.at] = { channel: this.channel, state }),
      back: () => this.todo.push(() => this.move(-1)),
      channel: () => this.channel,
      stays: (panel, channel) =>
        panel.kind === "members" || (panel.kind === "thread" && panel.channel === channel),
      keeps: keepsDialog,
      later: (work) => this.todo.push(work),
      name: () => String((this.count += 1)),
    });
    this.layers = layers;
    layers.start();
    return layers;
  }

  get channel(): string {
    return this.list[this.at]?.channel ?? "";
  }

  add(channel: string, state: unknown): void {
    this.list = [...this.list.slice(0, this.at + 1), { channel, state }];
    this.at += 1;
  }

  move(by: number): void {
    this.at += by;
    this.layers.arrive();
  }

  turn(): void {
    for (let work = this.todo.shift(); work; work = this.todo.shift()) work();
  }

  visit(channel: string): void {
    this.add(channel, null);
    this.layers.arrive();
  }
}

const thread = { kind: "thread", channel: "a", root: "r" } as const;
const kinds = ({ layers }: Steps) => {
  const { panel, dialog, drawer } = layers.get();
  return [panel?.kind, dialog?.kind, drawer ? "drawer" : undefined].filter(Boolean).join(" ");
};

describe("what lies over a conversation", () => {
  let steps: Steps;
  beforeEach(() => (steps = new Steps()));

  const open = (change: Parameters<Layers["change"]>[0]) => {
    steps.layers.change(change);
    steps.turn();
  };

  it("is taken away by Back, what was opened last first", () => {
    open({ panel: thread });
    open({ dialog: { kind: "directory" } });
    expect(kinds(steps)).toBe("thread directory");
    steps.move(-1);
    expect(kinds(steps)).toBe("thread");
    steps.move(-1);
    expect(kinds(steps)).toBe("");
    expect(steps.at).toBe(0);
    steps.move(1);
    expect(kinds(steps)).toBe("thread");
  });

  it("takes its step away when it is closed otherwise", () => {
    open({ panel: thread });
    open({ panel: null });
    expect(steps.at).toBe(0);
    open({ panel: { kind: "pins" } });
    open({ panel: { kind: "inbox" } });
    expect(steps.at).toBe(1);
    steps.move(-1);
    expect(kinds(steps)).toBe("");
  });

  it("opens while a step back is under way", () => {
    open({ dialog: { kind: "switcher" } });
    steps.layers.change({ dialog: null });
    steps.layers.change({ panel: { kind: "search" } });
    steps.turn();
    expect([kinds(steps), steps.at]).toEqual(["search", 1]);
    steps.move(-1);
    expect([kinds(steps), steps.at]).toEqual(["", 0]);
  });

  it("gives its step to what it leads to", () => {
    open({ dialog: { kind: "switcher" } });
    expect(steps.layers.spent).toBe(false);
    steps.layers.change({ dialog: null });
    expect(steps.layers.spent).toBe(true);
    steps.list[steps.at] = { channel: "b", state: null };
    steps.layers.arrive();
    steps.turn();
    expect([kinds(steps), steps.at]).toEqual(["", 1]);
    steps.move(-1);
    expect([kinds(steps), steps.channel]).toEqual(["", "a"]);
  });

  it("is no menu any more once one comes back to it", () => {
    open({ drawer: true });
    open({ popup: "one" });
    expect([steps.at, steps.layers.get().popup]).toEqual([2, "one"]);
    steps.move(-1);
    expect([kinds(steps), steps.layers.get().popup]).toEqual(["drawer", undefined]);
    steps.move(1);
    expect([kinds(steps), steps.layers.get().popup]).toEqual(["drawer", undefined]);
    steps.move(-1);
    open({ popup: "two" });
    open({ popup: undefined });
    expect([steps.at, kinds(steps)]).toEqual([1, "drawer"]);
    open({ popup: "three" });
    steps.layers.change({ popup: undefined });
    steps.layers.change({ dialog: { kind: "directory" } });
    steps.turn();
    expect([steps.at, kinds(steps)]).toEqual([2, "directory drawer"]);
    open({ popup: "four" });
    steps.open();
    steps.turn();
    expect([steps.layers.get().popup, steps.at]).toEqual([undefined, 0]);
  });

  it("stays behind with its conversation, and is there again when one comes back", () => {
    open({ panel: thread });
    steps.visit("b");
    expect(kinds(steps)).toBe("");
    steps.move(-1);
    expect(kinds(steps)).toBe("thread");
  });

  it("is closed where it came along, and opened over", () => {
    open({ panel: { kind: "members" } });
    steps.visit("b");
    expect(kinds(steps)).toBe("members");
    open({ panel: { ...thread, channel: "b" } });
    steps.move(-1);
    expect([kinds(steps), steps.channel]).toEqual(["members", "b"]);
    open({ panel: null });
    expect([kinds(steps), steps.channel]).toEqual(["", "b"]);
  });

  it("is a panel only, after the page was loaded again", () => {
    open({ panel: thread });
    open({ dialog: { kind: "settings" } });
    steps.open();
    steps.turn();
    expect([kinds(steps), steps.at]).toEqual(["thread", 1]);
  });

  it("waits with what leads elsewhere until a step back is done", () => {
    open({ panel: thread });
    const done: number[] = [];
    steps.layers.change({ panel: null });
    steps.layers.settled(() => done.push(0));
    expect(done).toEqual([0]);
    steps.turn();
    steps.layers.settled(() => done.push(1));
    expect(done).toEqual([0, 1]);
  });

  it("loses a dialog that belongs to the conversation that is left", () => {
    open({ dialog: { kind: "delete", channel: "a", message: "m" } });
    steps.visit("b");
    expect(kinds(steps)).toBe("");
    // What that was about is where it was.
    steps.move(-1);
    expect([kinds(steps), steps.channel]).toEqual(["delete", "a"]);
  });

  it("keeps a dialog that belongs to none, or to the one that is led to", () => {
    for (const dialog of [{ kind: "settings" }, { kind: "invite", channel: "b" }] as const) {
      open({ dialog });
      steps.visit("b");
      expect(kinds(steps)).toBe(dialog.kind);
      open({ dialog: null });
      steps.visit("a");
    }
  });

  it("keeps a dialog at another message of the same conversation", () => {
    open({ dialog: { kind: "delete", channel: "a", message: "m" } });
    steps.visit("a");
    expect(kinds(steps)).toBe("delete");
  });
});
