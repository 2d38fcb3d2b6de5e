// The frames of GET /stream: JSON text frames `{op, d}`; events are `{op:"event", t, channel?, seq?, d}`.
// `seq` is the log entry that caused an event, and so the cursor; it is absent on what the log does not hold.

import type { Scheduled } from "./scheduled";
import type {
  Attention,
  Channel,
  Membership,
  Message,
  Notification,
  NotifyLevel,
  Pending,
  Policy,
  Removal,
  Presence,
  ReadState,
  Role,
  Setting,
  ThreadState,
  User,
  Visibility,
} from "./types";

export interface ChannelUpdate {
  id: string;
  name: string;
  topic: string;
  avatar?: string | null;
  alias: string | null;
  visibility: Visibility;
  policy: Policy;
  archived: boolean;
  pins: string[];
  kept_from_seq: number;
}

export interface MemberUpdate {
  user: Partial<User> & Pick<User, "id">;
  membership: Membership;
  role: Role;
  since_seq: number;
  member_count: number;
}

export interface ReactionChange {
  message: string;
  emoji: string;
  user: string;
  count: number;
}

/** What became of something that waits. */
export interface PendingUpdate extends Pending {
  state: "waiting" | "delivered" | "taken_back" | "refused" | "dismissed";
  /** Why it was refused. */
  code?: string;
  detail?: string;
}

interface Placed<T extends string, D> {
  op: "event";
  t: T;
  channel: string;
  seq: number;
  d: D;
}

interface Unplaced<T extends string, D> {
  op: "event";
  t: T;
  channel: string;
  seq?: undefined;
  d: D;
}

interface OtherEvent<T extends string, D> {
  op: "event";
  t: T;
  channel?: string;
  seq?: number;
  d: D;
}

/** What a channel's log caused: has a place in it, is resumed by cursor. */
export type LogEvent =
  | Placed<"message.created", Message>
  | Placed<"message.edited", Message>
  | Placed<"message.updated", Message>
  | Placed<"message.deleted", { id: string }>
  | Placed<"reaction.added", ReactionChange>
  | Placed<"reaction.removed", ReactionChange>
  | Placed<"channel.updated", ChannelUpdate>
  | Placed<"member.updated", MemberUpdate>;

/** What came late to an entry that was told, or went without one, as what was taken from this server alone. */
export type LateEvent =
  | Unplaced<"message.updated", Message>
  | Unplaced<"message.deleted", { id: string }>
  | Unplaced<"channel.updated", ChannelUpdate>;

export type ChannelEvent = LogEvent | LateEvent;

/** What was seen on another device: all up to an id, or this alone; and what is left. */
export interface NotificationsRead {
  up_to: number;
  only: boolean;
  unread: number;
  reminders_unread: number;
}

/** A message that the viewer saved for later, or (null) keeps no longer. */
export interface SavedUpdate {
  channel: string;
  message: string;
  saved: boolean;
  saved_ts: number | null;
  /** When one is reminded of it. */
  remind_ts: number | null;
}

/** A message that the viewer sends later, or (null) that was sent or deleted. */
export interface ScheduledUpdate {
  id: string;
  scheduled: Scheduled | null;
}

/** What concerns the viewer or the moment. */
export type LooseEvent =
  | OtherEvent<"channel.joined", Partial<Channel> & Pick<Channel, "id">>
  | OtherEvent<"channel.left", { id: string; removal?: Removal }>
  | OtherEvent<"read.updated", ReadState & { channel: string }>
  | OtherEvent<"thread.updated", ThreadState>
  | (OtherEvent<"pending.updated", PendingUpdate> & { channel: string })
  | OtherEvent<"notify.updated", { channel: string; level: NotifyLevel }>
  | OtherEvent<"notification.created", Omit<Notification, "read">>
  | OtherEvent<"notifications.read", NotificationsRead>
  | OtherEvent<"attention.updated", Attention>
  | (OtherEvent<"typing", { user: string; expires_ms: number }> & { channel: string })
  | OtherEvent<"presence", { users: { id: string; presence: Presence }[] }>
  | OtherEvent<"user.updated", User>
  | OtherEvent<"account.updated", { role: NonNullable<User["role"]> }>
  | OtherEvent<"blocks.updated", { user: string; blocked: boolean }>
  | OtherEvent<"reports.updated", { open: number }>
  | OtherEvent<"saved.updated", SavedUpdate>
  | OtherEvent<"scheduled.updated", ScheduledUpdate>
  | OtherEvent<"settings.updated", Setting | { key: string; deleted: true }>;

export type StreamEvent = ChannelEvent | LooseEvent;

export interface Ready {
  user_id: string;
  session_id: string;
  heads: Record<string, number>;
  /** From where on messages are kept, where some are gone; an older server says nothing of it. */
  kept_from_seqs?: Record<string, number>;
  online: string[];
}

export interface Resync {
  heads: Record<string, number>;
  counts?: Record<string, { unread: number; mentions: number }>;
}

export type ServerFrame =
  | StreamEvent
  | { op: "hello"; d: { heartbeat_ms: number; limits?: Record<string, number>; feature_level: number } }
  | { op: "ready"; d: Ready }
  | { op: "pong"; d?: unknown }
  | { op: "resync"; d: Resync }
  | { op: "error"; d: { code: string; detail?: string } };

/** The part of the server's frames that changes state. */
export type StateFrame = Extract<ServerFrame, { op: "event" | "ready" | "resync" }>;

export type ClientFrame =
  | { op: "identify"; d: { token?: string; channels: Record<string, number>; device?: string } }
  | { op: "ping"; d: Record<string, never> }
  | { op: "subscribe"; d: { channels: Record<string, number> } }
  | { op: "typing"; d: { channel: string } };
