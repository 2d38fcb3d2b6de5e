// Loads pages of timelines and threads; what is under way is not asked for twice.

import { get_message, get_thread, list_messages, list_pins } from "../../api/operations";
import type { Message } from "../../api/types";
import { unknownUsers } from "../../store/selectors";
import type { Store } from "../../store/store";
import type { PageKind } from "../../store/window";
import { firstAt } from "./moments";
import type { People } from "./people";

export const PAGE_MESSAGES = 50;
/** So many pages of nothing but replies in threads are looked through for a message that is none. */
const THREAD_PAGES_MAX = 10;

export class Timelines {
  private readonly store: Store;
  private readonly people: People;
  private readonly running = new Map<string, Promise<void>>();

  constructor(store: Store, people: People) {
    this.store = store;
    this.people = people;
  }

  /** The newest page of a channel, or, when `root` is given, of a thread. */
  latest(channel: string, root?: string): Promise<void> {
    return this.load(channel, root, "latest");
  }

  around(channel: string, seq: number, root?: string): Promise<void> {
    return this.load(channel, root, "around", seq);
  }

  /** `drawn` is where what is shown begins: what came and is not drawn yet is not followed by still more. */
  older(channel: string, root: string | undefined, drawn: number | undefined): Promise<void> {
    const window = this.window(channel, root);
    if (!window?.hasOlder || window.lo !== drawn) return Promise.resolve();
    return this.load(channel, root, { before: window.lo });
  }

  /** `drawn` is where what is shown ends. */
  newer(channel: string, root: string | undefined, drawn: number | undefined): Promise<void> {
    const window = this.window(channel, root);
    if (!window?.hasNewer || window.hi !== drawn) return Promise.resolve();
    return this.load(channel, root, { after: window.hi });
  }

  /** The first message at or after a moment, or the last one before it. */
  async at(channel: string, ts: number): Promise<Message | null> {
    const { messages: newest, oldest, head } = await list_messages(channel, { limit: 1 });
    const last = newest.at(-1);
    if (!last || oldest === null) return null;
    const found = await firstAt({ ts, oldest, head, last }, async (seq) => {
      const { messages } = await list_messages(channel, { after: seq - 1, limit: 1 });
      return messages[0] ?? null;
    });
    return found && this.outside(channel, found);
  }

  /** The message, or the next after it that stands in no thread; itself if there is none near. */
  private async outside(channel: string, found: Message): Promise<Message> {
    let after = found.seq - 1;
    for (let page = 0; page < THREAD_PAGES_MAX && found.thread; page += 1) {
      const { messages } = await list_messages(channel, { after, limit: PAGE_MESSAGES });
      const first = messages.find((message) => !message.thread);
      if (first) return first;
      const last = messages.at(-1);
      if (!last) break;
      after = last.seq;
    }
    return found;
  }

  async pins(channel: string): Promise<readonly Message[]> {
    const head = this.store.getState().channels[channel]?.cursor ?? 0;
    const { messages } = await list_pins(channel);
    this.store.dispatch({ type: "messages_loaded", channel, messages, head });
    this.people.need(unknownUsers(this.store.getState(), messages));
    return messages;
  }

  /** A message that is shown outside of its place: quoted, linked to. Null when it cannot be had. */
  async message(channel: string, id: string): Promise<Message | null> {
    const state = this.store.getState();
    const known = state.channels[channel]?.messages[id];
    if (known) return known;
    const head = state.channels[channel]?.cursor ?? 0;
    try {
      const message = await get_message(channel, id);
      this.store.dispatch({ type: "messages_loaded", channel, messages: [message], head });
      this.people.need(unknownUsers(this.store.getState(), [message]));
      return message;
    } catch {
      return null;
    }
  }

  private window(channel: string, root?: string) {
    const state = this.store.getState().channels[channel];
    return root ? state?.threads[root] : state?.main;
  }

  private load(channel: string, root: string | undefined, kind: PageKind, around?: number): Promise<void> {
    const query = typeof kind === "object" ? kind : around === undefined ? {} : { around };
    const key = `${channel}/${root ?? ""}/${JSON.stringify(query)}`;
    const known = this.running.get(key);
    if (known) return known;
    const run = this.fetch(channel, root, kind, query).finally(() => this.running.delete(key));
    this.running.set(key, run);
    return run;
  }

  private async fetch(
    channel: string,
    root: string | undefined,
    kind: PageKind,
    query: { before?: number; after?: number; around?: number },
  ): Promise<void> {
    const limit = PAGE_MESSAGES;
    if (root) {
      const page = await get_thread(channel, root, { ...query, limit });
      // First how far one has read: that decides where what is shown opens.
      if (page.read) this.store.dispatch({ type: "threads_told", states: [page.read] });
      this.store.dispatch({ type: "thread_loaded", channel, kind, page, limit });
      this.people.need(unknownUsers(this.store.getState(), [page.root, ...page.messages]));
    } else {
      const page = await list_messages(channel, { ...query, limit });
      this.store.dispatch({ type: "page_loaded", channel, kind, page, limit });
      this.people.need(unknownUsers(this.store.getState(), page.messages));
    }
  }
}
