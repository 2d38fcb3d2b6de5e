// A channel's log in memory that answers like the server: what the reducer's tests compare with. It keeps the truth as
// a list of events, and gives both: the frames after a cursor, and pages and snapshots at a head.

import type { LogEvent, LooseEvent, StreamEvent } from "../api/frames";
import type { Channel, Member, Message, MessagePage, Sync, User } from "../api/types";
import { reduce } from "./reducer";
import { initialState, type State } from "./state";

export const ME = "@ada:test";
export const BO = "@bo:test";
export const ROOM = "!room";

export function user(id: string): User {
  const username = id.slice(1).split(":")[0] ?? "";
  return {
    id,
    username,
    server: "test",
    display_name: username,
    avatar: null,
    bio: "",
    status: null,
    presence: "offline",
    created_ts: 1,
    deactivated: false,
  };
}

export function channel(over: Partial<Channel> = {}): Channel {
  return {
    id: ROOM,
    kind: "channel",
    name: "room",
    topic: "",
    alias: null,
    host: "test",
    visibility: "public",
    policy: { join: "open", history: "all", caps: {} },
    archived: false,
    created_ts: 1,
    member_count: 2,
    head: 2,
    membership: "joined",
    role: "member",
    read_seq: 2,
    unread: 0,
    mentions: 0,
    notify: "all",
    last_message: null,
    pins: [],
    kept_from_seq: 0,
    people: [],
    ...over,
  };
}

export class Log {
  readonly events: LogEvent[] = [];
  head = 2;

  private push(event: Record<string, unknown>): LogEvent {
    const made = { op: "event", channel: ROOM, seq: this.head, ...event } as unknown as LogEvent;
    this.events.push(made);
    return made;
  }

  say(sender: string, text: string, over: Partial<Message> = {}): Message {
    this.head += 1;
    const root = over.thread;
    const index = root
      ? this.events.filter((e) => e.t === "message.created" && e.d.thread === root).length + 1
      : undefined;
    const message: Message = {
      id: `$${this.head}`,
      channel: ROOM,
      seq: this.head,
      sender,
      ts: 1_000 + this.head,
      text,
      reactions: [],
      attachments: [],
      previews: [],
      mentions: [],
      status: "sent",
      ...(index === undefined ? {} : { thread_index: index }),
      ...over,
    };
    this.push({ t: "message.created", d: message });
    return message;
  }

  edit(message: Message, text: string): void {
    this.head += 1;
    this.push({ t: "message.edited", d: { ...message, text, edited_ts: 1_000 + this.head } });
  }

  remove(message: Message): void {
    this.head += 1;
    this.push({ t: "message.deleted", d: { id: message.id } });
  }

  react(message: Message, person: string, emoji: string, on: boolean): void {
    this.head += 1;
    const users = new Set(
      this.view(this.head)
        .find((each) => each.id === message.id)
        ?.reactions.find((r) => r.emoji === emoji)?.users,
    );
    if (on) users.add(person);
    else users.delete(person);
    this.push({
      t: on ? "reaction.added" : "reaction.removed",
      d: { message: message.id, emoji, user: person, count: users.size },
    });
  }

  update(over: Partial<Channel>): void {
    this.head += 1;
    const { id, name, topic, alias, visibility, policy, archived, pins, kept_from_seq } = {
      ...this.snapshot(this.head),
      ...over,
    };
    const d = { id, name, topic, alias, visibility, policy, archived, pins, kept_from_seq };
    this.push({ t: "channel.updated", d });
  }

  member(member: Omit<Member, "user"> & { user: User }, member_count: number): void {
    this.head += 1;
    this.push({ t: "member.updated", d: { ...member, member_count } });
  }

  /** The frames that a client with this cursor is missing. */
  after(cursor: number): (LogEvent | LooseEvent)[] {
    return this.events
      .filter((event) => event.seq > cursor)
      .flatMap((event) => [event, ...(event.t === "message.created" ? this.notification(event.d) : [])]);
  }

  private notification(message: Message): LooseEvent[] {
    if (message.sender === ME || !message.mentions.includes(ME)) return [];
    const d = { id: message.seq, kind: "mention", channel: ROOM, message, ts: message.ts } as const;
    return [{ op: "event", t: "notification.created", channel: ROOM, d }];
  }

  /** Every message as it stands at `head`, told independently of the reducer. */
  view(head: number): Message[] {
    const list = new Map<string, Message>();
    for (const event of this.events.filter((each) => each.seq <= head)) {
      if (event.t === "message.created") {
        list.set(event.d.id, { ...event.d, reactions: [] });
        const root = event.d.thread ? list.get(event.d.thread) : undefined;
        if (root) root.thread_count = (root.thread_count ?? 0) + 1;
      } else if (event.t === "message.edited") {
        const known = list.get(event.d.id);
        if (known) Object.assign(known, { text: event.d.text, edited_ts: event.d.edited_ts });
      } else if (event.t === "message.deleted") {
        const known = list.get(event.d.id);
        if (known) Object.assign(known, { text: "", deleted: true, reactions: [] });
      } else if (event.t === "reaction.added" || event.t === "reaction.removed") {
        const known = list.get(event.d.message);
        if (!known) continue;
        const { emoji, user: person } = event.d;
        const before = known.reactions.find((each) => each.emoji === emoji);
        const users = (before?.users ?? []).filter((each) => each !== person);
        if (event.t === "reaction.added") users.push(person);
        const next = { emoji, count: users.length, users, me: users.includes(ME) };
        if (!before && next.count === 0) continue;
        known.reactions = before
          ? known.reactions.map((each) => (each === before ? next : each)).filter((each) => each.count > 0)
          : [...known.reactions, next];
      }
    }
    return [...list.values()];
  }

  snapshot(head = this.head, readSeq = 2): Channel {
    const messages = this.view(head);
    const updates = this.events.filter((event) => event.seq <= head);
    const base = channel({ head, read_seq: readSeq });
    for (const event of updates) {
      if (event.t === "channel.updated") Object.assign(base, event.d);
      if (event.t === "member.updated") base.member_count = event.d.member_count;
    }
    const unread = messages.filter((each) => each.seq > readSeq && each.sender !== ME && !each.deleted);
    const { reactions: _none, ...last } = messages.at(-1) ?? { reactions: [] };
    return {
      ...base,
      unread: unread.length,
      mentions: unread.filter((each) => each.mentions.includes(ME) || each.mentions_all).length,
      last_message: messages.length > 0 ? ({ ...last, reactions: [] } as Message) : null,
    };
  }

  page(
    query: { before?: number; after?: number; around?: number; limit?: number } = {},
    head = this.head,
  ): MessagePage {
    const { before = Infinity, after = 0, around, limit = 50 } = query;
    const all = this.view(head);
    const oldest = all[0]?.seq ?? head;
    if (around !== undefined) {
      const at = all.findIndex((each) => each.seq >= around);
      return { messages: all.slice(Math.max(0, at - limit / 2), at + limit / 2), head, oldest };
    }
    const range = all.filter((each) => each.seq < before && each.seq > after);
    return { messages: after > 0 ? range.slice(0, limit) : range.slice(-limit), head, oldest };
  }

  sync(head = this.head, readSeq = 2): Sync {
    return {
      user: user(ME),
      server: "test",
      channels: [this.snapshot(head, readSeq)],
      users: [user(BO)],
      notifications_unread: 0,
    };
  }
}

export function started(log: Log, head = log.head): State {
  const signedIn = reduce(initialState, { type: "signed_in", user: user(ME) });
  return reduce(signedIn, { type: "synced", sync: log.sync(head), known: [] });
}

export function withPage(state: State, log: Log, head = log.head, limit = 50): State {
  return reduce(state, {
    type: "page_loaded",
    channel: ROOM,
    kind: "latest",
    page: log.page({ limit }, head),
    limit,
  });
}

export function feed(state: State, frames: readonly StreamEvent[], now = 0): State {
  return reduce(state, { type: "frames", frames, now });
}

/** What a person sees of the channel: the comparison of "state + frames = fresh state". */
export function seen(state: State) {
  const room = state.channels[ROOM];
  if (!room) return null;
  const messages = room.main?.ids.map((id) => {
    const {
      v: _v,
      mentions: _mentions,
      mentions_all: _all,
      attachments: _files,
      ...rest
    } = room.messages[id] ?? { v: 0 };
    return rest;
  });
  const { id, name, topic, pins, member_count, head, unread, mentions, last_message: last } = room.info;
  const said = last ? { id: last.id, text: last.text, deleted: last.deleted } : null;
  return { messages, info: { id, name, topic, pins, member_count, head, unread, mentions }, said };
}
