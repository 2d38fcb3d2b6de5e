// Events that the log does not hold: the viewer's own affairs, presence, typing.

import type { LooseEvent } from "../api/frames";
import type { Channel, Notification, ReadState } from "../api/types";
import { changeChannel, putUsers, setLevel, upsertChannel } from "./channels";
import { tellReports } from "./reports";
import { followSaved } from "./saved";
import { tellScheduled } from "./scheduled";
import type { State } from "./state";
import { tellThreads } from "./threads";
import { tellPending } from "./waiting";

/** A server may send the remaining time or, by its clock, the moment itself. */
const ABSOLUTE_TS_MIN = 1_000_000_000_000;
const TYPING_MS_MAX = 30_000;

export function applyLoose(state: State, event: LooseEvent, now: number): State {
  switch (event.t) {
    case "channel.joined": {
      const known = state.channels[event.d.id];
      // A channel that was made here is known by the answer, with a name that it did not have at its first entry.
      if (known?.info.membership === "joined" && (event.seq ?? Infinity) <= known.cursor) return state;
      return upsertChannel(state, {
        ...BLANK,
        head: event.seq ?? 0,
        ...known?.info,
        ...event.d,
        membership: event.d.membership ?? "joined",
      });
    }
    case "channel.left":
      return forgetChannel(state, event.d.id);
    case "read.updated": {
      const known = state.channels[event.d.channel];
      if (!known) return state;
      const { read_seq, unread, mentions } = event.d;
      const next = { ...known, info: { ...known.info, read_seq, unread, mentions } };
      return seeUpTo(
        { ...state, channels: { ...state.channels, [event.d.channel]: next } },
        event.d.channel,
        event.d,
      );
    }
    case "thread.updated":
      return tellThreads(state, [event.d]);
    case "pending.updated":
      return tellPending(state, event.channel, event.d);
    case "notify.updated":
      return setLevel(state, event.d.channel, event.d.level);
    case "notification.created": {
      if (state.inbox.items.some((item) => item.id === event.d.id)) return state;
      const items = [{ ...event.d, read: false }, ...state.inbox.items];
      const asked = event.d.kind === "reminder" ? 1 : 0;
      const { unread, reminders } = state.inbox;
      const inbox = { ...state.inbox, items, unread: unread + 1, reminders: reminders + asked };
      const next = { ...state, inbox };
      const known = state.channels[event.d.channel];
      if (asked || !known || event.d.message.seq <= known.info.read_seq) return next;
      const counted = { ...known, info: { ...known.info, mentions: known.info.mentions + 1 } };
      return { ...next, channels: { ...state.channels, [event.d.channel]: counted } };
    }
    case "notifications.read":
      return readInbox(state, event.d.up_to, event.d.only, event.d);
    case "typing": {
      const known = state.channels[event.channel];
      if (!known || event.d.user === state.me?.id || isDeleted(state, event.d.user)) return state;
      const given = event.d.expires_ms;
      const until = now + Math.min(TYPING_MS_MAX, given > ABSOLUTE_TS_MIN ? given - now : given);
      const next = { ...known, typing: { ...known.typing, [event.d.user]: until } };
      return { ...state, channels: { ...state.channels, [event.channel]: next } };
    }
    case "presence": {
      const online = { ...state.online };
      for (const { id, presence } of event.d.users) {
        if (presence === "online" && !isDeleted(state, id)) online[id] = true;
        else Reflect.deleteProperty(online, id);
      }
      return { ...state, online };
    }
    case "account.updated":
      return state.me ? putUsers(state, [{ ...state.me, role: event.d.role }]) : state;
    case "blocks.updated":
      return setBlocked(state, event.d.user, event.d.blocked);
    case "reports.updated":
      return tellReports(state, event.d.open);
    case "scheduled.updated":
      return tellScheduled(state, event.d);
    case "saved.updated":
      return followSaved(state, event);
    // No part of the state: it belongs to this browser (features/client/shared.ts).
    case "settings.updated":
      return state;
    case "user.updated":
      return putUsers(state, [event.d]);
    // Of no consequence for what is shown, or newer than this client.
    default:
      return state;
  }
}

/** What was on its way when an account was deleted does not bring it back to life. */
export const isDeleted = (state: State, user: string): boolean => state.users[user]?.deactivated === true;

export function setBlocked(state: State, user: string, on: boolean): State {
  if ((state.blocked[user] ?? false) === on) return state;
  const blocked = { ...state.blocked };
  if (on) blocked[user] = true;
  else Reflect.deleteProperty(blocked, user);
  return { ...state, blocked };
}

/** Reading a channel also sees its notifications; those of replies in threads only where these were read too. */
export function seeUpTo(state: State, channel: string, { read_seq, threads }: ReadState): State {
  const due = ({ read, kind, channel: of, message }: Notification) =>
    !read &&
    kind !== "reminder" &&
    of === channel &&
    message.seq <= read_seq &&
    (threads !== false || !message.thread);
  if (!state.inbox.items.some(due)) return state;
  const items = state.inbox.items.map((item) => (due(item) ? { ...item, read: true } : item));
  const unread = Math.max(0, state.inbox.unread - state.inbox.items.filter(due).length);
  return { ...state, inbox: { ...state.inbox, items, unread } };
}

/** Everything up to an id is seen, or this alone. `told` is the server's count of what is left, when it has said so. */
export function readInbox(
  state: State,
  upTo: number,
  only: boolean,
  told: { unread: number; reminders_unread: number } | null,
): State {
  const { inbox } = state;
  const isDue = ({ id, read }: Notification) => !read && (only ? id === upTo : id <= upTo);
  const due = inbox.items.filter(isDue);
  const asked = due.filter(({ kind }) => kind === "reminder").length;
  const unread = told?.unread ?? Math.max(0, inbox.unread - due.length);
  const reminders = told?.reminders_unread ?? Math.max(0, inbox.reminders - asked);
  const channels = { ...state.channels };
  for (const [id, channel] of Object.entries(channels)) {
    const here = due.filter((item) => item.channel === id && item.kind !== "reminder").length;
    const mentions = unread <= reminders ? 0 : Math.max(0, channel.info.mentions - here);
    if (mentions !== channel.info.mentions) {
      channels[id] = { ...channel, info: { ...channel.info, mentions } };
    }
  }
  const items =
    due.length === 0
      ? inbox.items
      : inbox.items.map((item) => (isDue(item) ? { ...item, read: true } : item));
  return { ...state, channels, inbox: { ...inbox, items, unread, reminders } };
}

export function expireTyping(state: State, now: number): State {
  return Object.values(state.channels).reduce((next, { info, typing }) => {
    if (!Object.values(typing).some((until) => until <= now)) return next;
    const left = Object.fromEntries(Object.entries(typing).filter(([, until]) => until > now));
    return changeChannel(next, info.id, (channel) => ({ ...channel, typing: left }));
  }, state);
}

export function forgetChannel(state: State, id: string): State {
  if (!state.channels[id]) return state;
  const channels = { ...state.channels };
  Reflect.deleteProperty(channels, id);
  // Its threads are no news any more.
  const threads = Object.entries(state.threadStates).filter(([, { channel }]) => channel !== id);
  return { ...state, channels, threadStates: Object.fromEntries(threads) };
}

/** What a frame without per-viewer fields leaves open, until GET /channels/{id} has answered. */
const BLANK: Omit<Channel, "id"> = {
  kind: "channel",
  name: "",
  topic: "",
  alias: null,
  host: "",
  visibility: "public",
  policy: { join: "open", history: "all", caps: {} },
  archived: false,
  created_ts: 0,
  member_count: 0,
  head: 0,
  membership: "joined",
  role: "member",
  read_seq: 0,
  unread: 0,
  mentions: 0,
  notify: "all",
  last_message: null,
  pins: [],
  kept_from_seq: 0,
  people: [],
};
