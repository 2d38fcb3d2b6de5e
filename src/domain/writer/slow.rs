//! Slow channels: how long people wait between two messages (REPL-35). The host alone keeps to it, by its own clock.

use std::collections::HashMap;

use super::append::Composed;
use super::open::{Open, Person};
use super::{Lane, Work};
use crate::domain::Error;
use crate::protocol::Ts;
use crate::protocol::event::EventType;
use crate::protocol::rules::{Capability, Rules};
use crate::storage::{ChannelNum, UserNum, slow, users};

/// Of how many authors of one channel it is known when they wrote. Beyond that it is asked anew, of the latest.
const AUTHORS_MAX: usize = 20_000;
/// How many are asked for: room is left for those who write next.
const AUTHORS_ASKED: i64 = 10_000;

/// When those who wrote in a channel since some time did so last.
pub(super) struct Said {
    since: Ts,
    last: HashMap<UserNum, Ts>,
}

impl Open {
    /// Whether people may have to wait here: not where it is known that nobody has to.
    fn may_be_slow(&mut self) -> bool {
        self.state_at_hand().is_none_or(|state| state.policy.slow_seconds.is_some())
    }

    /// Somebody wrote a message.
    pub fn note_said(&mut self, author: UserNum, ts: Ts) {
        let Some(said) = &mut self.said else { return };
        said.last.insert(author, ts);
        if said.last.len() > AUTHORS_MAX {
            self.said = None;
        }
    }
}

impl Work<'_> {
    /// Whether the author may say something more in a channel that is hosted here. Whoever may delete what others said need
    /// not wait, nor do programs to which the channel's moderators gave an address here, nor does what was said elsewhere.
    ///
    /// # Errors
    /// `slow_mode`
    pub(super) fn check_slow(
        &mut self,
        channel: ChannelNum,
        author: &Person,
        composed: &Composed,
    ) -> Result<(), Error> {
        let event = &composed.signed.event;
        if event.kind != EventType::Message {
            return Ok(());
        }
        let open = self.lane.open(self.conn, channel)?;
        if !open.may_be_slow() {
            open.said = None;
            return Ok(());
        }
        let state = open.state_of(self.conn, &[&event.sender])?;
        let Some(seconds) = state.policy.slow_seconds else { return Ok(()) };
        let role = state.members.get(&event.sender).map(|member| member.role);
        let rules = Rules::by_version(state.create.rules);
        if rules.zip(role).is_some_and(|(rules, role)| rules.allows(state, role, Capability::RedactOthers)) {
            return Ok(());
        }
        let Lane { identity, clock, .. } = &self.lane;
        let (is_ours, now, slow_ms) = (event.sender.server() == identity.name, clock.now(), seconds * 1_000);
        let last = self.last_said(channel, author.num, now - slow_ms)?;
        let Some(wait_ms) = last.and_then(|last| still_waits(last, slow_ms, now)) else { return Ok(()) };
        // What anybody can say of themselves counts only where this server knows better.
        let is_brought = || composed.content.as_ref().is_some_and(|content| content.contains_key("imported"));
        if is_ours && (is_brought() || self.is_webhook(author.num)?) {
            return Ok(());
        }
        Err(Error::SlowMode(wait_ms.unsigned_abs().div_ceil(1_000)))
    }

    /// When somebody wrote last, if that was after `since`.
    fn last_said(&mut self, channel: ChannelNum, author: UserNum, since: Ts) -> Result<Option<Ts>, Error> {
        let open = self.lane.open(self.conn, channel)?;
        if let Some(said) = open.said.as_ref().filter(|said| said.since <= since) {
            return Ok(said.last.get(&author).copied());
        }
        let size = open.position.size;
        let rows = slow::last_of_each(self.conn, channel, (size, since), AUTHORS_ASKED)?;
        let last: HashMap<UserNum, Ts> = rows.into_iter().collect();
        let found = last.get(&author).copied();
        self.lane.open(self.conn, channel)?.said = Some(Said { since, last });
        Ok(found)
    }

    fn is_webhook(&mut self, user: UserNum) -> Result<bool, Error> {
        Ok(users::by_num(self.conn, user)?.is_some_and(|row| row.is_webhook()))
    }
}

/// How much longer somebody waits who wrote at `last`; none if they need not. Never longer than from one message to the next,
/// whatever became of the clock; and where it was set back by more than that, nobody waits for it to come to `last` again.
fn still_waits(last: Ts, slow_ms: i64, now: Ts) -> Option<i64> {
    let passed = now - last;
    (passed > -slow_ms && passed < slow_ms).then(|| (slow_ms - passed).min(slow_ms))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_waits_longer_than_from_one_message_to_the_next() {
        let waits = |now| still_waits(100_000, 10_000, now);
        assert_eq!([waits(100_000), waits(100_001), waits(109_999)], [Some(10_000), Some(9_999), Some(1)]);
        assert_eq!([waits(110_000), waits(500_000)], [None, None]);
        // The clock was set back.
        assert_eq!([waits(99_999), waits(90_001)], [Some(10_000); 2]);
        assert_eq!([waits(90_000), waits(0)], [None, None]);
    }
}
