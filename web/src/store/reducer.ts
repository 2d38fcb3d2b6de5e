// state + action = state. No clock, no randomness, no I/O: what an action needs comes with it.

import type { ChannelEvent, Ready, Resync, StateFrame, StreamEvent } from "../api/frames";
import type {
  Channel,
  Member,
  Message,
  MessagePage,
  Notification,
  NotifyLevel,
  Pending,
  ReadState,
  Refusal,
  ServerInfo,
  Sync,
  ThreadState,
  User,
} from "../api/types";
import {
  addMembers,
  addMessages,
  addPage,
  changeChannel,
  setLevel,
  confirmMessage,
  knowUser,
  putUsers,
  resynced,
  upsertChannel,
} from "./channels";
import { applyBurst, burstLength, type Said } from "./burst";
import { followGone } from "./deleted";
import { expireAll } from "./gone";
import { applyEvent, hasPlace, overlay, react, removed } from "./events";
import { applyLoose, expireTyping, forgetChannel, isDeleted, readInbox, seeUpTo, setBlocked } from "./loose";
import { tellReports } from "./reports";
import { followSaved, reduceSaved, type SavedAction } from "./saved";
import type { ScheduledAction } from "./scheduled";
import { quieted, tellThreads } from "./threads";
import { discard, queue, setStatus, settle, type Delivery } from "./outbox";
import { putAway } from "./waiting";
import { type ChannelState, type ConnectionState, initialState, type OutboxItem, type State } from "./state";
import { type PageKind, patchMessage } from "./window";

export type Action =
  | { type: "server_loaded"; server: ServerInfo }
  | { type: "signed_in"; user: User }
  | { type: "signed_out"; endedBy: State["endedBy"] }
  | { type: "synced"; sync: Sync; known: readonly string[] }
  | { type: "connection_changed"; connection: ConnectionState }
  | { type: "frames"; frames: readonly StateFrame[]; now: number }
  | { type: "channel_loaded"; channel: Channel }
  | { type: "channel_left"; channel: string }
  | { type: "page_loaded"; channel: string; kind: PageKind; page: MessagePage; limit: number }
  | {
      type: "thread_loaded";
      channel: string;
      kind: PageKind;
      page: MessagePage & { root: Message };
      limit: number;
    }
  | {
      type: "standing_loaded";
      channel: string;
      sync: Channel["sync"] | undefined;
      servers: Channel["servers"] | undefined;
    }
  | { type: "pending_loaded"; channel: string; pending: readonly Pending[] }
  | { type: "window_held"; channel: string; held: boolean }
  | { type: "messages_loaded"; channel: string; messages: readonly Message[]; head: number }
  | { type: "message_confirmed"; message: Message }
  | { type: "message_removed"; channel: string; id: string }
  | { type: "reaction_set"; channel: string; message: string; emoji: string; on: boolean }
  | { type: "pin_set"; channel: string; message: string; on: boolean }
  | { type: "users_loaded"; users: readonly User[] }
  | {
      type: "members_loaded";
      channel: string;
      members: readonly Member[];
      next: string | null;
      first: boolean;
    }
  | { type: "read_set"; channel: string; read: ReadState }
  | { type: "notify_set"; channel: string; level: NotifyLevel }
  | { type: "typing_expired"; now: number }
  | { type: "outbox_queued"; item: OutboxItem }
  | ({ type: "outbox_status"; channel: string; nonce: string } & Delivery)
  | { type: "outbox_discarded"; channel: string; nonce: string }
  | {
      type: "inbox_loaded";
      items: readonly Notification[];
      next: string | null;
      first: boolean;
      unread: number;
    }
  | { type: "inbox_read"; upTo: number; only: boolean }
  | { type: "block_set"; user: string; on: boolean }
  | SavedAction
  | ScheduledAction
  | { type: "threads_told"; states: readonly ThreadState[] }
  | { type: "reports_told"; open: number | null }
  | { type: "refusals_loaded"; refusals: readonly Refusal[] }
  | { type: "refusal_dismissed"; id: string };

export function reduce(state: State, action: Action): State {
  switch (action.type) {
    case "server_loaded":
      return { ...state, server: action.server };
    case "signed_in":
      return putUsers({ ...state, session: "signed-in", endedBy: null, me: action.user }, [action.user]);
    case "signed_out":
      return { ...initialState, server: state.server, session: "signed-out", endedBy: action.endedBy };
    case "synced":
      return synced(state, action.sync, action.known);
    case "connection_changed":
      return { ...state, connection: action.connection };
    case "frames":
      return applyFrames(state, action.frames, action.now);
    case "channel_loaded":
      return upsertChannel(state, action.channel);
    case "channel_left":
      return forgetChannel(state, action.channel);
    case "users_loaded":
      return putUsers(state, action.users);
    case "outbox_queued":
      return queue(state, action.item);
    case "outbox_status":
      return setStatus(state, action.channel, action.nonce, action);
    case "outbox_discarded":
      return discard(state, action.channel, action.nonce);
    case "typing_expired":
      return expireTyping(state, action.now);
    case "inbox_loaded": {
      const before = action.first ? [] : state.inbox.items;
      const inbox = { items: [...before, ...action.items], next: action.next, loaded: true };
      return { ...state, inbox: { ...state.inbox, ...inbox, unread: action.unread } };
    }
    case "refusals_loaded":
      return { ...state, refusals: action.refusals };
    case "refusal_dismissed":
      return putAway(state, action.id);
    case "threads_told":
      return tellThreads(state, action.states);
    case "reports_told":
      return tellReports(state, action.open);
    case "scheduled_loaded":
      return { ...state, scheduled: { byId: action.byId, loaded: true } };
    case "saved_loaded":
    case "saved_set":
      return reduceSaved(state, action);
    case "inbox_read":
      return readInbox(state, action.upTo, action.only, null);
    case "block_set":
      return setBlocked(state, action.user, action.on);
    default:
      return reduceChannel(state, action);
  }
}

type ChannelAction = Extract<Action, { channel: string } | { type: "message_confirmed" }>;

/** Actions that concern one channel's messages, people or marks. */
function reduceChannel(state: State, action: ChannelAction): State {
  const me = state.me?.id ?? "";
  switch (action.type) {
    case "page_loaded":
      return changeChannel(settle(state, action.page.messages), action.channel, (channel) =>
        addPage(channel, action, me),
      );
    case "thread_loaded":
      return changeChannel(settle(state, action.page.messages), action.channel, (channel) =>
        addPage(channel, action, me, action.page.root),
      );
    case "window_held":
      return changeChannel(state, action.channel, (channel) =>
        channel.main && (channel.main.held ?? false) !== action.held
          ? { ...channel, main: { ...channel.main, held: action.held } }
          : channel,
      );
    case "standing_loaded":
      return changeChannel(state, action.channel, (channel) => standing(channel, action));
    case "pending_loaded":
      return changeChannel(state, action.channel, (channel) =>
        channel.waiting.length + action.pending.length === 0
          ? channel
          : { ...channel, waiting: action.pending },
      );
    case "messages_loaded":
      return changeChannel(state, action.channel, (channel) =>
        addMessages(channel, action.messages, action.head, me),
      );
    case "message_confirmed":
      return changeChannel(settle(state, [action.message]), action.message.channel, (channel) =>
        confirmMessage(channel, action.message),
      );
    case "message_removed":
      return changeChannel(state, action.channel, (channel) =>
        removed(channel, action.id, channel.messages[action.id]?.v ?? 0),
      );
    case "reaction_set":
      return changeChannel(state, action.channel, (channel) => ({
        ...channel,
        messages: patchMessage(
          channel.messages,
          action.message,
          channel.messages[action.message]?.v ?? 0,
          (known) => ({
            reactions: react(known.reactions, action.emoji, me, action.on, me),
          }),
        ),
      }));
    case "pin_set":
      return changeChannel(state, action.channel, (channel) => {
        const others = channel.info.pins.filter((id) => id !== action.message);
        return {
          ...channel,
          info: { ...channel.info, pins: action.on ? [...others, action.message] : others },
        };
      });
    case "members_loaded":
      return changeChannel(
        putUsers(
          state,
          action.members.map((member) => member.user),
        ),
        action.channel,
        (channel) => addMembers(channel, action.members, action.next, action.first),
      );
    case "read_set":
      return changeChannel(seeUpTo(state, action.channel, action.read), action.channel, (channel) => ({
        ...channel,
        info: { ...channel.info, ...countsOf(action.read) },
      }));
    case "notify_set":
      return setLevel(state, action.channel, action.level);
    default:
      return state;
  }
}

const countsOf = ({ read_seq, unread, mentions }: ReadState) => ({ read_seq, unread, mentions });

type Standing = Extract<Action, { type: "standing_loaded" }>;

/** How a channel stands to other servers; the same channel when that is as it was. */
function standing(channel: ChannelState, { sync, servers }: Standing): ChannelState {
  const { sync: oldSync, servers: oldServers, ...info } = channel.info;
  if (JSON.stringify([oldSync, oldServers]) === JSON.stringify([sync, servers])) return channel;
  return { ...channel, info: { ...info, ...(sync ? { sync } : {}), ...(servers ? { servers } : {}) } };
}

/** `known`: the channels when it was asked for. One that was joined meanwhile is not in it, and stays. */
function synced(state: State, sync: Sync, known: readonly string[]): State {
  const { notifications_unread: unread, reminders_unread: reminders = 0 } = sync;
  const inbox = { ...state.inbox, unread, reminders };
  const blocked = Object.fromEntries((sync.blocks ?? []).map((id) => [id, true as const]));
  let next: State = { ...state, me: { ...state.me, ...sync.user }, inbox, blocked, synced: true };
  next = tellThreads({ ...next, threadStates: quieted(state.threadStates) }, sync.threads ?? []);
  next = tellReports(next, sync.reports_open ?? null);
  const listed = new Set(sync.channels.map((channel) => channel.id));
  for (const id of known) if (!listed.has(id)) next = forgetChannel(next, id);
  for (const channel of sync.channels) next = upsertChannel(next, channel);
  next = putUsers(next, [sync.user, ...sync.users]);
  return { ...next, inbox: { ...next.inbox, unread: inbox.unread } };
}

function applyFrames(state: State, frames: readonly StateFrame[], now: number): State {
  let next = state;
  for (let at = 0; at < frames.length;) {
    const burst = burstLength(frames, at);
    const frame = frames[at];
    if (burst > 0) next = applySaid(next, frames.slice(at, at + burst) as Said[]);
    else if (frame) next = applyFrame(next, frame, now);
    at += Math.max(1, burst);
  }
  return next;
}

function applySaid(state: State, events: readonly Said[]): State {
  const settled = settle(
    state,
    events.map(({ d }) => d),
  );
  const me = state.me?.id ?? "";
  return changeChannel(settled, events[0]?.channel ?? "", (channel) => applyBurst(channel, events, me));
}

function applyFrame(state: State, frame: StateFrame, now: number): State {
  if (frame.op === "ready") return ready(state, frame.d);
  if (frame.op === "resync") return resync(state, frame.d);
  if (!isChannelEvent(frame)) return applyLoose(state, frame, now);
  const me = state.me?.id ?? "";
  let next = frame.t === "message.created" ? settle(state, [frame.d]) : followSaved(state, frame);
  if (frame.t === "member.updated") next = knowUser(next, frame.d.user);
  next = changeChannel(next, frame.channel, (channel) =>
    hasPlace(frame) ? applyEvent(channel, frame, me) : overlay(channel, frame, me),
  );
  return followGone(next, state.channels[frame.channel], frame);
}

const CHANNEL_EVENTS: ReadonlySet<StreamEvent["t"]> = new Set<ChannelEvent["t"]>([
  "message.created",
  "message.edited",
  "message.updated",
  "message.deleted",
  "reaction.added",
  "reaction.removed",
  "channel.updated",
  "member.updated",
]);

const isChannelEvent = (frame: StreamEvent): frame is ChannelEvent => CHANNEL_EVENTS.has(frame.t);

function ready(state: State, d: Ready): State {
  const channels = { ...state.channels };
  for (const [id, head] of Object.entries(d.heads)) {
    const known = channels[id];
    if (known && head > known.cursor) {
      channels[id] = {
        ...known,
        cursor: head,
        info: { ...known.info, head: Math.max(head, known.info.head) },
      };
    }
  }
  const here = d.online.filter((id) => !isDeleted(state, id));
  const online = Object.fromEntries(here.map((id) => [id, true as const]));
  return expireAll({ ...state, channels, online }, d.kept_from_seqs);
}

function resync(state: State, d: Resync): State {
  return Object.entries(d.heads).reduce(
    (next, [id, head]) => changeChannel(next, id, (channel) => resynced(channel, head, d.counts?.[id])),
    state,
  );
}
