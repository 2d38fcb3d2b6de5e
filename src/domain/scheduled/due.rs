//! What is due is sent, and what becomes of it is written down.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use futures_util::{StreamExt, stream};

use super::{find, remove, said, tell};
use crate::domain::remote::change::PATIENCE;
use crate::domain::view::{AccountRole, Message, MessageStatus};
use crate::domain::{Actor, Conflict, Domain, Error, Forbidden, Missing, Person, Result, stored};
use crate::storage::scheduled::{self, DueRow, ScheduledRow};
use crate::storage::{channels, users};

/// How much that is due is looked at together.
const DUE_AT_ONCE: i64 = 500;
/// To how many channels (of other servers: to how many servers) is sent at a time.
const SENT_AT_ONCE: usize = 8;
/// How long it takes until what could not be done at the moment is tried again, at first and at the most.
const RETRY_MS_MIN: i64 = 5_000;
const RETRY_MS_MAX: i64 = 600_000;
/// How much is kept of a code that another server gave.
const CODE_CHARS_MAX: usize = 64;

/// What becomes of a message on the list.
#[derive(Debug, PartialEq)]
enum Fate {
    Sent,
    /// Tried again after so many seconds.
    Waits(u64),
    /// Tried again, at first soon.
    Later,
    Failed(String),
}

impl Domain {
    /// Sends what is due in channels that are hosted here or, with `is_host` false, in those of others: to each in the order of
    /// the list.
    ///
    /// # Errors
    /// What the database says; what is left is sent the next time.
    pub async fn send_due(&self, is_host: bool) -> Result<()> {
        let (now, server) = (self.clock.now(), self.server().clone());
        let due = self
            .reads
            .read(move |conn| scheduled::due(conn, now, (server.as_str(), is_host), DUE_AT_ONCE))
            .await?;
        let mut lines: BTreeMap<(String, Option<i64>), Vec<DueRow>> = BTreeMap::new();
        for row in due {
            lines.entry((row.host.clone(), is_host.then_some(row.channel))).or_default().push(row);
        }
        let send = |line: Vec<DueRow>| async move {
            let mut patience = PATIENCE;
            let mut busy = HashSet::new();
            for row in line {
                // What its author is just changing or sending has its turn in the next round, and what they say after it:
                // nobody else waits for them.
                let turn = match busy.contains(&row.user_num) {
                    true => None,
                    false => self.scheduling.try_turn(row.user_num, &row.id),
                };
                let Some(_turn) = turn else {
                    busy.insert(row.user_num);
                    continue;
                };
                match self.send_one_due(&row, patience).await {
                    // Its server is slow, or away: the others of the line wait for it in its queue, and not here.
                    Ok(Some(MessageStatus::Pending)) => patience = Duration::ZERO,
                    Ok(_) => {}
                    Err(error) => tracing::debug!(%error, id = row.id, "a scheduled message was not sent"),
                }
            }
        };
        stream::iter(lines.into_values()).for_each_concurrent(SENT_AT_ONCE, send).await;
        Ok(())
    }

    /// Sends a message whose turn one has. None if it is not due any more.
    async fn send_one_due(&self, due: &DueRow, patience: Duration) -> Result<Option<MessageStatus>> {
        let (user, id, now) = (due.user_num, due.id.clone(), self.clock.now());
        let found = self.reads.read(move |conn| {
            let row = scheduled::get(conn, user, &id)?.filter(|row| row.due_ts.is_some_and(|ts| ts <= now));
            let user = users::by_num(conn, user)?;
            Ok::<_, Error>(row.and(user))
        });
        let Some(user) = found.await? else { return Ok(None) };
        let id = user.id.parse().map_err(|error| stored::damaged("user id", error))?;
        let actor = Actor::by_itself(Person { num: user.num, id }, AccountRole::parse(&user.role));
        if user.is_kept_out() {
            let code = Forbidden::AccountDisabled.code().to_owned();
            return self.settle(&actor.person, due.id.clone(), Fate::Failed(code)).await.map(|()| None);
        }
        self.send_listed(&actor, due.id.clone(), patience).await.map(|(message, _)| Some(message.status))
    }

    /// Sends a message of the list, whose turn one has, and writes there what became of it.
    pub(super) async fn send_listed(
        &self,
        actor: &Actor,
        id: String,
        patience: Duration,
    ) -> Result<(Message, bool)> {
        let (user, key) = (actor.person.num, id.clone());
        let found = self.reads.read(move |conn| {
            let row = find(conn, user, &key)?;
            let channel = channels::by_num(conn, row.channel)?.ok_or(Error::NotFound(Missing::Channel))?;
            let channel = channel.id.parse().map_err(|error| stored::damaged("channel id", error))?;
            Ok((channel, said(&row)?))
        });
        let sent = match found.await {
            Ok((channel, new)) => self.send_within(patience, actor, channel, new).await,
            Err(error) => Err(error),
        };
        let fate = sent.as_ref().err().map_or(Fate::Sent, fate_of);
        self.settle(&actor.person, id, fate).await?;
        sent
    }

    async fn settle(&self, person: &Person, id: String, fate: Fate) -> Result<()> {
        let (user, now) = (person.num, self.clock.now());
        self.writer
            .other(person.id.as_str(), move |work| {
                // It went with the account.
                let Some(row) = scheduled::get(work.conn, user, &id)? else { return Ok(()) };
                let wait_ms = match fate {
                    Fate::Sent => return remove(work, &row),
                    Fate::Failed(code) => {
                        let row = ScheduledRow { due_ts: None, failed: Some(code), ..row };
                        scheduled::put(work.conn, &row)?;
                        return tell(work, row).map(drop);
                    }
                    Fate::Waits(seconds) => i64::try_from(seconds).unwrap_or(0) * 1_000,
                    Fate::Later => retry_ms(row.tries),
                };
                let row = ScheduledRow { due_ts: Some(now + wait_ms), tries: row.tries + 1, ..row };
                Ok(scheduled::put(work.conn, &row)?)
            })
            .await
    }
}

/// What becomes of a message that could not be sent: what passes is waited for.
fn fate_of(error: &Error) -> Fate {
    match error {
        Error::SlowMode(seconds) => Fate::Waits(*seconds),
        Error::TooFast(wait) => Fate::Waits(wait.as_secs() + 1),
        Error::Peer(why) => match why.slow_s() {
            Some(seconds) => Fate::Waits(seconds),
            None if why.is_passing() => Fate::Later,
            None => Fate::Failed(why.said().chars().take(CODE_CHARS_MAX).collect()),
        },
        Error::Busy
        | Error::StorageFull(_)
        | Error::FileStore(_)
        | Error::Recovering
        | Error::Replaying
        | Error::Internal(_)
        | Error::Conflict(Conflict::TooMuchWaiting | Conflict::Crowded | Conflict::ScanFailed) => Fate::Later,
        other => Fate::Failed(other.code().to_owned()),
    }
}

/// Twice as long each time, up to a limit.
fn retry_ms(tries: i64) -> i64 {
    let doublings = u32::try_from(tries.clamp(0, 16)).unwrap_or(16);
    RETRY_MS_MIN.saturating_mul(1 << doublings).min(RETRY_MS_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::peers::PeerError;
    use crate::protocol::ids::ServerName;
    use crate::protocol::rules::Refusal;

    #[test]
    fn what_passes_is_tried_again_and_the_rest_is_not() {
        let host: ServerName = "b.test".parse().expect("a name");
        let away = Error::Peer(PeerError::Unreachable(host.clone(), "no".to_owned()));
        for passing in [&Error::Busy, &away, &Error::Conflict(Conflict::TooMuchWaiting)] {
            assert_eq!(fate_of(passing), Fate::Later);
        }
        assert_eq!(fate_of(&Error::SlowMode(30)), Fate::Waits(30));
        assert_eq!(fate_of(&Error::TooFast(Duration::from_secs(4))), Fate::Waits(5));
        let failed = |code: &str| Fate::Failed(code.to_owned());
        assert_eq!(fate_of(&Error::Refused(Refusal::Archived)), failed("archived"));
        assert_eq!(fate_of(&Error::NotFound(Missing::Channel)), failed("channel_not_found"));
        assert_eq!(fate_of(&Error::Peer(PeerError::Blocked(host.clone()))), failed("peer_blocked"));
        let said = |code: &str, retry_after| {
            let (server, code, detail) = (host.clone(), code.to_owned(), String::new());
            fate_of(&Error::Peer(PeerError::Problem { server, status: 403, code, detail, retry_after }))
        };
        assert_eq!(said("slow_mode", Some(Duration::from_secs(7))), Fate::Waits(7));
        assert_eq!(said("banned", None), failed("banned"));
        assert_eq!(said(&"x".repeat(1_000), None), failed(&"x".repeat(CODE_CHARS_MAX)));
    }

    #[test]
    fn it_is_tried_ever_more_rarely_and_never_given_up() {
        assert_eq!([0, 1, 2].map(retry_ms), [5_000, 10_000, 20_000]);
        assert_eq!([7, 1_000, i64::MAX].map(retry_ms), [600_000; 3]);
    }
}
