//! People who have left a channel here before its log says so: the host was away, or has not answered yet. Entries
//! are judged by the log, so for it they are members until their leaving stands there.

use super::Work;
use super::open::in_log;
use crate::domain::Error;
use crate::domain::pending::Fate;
use crate::domain::stored::{self, damaged};
use crate::protocol::event::{Event, EventType, SignedEvent};
use crate::protocol::ids::UserId;
use crate::protocol::rules::{Membership, Refusal};
use crate::protocol::sign::{PublicKey, SigningKey};
use crate::protocol::state::content::MemberContent;
use crate::storage::members::{self, MemberRow};
use crate::storage::{ChannelNum, UserNum, entries, meta, pending, users};

impl Work<'_> {
    /// Makes those who left early what the log says that they are. True if there were any.
    pub(super) fn readmit(&mut self, channel: ChannelNum) -> Result<bool, Error> {
        let gone = self.early(channel)?;
        for user in &gone {
            self.put_back(channel, *user)?;
        }
        Ok(!gone.is_empty())
    }

    /// Takes them out again, but for those whose leaving stands in the log by now.
    pub(super) fn dismiss(&mut self, channel: ChannelNum) -> Result<(), Error> {
        for user in self.early(channel)? {
            let seat = members::get(self.conn, channel, user)?;
            if let Some(seat) = seat.filter(|seat| matches!(seat.membership.as_str(), "joined" | "invited")) {
                members::put(self.conn, &MemberRow { membership: "left".to_owned(), ..seat })?;
            }
        }
        self.lane.open(self.conn, channel)?.forget_state();
        Ok(())
    }

    /// Forgets an event that its host is not going to have. Whoever it would have taken out of the channel is in again,
    /// if they are in by the log.
    pub fn drop_pending(&mut self, event: &str, why: Fate) -> Result<(), Error> {
        let Some(row) = pending::take(self.conn, event)? else { return Ok(()) };
        // By the host's log, which may be further than the copy, they are out already.
        let is_done =
            |why: &Fate| matches!(why, Fate::Refused(why) if why.said() == Refusal::NoChange.code());
        let stays_out =
            is_leave(&row.event)? && (is_done(&why) || !self.put_back(row.channel, row.sender)?);
        self.tell_fate(&row, if stays_out { Fate::Delivered } else { why })
    }

    /// The host has taken an event. What follows from it comes with the log; but whoever declined an invitation, or no longer
    /// knocks, is somebody whom the copy does not follow, if there is one: for them the host's word is the end.
    pub fn end_declined(&mut self, event: &str) -> Result<(), Error> {
        let Some(row) = pending::get(self.conn, event)? else { return Ok(()) };
        let seat = members::get(self.conn, row.channel, row.sender)?;
        let user = users::by_num(self.conn, row.sender)?.ok_or_else(|| damaged("user", "the row is gone"))?;
        let id = user.id.parse().map_err(|error| damaged("user", error))?;
        let said = seat.map(|seat| in_log(self.conn, &seat, &id)).transpose()?.flatten();
        if said == Some(Membership::Joined) {
            return Ok(());
        }
        pending::take(self.conn, event)?;
        self.tell_fate(&row, Fate::Delivered)
    }

    /// Whether somebody of this server came in by themselves: their join is signed with a key of its own. A host can have its
    /// log say that of anybody, with a key that it bound in this server's name.
    pub fn has_joined(&mut self, seat: &MemberRow) -> Result<bool, Error> {
        let Some(joined) = seat.joined_seq else { return Ok(false) };
        let Some(entry) = entries::by_seq(self.conn, seat.channel, joined)? else { return Ok(false) };
        let Ok(signature) = stored::signature(&entry.signature) else { return Ok(false) };
        let Ok(signed) = SignedEvent::from_parts(entry.event.into_bytes(), signature) else {
            return Ok(false);
        };
        let key = self.own_key(signed.event.kid.as_str())?;
        Ok(key.is_some_and(|key| signed.verify(&key).is_ok()))
    }

    /// The key of this id, if it is or was this server's. Another node may have begun with a newer one than this.
    pub fn own_key(&mut self, kid: &str) -> Result<Option<PublicKey>, Error> {
        if let Some((_, key)) = self.lane.identity.key_of(kid) {
            return Ok(Some(key.public()));
        }
        let row = meta::all_keys(self.conn)?.into_iter().find(|row| row.kid == kid);
        let seed = row.and_then(|row| row.seed.try_into().ok());
        Ok(seed.map(|seed| SigningKey::from_seed(seed).public()))
    }

    /// Whether somebody of this server is in the channel by its log, and came in by themselves, be they out here already.
    pub fn is_in_by_log(&mut self, seat: &MemberRow, id: &UserId) -> Result<bool, Error> {
        Ok(in_log(self.conn, seat, id)? == Some(Membership::Joined) && self.has_joined(seat)?)
    }

    fn early(&mut self, channel: ChannelNum) -> Result<Vec<UserNum>, Error> {
        let mut gone = Vec::new();
        for (user, _, event) in pending::in_channel(self.conn, channel)? {
            if is_leave(&event)? {
                gone.push(user);
            }
        }
        Ok(gone)
    }

    /// Makes somebody who has left early what the log says that they are. False if that is not in the channel either.
    fn put_back(&mut self, channel: ChannelNum, user: UserNum) -> Result<bool, Error> {
        let seat = members::get(self.conn, channel, user)?;
        let Some(seat) = seat.filter(|seat| seat.membership == "left") else { return Ok(false) };
        let row = users::by_num(self.conn, user)?.ok_or_else(|| damaged("user", "the row is gone"))?;
        let id = row.id.parse().map_err(|error| damaged("user", error))?;
        let said = in_log(self.conn, &seat, &id)?;
        let Some(said) = said.filter(|said| matches!(said, Membership::Joined | Membership::Invited)) else {
            return Ok(false);
        };
        if said == Membership::Joined && !self.has_joined(&seat)? {
            return Ok(false);
        }
        members::put(self.conn, &MemberRow { membership: said.as_str().to_owned(), ..seat })?;
        self.lane.open(self.conn, channel)?.forget_state();
        Ok(true)
    }
}

pub fn is_leave(event: &str) -> Result<bool, Error> {
    let event: Event = serde_json::from_str(event).map_err(|error| damaged("event", error))?;
    let content = (event.kind == EventType::Member).then(|| MemberContent::of(&event).ok()).flatten();
    Ok(content.is_some_and(|(user, content)| user == event.sender && content.membership == Membership::Left))
}
