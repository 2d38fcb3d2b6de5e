// What a person does. Each shows its effect at once where that is safe, and says so when the server refused.

import { ApiError, isAborted, sessionSignal } from "../../api/http";
import * as api from "../../api/operations";
import type { Preview } from "../../api/previews";
import type {
  Channel,
  DeletedMessages,
  Notification,
  NotifyLevel,
  Pending,
  ProfileChange,
} from "../../api/types";
import { t } from "../../i18n";
import { isShownInInbox, unseenInThreads } from "../../store/selectors";
import type { Client } from "./client";
import type { Lost } from "./endings";
import type { MemberChange } from "./membership";
import { problemText } from "./problems";

/** How often what waits is asked for when it changes meanwhile. */
const PENDING_TRIES = 3;

const INBOX_PAGE = 30;
/** Members that are read at a time; of those who knock there are no more pages. */
const MEMBERS_PAGE = 100;
/** How many pages at most are looked through for something that the inbox shows. */
export const INBOX_PAGES_MAX = 10;

/** How soon what nobody asked for is tried again. */
const NEEDED_AGAIN_MS = 60_000;

export class Actions {
  private readonly client: Client;
  /** Channels whose members are on their way, or could not be had a moment ago. */
  private readonly needed = new Set<string>();

  constructor(client: Client) {
    this.client = client;
  }

  private get store() {
    return this.client.store;
  }

  /** Tells the person; a lost session leads to the sign-in page. */
  failed(error: unknown): void {
    // Of a session that is over: whoever is here now did not ask for it.
    if (isAborted(error)) return;
    if (error instanceof ApiError && error.signedOut) this.client.ended("expired");
    else this.client.notices.show(problemText(error));
  }

  private async attempt(run: () => Promise<unknown>, undo?: () => void): Promise<boolean> {
    try {
      await run();
      return true;
    } catch (error) {
      undo?.();
      this.failed(error);
      return false;
    }
  }

  async loadChannel(id: string): Promise<Channel | null> {
    try {
      return this.client.adopt(await api.get_channel(id));
    } catch {
      return null;
    }
  }

  async createChannel(body: Parameters<typeof api.create_channel>[0]): Promise<Channel> {
    return this.client.adopt(await api.create_channel(body));
  }

  async join(channel: string): Promise<boolean> {
    return this.attempt(async () => this.client.adopt(await api.join_channel(channel)));
  }

  async joinAlias(alias: string): Promise<Channel | null> {
    try {
      return this.client.adopt(await api.create_join(alias));
    } catch (error) {
      this.failed(error);
      return null;
    }
  }

  async invite(channel: string, users: string[]): Promise<boolean> {
    for (const user of users) {
      if (!(await this.setMember(channel, user, { membership: "invited" }))) return false;
    }
    this.client.notices.show(t.people.invitedNotice(users.length));
    return true;
  }

  async setTopic(channel: string, topic: string): Promise<boolean> {
    return this.attempt(() => this.updateChannel(channel, { topic }));
  }

  async leave(channel: string): Promise<boolean> {
    // The stream may tell it before the answer does.
    this.client.leaving.add(channel);
    return this.attempt(
      async () => {
        await api.leave_channel(channel);
        this.store.dispatch({ type: "channel_left", channel });
      },
      () => this.client.leaving.delete(channel),
    );
  }

  /** Somebody took the person out, who should not have to guess where the channel went. */
  async tellLeft({ channel: { id: channel, name }, removal }: Lost): Promise<void> {
    const session = sessionSignal();
    // The answer also says whether they are back.
    const banned = await api.get_channel(channel).then(
      ({ membership }) => membership === "banned",
      (error: unknown) => error instanceof ApiError && error.code === "banned",
    );
    // Whoever is back meanwhile is not out.
    const now = this.store.getState().channels[channel]?.info.membership;
    if (session.aborted || now === "joined" || now === "invited") return;
    const user = this.store.getState().me?.id ?? "";
    this.client.endings.tell({
      user,
      channel,
      name: `#${name}`,
      banned: removal?.banned ?? banned,
      by: removal?.by,
      reason: removal?.reason ?? undefined,
    });
  }

  async startDm(users: string[]): Promise<Channel | null> {
    try {
      return this.client.adopt(await api.create_dm(users));
    } catch (error) {
      this.failed(error);
      return null;
    }
  }

  async block(user: string, on: boolean): Promise<boolean> {
    return this.attempt(async () => {
      await (on ? api.block_user(user) : api.unblock_user(user));
      this.store.dispatch({ type: "block_set", user, on });
    });
  }

  async updateChannel(id: string, change: api.ChannelChange): Promise<Channel> {
    return this.client.adopt(await api.update_channel(id, change));
  }

  /** As above; says so when it was refused. */
  async changeChannel(id: string, change: api.ChannelChange): Promise<boolean> {
    return this.attempt(() => this.updateChannel(id, change));
  }

  /** How the channel stands to other servers: no frame tells it. */
  async loadStanding(id: string): Promise<void> {
    try {
      const { sync, servers } = await api.get_channel(id);
      this.store.dispatch({ type: "standing_loaded", channel: id, sync, servers });
    } catch {
      // It is asked for again soon.
    }
  }

  async setMember(channel: string, user: string, body: MemberChange): Promise<boolean> {
    return this.attempt(async () => {
      const member = await api.update_member(channel, user, body);
      if (!this.store.getState().channels[channel]?.members) return;
      const next = this.store.getState().channels[channel]?.members?.next ?? null;
      this.store.dispatch({ type: "members_loaded", channel, members: [member], next, first: false });
    });
  }

  /** Deletes what somebody wrote in a channel in the last so many seconds; answers what became of it, null if it did not go. */
  async deleteLately(channel: string, user: string, within: number): Promise<DeletedMessages | null> {
    const all = { deleted: 0, reactions: 0, waiting: 0, more: true };
    const went = await this.attempt(async () => {
      // Where the host is away, asking on would only have more wait for it.
      while (all.more && all.waiting === 0) {
        const part = await api.delete_member_messages(channel, user, within);
        all.deleted += part.deleted;
        all.reactions += part.reactions;
        all.waiting = part.waiting;
        all.more = part.more && part.deleted + part.reactions > 0;
      }
    });
    return went ? all : null;
  }

  async loadMembers(channel: string, cursor?: string): Promise<boolean> {
    return this.attempt(() => this.readMembers(channel, cursor));
  }

  private async readMembers(channel: string, cursor?: string, isWanted = () => true): Promise<void> {
    const query = { limit: MEMBERS_PAGE, membership: "joined" as const, ...(cursor ? { cursor } : {}) };
    const { members, next } = await api.list_members(channel, query);
    if (isWanted()) this.store.dispatch({ type: "members_loaded", channel, members, next, first: !cursor });
  }

  /** As `loadMembers`, once at a time, for what nobody asked for: it says nothing if it fails, and is not tried again soon. */
  needMembers(channel: string): void {
    // Somebody may have turned the pages meanwhile.
    const none = () => !this.store.getState().channels[channel]?.members;
    if (!none() || this.needed.has(channel)) return;
    this.needed.add(channel);
    this.readMembers(channel, undefined, none).then(
      () => this.needed.delete(channel),
      () => setTimeout(() => this.needed.delete(channel), NEEDED_AGAIN_MS),
    );
  }

  /** Who asks to be let in; told by frames from then on. */
  async loadKnocks(channel: string): Promise<boolean> {
    const known = this.store.getState().channels[channel]?.members;
    if (!known && !(await this.loadMembers(channel))) return false;
    return this.attempt(async () => {
      const { members } = await api.list_members(channel, { limit: MEMBERS_PAGE, membership: "knocking" });
      const next = this.store.getState().channels[channel]?.members?.next ?? null;
      this.store.dispatch({ type: "members_loaded", channel, members, next, first: false });
    });
  }

  /** Asks to be let in, or no longer. */
  async knock(channel: string, asks: boolean): Promise<boolean> {
    return this.attempt(() => (asks ? api.knock_channel(channel) : api.leave_channel(channel)));
  }

  async edit(channel: string, id: string, text: string, previews?: Preview[]): Promise<boolean> {
    return this.attempt(async () => {
      const message = await api.edit_message(channel, id, text, previews);
      if (message.status === "pending") await this.loadPending(channel);
      else this.store.dispatch({ type: "message_confirmed", message });
    });
  }

  async remove(channel: string, id: string): Promise<boolean> {
    return this.attempt(async () => {
      if (await api.delete_message(channel, id)) await this.loadPending(channel);
      else this.store.dispatch({ type: "message_removed", channel, id });
    });
  }

  /** What waits for the channel's host: after being away, and where the answer to a change says that it waits. */
  async loadPending(channel: string): Promise<void> {
    const waiting = () => this.store.getState().channels[channel]?.waiting;
    try {
      for (let tries = 0; tries < PENDING_TRIES; tries += 1) {
        const before = waiting();
        const { pending } = await api.list_pending(channel);
        // A frame that came meanwhile may be newer than the answer.
        if (waiting() !== before) continue;
        this.store.dispatch({ type: "pending_loaded", channel, pending });
        return;
      }
    } catch {
      // It is asked for again when the connection is back.
    }
  }

  /** What was refused while no page was open to hear it. */
  async loadRefusals(): Promise<void> {
    try {
      const { refusals } = await api.list_refusals();
      this.store.dispatch({ type: "refusals_loaded", refusals });
    } catch {
      // It is asked for again when the connection is back.
    }
  }

  async dismissRefusal(id: string): Promise<boolean> {
    return this.attempt(async () => {
      await api.dismiss_refusal(id);
      this.store.dispatch({ type: "refusal_dismissed", id });
    });
  }

  async takeBack(channel: string, pending: Pending): Promise<boolean> {
    return this.attempt(async () => {
      await api.delete_message(channel, pending.id);
      const nonce = pending.kind === "message" ? pending.message?.nonce : undefined;
      if (nonce) this.client.outbox.discard(channel, nonce);
      await this.loadPending(channel);
    });
  }

  async react(channel: string, message: string, emoji: string, on: boolean): Promise<boolean> {
    const set = (value: boolean) =>
      this.store.dispatch({ type: "reaction_set", channel, message, emoji, on: value });
    set(on);
    const waited = (this.store.getState().channels[channel]?.waiting.length ?? 0) > 0;
    return this.attempt(
      async () => {
        const ask = on ? api.add_reaction : api.remove_reaction;
        const waits = await ask(channel, message, emoji);
        if (waits || waited) await this.loadPending(channel);
        // From here on it is shown as what waits.
        if (waits) set(!on);
      },
      () => set(!on),
    );
  }

  /** Deletes somebody else’s reaction. */
  async removeReaction(channel: string, message: string, emoji: string, user: string): Promise<boolean> {
    return this.attempt(async () => {
      if (await api.remove_reaction(channel, message, emoji, user)) await this.loadPending(channel);
    });
  }

  async pin(channel: string, message: string, on: boolean): Promise<boolean> {
    const set = (value: boolean) => this.store.dispatch({ type: "pin_set", channel, message, on: value });
    set(on);
    return this.attempt(
      () => (on ? api.pin_message(channel, message) : api.unpin_message(channel, message)),
      () => set(!on),
    );
  }

  /**
   * Everything up to `seq` is read; a smaller one than before marks unread. Replies in threads are read where they are
   * shown, unless the person says that all is read.
   */
  async markRead(channel: string, seq: number, threads = false): Promise<void> {
    const info = this.store.getState().channels[channel]?.info;
    if (!info) return;
    const forward = seq >= info.read_seq;
    if (forward) {
      const mentions = threads ? 0 : unseenInThreads(this.store.getState(), channel);
      const read = { read_seq: seq, unread: 0, mentions, threads };
      this.store.dispatch({ type: "read_set", channel, read });
    }
    try {
      const read = await api.mark_read(channel, seq, threads);
      // What came while the answer was on its way is counted already.
      if (!forward) this.store.dispatch({ type: "read_set", channel, read });
    } catch (error) {
      if (error instanceof ApiError && error.signedOut) this.failed(error);
    }
  }

  /** The message at `seq` and what follows becomes unread again. */
  async markUnread(channel: string, seq: number): Promise<void> {
    dispatchEvent(new CustomEvent("loggia:unread", { detail: { channel, marker: seq - 1 } }));
    await this.markRead(channel, seq - 1);
  }

  async setNotify(channel: string, level: NotifyLevel): Promise<boolean> {
    const before = this.store.getState().channels[channel]?.info.notify ?? "all";
    this.store.dispatch({ type: "notify_set", channel, level });
    return this.attempt(
      () => api.set_notify(channel, level),
      () => this.store.dispatch({ type: "notify_set", channel, level: before }),
    );
  }

  /** A page, and the following ones while there is nothing in them to show: messages of conversations fill many. */
  async loadInbox(cursor?: string): Promise<boolean> {
    return this.attempt(async () => {
      const items: Notification[] = [];
      let next: string | null = cursor ?? null;
      let unread = 0;
      for (let pages = 0; pages < INBOX_PAGES_MAX; pages += 1) {
        const from: { cursor?: string } = next ? { cursor: next } : {};
        const page = await api.list_notifications({ limit: INBOX_PAGE, ...from });
        items.push(...page.notifications);
        ({ next, unread } = page);
        const { blocked } = this.store.getState();
        if (!next || page.notifications.some((item) => isShownInInbox(item, blocked))) break;
      }
      this.store.dispatch({ type: "inbox_loaded", items, next, first: !cursor, unread });
      this.client.people.need(items.map((item) => item.message.sender));
    });
  }

  /** Up to this, or (`only`) this alone. */
  async readInbox(upTo: number, only = false): Promise<void> {
    this.store.dispatch({ type: "inbox_read", upTo, only });
    await this.attempt(async () => {
      await api.read_notifications(upTo, only);
      await this.client.refresh();
    });
  }

  async updateMe(change: ProfileChange): Promise<boolean> {
    return this.attempt(async () => {
      this.store.dispatch({ type: "users_loaded", users: [await api.update_me(change)] });
    });
  }
}
