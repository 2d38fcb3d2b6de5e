//! What was kept for as long as its channel's policy says, or this server's settings, goes (BODY-7).

use super::clock::DAY_MS;
use super::effect::{Effect, Late};
use super::{Domain, Result, project, stored};
use crate::protocol::Ts;
use crate::protocol::ids::ChannelId;
use crate::storage::ChannelNum;
use crate::storage::retention::{self, Kept};

/// What is old enough goes in steps of so long, so that a channel in which people talk all day does not change all day.
const STEP_MS: i64 = 1_800_000;
/// Channels that are looked at together.
const CHANNELS_AT_ONCE: i64 = 200;
/// Messages that go with one commit: others wait for it.
const MESSAGES_AT_ONCE: i64 = 100;

/// A channel in which something is old enough.
struct Due {
    channel: ChannelId,
    num: ChannelNum,
    /// Whether messages of it went already.
    has_begun: bool,
}

impl Domain {
    /// Destroys what was kept long enough: some of each channel in turn, so that none waits for a large one. Answers in how many
    /// channels something was old enough.
    ///
    /// # Errors
    /// What the database says; what is left goes the next time.
    pub async fn expire(&self) -> Result<usize> {
        let mut due = self.due().await?;
        let found = due.len();
        while !due.is_empty() {
            let mut again = Vec::new();
            for mut one in due {
                let Gone { some, is_all } = match self.expire_some(&one).await {
                    Ok(gone) => gone,
                    Err(error) => {
                        tracing::warn!(%error, channel = %one.channel, "what was kept long enough stays until the next time");
                        continue;
                    }
                };
                if some {
                    // What was told again in the meantime has texts that are gone now.
                    self.retold.forget();
                    self.files.doomed.notify_one();
                }
                if !is_all {
                    one.has_begun |= some;
                    again.push(one);
                }
            }
            due = again;
        }
        Ok(found)
    }

    /// The setting of this server, in days.
    fn own_days(&self) -> Option<i64> {
        Some(i64::from(self.config.settings.messages.retention_days)).filter(|days| *days > 0)
    }

    /// Since when this server keeps messages by its own settings, if they say so.
    pub(super) fn kept_since(&self) -> Option<Ts> {
        since(None, self.own_days(), self.clock.now())
    }

    async fn due(&self) -> Result<Vec<Due>> {
        let (ours, now) = (self.own_days(), self.clock.now());
        let (mut after, mut due) = (0, Vec::new());
        loop {
            let rows = self
                .reads
                .read(move |conn| retention::channels_after(conn, after, ours.is_some(), CHANNELS_AT_ONCE))
                .await?;
            let Some(last) = rows.last() else { return Ok(due) };
            after = last.channel;
            for Kept { channel: num, id, days, oldest_ts } in rows {
                let Some(since) = since(days, ours, now) else { continue };
                if oldest_ts.is_none_or(|ts| ts >= since) {
                    continue;
                }
                match id.parse() {
                    Ok(channel) => due.push(Due { channel, num, has_begun: false }),
                    Err(error) => tracing::error!(%error, id, "a channel can't be read"),
                }
            }
        }
    }

    /// The oldest of what is due by what the channel says now: an owner can take it back.
    async fn expire_some(&self, due: &Due) -> Result<Gone> {
        let (num, has_begun, ours, now) = (due.num, due.has_begun, self.own_days(), self.clock.now());
        self.writer
            .channel(&due.channel, move |work| {
                work.lane.open(work.conn, num)?;
                let row = project::channel_row(work, num)?;
                let days = stored::policy(&row)?.retention_days;
                let since = since(days, ours, now);
                // What this server lets go before the channel does.
                let only_here = ours.is_some_and(|ours| days.is_none_or(|days| ours < days));
                let range = (row.kept_from_seq, row.size);
                let until = match since {
                    Some(since) => retention::first_since(work.conn, num, range, since)?,
                    None => row.kept_from_seq,
                };
                let range = (row.kept_from_seq, until);
                let rows = retention::live_between(work.conn, num, range, MESSAGES_AT_ONCE)?;
                project::forget::messages(work, num, &rows, only_here)?;
                let is_full = i64::try_from(rows.len()).is_ok_and(|count| count == MESSAGES_AT_ONCE);
                let kept_from = rows.last().filter(|_| is_full).map_or(until, |last| last.seq + 1);
                if kept_from > row.kept_from_seq {
                    retention::set_kept_from(work.conn, num, kept_from)?;
                }
                // Where nothing was said there is nothing to be told.
                if !is_full && (has_begun || !rows.is_empty()) {
                    let info = project::channel_info(work, num)?;
                    work.tell(Effect::Late { channel: num, late: Late::Channel(info) });
                }
                Ok(Gone { some: !rows.is_empty(), is_all: !is_full })
            })
            .await
    }
}

/// What came of a look at a channel.
struct Gone {
    some: bool,
    is_all: bool,
}

/// Since when messages are kept: the shorter time counts, for a server says of itself alone how long it keeps them.
fn since(days: Option<i64>, ours: Option<i64>, now: Ts) -> Option<Ts> {
    let days = days.into_iter().chain(ours).min()?;
    Some((now - days * DAY_MS).div_euclid(STEP_MS) * STEP_MS)
}
