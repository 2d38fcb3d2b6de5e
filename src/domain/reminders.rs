//! Reminders of messages that somebody saved. They are kept on the person's own server, wherever the channel is hosted, which tells
//! them when the time has come, and only then: what they are told of and that they wait no more is one transaction, so that a crash
//! loses none and tells none twice. Reminders are no news of their channels: they are told where a channel is silent, too, and reading
//! there does not see them.

use std::collections::BTreeMap;

use futures_util::{StreamExt, stream};

use super::clock::DAY_MS;
use super::effect::Effect;
use super::saved::reading;
use super::view::{Message, Notification};
use super::writer::Work;
use super::{Conflict, Domain, Error, Result, pushes, show, stored};
use crate::protocol::Ts;
use crate::storage::messages::MessageRow;
use crate::storage::notifications::{self, NewNotification, REMINDER};
use crate::storage::saved::{self, DueRow, SavedRow};
use crate::storage::{ChannelNum, Conn, UserNum, blocks, messages};

/// How many reminders of one person may wait.
pub const REMINDERS_MAX: i64 = 500;
/// How far ahead.
pub const AHEAD_MS_MAX: i64 = 365 * DAY_MS;
/// How much that is due is looked at together.
const DUE_AT_ONCE: i64 = 500;
/// How many people are told at a time.
const TOLD_AT_ONCE: usize = 8;

impl Domain {
    /// Tells everybody what they wanted to be reminded of by now.
    ///
    /// # Errors
    /// What the database says; what is left is told the next time.
    pub async fn remind_due(&self) -> Result<()> {
        let now = self.clock.now();
        let due = self.reads.read(move |conn| saved::due(conn, now, DUE_AT_ONCE)).await?;
        let mut people: BTreeMap<String, Vec<DueRow>> = BTreeMap::new();
        for row in due {
            people.entry(row.user.clone()).or_default().push(row);
        }
        let tell = |(user, rows): (String, Vec<DueRow>)| async move {
            for row in rows {
                let told = self.writer.other(&user, move |work| remind(work, &row, now)).await;
                if let Err(error) = told {
                    tracing::debug!(%error, user, "a reminder was not told");
                }
            }
        };
        stream::iter(people).for_each_concurrent(TOLD_AT_ONCE, tell).await;
        Ok(())
    }
}

/// # Errors
/// `bad_remind_ts`
pub(super) fn check_time(remind_ts: Ts, now: Ts) -> Result<()> {
    if remind_ts <= now || remind_ts > now.saturating_add(AHEAD_MS_MAX) {
        let detail = "must be in the future, at most 365 days from now";
        return Err(Error::invalid("bad_remind_ts", "/remind_ts", detail));
    }
    Ok(())
}

/// Sees to it that one more may wait.
///
/// # Errors
/// `reminders_full`
pub(super) fn check_room(conn: &mut Conn, user: UserNum) -> Result<()> {
    match saved::count_reminders(conn, user)? < REMINDERS_MAX {
        true => Ok(()),
        false => Err(Error::Conflict(Conflict::RemindersFull)),
    }
}

/// Tells somebody of a message, unless that is not due any more, or not theirs to read. It waits no longer, whatever is told.
fn remind(work: &mut Work<'_>, due: &DueRow, now: Ts) -> Result<()> {
    let (user, channel) = (due.user_num, due.channel);
    let row = saved::get(work.conn, user, channel, due.seq)?;
    // It was taken back, or put off, since it was found.
    let Some(row) = row.filter(|row| row.remind_ts.is_some_and(|ts| ts <= now)) else { return Ok(()) };
    saved::set_reminder(work.conn, &row, None)?;
    let Some(message) = messages::get(work.conn, channel, row.seq)? else { return Ok(()) };
    let readable = reading(work.conn, channel, user)?.filter(|(_, first)| *first <= row.seq);
    // What is not on the list that they see is no news of it.
    let Some((id, _)) = readable.filter(|_| !message.deleted) else { return Ok(()) };
    let told = Effect::Saved {
        user,
        channel: id.parse().map_err(|error| stored::damaged("channel id", error))?,
        message: message.id.parse().map_err(|error| stored::damaged("event id", error))?,
        saved_ts: Some(row.saved_ts),
        remind_ts: None,
    };
    work.tell(told);
    if is_unheard(work, user, &message)? {
        return Ok(());
    }
    notify(work, &row, id, now)
}

/// Whoever was blocked since, or is kept out, is heard no more.
fn is_unheard(work: &mut Work<'_>, user: UserNum, message: &MessageRow) -> Result<bool> {
    Ok(work.lane.wanted.excluded.has_num(message.sender)
        || blocks::is_blocked(work.conn, user, message.sender)?)
}

fn notify(work: &mut Work<'_>, row: &SavedRow, channel: String, now: Ts) -> Result<()> {
    let SavedRow { user_num: user, channel: num, seq, .. } = *row;
    let Some(message) = message_at(work.conn, (num, &channel), seq, user)? else { return Ok(()) };
    let new = NewNotification {
        user_num: user,
        channel: num,
        seq,
        kind: REMINDER,
        ts: now,
        seen: false,
        thread_seq: None,
    };
    let id = notifications::insert(work.conn, &new)?;
    pushes::queue_reminder(work, user, (num, seq))?;
    let kind = REMINDER.to_owned();
    let notification = Notification { id, kind, channel, message, ts: now, read: false };
    work.tell(Effect::Notified { user, notification: Box::new(notification) });
    Ok(())
}

/// The message as it is shown to this person.
fn message_at(
    conn: &mut Conn,
    (num, channel): (ChannelNum, &str),
    seq: i64,
    user: UserNum,
) -> Result<Option<Message>> {
    let found = messages::by_seqs(conn, num, &[seq])?;
    Ok(show::messages(conn, num, channel, found, Some(user))?.pop())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reminder_is_in_the_future_and_within_a_year() {
        let now = 1_782_941_400_000;
        for good in [now + 1, now + AHEAD_MS_MAX] {
            assert!(check_time(good, now).is_ok(), "{good}");
        }
        for bad in [0, now, now + AHEAD_MS_MAX + 1, i64::MAX] {
            assert_eq!(check_time(bad, now).expect_err("refused").code(), "bad_remind_ts", "{bad}");
        }
    }
}
