// One voice for all tabs of this browser: the tab that holds the lock speaks, after asking the others whether the
// person is looking at that conversation already.

const LOCK = "loggia.attention";
const CHANNEL = "loggia.attention";
/** Tabs in the background answer slower, but they are not the ones that are looked at. */
const ANSWER_MS = 120;

type Word = { ask: string; channel: string } | { seen: string };

export class Tabs {
  private leader = false;
  private readonly line: BroadcastChannel | null;
  private readonly release = new AbortController();
  private letGo: (() => void) | null = null;
  private readonly answers = new Set<string>();
  private readonly looksAt: (channel: string) => boolean;

  constructor(looksAt: (channel: string) => boolean) {
    this.looksAt = looksAt;
    this.line = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(CHANNEL);
    this.line?.addEventListener("message", (event: MessageEvent<Word>) => this.hear(event.data));
    const locks = (navigator as { locks?: LockManager }).locks;
    if (!locks) {
      // Without locks (no secure context) there are no notifications either; sounds may double.
      this.leader = true;
      return;
    }
    const hold = () =>
      new Promise<void>((done) => {
        this.leader = true;
        this.letGo = done;
      });
    locks.request(LOCK, { signal: this.release.signal }, hold).catch(() => undefined);
  }

  get speaks(): boolean {
    return this.leader;
  }

  /** Whether any tab shows `channel` to the person right now. */
  async seenAnywhere(id: string, channel: string): Promise<boolean> {
    if (this.looksAt(channel)) return true;
    if (!this.line) return false;
    this.line.postMessage({ ask: id, channel } satisfies Word);
    await new Promise((done) => setTimeout(done, ANSWER_MS));
    return this.answers.delete(id);
  }

  close(): void {
    this.leader = false;
    this.letGo?.();
    this.release.abort();
    this.line?.close();
  }

  private hear(word: Word): void {
    if ("seen" in word) {
      if (this.leader) this.answers.add(word.seen);
    } else if (this.looksAt(word.channel)) {
      this.line?.postMessage({ seen: word.ask } satisfies Word);
    }
  }
}
