//! Projections: what an effective entry means for timelines, members and counters. A file per kind of
//! entry. All of it runs in the transaction that appends the entry.
//!
//! To add a kind: its content in `content.rs`, a file here, a line in [`project`], and how the log tells
//! it again in `changes.rs`.

mod channel;
pub(super) mod forget;
mod member;
mod message;
mod reaction;
mod redact;

use serde_json::{Map, Value};

use super::Error;
use super::effect::{Change, Effect, Late};
use super::writer::{Person, Work};
use crate::protocol::event::{Event, EventType};
use crate::protocol::ids::EventId;
use crate::protocol::{Seq, Ts};
use crate::storage::{ChannelNum, entries};

pub use channel::{NewLocal, info as channel_info, insert_channel, row as channel_row, search_text};
pub use member::invite;

/// An entry that has just been recorded.
pub struct At<'a> {
    pub channel: ChannelNum,
    pub seq: Seq,
    pub ts: Ts,
    pub sender: &'a Person,
    pub event: &'a Event,
    pub id: &'a EventId,
    pub content: Option<&'a Map<String, Value>>,
    /// The seq of what it relates to.
    pub target: Option<Seq>,
}

/// Projects the entry and tells those who watch: the entry itself first, then what follows from it
/// (notifications, new subscriptions).
pub fn project(work: &mut Work<'_>, at: &At<'_>) -> Result<(), Error> {
    let mark = work.told();
    let change = match at.event.kind {
        EventType::Message => Some(message::created(work, at)?),
        EventType::Edit => message::edited(work, at)?,
        EventType::Reaction => reaction::added(work, at)?,
        EventType::Redact => redact::redacted(work, at)?,
        EventType::Member => Some(member::changed(work, at)?),
        EventType::ServerKey => channel::key_bound(work, at).map(|()| None)?,
        EventType::ChannelCreate | EventType::ChannelHost | EventType::Other(_) => None,
        EventType::ChannelName
        | EventType::ChannelTopic
        | EventType::ChannelAvatar
        | EventType::ChannelPins
        | EventType::ChannelPolicy
        | EventType::ChannelServers
        | EventType::ChannelArchive => Some(Change::ChannelUpdated(channel::changed(work, at)?)),
    };
    let id = work.lane.open(work.conn, at.channel)?.id.clone();
    work.tell_first(mark, Effect::Entry { channel: at.channel, id, seq: at.seq, change });
    Ok(())
}

/// What an entry means whose body came after it. `body` is what `content` was read from.
pub fn late(work: &mut Work<'_>, at: &At<'_>, body: &str) -> Result<Option<Late>, Error> {
    match at.event.kind {
        EventType::Message | EventType::Edit => {
            message::late(work, at, body).map(|message| message.map(Late::Message))
        }
        EventType::Reaction => {
            entries::insert_body(work.conn, at.channel, at.seq, body.to_owned())?;
            reaction::late(work, at).map(|message| message.map(Late::Message))
        }
        EventType::ChannelName
        | EventType::ChannelTopic
        | EventType::ChannelAvatar
        | EventType::ChannelPins => {
            entries::insert_body(work.conn, at.channel, at.seq, body.to_owned())?;
            let last = entries::last_of_kind(work.conn, at.channel, at.event.kind.as_str())?;
            if last != Some(at.seq) {
                return Ok(None);
            }
            Ok(Some(Late::Channel(channel::changed(work, at)?)))
        }
        _ => entries::insert_body(work.conn, at.channel, at.seq, body.to_owned())
            .map(|()| None)
            .map_err(Error::from),
    }
}
