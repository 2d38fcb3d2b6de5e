//! A batch of another server's entries, and what of it is here already: asked once for all of it, for on PostgreSQL each
//! question is a journey.

use std::collections::{HashMap, HashSet};

use super::batch_error::BatchError;
use super::{Incoming, Person, Work};
use crate::domain::Error;
use crate::domain::stored::damaged;
use crate::protocol::event::SignedEvent;
use crate::protocol::ids::{EventId, UserId};
use crate::storage::{ChannelNum, UserNum, entries};

/// An entry with its event, if the bytes are one.
pub(super) struct Read {
    pub incoming: Incoming,
    pub signed: Option<SignedEvent>,
}

/// Reads the events of a batch.
pub(super) fn read(batch: Vec<Incoming>) -> Vec<Read> {
    let read = |incoming: Incoming| {
        let signed = SignedEvent::from_parts(incoming.event.clone(), incoming.signature).ok();
        Read { incoming, signed }
    };
    batch.into_iter().map(read).collect()
}

/// What stood here before a batch, and what came of it since.
#[derive(Debug, Default)]
pub(super) struct Before {
    /// Those of its events that stand in the log.
    events: HashSet<EventId>,
    /// Those of its authors who have a row.
    people: HashMap<UserId, UserNum>,
    /// Those of its nonces by which an effective entry of their author is found.
    nonces: HashSet<(UserNum, String)>,
}

impl Before {
    /// Notes that the event has its place. False if it had one: said once, it is known to the rest of the batch, whatever becomes
    /// of it.
    pub fn is_first(&mut self, event: &EventId) -> bool {
        self.events.insert(event.clone())
    }

    /// Notes that the author's nonce finds an effective entry. False if it found one.
    pub fn is_first_with(&mut self, author: UserNum, nonce: &str) -> bool {
        self.nonces.insert((author, nonce.to_owned()))
    }
}

impl Work<'_> {
    /// The batch without the entries at its beginning that are here.
    ///
    /// # Errors
    /// [`BatchError`], if one of them is another than the one that is here.
    pub(super) fn without_known(
        &mut self,
        channel: ChannelNum,
        mut batch: Vec<Read>,
    ) -> Result<Vec<Read>, Error> {
        let size = self.lane.open(self.conn, channel)?.position.size;
        let known = batch.iter().take_while(|read| read.incoming.entry.seq < size).count();
        for Read { incoming: Incoming { entry, .. }, .. } in batch.drain(..known) {
            entry.check().map_err(|_| BatchError::BadEntry)?;
            let row = entries::by_seq(self.conn, channel, entry.seq)?;
            if row.is_none_or(|row| row.event_id != entry.event.as_str()) {
                return Err(BatchError::OtherEntry.into());
            }
        }
        Ok(batch)
    }

    /// Under the channel's lock: what is known is so until they are appended.
    pub(super) fn before(&mut self, channel: ChannelNum, batch: &[Read]) -> Result<Before, Error> {
        self.lane.open(self.conn, channel)?;
        let ids: Vec<&str> = batch.iter().map(|read| read.incoming.entry.event.as_str()).collect();
        let known = entries::known_events(self.conn, channel, &ids)?;
        let events = known.iter().map(|id| id.parse().map_err(|error| damaged("event", error)));
        let mut before = Before { events: events.collect::<Result<_, _>>()?, ..Before::default() };
        let signed = || batch.iter().filter_map(|read| read.signed.as_ref()).map(|signed| &signed.event);
        let asked: Vec<_> = signed().map(|event| (event.sender.as_str(), event.nonce.as_str())).collect();
        for (event, author) in signed().zip(entries::authors(self.conn, channel, &asked)?) {
            let Some(num) = author.num else { continue };
            before.people.insert(event.sender.clone(), num);
            if author.has_used_nonce {
                before.nonces.insert((num, event.nonce.as_str().to_owned()));
            }
        }
        Ok(before)
    }

    /// The row of an author of the batch, made if need be, and whether it was there.
    pub(super) fn author(&mut self, id: &UserId, before: &mut Before) -> Result<(Person, bool), Error> {
        if let Some(num) = before.people.get(id) {
            return Ok((Person { num: *num, id: id.clone() }, true));
        }
        let (person, known) = self.person_or_new(id)?;
        before.people.insert(id.clone(), person.num);
        Ok((person, known))
    }
}
