//! What stands in frames, and how the API's document describes it: the schemas `ServerFrame` and `ClientFrame`.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::attention::Attention;
use crate::domain::pending::Pending;
use crate::domain::scheduled::Scheduled;
use crate::domain::view::{
    AccountRole, ChannelInfo, Member, Message, Notification, NotifyLevel, Presence, ReadState, Removal,
    Setting, ThreadState, User,
};
use crate::protocol::{Seq, Ts};

/// Which message was deleted.
#[derive(Serialize, ToSchema)]
pub struct MessageDeleted<'a> {
    pub id: &'a str,
}

/// A reaction that came or went.
#[derive(Serialize, ToSchema)]
pub struct ReactionChanged<'a> {
    /// The message's id.
    pub message: &'a str,
    pub emoji: &'a str,
    /// Who reacted so, or does no longer.
    pub user: &'a str,
    /// How many react so now.
    pub count: i64,
}

/// Somebody in a channel as they stand now.
#[derive(Serialize, ToSchema)]
pub struct MemberUpdated {
    #[serde(flatten)]
    pub member: Member,
    /// How many are in the channel now.
    pub member_count: i64,
}

/// A channel that one is in from now on, or is invited to. What is the viewer's own (what is unread, say) is in
/// `GET /channels/{channel}`.
#[derive(Serialize, ToSchema)]
pub struct ChannelJoined<'a> {
    #[serde(flatten)]
    pub info: &'a ChannelInfo,
    /// `joined` or `invited`
    pub membership: &'a str,
    /// The seq of the last entry.
    pub head: Seq,
}

/// A channel that one is in no longer.
#[derive(Serialize, ToSchema)]
pub struct ChannelLeft<'a> {
    pub id: &'a str,
    /// Where somebody else put one out just now, or banned one meanwhile.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub removal: Option<&'a Removal>,
}

/// What became of something that waits for its channel's host.
#[derive(Serialize, ToSchema)]
pub struct PendingUpdated<'a> {
    #[serde(flatten)]
    pub pending: &'a Pending,
    /// `waiting`, `delivered`, `taken_back`, `refused` or `dismissed`
    pub state: &'a str,
    /// Why it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub detail: Option<String>,
}

/// How loud a channel is.
#[derive(Serialize, ToSchema)]
pub struct NotifyUpdated<'a> {
    pub channel: &'a str,
    #[schema(value_type = NotifyLevel)]
    pub level: &'a str,
}

/// Notifications were seen on another device.
#[derive(Serialize, ToSchema)]
pub struct NotificationsRead {
    /// Up to this notification's id.
    pub up_to: i64,
    /// Nothing but this notification.
    pub only: bool,
    /// How many are left unseen, and how many of them are reminders.
    pub unread: i64,
    pub reminders_unread: i64,
}

/// What one's account may do from now on.
#[derive(Serialize, ToSchema)]
pub struct AccountUpdated {
    pub role: AccountRole,
}

/// A setting that is kept no longer.
#[derive(Serialize, ToSchema)]
pub struct SettingDeleted<'a> {
    pub key: &'a str,
    /// Always true.
    pub deleted: bool,
}

/// A setting that was changed or deleted on another device.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub enum SettingUpdated<'a> {
    Kept(&'a Setting),
    Deleted(SettingDeleted<'a>),
}

/// Somebody whom one blocks, or does no longer.
#[derive(Serialize, ToSchema)]
pub struct BlockUpdated<'a> {
    pub user: &'a str,
    pub blocked: bool,
}

/// Reports that one may see to.
#[derive(Serialize, ToSchema)]
pub struct ReportsUpdated {
    /// How many are open, counted up to 1,000.
    pub open: i64,
}

/// A message that one saved for later, or takes off the list.
#[derive(Serialize, ToSchema)]
pub struct SavedUpdated<'a> {
    pub channel: &'a str,
    pub message: &'a str,
    pub saved: bool,
    /// Null for one that is saved no longer.
    #[schema(required)]
    pub saved_ts: Option<Ts>,
    /// When one is reminded of it; null where one is not, or was.
    #[schema(required)]
    pub remind_ts: Option<Ts>,
}

/// A message that one is going to send later.
#[derive(Serialize, ToSchema)]
pub struct ScheduledUpdated<'a> {
    pub id: &'a str,
    /// As it stands now. Null: it was sent, or deleted.
    #[schema(required)]
    pub scheduled: Option<Scheduled>,
}

/// Somebody writes.
#[derive(Serialize, ToSchema)]
pub struct TypingSeen<'a> {
    pub user: &'a str,
    /// For how many milliseconds this holds.
    pub expires_ms: u32,
}

/// Who came or went.
#[derive(Serialize, ToSchema)]
pub struct PresenceUpdated<'a> {
    pub users: Vec<PresenceOf<'a>>,
}

#[derive(Serialize, ToSchema)]
pub struct PresenceOf<'a> {
    pub id: &'a str,
    pub presence: Presence,
}

/// The first frame of a stream.
#[derive(Serialize, ToSchema)]
pub struct Hello {
    /// A client that is silent for so long gets a ping.
    pub heartbeat_ms: u32,
    pub feature_level: u32,
    pub limits: StreamLimits,
}

#[derive(Serialize, ToSchema)]
pub struct StreamLimits {
    /// Within how long a client has to identify.
    pub identify_ms: u64,
    /// Longest frame of a client, in bytes.
    pub frame_bytes: usize,
    /// Longest identify or subscribe frame, in bytes.
    pub identify_bytes: usize,
    /// Channels that one identify or subscribe may name.
    pub channels: usize,
    pub frames_per_minute: u32,
    /// Frames that may wait for a socket that reads slowly, and their bytes.
    pub queue_frames: u32,
    pub queue_bytes: u32,
}

/// All that was missed has been told.
#[derive(Serialize, ToSchema)]
pub struct Ready<'a> {
    pub user_id: &'a str,
    pub session_id: &'a str,
    /// The seq of the last entry that was told, by channel.
    pub heads: BTreeMap<&'a str, Seq>,
    /// By channel the seq from which on its messages are kept, where some are gone (`Channel.kept_from_seq`).
    pub kept_from_seqs: BTreeMap<&'a str, Seq>,
    /// Ids of people in one's channels who are online, at most 500.
    pub online: Vec<String>,
}

/// Channels of which too much was missed.
#[derive(Serialize, ToSchema)]
pub struct Resync<'a> {
    /// The seq of the last entry, by channel.
    pub heads: BTreeMap<&'a str, Seq>,
    pub counts: BTreeMap<&'a str, UnreadCounts>,
}

#[derive(Serialize, ToSchema)]
pub struct UnreadCounts {
    pub unread: i64,
    pub mentions: i64,
}

/// Why the stream ends.
#[derive(Serialize, ToSchema)]
pub struct StreamError<'a> {
    pub code: &'a str,
    pub detail: &'a str,
}

/// What concerns the connection.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[serde(tag = "op", content = "d")]
pub enum ControlFrame<'a> {
    Hello(Hello),
    Ready(Ready<'a>),
    Resync(Resync<'a>),
    Error(StreamError<'a>),
    Pong(Nothing),
}

#[derive(Serialize, ToSchema)]
pub struct Nothing {}

/// What an event is among the frames.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum EventOp {
    Event,
}

/// An event: `t` says what `d` is.
#[derive(ToSchema)]
pub struct EventFrame<'a> {
    #[schema(value_type = EventOp, inline)]
    pub op: &'a str,
    /// The channel that it is about.
    #[schema(nullable = false)]
    pub channel: Option<&'a str>,
    /// The entry that caused it: the client's cursor from then on.
    #[schema(nullable = false)]
    pub seq: Option<Seq>,
    #[serde(flatten)]
    pub event: StreamEvent<'a>,
}

/// What happened.
#[derive(ToSchema)]
#[serde(tag = "t", content = "d")]
pub enum StreamEvent<'a> {
    #[serde(rename = "message.created")]
    MessageCreated(Message),
    #[serde(rename = "message.edited")]
    MessageEdited(Message),
    #[serde(rename = "message.updated")]
    MessageUpdated(Message),
    #[serde(rename = "message.deleted")]
    MessageDeleted(MessageDeleted<'a>),
    #[serde(rename = "reaction.added")]
    ReactionAdded(ReactionChanged<'a>),
    #[serde(rename = "reaction.removed")]
    ReactionRemoved(ReactionChanged<'a>),
    #[serde(rename = "channel.updated")]
    ChannelUpdated(ChannelInfo),
    #[serde(rename = "channel.joined")]
    ChannelJoined(ChannelJoined<'a>),
    #[serde(rename = "channel.left")]
    ChannelLeft(ChannelLeft<'a>),
    #[serde(rename = "member.updated")]
    MemberUpdated(MemberUpdated),
    #[serde(rename = "read.updated")]
    ReadUpdated(ReadState),
    #[serde(rename = "thread.updated")]
    ThreadUpdated(ThreadState),
    #[serde(rename = "pending.updated")]
    PendingUpdated(PendingUpdated<'a>),
    #[serde(rename = "notify.updated")]
    NotifyUpdated(NotifyUpdated<'a>),
    #[serde(rename = "notification.created")]
    NotificationCreated(Notification),
    #[serde(rename = "notifications.read")]
    NotificationsRead(NotificationsRead),
    #[serde(rename = "attention.updated")]
    AttentionUpdated(Attention),
    #[serde(rename = "settings.updated")]
    SettingsUpdated(SettingUpdated<'a>),
    #[serde(rename = "blocks.updated")]
    BlocksUpdated(BlockUpdated<'a>),
    #[serde(rename = "reports.updated")]
    ReportsUpdated(ReportsUpdated),
    #[serde(rename = "saved.updated")]
    SavedUpdated(SavedUpdated<'a>),
    #[serde(rename = "scheduled.updated")]
    ScheduledUpdated(ScheduledUpdated<'a>),
    #[serde(rename = "account.updated")]
    AccountUpdated(AccountUpdated),
    #[serde(rename = "user.updated")]
    UserUpdated(User),
    #[serde(rename = "typing")]
    Typing(TypingSeen<'a>),
    #[serde(rename = "presence")]
    Presence(PresenceUpdated<'a>),
}

/// What the server says.
#[expect(clippy::large_enum_variant, reason = "a schema, of which there is no value")]
#[derive(ToSchema)]
#[serde(untagged)]
pub enum ServerFrame<'a> {
    Event(EventFrame<'a>),
    Control(ControlFrame<'a>),
}
