//! What clients see: the same shapes in HTTP answers and in stream frames.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::content::if_good;
use super::language::Language;
use super::link_previews::LinkPreview;
use super::status::Status;
use crate::protocol::rules::{Capability, ChannelKind, HistoryPolicy, JoinPolicy, Membership, Role};
use crate::protocol::{Seq, Ts};

/// A person.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct User {
    /// `@name:server`
    #[schema(example = "@ann:chat.example.org")]
    pub id: String,
    pub username: String,
    pub server: String,
    /// Empty for a deleted account.
    pub display_name: String,
    /// SHA-256 of the picture's bytes.
    #[schema(required)]
    pub avatar: Option<String>,
    pub bio: String,
    /// What they do just now.
    #[schema(required)]
    pub status: Option<Status>,
    pub presence: Presence,
    pub created_ts: Ts,
    /// The account was deleted.
    pub deactivated: bool,
    /// What the account may do on this server. Only in one's own user.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub role: Option<AccountRole>,
    /// A program writes in its name: an account that says so of itself, or a webhook, here or elsewhere. Of people it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub bot: Option<bool>,
    /// Of those, a webhook: it reads nothing, and is neither written to nor invited.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub webhook: Option<bool>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    Online,
    Offline,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AccountRole {
    User,
    Admin,
}

impl AccountRole {
    pub fn parse(text: &str) -> AccountRole {
        if text == "admin" { AccountRole::Admin } else { AccountRole::User }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            AccountRole::User => "user",
            AccountRole::Admin => "admin",
        }
    }
}

/// Something that a person's clients keep for each other.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Setting {
    #[schema(example = "draft:!channel")]
    pub key: String,
    /// Any JSON.
    pub value: serde_json::Value,
    /// Grows with each change.
    pub updated_ts: Ts,
}

/// Where another program posts to a channel.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Webhook {
    pub id: String,
    /// In whose name it posts.
    pub user: User,
    /// Who made it.
    #[schema(example = "@ann:chat.example.org")]
    pub created_by: String,
    pub created_ts: Ts,
    /// When it was used last, to the minute.
    #[schema(required)]
    pub last_used_ts: Option<Ts>,
}

/// One emoji on a message.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Reaction {
    pub emoji: String,
    pub count: i64,
    /// Whether the asker reacted so. Only in HTTP answers: frames are the same for everybody.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub me: Option<bool>,
    /// Who reacted so, in order, at most 50.
    pub users: Vec<String>,
}

/// Where one is written to.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AccountEmail {
    /// Whether this server writes at all.
    pub enabled: bool,
    /// The address that counts.
    #[schema(required)]
    pub address: Option<String>,
    /// One that was not confirmed yet.
    #[schema(required)]
    pub pending: Option<String>,
    /// Whether what was missed is told there.
    pub missed: bool,
    /// In which language letters are written, where somebody said so.
    #[schema(nullable = false, value_type = Option<Language>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
}

/// A file that a message carries.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Attachment {
    /// SHA-256 of the bytes.
    pub hash: String,
    pub name: String,
    /// What the bytes are, whatever the name says.
    pub media_type: String,
    pub size: i64,
    /// Of pictures, as they are shown.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "if_good")]
    #[schema(nullable = false)]
    pub width: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "if_good")]
    #[schema(nullable = false)]
    pub height: Option<i64>,
    /// What is to be seen or heard, in the sender's words, for who can't. Plain text, which may break lines.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "if_good")]
    #[schema(nullable = false)]
    pub description: Option<String>,
}

/// Where a message was brought from, as whoever brought it says: nobody here vouches for it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Imported {
    /// The program: `slack`, `discord`.
    pub from: String,
    /// Who said it there.
    pub author: String,
    pub ts: Ts,
    /// How people reacted there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reactions: Vec<ImportedReaction>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ImportedReaction {
    /// An emoji, or a name such as `:party_parrot:`.
    pub emoji: String,
    pub count: i64,
}

/// A message as it stands now.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Message {
    /// `$` and the hash of the signed event.
    pub id: String,
    pub channel: String,
    /// Its place in the channel's log; -1 while it has none (`status`).
    pub seq: Seq,
    /// `@name:server`
    pub sender: String,
    pub ts: Ts,
    /// CommonMark. Empty when deleted.
    pub text: String,
    /// What the author's client chose when sending.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub nonce: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub edited_ts: Option<Ts>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub deleted: bool,
    /// The message that this answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub reply_to: Option<String>,
    /// The first message of the thread that this stands in.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub thread: Option<String>,
    /// Its place among the thread's replies, from 1. The first message's `thread_count` is at least this.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub thread_index: Option<i64>,
    /// How many replies the thread that begins here ever had.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub thread_count: Option<i64>,
    pub reactions: Vec<Reaction>,
    pub attachments: Vec<Attachment>,
    /// Of links in the text, as its author's client found them.
    pub previews: Vec<LinkPreview>,
    /// People whom the text mentions.
    pub mentions: Vec<String>,
    /// The text addresses everybody in the channel (`@channel`).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub mentions_all: bool,
    /// The text addresses those who are there at the moment (`@here`).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub mentions_here: bool,
    /// It was said elsewhere, and brought here by its sender.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub imported: Option<Imported>,
    pub status: MessageStatus,
}

/// Whether the channel's host has put the message, or its last edit, into the log: `pending` while that waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MessageStatus {
    Sent,
    Pending,
}

/// Whether a channel is in the directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    #[default]
    Public,
    Private,
}

/// How loud a channel is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NotifyLevel {
    All,
    Mentions,
    None,
}

impl NotifyLevel {
    pub fn as_str(self) -> &'static str {
        match self {
            NotifyLevel::All => "all",
            NotifyLevel::Mentions => "mentions",
            NotifyLevel::None => "none",
        }
    }
}

/// Who may join a channel, how much of the past a newcomer sees, and which role a capability needs.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ChannelPolicy {
    #[schema(value_type = JoinPolicy, example = "open")]
    pub join: String,
    #[schema(value_type = HistoryPolicy, example = "all")]
    pub history: String,
    /// Capability to least role, where it differs from the default (`PATCH /channels/{channel}` says which that is).
    #[schema(value_type = BTreeMap<Capability, Role>)]
    pub caps: BTreeMap<String, String>,
    /// How many days what is said is kept, from 1 to 36,500; without it, for ever.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub retention_days: Option<i64>,
    /// Slow mode: seconds between two messages of one person who may not `redact_others`; without it, none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub slow_seconds: Option<i64>,
}

/// What everybody sees of a channel alike.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ChannelInfo {
    /// `!` and the hash of the channel's first event.
    pub id: String,
    #[schema(value_type = ChannelKind)]
    pub kind: String,
    pub name: String,
    pub topic: String,
    /// SHA-256 of the picture's bytes.
    #[schema(required)]
    pub avatar: Option<String>,
    /// `#name:server`
    #[schema(required)]
    pub alias: Option<String>,
    /// The server that orders this channel.
    pub host: String,
    #[schema(value_type = Visibility)]
    pub visibility: String,
    pub policy: ChannelPolicy,
    pub archived: bool,
    pub created_ts: Ts,
    pub member_count: i64,
    /// Ids of pinned messages, oldest pin first.
    pub pins: Vec<String>,
    /// What was said before was kept for as long as `policy.retention_days` says, or this server does, and is gone. At first 0.
    pub kept_from_seq: Seq,
}

/// How far another server has a channel.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ServerLag {
    pub server: String,
    /// Entries that it lacks.
    pub behind: i64,
}

/// `live`; `waiting`: the host can't be reached now; `replaying`: the host has more than is here, which is on its way
/// (`behind`); `frozen`: the host has shown two logs, and nothing is
/// written any more; `recovering`: this server, the host, was restored, and takes nothing until all servers said
/// what they have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SyncState {
    Live,
    Waiting,
    Replaying,
    Frozen,
    Recovering,
}

/// How a channel stands that several servers share.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ChannelSync {
    pub state: SyncState,
    /// How many entries the host has that are not here yet, as far as is known; without them the channel is complete up
    /// to its `head`. Of a channel that one has just joined, the newest messages are shown before they are here.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub behind: Option<i64>,
    /// Of a channel hosted here: the other servers that get it.
    pub servers: Vec<ServerLag>,
}

/// A channel as one person sees it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Channel {
    #[serde(flatten)]
    pub info: ChannelInfo,
    /// The seq of the last entry of the log.
    pub head: Seq,
    /// The asker's own.
    #[schema(required, value_type = Option<Membership>)]
    pub membership: Option<String>,
    /// The asker's own.
    #[schema(required, value_type = Option<Role>)]
    pub role: Option<String>,
    /// Everything up to here is read.
    pub read_seq: Seq,
    /// Messages after the read marker.
    pub unread: i64,
    /// Notifications in this channel that were not seen.
    pub mentions: i64,
    #[schema(value_type = NotifyLevel)]
    pub notify: String,
    #[schema(required)]
    pub last_message: Option<Message>,
    /// Everybody in it, for a direct message channel; empty for others.
    pub people: Vec<User>,
    /// Of a channel that other servers share, where one channel is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub sync: Option<ChannelSync>,
    /// Who asks one into it, where one channel is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub invited_by: Option<User>,
    /// Which servers may have people in it, where one channel is asked for and not all may.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub servers: Option<ChannelServers>,
}

impl Channel {
    /// Whether whoever it is shown to sees to what others do there.
    pub fn is_moderated(&self) -> bool {
        let is_moderator = matches!(self.role.as_deref(), Some("owner" | "moderator"));
        is_moderator && self.membership.as_deref() == Some("joined") && self.info.kind != "dm"
    }
}

/// Patterns of servers' names, as `PATCH /channels/{channel}` takes them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ChannelServers {
    /// Only these; null for everybody.
    #[schema(required)]
    pub allow: Option<Vec<String>>,
    /// Not these.
    #[schema(required)]
    pub deny: Option<Vec<String>>,
}

/// Somebody in a channel.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Member {
    pub user: User,
    #[schema(value_type = Membership)]
    pub membership: String,
    #[schema(value_type = Role)]
    pub role: String,
    /// The seq of the entry that made it so.
    pub since_seq: Seq,
    /// What made it so: where those are asked for who are not joined.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub change: Option<MemberChange>,
}

/// Who made something else of somebody in a channel, when, and why.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct MemberChange {
    #[schema(example = "@ann:chat.example.org")]
    pub by: String,
    pub ts: Ts,
    #[schema(required)]
    pub reason: Option<String>,
}

/// Who put somebody out of a channel, and why.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Removal {
    /// Whether one can't come back.
    pub banned: bool,
    #[schema(example = "@ann:chat.example.org")]
    pub by: String,
    #[schema(required)]
    pub reason: Option<String>,
}

/// Something that somebody should look at.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Notification {
    pub id: i64,
    #[schema(value_type = super::notifications::NotificationKind)]
    pub kind: String,
    pub channel: String,
    pub message: Message,
    pub ts: Ts,
    pub read: bool,
}

/// How far one has read a channel.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ReadState {
    pub channel: String,
    pub read_seq: Seq,
    pub unread: i64,
    pub mentions: i64,
    /// Whether replies in threads up to there were read too, or only what stands outside of them.
    pub threads: bool,
}

/// How one stands in a thread.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ThreadState {
    pub channel: String,
    /// The first message's id.
    pub thread: String,
    /// Whether one is told of replies here: so does who begins it, writes in it or is mentioned in it, until they
    /// say otherwise.
    pub following: bool,
    /// Replies up to here are read.
    pub read_seq: Seq,
    /// Replies of others after it.
    pub unread: i64,
    /// Notifications of replies here that were not seen.
    pub mentions: i64,
    /// When the last reply came.
    pub last_ts: Ts,
}
