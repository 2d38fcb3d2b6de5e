//! What logs say after a cursor, kept for a while: those who come back together have missed the same, and what they are told
//! depends on nobody.
//!
//! What is kept is what one state of the database says, and is told to whoever finds the log's end where it was in that
//! state. Whatever is changed is an entry, so the end moves with it; what comes after its entry ([`Effect::Late`]) is the
//! exception, and makes what is kept be forgotten, as do messages that went because they were kept long enough.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use bytes::Bytes;

use super::acts::ActKind;
use super::effect::{Change, Effect, Late};
use super::{Domain, Result};
use crate::protocol::{Seq, Ts};
use crate::storage::{ChannelNum, acts};

/// How many bytes are kept, and of how much none is kept at all.
const KEPT_BYTES_MAX: usize = 8 << 20;
const TOLD_BYTES_MAX: usize = KEPT_BYTES_MAX / 8;
/// What an entry takes beside what it says, about.
const ENTRY_BYTES: usize = 512;
/// Of how many messages that went from this server alone whoever comes back is told, and for how long: no entry says it.
const WITHHELD_MAX: usize = 100;
const WITHHELD_MS: i64 = 30 * 24 * 3_600_000;

/// What each of some entries changed, in order; none where nobody need know.
pub type Changes = Vec<(Seq, Option<Change>)>;

/// Entries of a log, told again.
pub struct Told {
    pub changes: Changes,
    /// As they are written to everybody alike, once somebody did.
    pub frames: OnceLock<Vec<Bytes>>,
}

impl Told {
    pub fn new(changes: Changes) -> Arc<Told> {
        Arc::new(Told { changes, frames: OnceLock::new() })
    }

    /// About how many bytes it takes, with its frames; none where it says of people how they are now, which changes without
    /// an entry.
    fn bytes(&self) -> Option<usize> {
        let is_passing = |change: &Option<Change>| matches!(change, Some(Change::MemberUpdated { .. }));
        if self.changes.iter().any(|(_, change)| is_passing(change)) {
            return None;
        }
        Some(
            self.changes
                .iter()
                .map(|(_, change)| ENTRY_BYTES + 2 * change.as_ref().map_or(0, Change::bytes))
                .sum(),
        )
    }
}

/// Which part of which log, as it was when its last entry was `to`, for those who may read from `readable_from` on.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Part {
    pub channel: ChannelNum,
    pub from: Seq,
    pub to: Seq,
    pub readable_from: Seq,
}

#[derive(Default)]
pub struct Retold {
    kept: Mutex<Kept>,
    /// The oldest first.
    withheld: Mutex<VecDeque<Withheld>>,
}

/// A message that went from this server alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withheld {
    pub ts: Ts,
    /// The channel's id.
    pub channel: String,
    /// The message's id.
    pub id: String,
}

#[derive(Default)]
struct Kept {
    told: HashMap<Part, Arc<Told>>,
    /// The oldest first.
    order: VecDeque<(Part, usize)>,
    bytes: usize,
    /// Counts what was forgotten: what was read before it counts no more after it.
    forgotten: u64,
}

/// When a reading began: before any of it was read.
#[derive(Clone, Copy)]
pub struct Begun(u64);

impl Retold {
    pub fn begin(&self) -> Begun {
        Begun(self.lock().forgotten)
    }

    pub fn get(&self, part: &Part) -> Option<Arc<Told>> {
        self.lock().told.get(part).cloned()
    }

    pub fn keep(&self, begun: Begun, part: Part, told: &Arc<Told>) {
        let Some(bytes) = told.bytes().filter(|bytes| *bytes <= TOLD_BYTES_MAX) else { return };
        let mut kept = self.lock();
        if kept.forgotten != begun.0 || kept.told.insert(part, told.clone()).is_some() {
            return;
        }
        kept.order.push_back((part, bytes));
        kept.bytes += bytes;
        while kept.bytes > KEPT_BYTES_MAX
            && let Some((oldest, bytes)) = kept.order.pop_front()
        {
            kept.told.remove(&oldest);
            kept.bytes -= bytes;
        }
    }

    /// Before anybody hears of these effects.
    pub fn hear(&self, effects: &[Effect], ts: Ts) {
        let mut late = effects.iter().filter_map(|effect| match effect {
            Effect::Late { late, .. } => Some(late),
            _ => None,
        });
        let Some(first) = late.next() else { return };
        self.forget();
        for late in std::iter::once(first).chain(late) {
            if let Late::Deleted { channel, id } = late {
                self.withhold(Withheld { ts, channel: channel.clone(), id: id.clone() });
            }
        }
    }

    fn withhold(&self, message: Withheld) {
        let mut withheld = self.withheld.lock().unwrap_or_else(PoisonError::into_inner);
        withheld.push_back(message);
        if withheld.len() > WITHHELD_MAX {
            withheld.pop_front();
        }
    }

    /// What went from this server alone of late, in the channels that `is_asked` names by id.
    pub fn withheld(&self, now: Ts, is_asked: impl Fn(&str) -> bool) -> Vec<Withheld> {
        let withheld = self.withheld.lock().unwrap_or_else(PoisonError::into_inner);
        let late =
            withheld.iter().filter(|message| message.ts > now - WITHHELD_MS && is_asked(&message.channel));
        late.cloned().collect()
    }

    /// Texts that were deleted are not kept for longer than it takes those who came together.
    pub fn forget(&self) {
        let mut kept = self.lock();
        *kept = Kept { forgotten: kept.forgotten + 1, ..Kept::default() };
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Domain {
    /// Reads what went from this server alone before it was started.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn recall_withheld(&self) -> Result<()> {
        let (kind, since) = (ActKind::MessageWithheld.as_str(), self.clock.now() - WITHHELD_MS);
        let rows = self.reads.read(move |conn| acts::latest(conn, kind, since, WITHHELD_MAX)).await?;
        for row in rows.into_iter().rev() {
            if let (Some(channel), Some(id)) = (row.channel, row.message) {
                self.retold.withhold(Withheld { ts: row.ts, channel, id });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::domain::effect::Late;
    use crate::domain::view::{ChannelInfo, ChannelPolicy};

    fn part(channel: ChannelNum) -> Part {
        Part { channel, from: 1, to: 2, readable_from: 0 }
    }

    fn told(bytes: usize) -> Arc<Told> {
        Told::new(vec![(1, None); bytes / ENTRY_BYTES])
    }

    fn late() -> Effect {
        let info = ChannelInfo {
            id: String::new(),
            kind: "channel".to_owned(),
            name: String::new(),
            topic: String::new(),
            avatar: None,
            alias: None,
            host: "a.test".to_owned(),
            visibility: "public".to_owned(),
            kept_from_seq: 0,
            policy: ChannelPolicy {
                retention_days: None,
                slow_seconds: None,
                join: "open".to_owned(),
                history: "all".to_owned(),
                caps: BTreeMap::new(),
            },
            archived: false,
            created_ts: 0,
            member_count: 1,
            pins: Vec::new(),
        };
        Effect::Late { channel: 1, late: Late::Channel(Box::new(info)) }
    }

    #[test]
    fn what_is_kept_is_bounded_and_the_oldest_goes_first() {
        let retold = Retold::default();
        retold.keep(retold.begin(), part(0), &told(TOLD_BYTES_MAX + ENTRY_BYTES));
        assert!(retold.get(&part(0)).is_none());
        for channel in 1..=10 {
            retold.keep(retold.begin(), part(channel), &told(TOLD_BYTES_MAX));
        }
        let kept: Vec<ChannelNum> =
            (1..=10).filter(|channel| retold.get(&part(*channel)).is_some()).collect();
        assert_eq!(kept, [3, 4, 5, 6, 7, 8, 9, 10]);
        assert_eq!(retold.lock().bytes, KEPT_BYTES_MAX);
        assert!(retold.get(&Part { to: 3, ..part(10) }).is_none());
    }

    #[test]
    fn what_was_read_before_something_late_came_is_not_kept_after_it() {
        let retold = Retold::default();
        let begun = retold.begin();
        retold.keep(begun, part(1), &told(ENTRY_BYTES));
        retold.hear(&[], 0);
        assert!(retold.get(&part(1)).is_some());
        retold.hear(&[late()], 0);
        assert!(retold.get(&part(1)).is_none());
        retold.keep(begun, part(1), &told(ENTRY_BYTES));
        assert!(retold.get(&part(1)).is_none());
    }
    #[test]
    fn of_what_went_from_here_alone_the_last_is_known_for_a_while() {
        let retold = Retold::default();
        let went = |n: usize| Late::Deleted { channel: format!("c{}", n % 2), id: n.to_string() };
        for n in 0..=WITHHELD_MAX {
            retold.hear(&[Effect::Late { channel: 1, late: went(n) }], 7);
        }
        let ids = |now: Ts, channel: &str| -> Vec<String> {
            retold.withheld(now, |asked| asked == channel).into_iter().map(|message| message.id).collect()
        };
        assert_eq!(ids(8, "c0").len() + ids(8, "c1").len(), WITHHELD_MAX);
        assert_eq!(ids(8, "c0").first().map(String::as_str), Some("2"), "the oldest made room");
        assert_eq!(ids(7 + WITHHELD_MS, "c0"), [""; 0]);
    }
}
