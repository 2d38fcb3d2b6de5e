// The client's state: immutable snapshots, changed only by the reducer. A channel is what /sync or GET /channels/{id}
// said at some head, plus the events that came after it.

import type { LogEvent } from "../api/frames";
import type {
  Channel,
  Member,
  Message,
  Notification,
  Pending,
  Refusal,
  Scheduled,
  ServerInfo,
  ThreadState,
  User,
} from "../api/types";

export type Dict<T> = Readonly<Record<string, T>>;

/** A message with the log position that it is known to reflect, so that late answers never undo newer events. */
export interface StoredMessage extends Message {
  readonly v: number;
}

/** A contiguous stretch of messages, ascending by `seq`. */
export interface Window {
  readonly ids: readonly string[];
  /** The stretch of the log that was asked for: it may hold messages that are shown elsewhere (threads). */
  readonly lo: number;
  readonly hi: number;
  readonly hasOlder: boolean;
  /** False when the end is the channel's end: only then do new messages append. */
  readonly hasNewer: boolean;
  /** The reader is not at its end: what arrives must not push out what is read. */
  readonly held?: boolean;
  /** The server could not replay what was missed: ask again, replace. */
  readonly stale: boolean;
}

export interface MemberList {
  readonly byId: Dict<Member>;
  readonly next: string | null;
}

export interface ChannelState {
  readonly info: Channel;
  /** The last log entry seen through the stream: what `identify` sends. */
  readonly cursor: number;
  readonly messages: Dict<StoredMessage>;
  readonly main: Window | null;
  readonly threads: Dict<Window>;
  /** Every event with `seq` > `recentFloor`, to be laid over answers that were computed before them. */
  readonly recent: readonly LogEvent[];
  readonly recentFloor: number;
  /** User id to the time (ms) when the notice runs out. */
  readonly typing: Dict<number>;
  readonly members: MemberList | null;
  /** What of the viewer's own waits for the channel's host, as far as it was asked for or told. */
  readonly waiting: readonly Pending[];
}

export interface OutboxItem {
  readonly nonce: string;
  readonly channel: string;
  readonly text: string;
  readonly ts: number;
  readonly reply_to?: string;
  readonly thread?: string;
  /** `hosted`: this server has it, the channel's host not yet. */
  readonly status: "queued" | "sending" | "waiting" | "hosted" | "failed";
  /** Files that are uploaded already. */
  readonly attachments?: readonly { hash: string; name: string; description?: string }[];
  readonly previews?: readonly Message["previews"][number][];
  /** The problem's code when it failed for good. */
  readonly error?: string;
  /** Where that was too soon in a slow channel: from when on it can be sent again. */
  readonly until?: number;
}

export type ConnectionState =
  | { readonly state: "offline" }
  | { readonly state: "connecting" }
  | { readonly state: "online" }
  | { readonly state: "waiting"; readonly retryAt: number; readonly attempt: number };

export interface Inbox {
  readonly items: readonly Notification[];
  readonly next: string | null;
  readonly loaded: boolean;
  /** All that are unread, also those that are not loaded. */
  readonly unread: number;
  /** How many of them are reminders: they count for no channel. */
  readonly reminders: number;
}

/** A message on the viewer's list of saved ones. */
export interface Kept {
  readonly channel: string;
  readonly saved_ts: number;
  readonly remind_ts: number | null;
  /** Null until it is known here. */
  readonly message: Message | null;
}

export interface SavedList {
  /** By the message's id. */
  readonly byId: Dict<Kept>;
  readonly next: string | null;
  readonly loaded: boolean;
}

export interface State {
  readonly session: "unknown" | "signed-out" | "signed-in";
  /** Why the session ended, when that was not done in this tab; `here`: in another tab of this browser. */
  readonly endedBy: "revoked" | "expired" | "here" | null;
  readonly server: ServerInfo | null;
  readonly me: User | null;
  /** The first /sync has arrived. */
  readonly synced: boolean;
  readonly connection: ConnectionState;
  readonly users: Dict<User>;
  readonly online: Dict<true>;
  /** Whom the viewer blocks, by id. */
  readonly blocked: Dict<true>;
  readonly channels: Dict<ChannelState>;
  readonly outbox: Dict<readonly OutboxItem[]>;
  readonly inbox: Inbox;
  /** What the viewer keeps for later, the newest of it. */
  readonly saved: SavedList;
  /** What the viewer is going to send later, by its id. */
  readonly scheduled: { readonly byId: Dict<Scheduled>; readonly loaded: boolean };
  /** How one stands in threads, by the first message's id, as far as it was told. */
  readonly threadStates: Dict<ThreadState>;
  /** What waited for a channel's host and was refused, until the viewer puts it away. */
  readonly refusals: readonly Refusal[];
  /** What is open of the reports that the viewer sees to, another object each time that it is told; null: they see to none. */
  readonly reports: { readonly open: number } | null;
}

export const WINDOW_MESSAGES_MAX = 500;
export const WINDOW_MESSAGES_KEPT = 400;
/** Messages kept in all; above it those that are shown nowhere are forgotten. */
export const MESSAGES_KEPT_MAX = 1_200;
export const RECENT_EVENTS_MAX = 300;

export const initialState: State = {
  session: "unknown",
  endedBy: null,
  server: null,
  me: null,
  synced: false,
  connection: { state: "offline" },
  users: {},
  online: {},
  blocked: {},
  channels: {},
  outbox: {},
  inbox: { items: [], next: null, loaded: false, unread: 0, reminders: 0 },
  saved: { byId: {}, next: null, loaded: false },
  scheduled: { byId: {}, loaded: false },
  threadStates: {},
  refusals: [],
  reports: null,
};
