//! What was kept for as long as its channel's policy says, or this server's settings, goes (BODY-7).

use super::clock::DAY_MS;
use super::effect::{Effect, Late};
use super::{Domain, Result, project, stored};
use crate::protocol::ids::ChannelId;
use crate::storage::ChannelNum;
use crate::storage::retention::{self, Kept};

/// What is old enough goes in steps of so long, so that a channel in which people talk all day does not change all day.
const STEP_MS: i64 = 1_800_000;
/// Channels that are looked at together.
const CHANNELS_AT_ONCE: i64 = 200;
/// Messages that go with one commit: others wait for it.
const MESSAGES_AT_ONCE: i64 = 50;

/// Where messages of a channel begin to be kept.
struct Due {
    channel: ChannelId,
    num: ChannelNum,
    until: i64,
}

impl Domain {
    /// Destroys what was kept long enough. Answers how many channels there were in which something was.
    ///
    /// # Errors
    /// What the database says; what is left goes the next time.
    pub async fn expire(&self) -> Result<usize> {
        let days = self.config.settings.messages.retention_days;
        let ours = Some(i64::from(days)).filter(|days| *days > 0);
        let now = self.clock.now();
        let (mut after, mut found) = (0, 0);
        loop {
            let (next, due) = self
                .reads
                .read(move |conn| {
                    let rows = retention::channels_after(conn, after, ours.is_some(), CHANNELS_AT_ONCE)?;
                    let next = rows.last().map(|row| row.channel);
                    let mut due = Vec::new();
                    for row in rows {
                        let Kept { channel, id, days, from_seq, size } = row;
                        // The shorter time counts: what a server says is of what it keeps itself.
                        let Some(days) = days.into_iter().chain(ours).min() else { continue };
                        let since = (now - days * DAY_MS).div_euclid(STEP_MS) * STEP_MS;
                        let until = retention::first_since(conn, channel, (from_seq, size), since)?;
                        if until > from_seq {
                            let id = id.parse().map_err(|error| stored::damaged("channel", error))?;
                            due.push(Due { channel: id, num: channel, until });
                        }
                    }
                    Ok::<_, super::Error>((next, due))
                })
                .await?;
            let Some(next) = next else { return Ok(found) };
            after = next;
            found += due.len();
            for due in due {
                while !self.expire_some(&due).await? {}
                self.files.doomed.notify_one();
            }
        }
    }

    /// The oldest of them. True when none is left.
    async fn expire_some(&self, due: &Due) -> Result<bool> {
        let (num, until) = (due.num, due.until);
        self.writer
            .channel(&due.channel, move |work| {
                let row = project::channel_row(work, num)?;
                let range = (row.kept_from_seq, until);
                let rows = retention::live_between(work.conn, num, range, MESSAGES_AT_ONCE)?;
                project::forget::messages(work, num, &rows)?;
                let is_full = i64::try_from(rows.len()).is_ok_and(|count| count == MESSAGES_AT_ONCE);
                let kept_from = rows.last().filter(|_| is_full).map_or(until, |last| last.seq + 1);
                if kept_from > row.kept_from_seq {
                    retention::set_kept_from(work.conn, num, kept_from)?;
                }
                if !is_full {
                    let info = project::channel_info(work, num)?;
                    work.tell(Effect::Late { channel: num, late: Late::Channel(info) });
                }
                Ok(!is_full)
            })
            .await
    }
}
