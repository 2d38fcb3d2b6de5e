//! How many may come at once from elsewhere into channels that are hosted here: a server can have any number of people.

use std::num::NonZeroU32;

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::domain::writer::Work;
use crate::domain::{Conflict, Error};
use crate::protocol::event::{Event, EventType};
use crate::protocol::ids::{ChannelId, ServerName};
use crate::protocol::rules::Membership;
use crate::protocol::state::content::MemberContent;
use crate::storage::{ChannelNum, peers};

/// Joins and knocks in a minute, in one channel: of one server's people, and of everybody's.
const PER_SERVER: NonZeroU32 = NonZeroU32::new(120).unwrap();
const PER_CHANNEL: NonZeroU32 = NonZeroU32::new(1_200).unwrap();
/// People of one server who knock at one channel and have no answer yet.
const KNOCKS_PER_SERVER_MAX: i64 = 20;

pub struct Crowds {
    of_server: DefaultKeyedRateLimiter<(ServerName, ChannelId)>,
    of_channel: DefaultKeyedRateLimiter<ChannelId>,
}

impl Default for Crowds {
    fn default() -> Crowds {
        Crowds {
            of_server: RateLimiter::keyed(Quota::per_minute(PER_SERVER)),
            of_channel: RateLimiter::keyed(Quota::per_minute(PER_CHANNEL)),
        }
    }
}

impl Crowds {
    /// Whether so many more of the server's people may come into the channel now.
    pub fn admits(&self, server: &ServerName, channel: &ChannelId, count: usize) -> bool {
        let Some(count) = u32::try_from(count).ok().and_then(NonZeroU32::new) else { return count == 0 };
        let theirs = self.of_server.check_key_n(&(server.clone(), channel.clone()), count);
        let admits = |checked: Result<Result<(), _>, _>| matches!(checked, Ok(Ok(())));
        admits(theirs) && admits(self.of_channel.check_key_n(channel, count))
    }

    /// Lets go of those who were quiet for a while.
    pub fn forget_quiet(&self) {
        self.of_server.retain_recent();
        self.of_channel.retain_recent();
    }
}

/// Whether somebody asks for a seat of their own.
pub fn asks_for_seat(event: &Event) -> Option<Membership> {
    if event.kind != EventType::Member {
        return None;
    }
    let (user, content) = MemberContent::of(event).ok()?;
    let asks = matches!(content.membership, Membership::Joined | Membership::Knocking);
    (asks && user == event.sender).then_some(content.membership)
}

impl Work<'_> {
    /// Whether one more of a server's people may knock at a channel that is hosted here.
    ///
    /// # Errors
    /// `rate_limited`
    pub(in crate::domain) fn check_crowd(&mut self, channel: ChannelNum, event: &Event) -> Result<(), Error> {
        let knocks = asks_for_seat(event) == Some(Membership::Knocking);
        if knocks
            && peers::count_knocking(self.conn, channel, event.sender.server_str())? >= KNOCKS_PER_SERVER_MAX
        {
            return Err(Error::Conflict(Conflict::Crowded));
        }
        Ok(())
    }
}
