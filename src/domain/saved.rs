//! Messages that somebody keeps for later: a list that all of their devices have, and nobody else. What was deleted since,
//! and what one may read no longer, stays on the list unseen: whoever comes back to a channel finds there what they saved.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use serde::Serialize;
use utoipa::ToSchema;

use super::effect::Effect;
use super::messages::readable;
use super::reminders;
use super::seat::{Seat, reads_from};
use super::view::Message;
use super::writer::Work;
use super::{Actor, Conflict, Domain, Error, Page, Result, cut, show};
use crate::protocol::ids::{ChannelId, EventId};
use crate::protocol::rules::Refusal;
use crate::protocol::{Seq, Ts};
use crate::storage::saved::{self, SavedRow};
use crate::storage::{ChannelNum, Conn, UserNum, channels, entries, messages};

/// How many messages somebody can save.
pub const SAVED_MAX: i64 = 5_000;
pub const SAVED_PAGE_MAX: i64 = 100;
/// How much of the list is looked at a time for what can be shown.
const SCAN_ROWS: i64 = 200;

/// A message that somebody saved for later.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Saved {
    pub channel: String,
    pub saved_ts: Ts,
    /// When one is reminded of it; null where one is not.
    #[schema(required)]
    pub remind_ts: Option<Ts>,
    pub message: Message,
}

impl Domain {
    /// What one saved and may read, newest first, of what was saved before a time; and where to go on.
    pub async fn saved(&self, actor: &Actor, before: Option<Ts>, limit: i64) -> Result<Page<Saved, Ts>> {
        let user = actor.person.num;
        self.reads
            .read(move |conn| {
                let mut readings = Readings { user, of: HashMap::new() };
                let rows = readable_rows(conn, &mut readings, before.unwrap_or(Ts::MAX), limit + 1)?;
                let (rows, next) = cut(rows, limit, |row| row.saved_ts);
                Ok((shown(conn, &readings, &rows)?, next))
            })
            .await
    }

    /// Keeps a message on one's list. What is there already stays where it is; `remind` says when to be reminded of it, or (`Some(None)`)
    /// that one is not to be, and without it that stays.
    ///
    /// # Errors
    /// As for reading the message; `redacted` for one that was deleted, `saved_full`, `bad_remind_ts`, `reminders_full`
    pub async fn save_message(
        &self,
        actor: &Actor,
        channel: ChannelId,
        id: EventId,
        remind: Option<Option<Ts>>,
    ) -> Result<()> {
        let (user, now) = (actor.person.num, self.clock.now());
        remind.flatten().map_or(Ok(()), |ts| reminders::check_time(ts, now))?;
        self.own(actor, move |work| {
            let seat = Seat::joined(work.conn, user, &channel)?;
            let row = readable(work.conn, &seat, &id)?;
            if row.deleted {
                return Err(Refusal::TargetRedacted.into());
            }
            let known = saved::get(work.conn, user, row.channel, row.seq)?;
            let before = known.and_then(|row| row.remind_ts);
            let remind_ts = remind.unwrap_or(before);
            if known.is_some() && remind_ts == before {
                return Ok(());
            }
            if remind_ts.is_some() && before.is_none() {
                reminders::check_room(work.conn, user)?;
            }
            let saved_ts = match known {
                Some(known) => {
                    saved::set_reminder(work.conn, &known, remind_ts)?;
                    known.saved_ts
                }
                None => add(work, (user, row.channel, row.seq), remind_ts, now)?,
            };
            work.tell(Effect::Saved { user, channel, message: id, saved_ts: Some(saved_ts), remind_ts });
            Ok(())
        })
        .await
    }

    /// Takes a message off one's list, also one that can't be read any more. Where there is none nothing changes, and nothing
    /// is said of it.
    pub async fn unsave_message(&self, actor: &Actor, channel: ChannelId, id: EventId) -> Result<()> {
        let user = actor.person.num;
        self.own(actor, move |work| {
            let Some(num) = channels::num_of(work.conn, channel.as_str())? else { return Ok(()) };
            let Some(entry) = entries::by_event(work.conn, num, id.as_str())? else { return Ok(()) };
            if saved::delete(work.conn, user, num, entry.seq)? {
                work.tell(Effect::Saved { user, channel, message: id, saved_ts: None, remind_ts: None });
            }
            Ok(())
        })
        .await
    }
}

/// Puts a message on somebody's list, and answers its place there.
fn add(
    work: &mut Work<'_>,
    (user_num, channel, seq): (UserNum, ChannelNum, Seq),
    remind_ts: Option<Ts>,
    now: Ts,
) -> Result<Ts> {
    make_room(work, user_num)?;
    // Later than what was saved before, whatever the clock did: the list is in the order of saving.
    let saved_ts = saved::newest(work.conn, user_num)?.map_or(now, |newest| now.max(newest + 1));
    saved::add(work.conn, SavedRow { user_num, channel, seq, saved_ts, remind_ts })?;
    Ok(saved_ts)
}

/// Sees to it that one more fits. What is hidden from the person can't be taken off by them, and gives way.
fn make_room(work: &mut Work<'_>, user: UserNum) -> Result<()> {
    if saved::count(work.conn, user)? < SAVED_MAX {
        return Ok(());
    }
    saved::forget_hidden(work.conn, user)?;
    for channel in saved::channels_of(work.conn, user)? {
        // Whoever has come back later may read no further than to there.
        let first = reading(work.conn, channel, user)?.map_or(Seq::MAX, |(_, first)| first);
        saved::forget_before(work.conn, user, channel, first)?;
    }
    match saved::count(work.conn, user)? < SAVED_MAX {
        true => Ok(()),
        false => Err(Error::Conflict(Conflict::SavedFull)),
    }
}

/// From where on somebody may read the channels that were asked for, each looked up once.
struct Readings {
    user: UserNum,
    of: HashMap<ChannelNum, Option<(String, Seq)>>,
}

impl Readings {
    fn may_read(&mut self, conn: &mut Conn, row: &SavedRow) -> Result<bool> {
        let reading = match self.of.entry(row.channel) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => place.insert(reading(conn, row.channel, self.user)?),
        };
        Ok(reading.as_ref().is_some_and(|(_, first)| *first <= row.seq))
    }
}

/// A channel's id, and the first seq there that the person may read; none where they are not in it.
pub(super) fn reading(conn: &mut Conn, num: ChannelNum, user: UserNum) -> Result<Option<(String, Seq)>> {
    let Some(channel) = channels::by_num(conn, num)? else { return Ok(None) };
    Ok(reads_from(conn, &channel, user)?.map(|first| (channel.id, first)))
}

/// So many rows of the list that the person may read, however many others lie between.
fn readable_rows(
    conn: &mut Conn,
    readings: &mut Readings,
    mut before: Ts,
    wanted: i64,
) -> Result<Vec<SavedRow>> {
    let wanted = usize::try_from(wanted).unwrap_or(0);
    let mut found = Vec::new();
    loop {
        let rows = saved::page(conn, readings.user, before, SCAN_ROWS)?;
        let Some(last) = rows.last() else { return Ok(found) };
        before = last.saved_ts;
        for row in rows {
            if readings.may_read(conn, &row)? {
                found.push(row);
            }
            if found.len() == wanted {
                return Ok(found);
            }
        }
    }
}

/// These rows with their messages, in their order.
fn shown(conn: &mut Conn, readings: &Readings, rows: &[SavedRow]) -> Result<Vec<Saved>> {
    let mut by_channel: HashMap<ChannelNum, Vec<Seq>> = HashMap::new();
    for row in rows {
        by_channel.entry(row.channel).or_default().push(row.seq);
    }
    let mut found: HashMap<(ChannelNum, Seq), Message> = HashMap::new();
    for (num, seqs) in by_channel {
        let Some(Some((id, _))) = readings.of.get(&num) else { continue };
        let said = messages::by_seqs(conn, num, &seqs)?;
        let said = show::messages(conn, num, id, said, Some(readings.user))?;
        found.extend(said.into_iter().map(|message| ((num, message.seq), message)));
    }
    let shown = rows.iter().filter_map(|row| {
        let message = found.remove(&(row.channel, row.seq))?;
        let SavedRow { saved_ts, remind_ts, .. } = *row;
        Some(Saved { channel: message.channel.clone(), saved_ts, remind_ts, message })
    });
    Ok(shown.collect())
}
