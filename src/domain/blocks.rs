//! Of whom somebody wants to hear nothing. It is theirs alone to know: the other one may write as before, but nothing of
//! that notifies the person, and brings them into no conversation. What this server asks is whether those whom a message
//! would notify block its author, and only where anybody blocks somebody at all.

use std::sync::atomic::Ordering;

use serde::Serialize;
use utoipa::ToSchema;

use super::effect::Effect;
use super::project::At;
use super::view::{ReadState, User};
use super::writer::Work;
use super::{Actor, Conflict, Domain, Error, Missing, Page, Result, cut, show};
use crate::protocol::Ts;
use crate::protocol::ids::{ChannelId, UserId};
use crate::protocol::limits::JSON_INT_MAX;
use crate::storage::{UserNum, blocks, channels, members, notifications, users};

/// How many people somebody can block.
pub const BLOCKS_MAX: i64 = 1_000;
pub const BLOCKS_PAGE_MAX: i64 = 100;
/// `up_to` of a frame that says only that the count changed: no range of ids was marked.
const NOTHING_MORE: i64 = 0;

/// Somebody of whom a person wants to hear nothing.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Block {
    pub user: User,
    /// Since when.
    pub created_ts: Ts,
}

impl Domain {
    /// Whom one blocks by id, after the id `after`; and where to go on.
    pub async fn blocks(&self, actor: &Actor, after: String, limit: i64) -> Result<Page<Block, String>> {
        let user = actor.person.num;
        let rows = self.reads.read(move |conn| blocks::page(conn, user, &after, limit + 1)).await?;
        let (rows, next) = cut(rows, limit, |(row, _)| row.id.clone());
        let shown =
            rows.iter().map(|(row, created_ts)| Block { user: show::user(row), created_ts: *created_ts });
        Ok((shown.collect(), next))
    }

    /// Blocks somebody. What notifies of them is seen by that, and a conversation of the two is read.
    ///
    /// # Errors
    /// `user_not_found`, `bad_target` for oneself, `blocks_full`
    pub async fn block(&self, actor: &Actor, id: UserId) -> Result<()> {
        if id == actor.person.id {
            return Err(Error::invalid("bad_target", "/user", "must be somebody else"));
        }
        let (user, now) = (actor.person.num, self.clock.now());
        let mut people = [actor.person.id.as_str(), id.as_str()];
        people.sort_unstable();
        let people = people.join(" ");
        self.wanted.blocks.store(true, Ordering::Relaxed);
        let dm = self
            .own(actor, move |work| {
                let other = users::by_id(work.conn, id.as_str())?.ok_or(Error::NotFound(Missing::User))?;
                if blocks::is_blocked(work.conn, user, other.num)? {
                    return Ok(None);
                }
                if blocks::count(work.conn, user)? >= BLOCKS_MAX {
                    return Err(Error::Conflict(Conflict::BlocksFull));
                }
                blocks::add(work.conn, user, other.num, now)?;
                work.tell(Effect::Block { user, whom: other.id, blocked: true });
                if notifications::mark_seen_of(work.conn, user, other.num)? > 0 {
                    let left = notifications::count_unseen(work.conn, user)?;
                    work.tell(Effect::NotificationsSeen { user, up_to: NOTHING_MORE, only: false, left });
                }
                let Some(dm) = channels::by_people(work.conn, &people)? else { return Ok(None) };
                let seat = members::get(work.conn, dm.num, user)?;
                Ok(seat
                    .filter(|seat| seat.membership == "joined")
                    .and_then(|_| dm.id.parse::<ChannelId>().ok()))
            })
            .await?;
        if let Some(dm) = dm {
            self.set_read(actor, dm, JSON_INT_MAX, true).await?;
        }
        Ok(())
    }

    /// Hears of somebody again. Where nobody was blocked nothing changes.
    pub async fn unblock(&self, actor: &Actor, id: UserId) -> Result<()> {
        let user = actor.person.num;
        self.own(actor, move |work| {
            let Some(other) = users::by_id(work.conn, id.as_str())? else { return Ok(()) };
            if blocks::delete(work.conn, user, other.num)? {
                work.tell(Effect::Block { user, whom: other.id, blocked: false });
            }
            Ok(())
        })
        .await
    }
}

/// Which of these people block the other one, or are not to hear them.
pub(super) fn among(
    work: &mut Work<'_>,
    other: UserNum,
    people: impl IntoIterator<Item = UserNum>,
) -> Result<Vec<UserNum>> {
    // From whom an administrator keeps out nobody hears anything.
    if work.lane.wanted.excluded.has_num(other) {
        return Ok(people.into_iter().collect());
    }
    if !work.lane.wanted.blocks.load(Ordering::Relaxed) {
        return Ok(Vec::new());
    }
    let people: Vec<UserNum> = people.into_iter().collect();
    if people.is_empty() { Ok(Vec::new()) } else { Ok(blocks::among(work.conn, other, &people)?) }
}

/// Whether the person blocks somebody who need not have been met, or is not to hear them.
pub(super) fn blocks(work: &mut Work<'_>, user: UserNum, other: &UserId) -> Result<bool> {
    let Some(other) = users::by_id(work.conn, other.as_str())? else { return Ok(false) };
    Ok(!among(work, other.num, [user])?.is_empty())
}

/// A message came in a direct conversation: for those who block its author and had read all before, it is read.
pub(super) fn pass_over(work: &mut Work<'_>, at: &At<'_>, live_count: i64) -> Result<()> {
    let deaf = if work.lane.wanted.excluded.has_num(at.sender.num) {
        let ours = work.lane.identity.name.clone();
        members::read_by(work.conn, at.channel, ours.as_str())?
    } else if work.lane.wanted.blocks.load(Ordering::Relaxed) {
        blocks::in_channel(work.conn, at.channel, at.sender.num)?
    } else {
        return Ok(());
    };
    for (user, read_base) in deaf {
        if read_base + 1 < live_count {
            continue;
        }
        members::set_read(work.conn, at.channel, user, at.seq, live_count)?;
        let mentions = notifications::count_unseen_in(work.conn, user, at.channel)?;
        let open = work.lane.open(work.conn, at.channel)?;
        open.forget_reader(user);
        let channel = open.id.as_str().to_owned();
        let state = ReadState { channel, read_seq: at.seq, unread: 0, mentions, threads: false };
        work.tell(Effect::Read { user, state });
    }
    Ok(())
}
