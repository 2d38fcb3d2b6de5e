// Types only: the client's own, narrower types against the generated ones. Where the API changes so that the two no
// longer fit, `npm run types` fails on the line of the type.

import type * as Frames from "./frames";
import type * as Api from "./generated/types.gen";
import type { Report, ReportPage } from "./reports";
import type { Scheduled } from "./scheduled";
import type * as Mine from "./types";

/** Every field that this client reads is in the document, with a type that holds its values. */
type Fits<Narrow extends { [K in keyof Narrow]: K extends keyof Wide ? Wide[K] : never }, Wide> = [
  Narrow,
  Wide,
];

/** Neither has one that the other has not. */
type Same<One extends Other, Other extends Back, Back = One> = [One, Other, Back];

export type Contract = {
  user: Fits<Mine.User, Api.User>;
  session: Fits<Mine.Session, Api.Session>;
  // `push` and `email` are newer than some servers.
  server: Fits<Omit<Mine.ServerInfo, "limits" | "push" | "email">, Api.Server>;
  message: Fits<Mine.Message, Api.Message>;
  pending: Fits<Omit<Mine.Pending, "target" | "emoji" | "message">, Api.Pending>;
  refusal: Fits<Omit<Mine.Refusal, "pending">, Api.Refusal>;
  reaction: Fits<Mine.Reaction, Api.Reaction>;
  attachment: Fits<Mine.Attachment, Api.Attachment>;
  // `sync`, `servers` and `invited_by` only where one channel is asked for.
  channel: Fits<Omit<Mine.Channel, "sync" | "servers" | "invited_by">, Api.Channel>;
  channel_sync: Fits<Mine.ChannelSync, Api.ChannelSync>;
  directory: Fits<Mine.DirectoryEntry, Api.DirectoryChannel>;
  email: Fits<Omit<Mine.AccountEmail, "language">, Required<Api.AccountEmail>>;
  thread: Fits<Mine.ThreadState, Api.ThreadState>;
  followed: Fits<Mine.FollowedThread, Api.FollowedThread>;
  block: Fits<Mine.Block, Api.Block>;
  saved: Fits<Mine.Saved, Api.Saved>;
  file: Fits<Mine.SharedFile, Api.SharedFile>;
  file_kind: Same<Mine.FileKind, NonNullable<NonNullable<Api.ListFilesData["query"]>["kind"]>>;
  scheduled: Fits<Scheduled, Api.Scheduled>;
  attention: Fits<Omit<Mine.Attention, "quiet_until_ts" | "schedule">, Api.Attention>;
  member: Fits<Mine.Member, Api.Member>;
  notification: Fits<Mine.Notification, Api.Notification>;
  page: Fits<Mine.MessagePage, Api.MessagePage>;
  // The channels are above: `avatar` is newer than some servers.
  sync: Fits<Omit<Mine.Sync, "channels">, Api.Sync>;
  search: Fits<Mine.SearchPage, Api.SearchResults>;
  invite: Fits<Omit<Mine.Invite, "expires_ts">, Api.Invite>;
  totp: Fits<Mine.TotpState, Api.TotpState>;
  totp_secret: Fits<Mine.TotpSecret, Api.TotpSecret>;
  webhook: Fits<Mine.CreatedWebhook, Api.CreatedWebhook>;
  deleted: Fits<Mine.DeletedMessages, Api.DeletedMessages>;
  report: Fits<Report, Api.Report>;
  reports: Fits<ReportPage, Api.Reports>;
  setting: Fits<Mine.Setting, Api.Setting>;
  read: Fits<Mine.ReadState, Api.ReadState>;
  events: Same<Frames.StreamEvent["t"], Api.StreamEvent["t"]>;
  frames: Same<Frames.ServerFrame["op"], Api.ControlFrame["op"] | "event">;
  channel_updated: Fits<Frames.ChannelUpdate, Api.ChannelInfo>;
  member_updated: Fits<Omit<Frames.MemberUpdate, "user">, Api.MemberUpdated>;
  reaction_changed: Fits<Frames.ReactionChange, Api.ReactionChanged>;
  notifications_read: Fits<Frames.NotificationsRead, Api.NotificationsRead>;
  saved_updated: Fits<Frames.SavedUpdate, Api.SavedUpdated>;
  scheduled_updated: Fits<Frames.ScheduledUpdate, Api.ScheduledUpdated>;
  pending_updated: Fits<Pick<Frames.PendingUpdate, "state">, Api.PendingUpdated>;
  ready: Fits<Frames.Ready, Api.Ready>;
  resync: Fits<Frames.Resync, Api.Resync>;
};
