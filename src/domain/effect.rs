//! What a commit means for those who watch. Collected while a unit of work runs, announced once it is
//! durable, in the order of the log.

use std::sync::Arc;

use super::attention::Attention;
use super::pending::{Fate, Pending};
use super::scheduled::Scheduled;
use super::view::{
    AccountRole, ChannelInfo, Member, Message, Notification, ReadState, Removal, Setting, ThreadState, User,
};
use crate::protocol::ids::{ChannelId, EventId, ServerName};
use crate::protocol::{Seq, Ts};
use crate::storage::notifications::Unseen;
use crate::storage::{ChannelNum, UserNum};

/// What a part of a message takes beside its texts, about.
const FILE_BYTES: usize = 64;

/// What an entry changed, as clients are told. The same value comes from a commit and from reading
/// the log again.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    MessageCreated(Box<Message>),
    MessageEdited(Restated),
    /// Something about it was taken back that is no longer there to be named.
    MessageUpdated(Restated),
    MessageDeleted {
        id: String,
    },
    ReactionAdded {
        message: String,
        emoji: String,
        user: String,
        count: i64,
    },
    ReactionRemoved {
        message: String,
        emoji: String,
        user: String,
        count: i64,
    },
    ChannelUpdated(Box<ChannelInfo>),
    MemberUpdated {
        member: Box<Member>,
        member_count: i64,
    },
}

impl Change {
    /// About how many bytes it says.
    pub fn bytes(&self) -> usize {
        match self {
            Change::MessageCreated(message) => of_message(message),
            Change::MessageEdited(restated) | Change::MessageUpdated(restated) => {
                of_message(&restated.message)
            }
            Change::ChannelUpdated(info) => of_channel(info),
            Change::MessageDeleted { .. } | Change::ReactionAdded { .. } | Change::ReactionRemoved { .. } => {
                0
            }
            Change::MemberUpdated { member, .. } => of_user(&member.user),
        }
    }
}

fn of_user(user: &User) -> usize {
    let status = user.status.as_ref().map_or(0, |status| status.text.len());
    user.display_name.len() + user.bio.len() + status
}

fn of_all(texts: &[String]) -> usize {
    texts.iter().map(String::len).sum()
}

fn of_message(message: &Message) -> usize {
    let files = message.attachments.iter();
    let files = files.map(|file| {
        let said = file.description.as_ref().map_or(0, String::len);
        FILE_BYTES + file.hash.len() + file.name.len() + file.media_type.len() + said
    });
    let reactions = message.reactions.iter().map(|reaction| reaction.emoji.len() + of_all(&reaction.users));
    let imported = message.imported.iter().flat_map(|imported| &imported.reactions);
    let imported = imported.map(|reaction| FILE_BYTES + reaction.emoji.len());
    let previews = message.previews.iter().map(|preview| FILE_BYTES + preview.bytes());
    let parts = files.chain(reactions).chain(imported).chain(previews).sum::<usize>();
    message.text.len() + of_all(&message.mentions) + parts
}

fn of_channel(info: &ChannelInfo) -> usize {
    info.name.len() + info.topic.len() + of_all(&info.pins)
}

/// A message as it stands now.
#[derive(Debug, Clone, PartialEq)]
pub struct Restated {
    pub message: Box<Message>,
    /// People of this server who are in the channel and may not read it: they joined after it.
    pub hidden_from: Vec<UserNum>,
}

/// What came after an entry that was told already, as clients are told of it: as it all stands now.
#[derive(Debug, Clone, PartialEq)]
pub enum Late {
    /// What the message says, or a reaction to it.
    Message(Restated),
    /// The message was taken from this server: its channel's id, and its own.
    Deleted {
        channel: String,
        id: String,
    },
    Channel(Box<ChannelInfo>),
}

/// News for those who watch.
#[derive(Debug, Clone)]
pub enum Effect {
    /// An entry was appended; `change` is none for what clients need not see.
    Entry { channel: ChannelNum, id: ChannelId, seq: Seq, change: Option<Change> },
    /// A channel says how long its messages are kept.
    Retention,
    /// Something came or went after its entry.
    Late { channel: ChannelNum, late: Late },
    /// A person is in a channel from now on (their sockets get its frames), or is invited (`joined` is false).
    Joined { user: UserNum, channel: ChannelNum, info: Box<ChannelInfo>, joined: bool, seq: Seq },
    /// A person is no longer in it; `removal` if somebody else put them out.
    Left { user: UserNum, channel: ChannelNum, id: ChannelId, removal: Option<Box<Removal>> },
    /// To the person's own devices.
    Read { user: UserNum, state: ReadState },
    /// To the person's own devices: what became of something that waits for the channel's host.
    Pending { user: UserNum, channel: ChannelId, pending: Box<Pending>, fate: Fate },
    /// To the person's own devices: how they stand in a thread.
    Thread { user: UserNum, state: Box<ThreadState> },
    /// To the person's own devices.
    Notified { user: UserNum, notification: Box<Notification> },
    /// To the person's own devices: everything up to this id was seen, or (`only`) this alone.
    NotificationsSeen { user: UserNum, up_to: i64, only: bool, left: Unseen },
    /// To the person's own devices: how loud a channel is for them.
    Level { user: UserNum, channel: ChannelId, level: &'static str },
    /// To the person's own devices: of what they are told, and when.
    Attention { user: UserNum, attention: Box<Attention> },
    /// To the person's own devices: something that they keep for each other.
    Setting { user: UserNum, setting: Box<Setting> },
    /// To the person's own devices: it is kept no longer.
    SettingGone { user: UserNum, key: String },
    /// To the person's own devices: whom they block, or do no longer.
    Block { user: UserNum, whom: String, blocked: bool },
    /// To the person's own devices: how many reports that they see to are open.
    Reports { user: UserNum, open: i64 },
    /// To the person's own devices: a message that they saved for later, or (no `saved_ts`) keep no longer.
    Saved {
        user: UserNum,
        channel: ChannelId,
        message: EventId,
        saved_ts: Option<Ts>,
        /// When they are reminded of it.
        remind_ts: Option<Ts>,
    },
    /// To the person's own devices: a message that is to be sent later, as it stands now, or (none) that it is on the list no longer.
    Scheduled { user: UserNum, id: String, scheduled: Option<Box<Scheduled>> },
    /// To the person's own devices: what their account may do. Each of these sessions is looked up anew.
    RoleChanged { user: UserNum, role: AccountRole, sessions: Vec<String> },
    /// A profile changed: to everybody who shares a channel.
    Profile { user: UserNum, profile: Box<User> },
    /// Another server gets a channel that is hosted here, from now on or (`ends`) up to this entry.
    Replica { channel: ChannelNum, server: ServerName, ends: bool },
    /// Something waits for another server.
    Errand { server: ServerName },
    /// Somebody is typing. Never stored, first to be dropped.
    Typing { channel: ChannelNum, id: ChannelId, user: String },
    /// These sessions are over.
    SessionsEnded { sessions: Vec<String> },
}

/// Hears of every commit, in order. Must not block: it runs on the thread that writes.
pub trait Announce: Send + Sync {
    fn announce(&self, effects: Vec<Effect>);
}

/// For commands that have nobody to tell, such as those on the command line.
pub struct Silence;

impl Announce for Silence {
    fn announce(&self, _: Vec<Effect>) {}
}

/// Shared between the lanes of the writer.
pub type Audience = Arc<dyn Announce>;
