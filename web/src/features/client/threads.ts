// Threads that the person follows: what is new in them, and how far they have read.

import * as api from "../../api/operations";
import type { FollowedThread } from "../../api/types";
import type { Client } from "./client";

const PAGE_THREADS = 30;

export class Threads {
  private readonly client: Client;

  constructor(client: Client) {
    this.client = client;
  }

  async markRead(channel: string, root: string, seq: number): Promise<void> {
    await this.put(() => api.mark_thread_read(channel, root, seq));
  }

  async follow(channel: string, root: string, on: boolean): Promise<void> {
    await this.put(() => (on ? api.follow_thread(channel, root) : api.unfollow_thread(channel, root)));
  }

  /** A page of those with something new. */
  async news(cursor?: string): Promise<{ threads: FollowedThread[]; next: string | null }> {
    const page = await api.list_threads({ unread: true, limit: PAGE_THREADS, ...(cursor ? { cursor } : {}) });
    const states = page.threads.map(({ read }) => read);
    this.client.store.dispatch({ type: "threads_told", states });
    this.client.people.need(page.threads.map(({ root }) => root.sender));
    return page;
  }

  private async put(ask: () => ReturnType<typeof api.follow_thread>): Promise<void> {
    try {
      this.client.store.dispatch({ type: "threads_told", states: [await ask()] });
    } catch (error) {
      this.client.actions.failed(error);
    }
  }
}
