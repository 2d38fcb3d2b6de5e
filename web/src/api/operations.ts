// The operations of the client API that this client uses, named by their operationIds.

import { request } from "./http";
import type {
  Channel,
  DirectoryEntry,
  EditVersion,
  Member,
  Membership,
  Message,
  MessagePage,
  Notification,
  NotifyLevel,
  Policy,
  ReadState,
  Role,
  ServerInfo,
  Session,
  SignedIn,
  Sync,
  User,
  Visibility,
} from "./types";

const id = encodeURIComponent;
const channelPath = (channel: string) => `/channels/${id(channel)}`;
const messagePath = (channel: string, message: string) => `${channelPath(channel)}/messages/${id(message)}`;

export interface PageQuery {
  before?: number;
  after?: number;
  around?: number;
  limit?: number;
}

export interface NewMessage {
  nonce: string;
  text: string;
  reply_to?: string;
  thread?: string;
}

export interface ChannelChange {
  name?: string;
  topic?: string;
  visibility?: Visibility;
  policy?: Partial<Policy>;
  archived?: boolean;
  alias?: string | null;
}

export const get_server = () => request<ServerInfo>("GET", "/server");

export const create_account = (body: {
  username: string;
  password: string;
  display_name?: string;
  invite?: string;
  device_name?: string;
  cookie: true;
}) => request<SignedIn>("POST", "/accounts", { body });

export const create_session = (body: {
  username: string;
  password: string;
  device_name?: string;
  cookie: true;
}) => request<SignedIn>("POST", "/sessions", { body });
export const list_sessions = () => request<{ sessions: Session[] }>("GET", "/sessions");
export const delete_session = (session: string) => request<undefined>("DELETE", `/sessions/${id(session)}`);

export const get_me = () => request<User>("GET", "/me");
export const update_me = (body: { display_name?: string; bio?: string }) =>
  request<User>("PATCH", "/me", { body });
export const set_password = (body: { current: string; new: string }) =>
  request<undefined>("PUT", "/me/password", { body });

export const list_users = (query: { query?: string; ids?: string; cursor?: string; limit?: number }) =>
  request<{ users: User[]; next: string | null }>("GET", "/users", { query });
export const get_user = (user: string) => request<User>("GET", `/users/${id(user)}`);

export const get_sync = () => request<Sync>("GET", "/sync");

export const create_channel = (body: {
  name: string;
  topic?: string;
  visibility?: Visibility;
  alias?: string;
}) => request<Channel>("POST", "/channels", { body });
export const get_channel = (channel: string) => request<Channel>("GET", channelPath(channel));
export const update_channel = (channel: string, body: ChannelChange) =>
  request<Channel>("PATCH", channelPath(channel), { body });
export const list_directory = (query: { query?: string; server?: string; cursor?: string; limit?: number }) =>
  request<{ channels: DirectoryEntry[]; next: string | null }>("GET", "/directory", { query });
export const join_channel = (channel: string) => request<Channel>("POST", `${channelPath(channel)}/join`);
export const join_alias = (alias: string) => request<Channel>("POST", "/joins", { body: { alias } });
export const leave_channel = (channel: string) => request<undefined>("POST", `${channelPath(channel)}/leave`);
export const create_dm = (users: string[]) => request<Channel>("POST", "/dms", { body: { users } });

export const list_members = (
  channel: string,
  query: { cursor?: string; limit?: number; membership?: Membership },
) => request<{ members: Member[]; next: string | null }>("GET", `${channelPath(channel)}/members`, { query });
export const set_member = (
  channel: string,
  user: string,
  body: { membership?: Membership; role?: Role; reason?: string },
) => request<Member>("PUT", `${channelPath(channel)}/members/${id(user)}`, { body });

export const list_messages = (channel: string, query: PageQuery) =>
  request<MessagePage>("GET", `${channelPath(channel)}/messages`, { query: { ...query } });
export const send_message = (channel: string, body: NewMessage) =>
  request<Message>("POST", `${channelPath(channel)}/messages`, { body });
export const get_message = (channel: string, message: string) =>
  request<Message>("GET", messagePath(channel, message));
export const edit_message = (channel: string, message: string, text: string) =>
  request<Message>("PATCH", messagePath(channel, message), { body: { text } });
export const delete_message = (channel: string, message: string) =>
  request<undefined>("DELETE", messagePath(channel, message));
export const list_edits = (channel: string, message: string) =>
  request<{ edits: EditVersion[] }>("GET", `${messagePath(channel, message)}/edits`);
export const add_reaction = (channel: string, message: string, emoji: string) =>
  request<undefined>("PUT", `${messagePath(channel, message)}/reactions/${id(emoji)}`);
export const remove_reaction = (channel: string, message: string, emoji: string) =>
  request<undefined>("DELETE", `${messagePath(channel, message)}/reactions/${id(emoji)}`);
export const get_thread = (channel: string, root: string, query: Omit<PageQuery, "around">) =>
  request<MessagePage & { root: Message }>("GET", `${channelPath(channel)}/threads/${id(root)}`, {
    query: { ...query },
  });
export const list_pins = (channel: string) =>
  request<{ messages: Message[] }>("GET", `${channelPath(channel)}/pins`);
export const pin_message = (channel: string, message: string) =>
  request<undefined>("PUT", `${channelPath(channel)}/pins/${id(message)}`);
export const unpin_message = (channel: string, message: string) =>
  request<undefined>("DELETE", `${channelPath(channel)}/pins/${id(message)}`);

export const set_read = (channel: string, seq: number) =>
  request<ReadState>("PUT", `${channelPath(channel)}/read`, { body: { seq } });
export const set_notify = (channel: string, level: NotifyLevel) =>
  request<undefined>("PUT", `${channelPath(channel)}/notify`, { body: { level } });
export const list_notifications = (query: { cursor?: string; limit?: number }) =>
  request<{ notifications: Notification[]; unread: number; next: string | null }>("GET", "/notifications", {
    query,
  });
export const read_notifications = (up_to: number) =>
  request<undefined>("POST", "/notifications/read", { body: { up_to } });
