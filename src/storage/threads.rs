//! Threads as people read them: who follows which, and how far they have read.

use diesel::prelude::*;

use super::conn::on;
use super::schema::{messages, thread_reads};
use super::{ChannelNum, Columns, Conn, Result, RunQueryDsl, UserNum, kept_update, optional};

/// How one person of this server stands in a thread.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = thread_reads, treat_none_as_default_value = false)]
pub struct ThreadReadRow {
    pub channel: ChannelNum,
    pub root_seq: i64,
    pub user_num: UserNum,
    pub following: bool,
    pub read_seq: i64,
    pub read_base: i64,
    pub last_ts: i64,
}

/// A person's row, how many replies of the thread are not deleted, and the first message's id.
pub type Standing = (ThreadReadRow, i64, String);

pub fn get(conn: &mut Conn, channel: ChannelNum, root: i64, user: UserNum) -> Result<Option<ThreadReadRow>> {
    let row = thread_reads::table.find((channel, root, user));
    optional(row.select(ThreadReadRow::columns()).one(conn))
}

pub fn put(conn: &mut Conn, row: &ThreadReadRow) -> Result<()> {
    diesel::insert_into(thread_reads::table)
        .values(row)
        .on_conflict((thread_reads::channel, thread_reads::root_seq, thread_reads::user_num))
        .do_update()
        .set(row)
        .execute(conn)?;
    Ok(())
}

/// Those who follow the thread, by number.
pub fn followers(conn: &mut Conn, channel: ChannelNum, root: i64, limit: i64) -> Result<Vec<ThreadReadRow>> {
    let of =
        thread_reads::table.filter(thread_reads::channel.eq(channel).and(thread_reads::root_seq.eq(root)));
    Ok(of
        .filter(thread_reads::following.eq(true))
        .order(thread_reads::user_num)
        .limit(limit)
        .select(ThreadReadRow::columns())
        .load(conn)?)
}

/// (channel, id of the first message) of the threads that the person follows.
pub fn followed(conn: &mut Conn, user: UserNum, limit: i64) -> Result<Vec<(ChannelNum, String)>> {
    let first = messages::channel.eq(thread_reads::channel).and(messages::seq.eq(thread_reads::root_seq));
    Ok(thread_reads::table
        .inner_join(messages::table.on(first))
        .filter(thread_reads::user_num.eq(user).and(thread_reads::following.eq(true)))
        .order((thread_reads::channel, thread_reads::root_seq))
        .limit(limit)
        .select((thread_reads::channel, messages::id))
        .load(conn)?)
}

/// A reply came.
pub fn note_reply(conn: &mut Conn, channel: ChannelNum, root: i64, ts: i64) -> Result<()> {
    let of =
        thread_reads::table.filter(thread_reads::channel.eq(channel).and(thread_reads::root_seq.eq(root)));
    kept_update(of, thread_reads::last_ts.eq(ts)).execute(conn)?;
    Ok(())
}

/// A reply at `seq` by `sender` was deleted: whoever had read it has one less behind the marker, and so has its
/// sender, to whom it was never unread.
pub fn forget_read(conn: &mut Conn, channel: ChannelNum, root: i64, seq: i64, sender: UserNum) -> Result<()> {
    let of =
        thread_reads::table.filter(thread_reads::channel.eq(channel).and(thread_reads::root_seq.eq(root)));
    let knew_it = thread_reads::read_seq.ge(seq).or(thread_reads::user_num.eq(sender));
    diesel::update(of.filter(knew_it))
        .set(thread_reads::read_base.eq(thread_reads::read_base - 1))
        .execute(conn)?;
    Ok(())
}

/// Whoever is out of a channel follows none of its threads.
pub fn delete_of(conn: &mut Conn, user: UserNum, channel: ChannelNum) -> Result<()> {
    let of =
        thread_reads::table.filter(thread_reads::user_num.eq(user).and(thread_reads::channel.eq(channel)));
    diesel::delete(of).execute(conn)?;
    Ok(())
}

/// The account is gone.
pub fn forget(conn: &mut Conn, user: UserNum) -> Result<()> {
    diesel::delete(thread_reads::table.filter(thread_reads::user_num.eq(user))).execute(conn)?;
    Ok(())
}

/// Threads that the person follows, those with the latest reply first, after a place (last reply, channel, first
/// message); with `unread` only those with something new.
pub fn page(
    conn: &mut Conn,
    user: UserNum,
    unread: bool,
    after: Option<(i64, ChannelNum, i64)>,
    limit: i64,
) -> Result<Vec<Standing>> {
    Ok(on!(conn, |c| {
        let mut query = thread_reads::table
            .inner_join(messages::table.on(
                messages::channel.eq(thread_reads::channel).and(messages::seq.eq(thread_reads::root_seq)),
            ))
            .filter(thread_reads::user_num.eq(user).and(thread_reads::following.eq(true)))
            .order((
                thread_reads::last_ts.desc(),
                thread_reads::channel.desc(),
                thread_reads::root_seq.desc(),
            ))
            .limit(limit)
            .select((ThreadReadRow::columns(), messages::thread_live, messages::id))
            .into_boxed();
        if unread {
            query = query.filter(messages::thread_live.gt(thread_reads::read_base));
        }
        if let Some((ts, channel, root)) = after {
            let same = thread_reads::last_ts.eq(ts).and(
                thread_reads::channel
                    .lt(channel)
                    .or(thread_reads::channel.eq(channel).and(thread_reads::root_seq.lt(root))),
            );
            query = query.filter(thread_reads::last_ts.lt(ts).or(same));
        }
        diesel::RunQueryDsl::load(query, c)
    })?)
}

/// The person's rows of a channel, of threads with something new.
pub fn unread_in(conn: &mut Conn, user: UserNum, channel: ChannelNum) -> Result<Vec<Standing>> {
    Ok(thread_reads::table
        .inner_join(
            messages::table.on(messages::channel
                .eq(thread_reads::channel)
                .and(messages::seq.eq(thread_reads::root_seq))),
        )
        .filter(thread_reads::user_num.eq(user).and(thread_reads::channel.eq(channel)))
        .filter(messages::thread_live.gt(thread_reads::read_base))
        .select((ThreadReadRow::columns(), messages::thread_live, messages::id))
        .load(conn)?)
}

/// How many replies of a thread are not deleted.
pub fn live(conn: &mut Conn, channel: ChannelNum, root: i64) -> Result<i64> {
    Ok(optional(messages::table.find((channel, root)).select(messages::thread_live).one(conn))?.unwrap_or(0))
}

/// One reply more or less that is not deleted; answers how many there are now.
pub fn count_live(conn: &mut Conn, channel: ChannelNum, root: i64, change: i64) -> Result<i64> {
    let counted = diesel::update(messages::table.find((channel, root)))
        .set(messages::thread_live.eq(messages::thread_live + change))
        .returning(messages::thread_live)
        .get_result(conn);
    Ok(optional(counted)?.unwrap_or(0))
}

/// Replies of others after `seq` that were not deleted, at most `limit`.
pub fn count_unread(
    conn: &mut Conn,
    (channel, root): (ChannelNum, i64),
    seq: i64,
    reader: UserNum,
    limit: i64,
) -> Result<i64> {
    let of = messages::table.filter(messages::channel.eq(channel).and(messages::thread_seq.eq(root)));
    let unread: Vec<i64> = of
        .filter(messages::seq.gt(seq).and(messages::deleted.eq(false)).and(messages::sender.ne(reader)))
        .order(messages::seq)
        .limit(limit)
        .select(messages::seq)
        .load(conn)?;
    Ok(i64::try_from(unread.len()).unwrap_or(limit))
}
