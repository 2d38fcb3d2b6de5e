//! How many may come at once from elsewhere into channels that are hosted here, and how much they may write: a server
//! can have any number of people.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::time::Duration;

use super::host::{INVITES, Invited};
use crate::config::Settings;
use crate::domain::pace::Pace;
use crate::domain::writer::Work;
use crate::domain::{Conflict, Error, webhooks};
use crate::protocol::event::{Event, EventType, SignedEvent};
use crate::protocol::ids::{ChannelId, ServerName, UserId};
use crate::protocol::rules::Membership;
use crate::protocol::state::content::MemberContent;
use crate::storage::{ChannelNum, peers, users};

/// Joins and knocks in a minute, in one channel: of one server's people, and of everybody's.
const PER_SERVER: u32 = 120;
const PER_CHANNEL: u32 = 1_200;
/// People of one server who knock at one channel and have no answer yet.
const KNOCKS_PER_SERVER_MAX: i64 = 20;
/// Invitations into one channel of which other servers have not heard yet: by one person, and by all.
const INVITING_PER_PERSON_MAX: i64 = 50;
const INVITING_PER_CHANNEL_MAX: i64 = 500;

pub struct Crowds {
    of_server: Pace<(ServerName, ChannelId)>,
    of_channel: Pace<ChannelId>,
    /// None where nothing is limited.
    paces: Option<Paces>,
}

/// How many events in a minute one person may write, and one server's people together.
struct Paces {
    of_person: Pace<UserId>,
    of_server: Pace<ServerName>,
}

impl Paces {
    /// Refuses what is too much, and whatever the same person wrote after it: their events stay in order. The error is
    /// how soon one of them may go on, where none may go on now.
    fn keep(&self, server: &ServerName, events: &mut [Result<SignedEvent, Error>]) -> Result<(), Error> {
        let mut waiting: HashMap<UserId, Duration> = HashMap::new();
        let (mut server_waits, mut some_go_on) = (None, false);
        for event in events {
            let Ok(signed) = event else {
                some_go_on = true;
                continue;
            };
            let sender = &signed.event.sender;
            let waits = server_waits.or_else(|| waiting.get(sender).copied());
            let waits = waits.or_else(|| self.of_person.check(sender).err());
            let waits = waits.or_else(|| {
                server_waits = self.of_server.check(server).err();
                server_waits
            });
            match waits {
                Some(wait) => {
                    waiting.entry(sender.clone()).or_insert(wait);
                    *event = Err(Error::TooFast(wait));
                }
                None => some_go_on = true,
            }
        }
        match waiting.into_values().min() {
            Some(wait) if !some_go_on => Err(Error::TooFast(wait)),
            _ => Ok(()),
        }
    }
}

impl Crowds {
    pub fn new(settings: &Settings) -> Crowds {
        let paces = settings.limits.enabled.then(|| Paces {
            of_person: Pace::per_minute(settings.limits.writes_per_minute),
            of_server: Pace::per_minute(settings.federation.events_per_minute),
        });
        Crowds { of_server: Pace::per_minute(PER_SERVER), of_channel: Pace::per_minute(PER_CHANNEL), paces }
    }

    /// Refuses those of a server's events that are more than it or their senders may write now.
    ///
    /// # Errors
    /// `rate_limited` where that is all of them.
    pub fn pace(&self, server: &ServerName, events: &mut [Result<SignedEvent, Error>]) -> Result<(), Error> {
        self.paces.as_ref().map_or(Ok(()), |paces| paces.keep(server, events))
    }

    /// Whether so many more of the server's people may come into the channel now.
    pub fn admits(&self, server: &ServerName, channel: &ChannelId, count: usize) -> bool {
        let Some(count) = u32::try_from(count).ok().and_then(NonZeroU32::new) else { return count == 0 };
        let theirs = self.of_server.check_n(&(server.clone(), channel.clone()), count);
        theirs.is_ok() && self.of_channel.check_n(channel, count).is_ok()
    }

    /// Lets go of those who were quiet for a while.
    pub fn forget_quiet(&self) {
        self.of_server.forget_quiet();
        self.of_channel.forget_quiet();
        if let Some(paces) = &self.paces {
            paces.of_person.forget_quiet();
            paces.of_server.forget_quiet();
        }
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
    /// Whether one more of a server's people may knock at a channel that is hosted here, or invite somebody into it.
    ///
    /// # Errors
    /// `rate_limited`, `too_much_waiting`
    pub(in crate::domain) fn check_crowd(&mut self, channel: ChannelNum, event: &Event) -> Result<(), Error> {
        let knocks = asks_for_seat(event) == Some(Membership::Knocking);
        if knocks
            && peers::count_knocking(self.conn, channel, event.sender.server_str())? >= KNOCKS_PER_SERVER_MAX
        {
            return Err(Error::Conflict(Conflict::Crowded));
        }
        if event.kind == EventType::Member
            && let Ok((user, content)) = MemberContent::of(event)
        {
            if content.membership == Membership::Invited {
                self.check_inviting(channel, &event.sender, &user)?;
            }
            if user.server() == self.lane.identity.name
                && let Some(row) = users::by_id(self.conn, user.as_str())?
            {
                webhooks::check_member(self, channel, &row, (content.membership, content.role))?;
            }
        }
        Ok(())
    }

    /// Whether somebody may invite one more person of another server. Each such server is told some time, for days if need be,
    /// and there need not be one of that name.
    ///
    /// # Errors
    /// `too_much_waiting`
    pub(in crate::domain) fn check_inviting(
        &mut self,
        channel: ChannelNum,
        inviter: &UserId,
        invitee: &UserId,
    ) -> Result<(), Error> {
        if invitee.server() == self.lane.identity.name || !self.is_host(channel)? {
            return Ok(());
        }
        let id = self.lane.open(self.conn, channel)?.id.clone();
        let bounds = [(Some(inviter), INVITING_PER_PERSON_MAX), (None, INVITING_PER_CHANNEL_MAX)];
        for (inviter, most) in bounds {
            let begin = Invited::begin(&id, inviter);
            if peers::count_errands(self.conn, INVITES, &begin, most)? >= most {
                return Err(Error::Conflict(Conflict::TooMuchWaiting));
            }
        }
        Ok(())
    }
}
