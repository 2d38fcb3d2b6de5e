//! Bodies that come after their entries: those that a batch should have brought, from whoever has them.

use super::Work;
use crate::domain::clock::DAY_MS;
use crate::domain::effect::Effect;
use crate::domain::stored::{self, damaged};
use crate::domain::{Error, project};
use crate::protocol::Seq;
use crate::protocol::event::{EventType, SignedEvent};
use crate::protocol::log::Entry;
use crate::protocol::rules::HistoryPolicy;
use crate::storage::missing::{self, MissingRow};
use crate::storage::{ChannelNum, entries, peers};

/// How long a host that is sending has time to bring it, in milliseconds.
const FIRST_PAUSE_MS: i64 = 1_000;
/// Bodies of one channel that are asked for.
const MISSING_PER_CHANNEL_MAX: i64 = 10_000;

impl Work<'_> {
    /// REPL-32: an entry came without its body, or with another. If people here may read it, others are asked for it.
    /// So they may what the channel shows where they join, and whether it does is known when they are asked. What was said
    /// so long ago that nobody keeps it is not asked for (BODY-7).
    pub(super) fn note_missing(
        &mut self,
        channel: ChannelNum,
        entry: &Entry,
        kind: &EventType,
    ) -> Result<(), Error> {
        let (ours, seq) = (self.lane.identity.name.clone(), entry.seq);
        let policy = &self.lane.open(self.conn, channel)?.state_of(self.conn, &[])?.policy;
        let (history, days) = (policy.history, policy.retention_days);
        let since = days.map(|days| self.lane.clock.now() - days * DAY_MS);
        if *kind == EventType::Message && since.is_some_and(|since| entry.host_ts < since) {
            return Ok(());
        }
        let entitled = history == HistoryPolicy::All
            || kind.is_shown()
            || peers::joined_of(self.conn, channel, ours.as_str())? > 0;
        if !entitled || missing::count_in(self.conn, channel)? >= MISSING_PER_CHANNEL_MAX {
            return Ok(());
        }
        let now = self.lane.clock.now();
        let due_ts = now + FIRST_PAUSE_MS;
        Ok(missing::note(self.conn, &MissingRow { channel, seq, created_ts: now, tries: 0, due_ts })?)
    }

    /// Adds a body to an entry that lacks it, with all that follows from it. False where it is not wanted any more.
    ///
    /// # Errors
    /// `bad_header` when it is not the entry's.
    pub fn fill_body(&mut self, channel: ChannelNum, seq: Seq, body: &[u8]) -> Result<bool, Error> {
        let Some(row) = entries::by_seq(self.conn, channel, seq)? else { return Ok(false) };
        if row.void.is_some() || entries::is_gone(self.conn, &row)? {
            missing::forget(self.conn, channel, &[seq])?;
            return Ok(false);
        }
        let signature = stored::signature(&row.signature)?;
        let signed = SignedEvent::from_parts(row.event.into_bytes(), signature)
            .map_err(|error| damaged("event", error))?;
        let content = self.check_body(&signed, Some(body))?;
        missing::forget(self.conn, channel, &[seq])?;
        if entries::body(self.conn, channel, seq)?.is_some() {
            return Ok(false);
        }
        let sender = self.person(&signed.event.sender)?;
        let at = project::At {
            channel,
            seq,
            ts: row.host_ts,
            sender: &sender,
            event: &signed.event,
            id: &signed.id,
            content: content.as_ref(),
            target: row.target_seq,
        };
        let text = std::str::from_utf8(body).map_err(|error| damaged("body", error))?;
        let mark = self.told();
        if let Some(late) = project::late(self, &at, text)? {
            self.tell_first(mark, Effect::Late { channel, late });
        }
        Ok(true)
    }
}
