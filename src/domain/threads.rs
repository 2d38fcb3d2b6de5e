//! Threads: who follows which, how far each has read in it, and what is new there. Counts are a subtraction, as a
//! channel's are: replies that are there, less those that were read.

use super::effect::Effect;
use super::messages::entitled;
use super::project::At;
use super::seat::{Seat, entitled_from};
use super::view::{Message, ReadState, ThreadState};
use super::writer::Work;
use super::{Actor, Domain, Error, Missing, NOTIFIED_MAX, Page, Result, blocks, cut, show};
use crate::protocol::Seq;
use crate::protocol::ids::{ChannelId, EventId};
use crate::storage::channels::ChannelRow;
use crate::storage::messages::{MessageRow, Of, Stretch, UNREAD_SCAN_MAX};
use crate::storage::notifications::Part;
use crate::storage::threads::{self, Standing, ThreadReadRow};
use crate::storage::{ChannelNum, Conn, UserNum, channels, members, messages, notifications, users};

pub const THREADS_PAGE_MAX: i64 = 100;
/// With how many threads that have something new a client begins.
const THREADS_SYNCED_MAX: i64 = 200;

/// A place in the list of threads: last reply, channel, first message.
pub type ThreadPlace = (i64, ChannelNum, Seq);

/// A thread that somebody follows, with its first message.
pub struct FollowedThread {
    pub state: ThreadState,
    pub root: Message,
}

impl Domain {
    /// Threads that one follows, those with the latest reply first; and where to go on.
    pub async fn threads(
        &self,
        actor: &Actor,
        unread: bool,
        after: Option<ThreadPlace>,
        limit: i64,
    ) -> Result<Page<FollowedThread, ThreadPlace>> {
        let user = actor.person.num;
        self.reads
            .read(move |conn| {
                let rows = threads::page(conn, user, unread, after, limit + 1)?;
                let place = |(row, ..): &Standing| (row.last_ts, row.channel, row.root_seq);
                let (rows, next) = cut(rows, limit, place);
                let mut shown = Vec::with_capacity(rows.len());
                for standing in rows {
                    let (num, root) = (standing.0.channel, standing.0.root_seq);
                    let Some(channel) = channels::by_num(conn, num)? else { continue };
                    if !may_read(conn, &channel, user, root)? {
                        continue;
                    }
                    let found = messages::by_seqs(conn, num, &[root])?;
                    let Some(root) = show::messages(conn, num, &channel.id, found, Some(user))?.pop() else {
                        continue;
                    };
                    shown.push(FollowedThread { state: state_of(conn, channel.id, standing)?, root });
                }
                Ok((shown, next))
            })
            .await
    }

    /// Moves one's read marker in a thread, forward or back, and tells one's own devices.
    pub async fn set_thread_read(
        &self,
        actor: &Actor,
        channel: ChannelId,
        id: EventId,
        seq: Seq,
    ) -> Result<ThreadState> {
        let (actor, key) = (actor.clone(), channel.clone());
        self.writer
            .channel(&key, move |work| {
                let user = actor.person.num;
                let (seat, root) = thread_seat(work.conn, user, &channel, &id)?;
                let head = work.lane.open(work.conn, seat.channel.num)?.position.size - 1;
                let mut row = standing_row(work.conn, &seat, user, &root)?;
                row.read_seq = seq.max(root.seq).min(head);
                put_read(work, &row)?;
                notifications::mark_seen_in(
                    work.conn,
                    user,
                    row.channel,
                    row.read_seq,
                    Part::Thread(root.seq),
                )?;
                let state = tell(work, row)?;
                tell_channel(work, user, seat.channel.num)?;
                Ok(state)
            })
            .await
    }

    /// Follows a thread, or no longer.
    pub async fn follow_thread(
        &self,
        actor: &Actor,
        channel: ChannelId,
        id: EventId,
        following: bool,
    ) -> Result<ThreadState> {
        let (actor, key) = (actor.clone(), channel.clone());
        self.writer
            .channel(&key, move |work| {
                let user = actor.person.num;
                let (seat, root) = thread_seat(work.conn, user, &channel, &id)?;
                let mut row = standing_row(work.conn, &seat, user, &root)?;
                row.following = following;
                threads::put(work.conn, &row)?;
                tell(work, row)
            })
            .await
    }
}

/// The person's seat in the channel, and the first message of the thread that a message stands in.
fn thread_seat(
    conn: &mut Conn,
    user: UserNum,
    channel: &ChannelId,
    id: &EventId,
) -> Result<(Seat, MessageRow)> {
    let missing = || Error::NotFound(Missing::Message);
    let seat = Seat::joined(conn, user, channel)?;
    let row = entitled(conn, &seat, id)?;
    let Some(root) = row.thread_seq else { return Ok((seat, row)) };
    if root < seat.first_entitled()? {
        return Err(missing());
    }
    let root = messages::get(conn, seat.channel.num, root)?.ok_or_else(missing)?;
    Ok((seat, root))
}

/// Whether the person may read a thread that begins at this place of a channel.
fn may_read(conn: &mut Conn, channel: &ChannelRow, user: UserNum, root: Seq) -> Result<bool> {
    Ok(entitled_from(conn, channel, user)?.is_some_and(|first| first <= root))
}

/// How the person stands in the thread; whoever was never in it has read what they have read of the channel.
fn standing_row(conn: &mut Conn, seat: &Seat, user: UserNum, root: &MessageRow) -> Result<ThreadReadRow> {
    let num = seat.channel.num;
    if let Some(row) = threads::get(conn, num, root.seq, user)? {
        return Ok(row);
    }
    let last = messages::page(conn, num, Of::Thread(root.seq), Stretch::end((root.seq, seat.head()), 1))?;
    let read_seq = seat.member.as_ref().map_or(root.seq, |member| member.read_seq.max(root.seq));
    let mut row = ThreadReadRow {
        channel: num,
        root_seq: root.seq,
        user_num: user,
        following: false,
        read_seq,
        read_base: 0,
        last_ts: last.first().map_or(root.ts, |(last, ..)| last.ts),
    };
    row.read_base = base(conn, &row)?;
    Ok(row)
}

/// What [`ThreadReadRow::read_base`] is for its marker.
fn base(conn: &mut Conn, row: &ThreadReadRow) -> Result<i64> {
    let thread = (row.channel, row.root_seq);
    let unread = threads::count_unread(conn, thread, row.read_seq, row.user_num, UNREAD_SCAN_MAX)?;
    Ok(threads::live(conn, row.channel, row.root_seq)? - unread)
}

/// Keeps a marker that moved.
fn put_read(work: &mut Work<'_>, row: &ThreadReadRow) -> Result<()> {
    let read_base = base(work.conn, row)?;
    Ok(threads::put(work.conn, &ThreadReadRow { read_base, ..row.clone() })?)
}

fn state_of(conn: &mut Conn, channel: String, (row, live, root): Standing) -> Result<ThreadState> {
    Ok(ThreadState {
        channel,
        thread: root,
        following: row.following,
        read_seq: row.read_seq,
        unread: (live - row.read_base).max(0),
        mentions: notifications::count_unseen_in_thread(conn, row.user_num, row.channel, row.root_seq)?,
        last_ts: row.last_ts,
    })
}

/// How one stands in a thread of which the page was read.
pub(super) fn state_in(conn: &mut Conn, seat: &Seat, user: UserNum, root: Seq) -> Result<ThreadState> {
    let num = seat.channel.num;
    let first = messages::get(conn, num, root)?.ok_or(Error::NotFound(Missing::Message))?;
    let row = standing_row(conn, seat, user, &first)?;
    let live = threads::live(conn, num, root)?;
    state_of(conn, seat.channel.id.clone(), (row, live, first.id))
}

/// What is new in threads that the person follows.
pub(super) fn unread(conn: &mut Conn, user: UserNum) -> Result<Vec<ThreadState>> {
    let rows = threads::page(conn, user, true, None, THREADS_SYNCED_MAX)?;
    let mut shown = Vec::with_capacity(rows.len());
    for standing in rows {
        let Some(channel) = channels::by_num(conn, standing.0.channel)? else { continue };
        shown.push(state_of(conn, channel.id, standing)?);
    }
    Ok(shown)
}

/// Tells the person's devices how they stand in a thread now.
fn tell(work: &mut Work<'_>, row: ThreadReadRow) -> Result<ThreadState> {
    let user = row.user_num;
    let row = threads::get(work.conn, row.channel, row.root_seq, user)?.unwrap_or(row);
    let channel = work.lane.open(work.conn, row.channel)?.id.as_str().to_owned();
    let live = threads::live(work.conn, row.channel, row.root_seq)?;
    let root =
        messages::get(work.conn, row.channel, row.root_seq)?.ok_or(Error::NotFound(Missing::Message))?;
    let state = state_of(work.conn, channel, (row, live, root.id))?;
    work.tell(Effect::Thread { user, state: Box::new(state.clone()) });
    Ok(state)
}

/// The channel's count of mentions has changed with the thread's.
fn tell_channel(work: &mut Work<'_>, user: UserNum, num: ChannelNum) -> Result<()> {
    let Some(member) = members::get(work.conn, num, user)? else { return Ok(()) };
    let open = work.lane.open(work.conn, num)?;
    let (channel, live_count) = (open.id.as_str().to_owned(), open.position.live_count);
    let state = ReadState {
        channel,
        read_seq: member.read_seq,
        unread: (live_count - member.read_base).max(0),
        mentions: notifications::count_unseen_in(work.conn, user, num)?,
        threads: false,
    };
    work.tell(Effect::Read { user, state });
    Ok(())
}

/// The channel was read up to here, replies in threads too.
pub(super) fn read_with_channel(work: &mut Work<'_>, user: UserNum, num: ChannelNum, seq: Seq) -> Result<()> {
    for (row, ..) in threads::unread_in(work.conn, user, num)? {
        if row.read_seq < seq {
            let row = ThreadReadRow { read_seq: seq, ..row };
            put_read(work, &row)?;
            tell(work, row)?;
        }
    }
    Ok(())
}

/// A reply was appended: those whom it concerns follow the thread from now on. Answers who does.
pub(super) fn replied(
    work: &mut Work<'_>,
    at: &At<'_>,
    root: Seq,
    mentioned: &[String],
) -> Result<Vec<UserNum>> {
    let num = at.channel;
    let live = threads::count_live(work.conn, num, root, 1)?;
    if show::is_of(at.sender.id.as_str(), work.lane.identity.name.as_str()) {
        let row = ThreadReadRow { read_base: live, ..follower(at, root, at.sender.num, at.seq) };
        threads::put(work.conn, &row)?;
    }
    follow(work, at, root, mentioned)?;
    threads::note_reply(work.conn, num, root, at.ts)?;
    let followers = threads::followers(work.conn, num, root, NOTIFIED_MAX)?;
    let deaf = blocks::among(work, at.sender.num, followers.iter().map(|row| row.user_num))?;
    // Those who had read everything before have read at once what they want to hear nothing of.
    for row in followers.iter().filter(|row| deaf.contains(&row.user_num) && row.read_base + 1 >= live) {
        threads::put(work.conn, &ThreadReadRow { read_seq: at.seq, read_base: live, ..row.clone() })?;
    }
    Ok(followers.into_iter().map(|row| row.user_num).filter(|user| !deaf.contains(user)).collect())
}

/// Those whom a reply concerns follow the thread, if they never did.
pub(super) fn follow(work: &mut Work<'_>, at: &At<'_>, root: Seq, mentioned: &[String]) -> Result<()> {
    let concerned = concerned(work, at, root, mentioned)?;
    let deaf = blocks::among(work, at.sender.num, concerned.iter().map(|(user, _)| *user))?;
    for (user, from) in concerned {
        if user != at.sender.num
            && !deaf.contains(&user)
            && threads::get(work.conn, at.channel, root, user)?.is_none()
        {
            put_read(work, &follower(at, root, user, from))?;
        }
    }
    Ok(())
}

fn follower(at: &At<'_>, root: Seq, user_num: UserNum, read_seq: Seq) -> ThreadReadRow {
    ThreadReadRow {
        channel: at.channel,
        root_seq: root,
        user_num,
        following: true,
        read_seq,
        read_base: 0,
        last_ts: at.ts,
    }
}

/// People of this server who follow from now on, if they never did, each with what they have read: who began the thread,
/// and whom the reply mentions. Not those who may not read where it began.
fn concerned(
    work: &mut Work<'_>,
    at: &At<'_>,
    root: Seq,
    mentioned: &[String],
) -> Result<Vec<(UserNum, Seq)>> {
    let server = work.lane.identity.name.clone();
    let mut people = Vec::new();
    if let Some(first) = messages::get(work.conn, at.channel, root)? {
        let author = users::by_num(work.conn, first.sender)?;
        people.extend(author.map(|person| (person.num, person.id, root)));
    }
    if !mentioned.is_empty() {
        let found = members::joined_among(work.conn, at.channel, mentioned)?;
        people.extend(found.into_iter().map(|(user, id, _)| (user, id, at.seq - 1)));
    }
    people.retain(|(_, id, _)| show::is_of(id, server.as_str()));
    let Some(channel) = channels::by_num(work.conn, at.channel)? else { return Ok(Vec::new()) };
    let mut concerned = Vec::with_capacity(people.len());
    for (user, _, from) in people {
        if may_read(work.conn, &channel, user, root)? {
            concerned.push((user, from));
        }
    }
    Ok(concerned)
}

/// What came or went in a thread, to the devices of those who follow it.
pub(super) fn tell_followers(work: &mut Work<'_>, num: ChannelNum, root: Seq) -> Result<()> {
    for row in threads::followers(work.conn, num, root, NOTIFIED_MAX)? {
        tell(work, row)?;
    }
    Ok(())
}
