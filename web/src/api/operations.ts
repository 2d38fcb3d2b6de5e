// The operations of the client API, by their operationIds, over the generated client. The document says `string`
// where the API gives one of a few words; here the words are named, and contract.ts keeps the two in step.

import { sessionless } from "./http";
import * as sdk from "./generated/sdk.gen";
import type { Preview } from "./previews";
import type {
  AccountEmail,
  Attention,
  Block,
  Channel,
  CreatedWebhook,
  DeletedMessages,
  DirectoryEntry,
  EditVersion,
  FileKind,
  FollowedThread,
  Invite,
  Member,
  Membership,
  Message,
  MessagePage,
  Notification,
  NotifyLevel,
  Pending,
  ProfileChange,
  Policy,
  ReadState,
  Refusal,
  Role,
  Saved,
  SearchPage,
  ServerInfo,
  Session,
  Setting,
  SharedFile,
  SignedIn,
  Sync,
  ThreadState,
  TotpSecret,
  TotpState,
  User,
  Visibility,
  Webhook,
} from "./types";

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
  attachments?: { file: string; name: string; description?: string }[];
  previews?: Preview[];
}

export interface ChannelChange {
  name?: string;
  topic?: string;
  visibility?: Visibility;
  policy?: Partial<Omit<Policy, "retention_days" | "slow_seconds">> & {
    retention_days?: number | null;
    slow_seconds?: number | null;
  };
  archived?: boolean;
  alias?: string | null;
  servers?: { allow?: string[]; deny?: string[] };
}

export interface Credentials {
  username: string;
  password: string;
  device_name?: string;
  cookie: true;
}

export interface Login {
  username: string;
  password: string;
  /** Where the account asks for one (`code_needed`). */
  code?: string;
}

type Listed<K extends string, T> = Promise<Record<K, T[]> & { next: string | null }>;

/** Whether what was asked for waits for the channel's host. */
export const waits = async (call: Promise<unknown>) =>
  ((await call) as { response: Response }).response.status === 202;
export const responseStyle = "fields" as const;

export const get_server = () => sdk.getServer(sessionless) as Promise<ServerInfo>;
export const get_sync = () => sdk.getSync() as Promise<Sync>;

export const create_account = (body: Credentials & { display_name?: string; invite?: string }) =>
  sdk.createAccount({ body, ...sessionless }) as Promise<SignedIn>;
export const create_session = (body: Credentials & Login) =>
  sdk.createSession({ body, ...sessionless }) as Promise<SignedIn>;
export const list_sessions = () => sdk.listSessions() as Promise<{ sessions: Session[] }>;
export const delete_session = (session: string) => sdk.deleteSession({ path: { session } });

export const get_me = () => sdk.getMe() as Promise<User>;
export const update_me = (body: ProfileChange) => sdk.updateMe({ body }) as Promise<User>;
/** A page of one's own data; `next` leads to the next one. */
export const export_me = (cursor?: string) => sdk.exportMe({ query: cursor ? { cursor } : {} });
export const delete_me = (password: string) => sdk.deleteMe({ body: { password }, ...sessionless });
export const change_password = (body: { current: string; new: string }) => sdk.changePassword({ body });

export const get_totp = () => sdk.getTotp() as Promise<TotpState>;
export const begin_totp = (password: string) => sdk.beginTotp({ body: { password } }) as Promise<TotpSecret>;
export const confirm_totp = (code: string) =>
  sdk.confirmTotp({ body: { code } }) as Promise<{ recovery_codes: string[] }>;
export const renew_recovery_codes = (password: string, code: string) =>
  sdk.renewRecoveryCodes({ body: { password, code } }) as Promise<{ recovery_codes: string[] }>;
export const delete_totp = (password: string, code: string) => sdk.deleteTotp({ body: { password, code } });

export const list_settings = (query: { cursor?: string }) =>
  sdk.listSettings({ query }) as Listed<"settings", Setting>;
export const put_setting = (key: string, value: unknown) =>
  sdk.putSetting({ path: { key }, body: { value } }) as Promise<Setting>;
export const delete_setting = (key: string) => sdk.deleteSetting({ path: { key } });

export const list_blocks = (query: { cursor?: string }) =>
  sdk.listBlocks({ query }) as Listed<"blocks", Block>;
export const block_user = (user: string) => sdk.blockUser({ path: { user } });
export const unblock_user = (user: string) => sdk.unblockUser({ path: { user } });

export const list_saved = (query: { cursor?: string; limit?: number }) =>
  sdk.listSaved({ query }) as Listed<"saved", Saved>;
export const save_message = (channel: string, message: string, body?: { remind_ts: number | null }) =>
  sdk.saveMessage({ path: { channel, message }, ...(body ? { body } : {}) });
export const unsave_message = (channel: string, message: string) =>
  sdk.unsaveMessage({ path: { channel, message } });

export const get_attention = () => sdk.getAttention() as Promise<Attention>;
export const update_attention = (body: Partial<Attention>) =>
  sdk.updateAttention({ body }) as Promise<Attention>;

export const get_email = () => sdk.getEmail() as Promise<AccountEmail>;
type LetterLanguage = "en" | "de" | "fr";
export const set_email = (body: { address: string; password?: string; language?: LetterLanguage }) =>
  sdk.setEmail({ body }) as Promise<AccountEmail>;
export const update_email = (body: { missed?: boolean; language?: LetterLanguage }) =>
  sdk.updateEmail({ body }) as Promise<AccountEmail>;
export const delete_email = () => sdk.deleteEmail();
export const verify_email = (token: string) => sdk.verifyEmail({ body: { token }, ...sessionless });
export const request_reset = (body: { username: string } | { email: string }) =>
  sdk.requestReset({ body, ...sessionless });
export const reset_password = (token: string, password: string) =>
  sdk.resetPassword({ path: { token }, body: { password }, ...sessionless });
export const set_push = (body: {
  endpoint: string;
  keys: { p256dh: string; auth: string };
  scope: "mine" | "all";
}) => sdk.setPush({ body });
export const delete_push = () => sdk.deletePush();

export const list_users = (query: { query?: string; ids?: string; cursor?: string; limit?: number }) =>
  sdk.listUsers({ query }) as Listed<"users", User>;
export const get_user = (user: string) => sdk.getUser({ path: { user } }) as Promise<User>;

export const create_channel = (body: {
  name: string;
  topic?: string;
  visibility?: Visibility;
  alias?: string;
}) => sdk.createChannel({ body }) as Promise<Channel>;
export const get_channel = (channel: string) => sdk.getChannel({ path: { channel } }) as Promise<Channel>;
export const update_channel = (channel: string, body: ChannelChange) =>
  sdk.updateChannel({ path: { channel }, body }) as Promise<Channel>;
export const list_directory = (query: { query?: string; server?: string; cursor?: string; limit?: number }) =>
  sdk.listDirectory({ query }) as Listed<"channels", DirectoryEntry>;
export const join_channel = (channel: string) => sdk.joinChannel({ path: { channel } }) as Promise<Channel>;
export const create_join = (alias: string) => sdk.createJoin({ body: { alias } }) as Promise<Channel>;
/** Asks to be let in. */
export const knock_channel = (channel: string) => sdk.knockChannel({ path: { channel } });
export const leave_channel = (channel: string) => sdk.leaveChannel({ path: { channel } });
export const create_dm = (users: string[]) => sdk.createDm({ body: { users } }) as Promise<Channel>;

export const list_members = (
  channel: string,
  query: { cursor?: string; limit?: number; membership?: Membership },
) => sdk.listMembers({ path: { channel }, query }) as Listed<"members", Member>;
export const update_member = (
  channel: string,
  user: string,
  body: { membership?: Membership; role?: Role; reason?: string },
) => sdk.updateMember({ path: { channel, user }, body }) as Promise<Member>;

export const list_webhooks = (channel: string) =>
  sdk.listWebhooks({ path: { channel } }) as Promise<{ webhooks: Webhook[] }>;
export const create_webhook = (channel: string, name: string) =>
  sdk.createWebhook({ path: { channel }, body: { name } }) as Promise<CreatedWebhook>;
export const delete_webhook = (channel: string, webhook: string) =>
  sdk.deleteWebhook({ path: { channel, webhook } });

export const list_messages = (channel: string, query: PageQuery) =>
  sdk.listMessages({ path: { channel }, query: { ...query } }) as Promise<MessagePage>;
export const send_message = (channel: string, body: NewMessage, signal: AbortSignal) =>
  sdk.sendMessage({ path: { channel }, body, signal }) as Promise<Message>;
export const get_message = (channel: string, message: string) =>
  sdk.getMessage({ path: { channel, message } }) as Promise<Message>;
/** Without `previews` those stay whose addresses still stand in the text. */
export const edit_message = (channel: string, message: string, text: string, previews?: Preview[]) =>
  sdk.editMessage({
    path: { channel, message },
    body: { text, ...(previews ? { previews } : {}) },
  }) as Promise<Message>;
export const delete_message = (channel: string, message: string) =>
  waits(sdk.deleteMessage({ path: { channel, message }, responseStyle }));
export const delete_member_messages = (channel: string, user: string, within_s: number) =>
  sdk.deleteMemberMessages({ path: { channel, user }, query: { within_s } }) as Promise<DeletedMessages>;
export const list_pending = (channel: string) =>
  sdk.listPending({ path: { channel } }) as Promise<{ pending: Pending[] }>;
export const list_refusals = () => sdk.listRefusals() as Promise<{ refusals: Refusal[] }>;
export const dismiss_refusal = (message: string) => sdk.dismissRefusal({ path: { message } });
export const list_edits = (channel: string, message: string, query: { cursor?: string }) =>
  sdk.listEdits({ path: { channel, message }, query }) as Listed<"edits", EditVersion>;
export const add_reaction = (channel: string, message: string, emoji: string) =>
  waits(sdk.addReaction({ path: { channel, message, emoji }, responseStyle }));
/** One’s own, or that of `user`, which takes a moderator. */
export const remove_reaction = (channel: string, message: string, emoji: string, user?: string) =>
  waits(
    sdk.removeReaction({ path: { channel, message, emoji }, query: user ? { user } : {}, responseStyle }),
  );
export const get_thread = (channel: string, message: string, query: Omit<PageQuery, "around">) =>
  sdk.getThread({ path: { channel, message }, query: { ...query } }) as Promise<
    MessagePage & { root: Message; read?: ThreadState }
  >;
export const list_files = (channel: string, query: { kind?: FileKind; cursor?: string; limit?: number }) =>
  sdk.listFiles({ path: { channel }, query }) as Listed<"files", SharedFile>;
export const list_pins = (channel: string) =>
  sdk.listPins({ path: { channel } }) as Promise<{ messages: Message[] }>;
export const pin_message = (channel: string, message: string) =>
  sdk.pinMessage({ path: { channel, message } });
export const unpin_message = (channel: string, message: string) =>
  sdk.unpinMessage({ path: { channel, message } });

export const search_messages = (query: {
  q?: string;
  in?: string;
  sort?: "new" | "best";
  utc_offset?: number;
  cursor?: string;
  limit?: number;
}) => sdk.searchMessages({ query }) as Promise<SearchPage>;

export const mark_read = (channel: string, seq: number, threads: boolean) =>
  sdk.markRead({ path: { channel }, body: { seq, threads } }) as Promise<ReadState>;
export const mark_thread_read = (channel: string, message: string, seq: number) =>
  sdk.markThreadRead({ path: { channel, message }, body: { seq } }) as Promise<ThreadState>;
export const follow_thread = (channel: string, message: string) =>
  sdk.followThread({ path: { channel, message } }) as Promise<ThreadState>;
export const unfollow_thread = (channel: string, message: string) =>
  sdk.unfollowThread({ path: { channel, message } }) as Promise<ThreadState>;
export const list_threads = (query: { unread?: boolean; cursor?: string; limit?: number }) =>
  sdk.listThreads({ query }) as Listed<"threads", FollowedThread>;
export const set_notify = (channel: string, level: NotifyLevel) =>
  sdk.setNotify({ path: { channel }, body: { level } });
export const list_notifications = (query: { cursor?: string; limit?: number }) =>
  sdk.listNotifications({ query }) as Promise<{
    notifications: Notification[];
    unread: number;
    next: string | null;
  }>;
export const read_notifications = (up_to: number, only = false) =>
  sdk.readNotifications({ body: { up_to, only } });

export const list_invites = () => sdk.listInvites() as Promise<{ invites: Invite[] }>;
export const create_invite = (body: { uses?: number; expires_in_s?: number }) =>
  sdk.createInvite({ body }) as Promise<Invite>;
export const delete_invite = (code: string) => sdk.deleteInvite({ path: { code } });
