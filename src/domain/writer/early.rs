//! People who have left a channel here before its log says so: the host was away, or has not answered yet. Entries
//! are judged by the log, so for it they are members until their leaving stands there.

use super::Work;
use super::open::damaged;
use crate::domain::Error;
use crate::domain::pending::Fate;
use crate::protocol::event::{Event, EventType};
use crate::protocol::rules::Membership;
use crate::protocol::state::content::MemberContent;
use crate::storage::members::{self, MemberRow};
use crate::storage::{ChannelNum, UserNum, pending};

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

    /// Forgets an event that its host is not going to have. Whoever it would have taken out of the channel is in again.
    pub fn drop_pending(&mut self, event: &str, why: Fate) -> Result<(), Error> {
        let Some(row) = pending::take(self.conn, event)? else { return Ok(()) };
        if is_leave(&row.event)? {
            self.put_back(row.channel, row.sender)?;
        }
        self.tell_fate(&row, why)
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

    fn put_back(&mut self, channel: ChannelNum, user: UserNum) -> Result<(), Error> {
        let seat = members::get(self.conn, channel, user)?;
        if let Some(seat) = seat.filter(|seat| seat.membership == "left") {
            // Joining changed both at once; an invitation came after.
            let joined = seat.joined_seq == Some(seat.since_seq);
            let membership = if joined { "joined" } else { "invited" }.to_owned();
            members::put(self.conn, &MemberRow { membership, ..seat })?;
        }
        self.lane.open(self.conn, channel)?.forget_state();
        Ok(())
    }
}

fn is_leave(event: &str) -> Result<bool, Error> {
    let event: Event = serde_json::from_str(event).map_err(|error| damaged("event", error))?;
    let content = (event.kind == EventType::Member).then(|| MemberContent::of(&event).ok()).flatten();
    Ok(content.is_some_and(|(user, content)| user == event.sender && content.membership == Membership::Left))
}
