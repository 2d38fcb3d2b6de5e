// The shapes of the client API. Times are milliseconds since the epoch (suffix `_ts`), ids are opaque strings.

import type { Preview } from "./previews";

export type { Scheduled } from "./scheduled";

export type Role = "owner" | "moderator" | "member" | "guest";
export type Membership = "joined" | "invited" | "left" | "banned" | "knocking";
export type Visibility = "public" | "private";
export type NotifyLevel = "all" | "mentions" | "none";
export type Presence = "online" | "offline";

export interface User {
  id: string;
  username: string;
  server: string;
  display_name: string;
  avatar: string | null;
  bio: string;
  /** What they do just now, until that is over. */
  status: Status | null;
  presence: Presence;
  created_ts: number;
  deactivated: boolean;
  role?: "user" | "admin";
  /** A program writes in its name. */
  bot?: boolean;
  /** Of those, what is posted by through a webhook: nobody reads what is sent to it. */
  webhook?: boolean;
}

export interface Status {
  emoji: string | null;
  text: string;
  until_ts: number | null;
}

/** What somebody changes of their own. */
export interface ProfileChange {
  display_name?: string;
  bio?: string;
  status?: { emoji?: string; text: string; until_ts: number | null } | null;
}

export interface Session {
  id: string;
  device_name: string;
  created_ts: number;
  last_used_ts: number;
  current: boolean;
}

export interface ServerInfo {
  name: string;
  version: string;
  feature_level: number;
  registration: "open" | "invite" | "closed";
  create_channels?: "everybody" | "administrators";
  /** It keeps messages no longer, whatever channels say. */
  retention_days?: number | null;
  limits: Record<string, number>;
  /** Newer than some servers. */
  push?: { vapid_key: string | null };
  email?: boolean;
  /** It looks at addresses for who writes them. */
  link_previews?: boolean;
  federation?: boolean;
}

/** When and of what the person is told, on all their devices. */
export interface Attention {
  keywords: string[];
  quiet_until_ts: number | null;
  schedule: { zone: string; from_min: number; to_min: number } | null;
}

/** Where one is written to. */
export interface AccountEmail {
  enabled: boolean;
  address: string | null;
  pending: string | null;
  missed: boolean;
  language?: string;
}

/** Whether signing in takes a one-time code beside the password. */
export interface TotpState {
  enabled: boolean;
  enabled_ts: number | null;
  /** How many are left. */
  recovery_codes: number;
}

/** What an authenticator has to know: told this once. */
export interface TotpSecret {
  /** In base32. */
  secret: string;
  /** `otpauth://totp/..` */
  uri: string;
}

export interface SignedIn {
  user: User;
  session: { id: string; token: string | null };
}

export interface Policy {
  join: "open" | "invite" | "knock";
  history: "all" | "since_join";
  caps: Record<string, Role>;
  /** How many days what is said is kept; absent: for ever. */
  retention_days?: number;
  /** How many seconds have to pass between two messages of one person; absent: none. */
  slow_seconds?: number;
}

export interface Reaction {
  emoji: string;
  count: number;
  /** Only in HTTP answers: a frame is the same for every viewer. */
  me?: boolean;
  /** The first 50. */
  users: string[];
}

export interface Attachment {
  hash: string;
  name: string;
  media_type: string;
  size: number;
  /** Of pictures. */
  width?: number;
  height?: number;
  /** What is to be seen or heard, for who can't: the sender's words, over several lines maybe. */
  description?: string;
}

export interface Message {
  id: string;
  channel: string;
  seq: number;
  sender: string;
  ts: number;
  text: string;
  nonce?: string;
  edited_ts?: number;
  deleted?: boolean;
  reply_to?: string;
  /** The id of the root, on a reply inside a thread. */
  thread?: string;
  /** 1-based place in its thread. */
  thread_index?: number;
  /** On a root: how many replies its thread has. */
  thread_count?: number;
  reactions: Reaction[];
  attachments: Attachment[];
  /** Of addresses in the text: made by the sender's client. */
  previews: Preview[];
  mentions: string[];
  mentions_all?: boolean;
  /** Those who are there at the moment. */
  mentions_here?: boolean;
  /** It was said elsewhere, and brought here by its sender. */
  imported?: {
    /** The program: "slack", "discord". */
    from: string;
    author: string;
    ts: number;
    reactions?: { emoji: string; count: number }[];
  };
  status: "sent" | "pending";
}

/** Something of one's own that waits for the channel's host. */
export interface Pending {
  id: string;
  /** "message", "edit", "reaction", "redact" (a deletion; with `emoji` a reaction taken back), or something newer. */
  kind: string;
  ts: number;
  /** The message that it is about. */
  target?: string;
  emoji?: string;
  /** The message, or as it is going to be. */
  message?: Message;
}

/** Something of one's own that waited for a channel's host, and was refused. */
export interface Refusal {
  channel: string;
  channel_name: string;
  host: string;
  pending: Pending;
  /** Why, as a problem's code. */
  code: string;
  refused_ts: number;
}

/** How a channel's copy here stands to its host, and the other servers to it. */
export interface ChannelSync {
  state: "live" | "waiting" | "replaying" | "frozen" | "recovering";
  /** Entries that this server lacks. */
  behind?: number;
  servers: { server: string; behind: number }[];
}

export interface Channel {
  id: string;
  kind: "channel" | "dm";
  name: string;
  topic: string;
  /** Absent from servers that know of none. */
  avatar?: string | null;
  alias: string | null;
  host: string;
  visibility: Visibility;
  policy: Policy;
  archived: boolean;
  created_ts: number;
  member_count: number;
  /** The last sequence number of the channel's log. */
  head: number;
  membership: Membership | null;
  role: Role | null;
  read_seq: number;
  unread: number;
  /** Unseen notifications in this channel: mentions, replies to me, direct messages. */
  mentions: number;
  notify: NotifyLevel;
  last_message: Message | null;
  /** Event ids of the pinned messages. */
  pins: string[];
  /** What was said before is gone: it was kept for as long as the policy, or the server, says. */
  kept_from_seq: number;
  /** Everybody in a direct conversation, the viewer too; empty in channels. */
  people: User[];
  /** Where channels are shared with other servers. */
  sync?: ChannelSync;
  /** Who asks the viewer in, while that is open. */
  invited_by?: User | null;
  /** Which servers may have people in it, where not all may. */
  servers?: { allow: string[] | null; deny: string[] | null };
}

export interface DirectoryEntry {
  id: string;
  name: string;
  topic: string;
  avatar?: string | null;
  alias: string | null;
  host: string;
  policy: Policy;
  member_count: number;
  membership: Membership | null;
}

export interface Member {
  user: User;
  membership: Membership;
  role: Role;
  since_seq: number;
  /** Where those were asked for who are not in. */
  change?: { by: string; ts: number; reason: string | null };
}

/** Who put one out of a channel, and why. */
export interface Removal {
  banned: boolean;
  by: string;
  reason: string | null;
}

export interface Notification {
  id: number;
  kind: "mention" | "reply" | "dm" | "keyword" | "reminder";
  channel: string;
  message: Message;
  ts: number;
  read: boolean;
}

export interface MessagePage {
  messages: Message[];
  head: number;
  /** The first message that one may read; null when there is none. */
  oldest: number | null;
}

export interface Sync {
  user: User;
  server: string;
  channels: Channel[];
  users: User[];
  notifications_unread: number;
  /** How many of them are reminders, which count for no channel. */
  reminders_unread?: number;
  /** Threads that one follows in which something is new. */
  threads?: ThreadState[];
  /** Ids of those whom one blocks. */
  blocks?: string[];
  /** How many reports are open; null: the viewer sees to none. */
  reports_open?: number | null;
}

/** Somebody of whom one wants to hear nothing. */
export interface Block {
  user: User;
  created_ts: number;
}

/** A message that one keeps for later. */
export interface Saved {
  channel: string;
  saved_ts: number;
  /** When one is reminded of it. */
  remind_ts: number | null;
  message: Message;
}

export type FileKind = "image" | "video" | "audio" | "other";

/** A file of a channel, and the message that carries it. */
export interface SharedFile extends Pick<Message, "seq" | "sender" | "ts" | "imported"> {
  /** The message's id. */
  message: string;
  attachment: Attachment;
}

/** How one stands in a thread. */
export interface ThreadState {
  channel: string;
  thread: string;
  following: boolean;
  read_seq: number;
  unread: number;
  mentions: number;
  last_ts: number;
}

export interface FollowedThread {
  root: Message;
  read: ThreadState;
}

export interface ReadState {
  read_seq: number;
  unread: number;
  mentions: number;
  /** Whether replies in threads up to there are read too. */
  threads?: boolean;
}

export interface SearchResult {
  message: Message;
  /** Each start and length in the text. */
  highlights: number[][];
}

export interface SearchPage {
  results: SearchResult[];
  next: string | null;
}

export interface Invite {
  code: string;
  uses_left: number;
  created_ts: number;
  expires_ts: number | null;
}

export interface EditVersion {
  seq: number;
  ts: number;
  text: string;
}

/** Where another program posts to a channel. */
export interface Webhook {
  id: string;
  /** In whose name it posts. */
  user: User;
  created_by: string;
  created_ts: number;
  /** To the minute. */
  last_used_ts: number | null;
}

export interface DeletedMessages {
  deleted: number;
  reactions: number;
  /** For the channel's host. */
  waiting: number;
  /** There are others: ask again. */
  more: boolean;
}

export interface CreatedWebhook {
  webhook: Webhook;
  /** Told this once. */
  url: string;
}

/** Something that the person's clients keep for each other. */
export interface Setting {
  key: string;
  /** Any JSON. */
  value: unknown;
  updated_ts: number;
}
