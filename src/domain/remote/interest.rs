//! Of which channels elsewhere entries are wanted: those in which somebody of this server is, or asked to be. An invitation
//! is no such wish: by it alone a host could fill the disk.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

use crate::domain::stored::damaged;
use crate::domain::writer::Work;
use crate::domain::{Error, Forbidden, Result};
use crate::storage::{ChannelNum, Conn, UserNum, joinings, members, meta};

/// Channels of which is remembered who is in them, or that nobody is.
const KNOWN_MAX: usize = 10_000;
/// People who were in a channel once, of whom is looked up whether they are by its log.
const ONCE_IN_MAX: i64 = 1_000;

/// What was found out before, so that it need not be looked for with every batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    /// They were joined.
    Somebody(UserNum),
    /// Nobody was, in a log of this size: only more of it can change that.
    Nobody(i64),
}

#[derive(Default)]
pub struct Interest(Mutex<HashMap<ChannelNum, Known>>);

impl Interest {
    fn get(&self, channel: ChannelNum) -> Option<Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&channel).copied()
    }

    fn note(&self, channel: ChannelNum, known: Known) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= KNOWN_MAX {
            all.clear();
        }
        all.insert(channel, known);
    }

    /// Whether more of a channel's log is wanted.
    ///
    /// # Errors
    /// `not_member` where it is not.
    pub fn check(&self, work: &mut Work<'_>, channel: ChannelNum) -> Result<()> {
        let known = self.get(channel);
        if let Some(Known::Somebody(user)) = known
            && members::get(work.conn, channel, user)?.is_some_and(|seat| seat.membership == "joined")
        {
            return Ok(());
        }
        if !joinings::of_channel(work.conn, channel)?.is_empty() || has_asked(work.conn, channel)? {
            return Ok(());
        }
        let size = work.lane.open(work.conn, channel)?.position.size;
        if known == Some(Known::Nobody(size)) {
            return Err(Error::Forbidden(Forbidden::NotMember));
        }
        if let Some(user) = members::account_in(work.conn, channel)? {
            self.note(channel, Known::Somebody(user));
            return Ok(());
        }
        // Who has left here is in the log until their leaving stands there, which has to come.
        let ours = work.lane.identity.name.clone();
        for (seat, id) in members::once_in(work.conn, channel, ours.as_str(), ONCE_IN_MAX)? {
            let id = id.parse().map_err(|error| damaged("user", error))?;
            if work.is_in_by_log(&seat, &id)? {
                return Ok(());
            }
        }
        self.note(channel, Known::Nobody(size));
        Err(Error::Forbidden(Forbidden::NotMember))
    }
}

/// Where it is kept who has asked a host to be let in and has no answer yet: it may have let them in all the same. With each how
/// long the log was here.
fn asked(channel: ChannelNum) -> String {
    format!("asked.{channel}")
}

fn all_asked(conn: &mut Conn, channel: ChannelNum) -> Result<BTreeMap<UserNum, i64>> {
    let kept = meta::get(conn, &asked(channel))?;
    kept.map_or(Ok(BTreeMap::new()), |kept| {
        serde_json::from_str(&kept).map_err(|error| damaged("who asked", error))
    })
}

/// Whether somebody has asked to be let in, of whom the log does not say yet that they were.
fn has_asked(conn: &mut Conn, channel: ChannelNum) -> Result<bool> {
    for (user, size) in all_asked(conn, channel)? {
        let joined = members::get(conn, channel, user)?.and_then(|seat| seat.joined_seq);
        if joined.is_none_or(|joined| joined < size) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The host is going to be asked to let somebody in.
pub(super) fn note_asked(conn: &mut Conn, channel: ChannelNum, user: UserNum, size: i64) -> Result<()> {
    let mut all = all_asked(conn, channel)?;
    all.insert(user, size);
    keep(conn, channel, &all)
}

/// They have their answer, or do not want to any more.
pub(super) fn forget_asked(conn: &mut Conn, channel: ChannelNum, user: UserNum) -> Result<()> {
    let mut all = all_asked(conn, channel)?;
    if all.remove(&user).is_none() {
        return Ok(());
    }
    keep(conn, channel, &all)
}

fn keep(conn: &mut Conn, channel: ChannelNum, all: &BTreeMap<UserNum, i64>) -> Result<()> {
    if all.is_empty() {
        return Ok(meta::delete(conn, &asked(channel))?);
    }
    let kept = serde_json::to_string(all).map_err(|error| damaged("who asked", error))?;
    Ok(meta::put(conn, &asked(channel), &kept)?)
}
