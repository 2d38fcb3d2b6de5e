//! The log told again: what each entry changed, for a client that was away or a node that heard of a
//! commit elsewhere.
//!
//! A message is told as it stands now rather than as it stood then: an edited text does not come
//! back, a deleted one even less. What follows it (edits, reactions) is told too, so whoever applies
//! all of it in order ends where somebody ends who was there all along.

use std::collections::HashMap;

use super::Error;
use super::content::{self, ReactionContent};
use super::effect::{Change, Restated};
use super::retold::Changes;
use super::show;
use super::status;
use super::view::{Member, Message};
use crate::protocol::event::EventType;
use crate::protocol::{Seq, Ts};
use crate::storage::channels::ChannelRow;
use crate::storage::entries::{self, EntryRow};
use crate::storage::{Conn, members, messages, users};

/// How many bytes are told again at the most, about; what is more is for paging.
const BYTES_MAX: usize = 2 << 20;

/// What entries `range.0..=range.1` of a channel changed, in order; none where clients need not know, or where an entry that
/// follows says the same. Of messages before `readable_from` nothing is told again. None if it is too much.
pub fn changes(
    conn: &mut Conn,
    channel: &ChannelRow,
    range: (Seq, Seq),
    readable_from: Seq,
    (limit, now): (i64, Ts),
) -> Result<Option<Changes>, Error> {
    let entries = entries::range(conn, channel.num, range.0, range.1, limit)?;
    let of_kind = |kind: EventType| {
        entries.iter().filter(move |(entry, _)| entry.kind == kind.as_str() && entry.void.is_none())
    };
    let mut shown: Vec<Seq> = of_kind(EventType::Message).map(|(entry, _)| entry.seq).collect();
    for kind in [EventType::Edit, EventType::Reaction, EventType::Redact] {
        shown.extend(of_kind(kind).filter_map(|(entry, _)| entry.target_seq));
    }
    shown.sort_unstable();
    shown.dedup();
    let rows = messages::by_seqs(conn, channel.num, &shown)?;
    let messages = show::messages(conn, channel.num, &channel.id, rows, None)?;
    let mut teller = Teller {
        messages: messages.into_iter().map(|message| (message.seq, message)).collect(),
        info: show::channel_info(channel),
        channel,
        readable_from,
        now,
    };
    let (mut told, mut bytes): (Changes, usize) = (Vec::with_capacity(entries.len()), 0);
    let mut said: HashMap<Subject, usize> = HashMap::new();
    for (entry, sender) in &entries {
        let change = teller.tell(conn, entry, sender)?;
        bytes += change.as_ref().map_or(0, Change::bytes);
        // What stands as it is now is said by the last that says it.
        if let Some(subject) = change.as_ref().and_then(restates)
            && let Some((_, before)) = said.insert(subject, told.len()).and_then(|at| told.get_mut(at))
        {
            bytes -= before.take().as_ref().map_or(0, Change::bytes);
        }
        if bytes > BYTES_MAX {
            return Ok(None);
        }
        told.push((entry.seq, change));
    }
    Ok(Some(told))
}

/// What a change tells as a whole, as it stands now.
#[derive(PartialEq, Eq, Hash)]
enum Subject {
    Channel,
    /// By the message's seq.
    Message(Seq),
}

fn restates(change: &Change) -> Option<Subject> {
    match change {
        Change::MessageEdited(restated) | Change::MessageUpdated(restated) => {
            Some(Subject::Message(restated.message.seq))
        }
        Change::ChannelUpdated(_) => Some(Subject::Channel),
        _ => None,
    }
}

fn is_of_channel(kind: &EventType) -> bool {
    matches!(
        kind,
        EventType::ChannelName
            | EventType::ChannelTopic
            | EventType::ChannelAvatar
            | EventType::ChannelPins
            | EventType::ChannelPolicy
            | EventType::ChannelServers
            | EventType::ChannelArchive
    )
}

struct Teller<'a> {
    channel: &'a ChannelRow,
    readable_from: Seq,
    messages: HashMap<Seq, Message>,
    info: super::view::ChannelInfo,
    now: Ts,
}

impl Teller<'_> {
    fn tell(&mut self, conn: &mut Conn, entry: &EntryRow, sender: &str) -> Result<Option<Change>, Error> {
        if entry.void.is_some() {
            return Ok(None);
        }
        let target = entry.target_seq.and_then(|seq| self.messages.get(&seq));
        Ok(match entry.kind.parse::<EventType>() {
            Ok(EventType::Message) => {
                let kept = self.messages.get(&entry.seq).filter(|_| entry.seq >= self.readable_from);
                kept.map(|message| {
                    // As at its creation: what happened to it since is told by the entries that follow.
                    let fresh = Message { reactions: Vec::new(), thread_count: None, ..message.clone() };
                    Change::MessageCreated(Box::new(fresh))
                })
            }
            Ok(EventType::Edit) => target
                .filter(|message| message.seq >= self.readable_from)
                .map(|message| Change::MessageEdited(restated(message.clone()))),
            Ok(EventType::Reaction) => self.reaction(conn, entry, sender)?,
            Ok(EventType::Redact) => self.redaction(conn, entry)?,
            Ok(EventType::Member) => self.member(conn, entry)?,
            Ok(kind) if is_of_channel(&kind) => Some(Change::ChannelUpdated(Box::new(self.info.clone()))),
            _ => None,
        })
    }

    /// None when it was taken back since: there is nothing to add, and its removal changes nothing.
    fn reaction(&self, conn: &mut Conn, entry: &EntryRow, sender: &str) -> Result<Option<Change>, Error> {
        let Some(message) = entry.target_seq.and_then(|seq| self.messages.get(&seq)) else { return Ok(None) };
        let Some(body) = entries::body(conn, self.channel.num, entry.seq)? else { return Ok(None) };
        let Some(ReactionContent { emoji }) = content::read_body(&body) else { return Ok(None) };
        let count =
            message.reactions.iter().find(|reaction| reaction.emoji == emoji).map_or(0, |found| found.count);
        Ok(Some(Change::ReactionAdded { message: message.id.clone(), emoji, user: sender.to_owned(), count }))
    }

    fn redaction(&self, conn: &mut Conn, entry: &EntryRow) -> Result<Option<Change>, Error> {
        let Some(seq) = entry.target_seq else { return Ok(None) };
        if let Some(message) = self.messages.get(&seq) {
            return Ok(Some(Change::MessageDeleted { id: message.id.clone() }));
        }
        // A reaction or an edit that was taken back: its body is gone, and with it the emoji or the text. The
        // message as it stands is what is left to tell.
        let Some(gone) = entries::by_seq(conn, self.channel.num, seq)? else { return Ok(None) };
        let told = match gone.kind.parse() {
            Ok(EventType::Reaction) => Change::MessageUpdated,
            Ok(EventType::Edit) => Change::MessageEdited,
            Ok(EventType::ChannelName | EventType::ChannelTopic | EventType::ChannelAvatar) => {
                return Ok(Some(Change::ChannelUpdated(Box::new(self.info.clone()))));
            }
            _ => return Ok(None),
        };
        let Some(on) = gone.target_seq.filter(|on| *on >= self.readable_from) else { return Ok(None) };
        let message = show::message_at(conn, self.channel.num, &self.channel.id, on)?;
        Ok(message.filter(|message| !message.deleted).map(restated).map(told))
    }

    fn member(&self, conn: &mut Conn, entry: &EntryRow) -> Result<Option<Change>, Error> {
        let event: crate::protocol::event::Event = match serde_json::from_str(&entry.event) {
            Ok(event) => event,
            Err(_) => return Ok(None),
        };
        let Some(id) = event.state.map(|state| state.key) else { return Ok(None) };
        let Some(user) = users::by_id(conn, &id)? else { return Ok(None) };
        let Some(row) = members::get(conn, self.channel.num, user.num)? else { return Ok(None) };
        let member = Member {
            user: status::current(show::user(&user), self.now),
            membership: row.membership,
            role: row.role,
            since_seq: row.since_seq,
            change: None,
        };
        Ok(Some(Change::MemberUpdated { member: Box::new(member), member_count: self.channel.joined_count }))
    }
}

/// To somebody who may read it.
fn restated(message: Message) -> Restated {
    Restated { message: Box::new(message), hidden_from: Vec::new() }
}
