//! Pages of a channel's or a thread's messages, and the signed log itself.

use std::collections::HashMap;

use super::seat::Seat;
use super::view::{Message, ThreadState};
use super::{Actor, Domain, Error, Missing, Result, messages::entitled, show, threads};
use crate::protocol::Seq;
use crate::protocol::event::EventType;
use crate::protocol::ids::{ChannelId, EventId};
use crate::protocol::limits::JSON_INT_MAX;
use crate::storage::channels::ChannelRow;
use crate::storage::entries::{self, EntryRow, Sent};
use crate::storage::messages::{self, Of, Stretch};
use crate::storage::{Conn, UserNum};

/// Most messages on a page.
pub const PAGE_MESSAGES_MAX: i64 = 100;
pub const PAGE_MESSAGES_DEFAULT: i64 = 50;
/// Most entries in one answer of the log.
pub const PAGE_ENTRIES_MAX: usize = 256;
/// Events and bodies in one answer of the log, in bytes; the first entry is in it however large it is. An entry may have 64 KiB,
/// and what has been read is held until a slow reader has taken it.
const PAGE_LOG_BYTES_MAX: usize = 1024 * 1024;
/// How many entries are read at once, so that little is read in vain.
const LOG_STEP: i64 = 32;

/// Where a page lies.
#[derive(Debug, Clone, Copy)]
pub enum Place {
    /// The newest messages.
    Head,
    Before(Seq),
    After(Seq),
    Around(Seq),
}

impl Place {
    /// # Errors
    /// `bad_place` for more than one, or for a negative seq.
    pub fn parse(before: Option<Seq>, after: Option<Seq>, around: Option<Seq>) -> Result<Place> {
        let bad = |detail: &str| Error::invalid("bad_place", "/before", detail);
        let place = match (before, after, around) {
            (None, None, None) => Place::Head,
            (Some(seq), None, None) => Place::Before(seq),
            (None, Some(seq), None) => Place::After(seq),
            (None, None, Some(seq)) => Place::Around(seq),
            _ => return Err(bad("Only one of before, after and around may be given.")),
        };
        // `after=-1` is the way to say: from the very beginning.
        match before.or(after).or(around) {
            Some(seq) if !(-1..=JSON_INT_MAX).contains(&seq) => Err(bad("must be a seq")),
            _ => Ok(place),
        }
    }
}

/// A page of messages in the order of the log.
pub struct Page {
    pub messages: Vec<Message>,
    /// The seq of the log's last entry.
    pub head: Seq,
    /// The seq of the first message that the asker may read, if there is one.
    pub oldest: Option<Seq>,
}

/// A channel's entries with the bodies that the asker may read and that are still there.
pub struct LogPage {
    pub channel: ChannelRow,
    pub entries: Vec<(Sent, Option<String>)>,
}

impl Domain {
    /// A page of a channel.
    pub async fn timeline(
        &self,
        actor: &Actor,
        channel: ChannelId,
        place: Place,
        limit: i64,
    ) -> Result<Page> {
        match self.page_of(actor, &channel, place, limit).await {
            // A log of which only the end can be shown; after a restart not even that is at hand.
            Err(Error::Replaying) if self.previews.get(&channel).is_none() => {
                self.preview(&channel).await?;
                self.page_of(actor, &channel, place, limit).await
            }
            page => page,
        }
    }

    async fn page_of(&self, actor: &Actor, channel: &ChannelId, place: Place, limit: i64) -> Result<Page> {
        let (person, id) = (actor.person.clone(), channel.clone());
        let preview = self.previews.get(channel);
        self.reads
            .read(move |conn| {
                let seat = Seat::joined(conn, person.num, &id)?;
                match (seat.lacks(), preview) {
                    (None, _) => page(conn, &seat, person.num, Of::Channel, place, limit),
                    (Some(_), Some(preview)) => preview.page(&seat, place, limit, person.id.as_str()),
                    (Some(_), None) => Err(Error::Replaying),
                }
            })
            .await
    }

    /// A thread's first message, a page of its replies, and how the person stands in it.
    pub async fn thread(
        &self,
        actor: &Actor,
        channel: ChannelId,
        id: EventId,
        place: Place,
        limit: i64,
    ) -> Result<(Message, Page, ThreadState)> {
        let user = actor.person.num;
        self.reads
            .read(move |conn| {
                let seat = Seat::joined(conn, user, &channel)?;
                let row = entitled(conn, &seat, &id)?;
                let root = row.thread_seq.unwrap_or(row.seq);
                if root < seat.first_entitled()? {
                    return Err(Error::NotFound(Missing::Message));
                }
                let rows = messages::by_seqs(conn, seat.channel.num, &[root])?;
                let shown = show::messages(conn, seat.channel.num, &seat.channel.id, rows, Some(user))?;
                let first = shown.into_iter().next().ok_or(Error::NotFound(Missing::Message))?;
                let page = page(conn, &seat, user, Of::Thread(root), place, limit)?;
                let state = threads::state_in(conn, &seat, user, root)?;
                Ok((first, page, state))
            })
            .await
    }

    /// Signed entries `from..=to`, for proof and export.
    pub async fn log(
        &self,
        actor: &Actor,
        channel: ChannelId,
        from: Seq,
        to: Option<Seq>,
    ) -> Result<LogPage> {
        let last = to.unwrap_or(JSON_INT_MAX);
        if from < 0 || last < from || last > JSON_INT_MAX {
            return Err(Error::invalid(
                "bad_place",
                "/from",
                "from must be at least 0, and to at least from and a seq",
            ));
        }
        let user = actor.person.num;
        self.reads
            .read(move |conn| {
                let seat = Seat::joined(conn, user, &channel)?;
                let to = to.unwrap_or(seat.head()).min(seat.head());
                let mut entries = log_page(conn, &seat, from, to)?;
                hide_bodies(conn, &seat, user, &mut entries)?;
                Ok(LogPage { entries, channel: seat.channel })
            })
            .await
    }
}

/// Entries with the bodies that are still there and not of before the asker's time, as many as an answer takes.
fn log_page(conn: &mut Conn, seat: &Seat, from: Seq, to: Seq) -> Result<Vec<(Sent, Option<String>)>> {
    let (channel, first) = (seat.channel.num, seat.first_entitled()?);
    let (mut page, mut bytes, mut next) = (Vec::new(), 0, from);
    while next <= to && page.len() < PAGE_ENTRIES_MAX {
        let sent = entries::range(conn, channel, next, to, LOG_STEP)?;
        let Some(last) = sent.last().map(|(entry, _)| entry.seq) else { break };
        let bodies = entries::bodies_between(conn, channel, next.max(first), last)?;
        let mut bodies: HashMap<Seq, String> = bodies.into_iter().collect();
        for sent in sent {
            let body = bodies.remove(&sent.0.seq);
            bytes += sent.0.event.len() + body.as_ref().map_or(0, String::len);
            if bytes > PAGE_LOG_BYTES_MAX && !page.is_empty() {
                return Ok(page);
            }
            page.push((sent, body));
        }
        next = last + 1;
    }
    Ok(page)
}

/// Takes away the bodies that the asker may not read: edits of messages that are hidden from them, and what messages said
/// before, which is for their authors and for moderators. The log verifies without them.
fn hide_bodies(
    conn: &mut Conn,
    seat: &Seat,
    user: UserNum,
    entries: &mut [(Sent, Option<String>)],
) -> Result<()> {
    let message_of = |entry: &EntryRow| match entry.kind.as_str() {
        _ if entry.void.is_some() => None,
        kind if kind == EventType::Message.as_str() => Some(entry.seq),
        kind if kind == EventType::Edit.as_str() => entry.target_seq,
        _ => None,
    };
    let seqs: Vec<Seq> = entries.iter().filter_map(|((entry, _), _)| message_of(entry)).collect();
    let versions = messages::versions_shown(conn, seat.channel.num, &seqs)?;
    let versions: HashMap<Seq, (UserNum, Seq)> =
        versions.into_iter().map(|(seq, sender, shown)| (seq, (sender, shown))).collect();
    let (first, moderates) = (seat.first_readable()?, seat.has_role(&["owner", "moderator"]));
    for ((entry, _), body) in entries {
        let Some(message) = message_of(entry) else { continue };
        let is_theirs = versions.get(&message).is_some_and(|(sender, shown)| {
            message >= first && (*shown == entry.seq || moderates || *sender == user)
        });
        if !is_theirs {
            *body = None;
        }
    }
    Ok(())
}

fn page(conn: &mut Conn, seat: &Seat, user: UserNum, of: Of, place: Place, limit: i64) -> Result<Page> {
    let num = seat.channel.num;
    let (first, head) = (seat.first_readable()?, seat.head());
    let stretches = match place {
        Place::Head => vec![Stretch::end((first, head), limit)],
        Place::Before(seq) => vec![Stretch::end((first, seq - 1), limit)],
        Place::After(seq) => vec![Stretch::beginning((first.max(seq + 1), head), limit)],
        Place::Around(seq) => {
            let older = limit / 2 + limit % 2;
            let newer = (first.max(seq + 1), head);
            vec![Stretch::end((first, seq), older), Stretch::beginning(newer, limit - older)]
        }
    };
    let (rows, oldest) = messages::pages(conn, num, of, &stretches, (first, head))?;
    let messages = show::messages(conn, num, &seat.channel.id, rows, Some(user))?;
    Ok(Page { messages, head, oldest })
}
