//! Pinned messages: one list per channel, oldest pin first.

use super::content::{self, PinsContent};
use super::messages::find_entitled;
use super::seat::Seat;
use super::view::Message;
use super::writer::Draft;
use super::{Actor, Conflict, Domain, Error, Missing, Result, show, stored};
use crate::protocol::event::EventType;
use crate::protocol::ids::{ChannelId, EventId};
use crate::protocol::rules::Refusal;
use crate::storage::{channels, entries, messages};

/// How many messages a channel may have pinned.
pub const PINS_MAX: usize = 100;

impl Domain {
    /// Pins a message, or takes the pin away; no change where it is so already.
    pub async fn set_pin(&self, actor: &Actor, channel: ChannelId, id: EventId, pinned: bool) -> Result<()> {
        let actor = actor.clone();
        let key = channel.clone();
        self.change(&key, move |work| {
            // A pin can be taken from what is gone.
            let (num, row) = find_entitled(work, &actor, &channel, &id)?;
            if row.deleted && pinned {
                return Err(Refusal::TargetRedacted.into());
            }
            let channel = channels::by_num(work.conn, num)?.ok_or(Error::NotFound(Missing::Channel))?;
            let mut pins = stored::pins(&channel)?;
            if pins.contains(&row.id) == pinned {
                return Ok(());
            }
            match pinned {
                true if pins.len() >= PINS_MAX => return Err(Error::Conflict(Conflict::PinsFull)),
                true => pins.push(row.id),
                false => pins.retain(|pin| *pin != row.id),
            }
            let draft = Draft::new(EventType::ChannelPins).state("", serde_json::json!({}));
            work.append(num, &actor.person, draft.content(content::map(&PinsContent { pins }))).map(drop)
        })
        .await
    }

    /// Pinned messages that were not deleted, oldest pin first.
    pub async fn pins(&self, actor: &Actor, channel: ChannelId) -> Result<Vec<Message>> {
        let user = actor.person.num;
        self.reads
            .read(move |conn| {
                let seat = Seat::joined(conn, user, &channel)?;
                let pins = stored::pins(&seat.channel)?;
                let mut seqs = Vec::with_capacity(pins.len());
                for pin in &pins {
                    if let Some(entry) = entries::by_event(conn, seat.channel.num, pin)? {
                        seqs.push(entry.seq);
                    }
                }
                let first = seat.first_readable()?;
                seqs.retain(|seq| *seq >= first);
                let rows = messages::by_seqs(conn, seat.channel.num, &seqs)?;
                let mut shown = show::messages(conn, seat.channel.num, &seat.channel.id, rows, Some(user))?;
                shown.retain(|message| !message.deleted);
                shown.sort_by_key(|message| pins.iter().position(|pin| *pin == message.id));
                Ok(shown)
            })
            .await
    }
}
