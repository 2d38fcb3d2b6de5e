//! What the server says, as bytes that go to every socket alike.

use bytes::{BufMut, Bytes, BytesMut};
use serde::Serialize;

use super::hub::TYPING_EXPIRES_MS;
use super::payload::{
    AccountUpdated, BlockUpdated, ChannelJoined, ChannelLeft, MemberUpdated, MessageDeleted,
    NotificationsRead, NotifyUpdated, PendingUpdated, PresenceOf, PresenceUpdated, ReactionChanged,
    ReportsUpdated, SavedUpdated, ScheduledUpdated, SettingDeleted, SettingUpdated, TypingSeen,
};
use crate::domain::attention::Attention;
use crate::domain::effect::{Change, Late, Restated};
use crate::domain::pending::{Fate, Pending};
use crate::domain::scheduled::Scheduled;
use crate::domain::view::{
    AccountRole, ChannelInfo, Member, Notification, Presence, ReadState, Removal, Setting, ThreadState, User,
};
use crate::http::problem::{peer_code, told_scheduled};
use crate::protocol::{Seq, Ts};
use crate::storage::notifications::Unseen;

const FIN_TEXT: u8 = 0x81;
const FIN_CLOSE: u8 = 0x88;
const FIN_PING: u8 = 0x89;
const FIN_PONG: u8 = 0x8a;
/// Longest payload of a control frame (RFC 6455 section 5.5), and what a code leaves of it for the reason.
const CONTROL_BYTES_MAX: usize = 125;
const CLOSE_REASON_BYTES_MAX: usize = CONTROL_BYTES_MAX - 2;

/// A WebSocket frame (RFC 6455 section 5.2) around `payload`; a server does not mask.
fn framed(opcode: u8, payload: &[u8]) -> Bytes {
    let mut frame = BytesMut::with_capacity(payload.len() + 10);
    frame.put_u8(opcode);
    match (u8::try_from(payload.len()), u16::try_from(payload.len())) {
        (Ok(length), _) if length < 126 => frame.put_u8(length),
        (_, Ok(length)) => {
            frame.put_u8(126);
            frame.put_u16(length);
        }
        _ => {
            frame.put_u8(127);
            frame.put_u64(u64::try_from(payload.len()).unwrap_or(u64::MAX));
        }
    }
    frame.extend_from_slice(payload);
    frame.freeze()
}

fn text(value: &impl Serialize) -> Bytes {
    framed(FIN_TEXT, &serde_json::to_vec(value).unwrap_or_default())
}

pub fn close(code: u16, reason: &str) -> Bytes {
    let mut payload = code.to_be_bytes().to_vec();
    // Whole characters: what is not UTF-8 a client has to take for a broken connection.
    let fits = |(at, char): &(usize, char)| at + char.len_utf8() <= CLOSE_REASON_BYTES_MAX;
    let kept: String = reason.char_indices().take_while(fits).map(|(_, char)| char).collect();
    payload.extend_from_slice(kept.as_bytes());
    framed(FIN_CLOSE, &payload)
}

pub fn ping() -> Bytes {
    framed(FIN_PING, &[])
}

pub fn pong(payload: &[u8]) -> Bytes {
    framed(FIN_PONG, payload.get(..payload.len().min(CONTROL_BYTES_MAX)).unwrap_or_default())
}

/// `{op, d}`
pub fn plain(op: &'static str, d: impl Serialize) -> Bytes {
    text(&Plain { op, d })
}

#[derive(Serialize)]
struct Plain<D> {
    op: &'static str,
    d: D,
}

#[derive(Serialize)]
struct Event<'a, D> {
    op: &'static str,
    t: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    channel: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seq: Option<Seq>,
    d: D,
}

fn event(t: &'static str, channel: Option<&str>, seq: Option<Seq>, d: impl Serialize) -> Bytes {
    text(&Event { op: "event", t, channel, seq, d })
}

/// Who is online, by id.
pub type Online<'a> = &'a dyn Fn(&str) -> bool;

fn with_presence(user: &User, online: Online<'_>) -> User {
    let presence = if online(&user.id) { Presence::Online } else { Presence::Offline };
    User { presence, ..user.clone() }
}

/// What an entry changed.
pub fn change(channel: &str, seq: Seq, change: &Change, online: Online<'_>) -> Bytes {
    let (at, seq) = (Some(channel), Some(seq));
    match change {
        Change::MessageCreated(message) => event("message.created", at, seq, message),
        Change::MessageEdited(restated) => event("message.edited", at, seq, &restated.message),
        Change::MessageUpdated(restated) => event("message.updated", at, seq, &restated.message),
        Change::MessageDeleted { id } => event("message.deleted", at, seq, MessageDeleted { id }),
        Change::ReactionAdded { message, emoji, user, count } => {
            event("reaction.added", at, seq, ReactionChanged { message, emoji, user, count: *count })
        }
        Change::ReactionRemoved { message, emoji, user, count } => {
            event("reaction.removed", at, seq, ReactionChanged { message, emoji, user, count: *count })
        }
        Change::ChannelUpdated(info) => event("channel.updated", at, seq, info),
        Change::MemberUpdated { member, member_count } => {
            let member = Member { user: with_presence(&member.user, online), ..(**member).clone() };
            event("member.updated", at, seq, MemberUpdated { member, member_count: *member_count })
        }
    }
}

/// What came after its entry: without a `seq`, because the place of that was told.
pub fn late(late: &Late) -> Bytes {
    match late {
        Late::Message(Restated { message, .. }) => {
            event("message.updated", Some(&message.channel), None, message)
        }
        Late::Deleted { channel, id } => event("message.deleted", Some(channel), None, MessageDeleted { id }),
        Late::Channel(info) => event("channel.updated", Some(&info.id), None, info),
    }
}

pub fn pending(channel: &str, pending: &Pending, fate: &Fate) -> Bytes {
    let (state, why) = match fate {
        Fate::Waits => ("waiting", None),
        Fate::Delivered => ("delivered", None),
        Fate::TakenBack => ("taken_back", None),
        Fate::Dismissed => ("dismissed", None),
        Fate::Refused(why) => ("refused", Some(why)),
    };
    let code = why.map(peer_code);
    let detail = why.map(ToString::to_string);
    event("pending.updated", Some(channel), None, PendingUpdated { pending, state, code, detail })
}

pub fn joined(info: &ChannelInfo, joined: bool, seq: Seq) -> Bytes {
    let membership = if joined { "joined" } else { "invited" };
    event("channel.joined", Some(&info.id), Some(seq), ChannelJoined { info, membership, head: seq })
}

/// Without a `seq`: whoever was there to hear of it heard `member.updated` at that place, and takes nothing for new that has
/// it again.
pub fn left(channel: &str, removal: Option<&Removal>) -> Bytes {
    event("channel.left", Some(channel), None, ChannelLeft { id: channel, removal })
}

pub fn read(state: &ReadState) -> Bytes {
    event("read.updated", Some(&state.channel), None, state)
}

pub fn thread(state: &ThreadState) -> Bytes {
    event("thread.updated", Some(&state.channel), None, state)
}

pub fn notified(notification: &Notification) -> Bytes {
    event("notification.created", Some(&notification.channel), None, notification)
}

pub fn notifications_seen(up_to: i64, only: bool, left: Unseen) -> Bytes {
    let Unseen { all: unread, reminders: reminders_unread } = left;
    event("notifications.read", None, None, NotificationsRead { up_to, only, unread, reminders_unread })
}

pub fn level(channel: &str, level: &str) -> Bytes {
    event("notify.updated", Some(channel), None, NotifyUpdated { channel, level })
}

pub fn role(role: AccountRole) -> Bytes {
    event("account.updated", None, None, AccountUpdated { role })
}

pub fn setting(setting: &Setting) -> Bytes {
    event("settings.updated", None, None, SettingUpdated::Kept(setting))
}

pub fn setting_gone(key: &str) -> Bytes {
    event("settings.updated", None, None, SettingUpdated::Deleted(SettingDeleted { key, deleted: true }))
}

pub fn block(user: &str, blocked: bool) -> Bytes {
    event("blocks.updated", None, None, BlockUpdated { user, blocked })
}

pub fn reports(open: i64) -> Bytes {
    event("reports.updated", None, None, ReportsUpdated { open })
}

pub fn saved(channel: &str, message: &str, saved_ts: Option<Ts>, remind_ts: Option<Ts>) -> Bytes {
    let saved = saved_ts.is_some();
    event("saved.updated", Some(channel), None, SavedUpdated { channel, message, saved, saved_ts, remind_ts })
}

pub fn scheduled(id: &str, scheduled: Option<&Scheduled>) -> Bytes {
    let scheduled = scheduled.cloned().map(told_scheduled);
    event("scheduled.updated", None, None, ScheduledUpdated { id, scheduled })
}

pub fn attention(attention: &Attention) -> Bytes {
    event("attention.updated", None, None, attention)
}

pub fn profile(user: &User, online: Online<'_>) -> Bytes {
    event("user.updated", None, None, with_presence(user, online))
}

pub fn typing(channel: &str, user: &str) -> Bytes {
    event("typing", Some(channel), None, TypingSeen { user, expires_ms: TYPING_EXPIRES_MS })
}

pub fn presence(user: &str, online: bool) -> Bytes {
    let presence = if online { Presence::Online } else { Presence::Offline };
    event("presence", None, None, PresenceUpdated { users: vec![PresenceOf { id: user, presence }] })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_written_as_rfc_6455_says() {
        assert_eq!(&framed(FIN_TEXT, &[7; 125])[..2], &[0x81, 125]);
        assert_eq!(&framed(FIN_TEXT, &[7; 126])[..4], &[0x81, 126, 0, 126]);
        assert_eq!(&framed(FIN_TEXT, &vec![7; 65_536])[..10], &[0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]);
        assert_eq!(&close(4008, "slow")[..], &[0x88, 6, 0x0f, 0xa8, b's', b'l', b'o', b'w']);
    }

    #[test]
    fn a_reason_that_is_too_long_is_cut_between_characters() {
        for (before, kept) in [(121, 123), (122, 122), (123, 123)] {
            let reason = "a".repeat(before) + "ä and more";
            let frame = close(4002, &reason);
            assert_eq!(frame[..4], [FIN_CLOSE, kept + 2, 0x0f, 0xa2]);
            let said = std::str::from_utf8(&frame[4..]).expect("UTF-8");
            assert!(said.len() == usize::from(kept) && reason.starts_with(said), "{said}");
        }
        assert_eq!(close(1000, "")[..], [FIN_CLOSE, 2, 0x03, 0xe8]);
    }
}
