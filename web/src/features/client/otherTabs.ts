// What the tabs of one browser tell each other: they share what is kept and who is signed in.

const CHANNEL = "loggia.tabs";

export interface Word {
  /**
   * `left`: a tab is closed in which something is unsent. `leaving`: the session is being ended; `staying`: that did
   * not work; `out`: it is over. `in`: somebody signed in.
   */
  is: "left" | "leaving" | "staying" | "out" | "in";
  user: string;
}

export class OtherTabs {
  private readonly line: BroadcastChannel | null;

  constructor(hear: (word: Word) => void) {
    this.line = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(CHANNEL);
    this.line?.addEventListener("message", (event: MessageEvent<Word>) => hear(event.data));
  }

  tell(is: Word["is"], user: string): void {
    this.line?.postMessage({ is, user } satisfies Word);
  }
}
