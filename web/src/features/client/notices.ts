// Short messages at the edge of the window.

export interface Notice {
  id: number;
  text: string;
}

const NOTICE_MS = 6_000;
const NOTICES_MAX = 3;

export class Notices {
  private list: readonly Notice[] = [];
  private next = 1;
  private readonly listeners = new Set<() => void>();

  readonly get = (): readonly Notice[] => this.list;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly show = (text: string): void => {
    const notice = { id: this.next++, text };
    const others = this.list.filter((known) => known.text !== text);
    this.set([...others, notice].slice(-NOTICES_MAX));
    setTimeout(() => this.close(notice.id), NOTICE_MS);
  };

  readonly close = (id: number): void => this.set(this.list.filter((notice) => notice.id !== id));

  private set(list: readonly Notice[]): void {
    this.list = list;
    for (const listener of this.listeners) listener();
  }
}
