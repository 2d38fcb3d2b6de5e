//! The timeline: messages as they stand now, with edits, reactions and threads.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text};

use super::conn::{insert_later, on, row_of};
use super::pipeline::Soon;
use super::schema::{bodies, channels, edits, members, messages, reactions, users};
use super::{ChannelNum, Columns, Conn, Error, Result, RunQueryDsl, UserNum, kept_update, optional};

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = messages, treat_none_as_default_value = false)]
pub struct MessageRow {
    pub channel: ChannelNum,
    pub seq: i64,
    pub id: String,
    pub sender: UserNum,
    pub ts: i64,
    pub nonce: String,
    pub body_seq: i64,
    pub edited_ts: Option<i64>,
    pub deleted: bool,
    pub reply_to: Option<String>,
    pub thread: Option<String>,
    pub thread_seq: Option<i64>,
    pub thread_index: Option<i64>,
    pub thread_count: i64,
    pub has_reactions: bool,
}

/// A message, its author's id, and its body unless that was deleted.
pub type Shown = (MessageRow, String, Option<String>);

row_of!(MessageRow, messages::table);

pub fn insert(conn: &mut Conn, message: MessageRow) -> Result<()> {
    Ok(insert_later(message, conn)?)
}

/// Which messages a page is of.
#[derive(Debug, Clone, Copy)]
pub enum Of {
    Channel,
    /// Replies in the thread whose first message has this seq.
    Thread(i64),
}

/// A stretch of a channel or of a thread: so many messages with `from <= seq <= to` at most.
#[derive(Debug, Clone, Copy)]
pub struct Stretch {
    range: (i64, i64),
    limit: i64,
    is_beginning: bool,
}

impl Stretch {
    /// The first messages of the range.
    pub fn beginning(range: (i64, i64), limit: i64) -> Stretch {
        Stretch { range, limit, is_beginning: true }
    }

    /// The last messages of the range.
    pub fn end(range: (i64, i64), limit: i64) -> Stretch {
        Stretch { range, limit, is_beginning: false }
    }

    fn in_order(self, mut rows: Vec<Shown>) -> Vec<Shown> {
        if !self.is_beginning {
            rows.reverse();
        }
        rows
    }

    /// Whether these rows of it are all that its range has, and the first of them is the first there.
    fn is_all(self, rows: &[Shown]) -> bool {
        !self.is_beginning && i64::try_from(rows.len()).is_ok_and(|count| count < self.limit)
    }
}

/// The question for a stretch of a channel; the type of a boxed one names its database.
macro_rules! rows_of {
    ($channel:expr, $stretch:expr) => {{
        let query = messages::table
            .inner_join(users::table.on(users::num.eq(messages::sender)))
            .left_join(
                bodies::table
                    .on(bodies::channel.eq(messages::channel).and(bodies::seq.eq(messages::body_seq))),
            )
            .filter(messages::channel.eq($channel))
            .filter(messages::seq.between($stretch.range.0, $stretch.range.1))
            .select((MessageRow::columns(), users::id, bodies::body.nullable()))
            .limit($stretch.limit)
            .into_boxed();
        if $stretch.is_beginning {
            query.order(messages::seq.asc())
        } else {
            query.order(messages::seq.desc())
        }
    }};
}

/// A stretch of a channel or of a thread, in order.
pub fn page(conn: &mut Conn, channel: ChannelNum, of: Of, stretch: Stretch) -> Result<Vec<Shown>> {
    if let Of::Thread(root) = of {
        let seqs = seqs_in_thread(conn, (channel, root), stretch)?;
        return by_seqs(conn, channel, &seqs);
    }
    let rows: Vec<Shown> = on!(conn, |c| diesel::RunQueryDsl::load(rows_of!(channel, stretch), c))?;
    Ok(stretch.in_order(rows))
}

/// As [`page`], of a channel, on PostgreSQL together with whatever is asked next. None where that is not possible.
fn page_soon(conn: &mut Conn, channel: ChannelNum, of: Of, stretch: Stretch) -> Option<Soon<Vec<Shown>>> {
    let (Conn::Postgres(c), Of::Channel) = (conn, of) else { return None };
    c.soon(move |mut conn| {
        let rows = diesel_async::RunQueryDsl::load(rows_of!(channel, stretch), &mut conn);
        Box::pin(async move { rows.await.map(|rows| stretch.in_order(rows)) })
    })
}

/// Stretches one after the other, and the seq of the first message in the range: on PostgreSQL all of it is one journey, for
/// a channel.
pub fn pages(
    conn: &mut Conn,
    channel: ChannelNum,
    of: Of,
    stretches: &[Stretch],
    range: (i64, i64),
) -> Result<(Vec<Shown>, Option<i64>)> {
    let Some((last, others)) = stretches.split_last() else { return Ok((Vec::new(), None)) };
    let first = first_seq_soon(conn, channel, of, range);
    let soon: Vec<_> =
        others.iter().map(|stretch| (*stretch, page_soon(conn, channel, of, *stretch))).collect();
    let end = page(conn, channel, of, *last)?;
    let mut rows = Vec::new();
    for (stretch, soon) in soon {
        rows.extend(match soon.and_then(Soon::found).flatten() {
            Some(found) => found,
            None => page(conn, channel, of, stretch)?,
        });
    }
    rows.extend(end);
    let begins = matches!(stretches, [stretch] if stretch.range.0 == range.0 && stretch.is_all(&rows));
    let first = match (first.and_then(Soon::found), rows.first()) {
        (Some(found), _) => found,
        (None, Some((row, ..))) if begins => Some(row.seq),
        (None, _) => first_seq(conn, channel, of, range)?,
    };
    Ok((rows, first))
}

/// The question for the first seq of a range. Asked for the smallest, PostgreSQL would read all of the channel by a plan
/// that it made while there was little.
macro_rules! first_of {
    ($channel:expr, $range:expr) => {
        messages::table
            .filter(messages::channel.eq($channel).and(messages::seq.between($range.0, $range.1)))
            .order(messages::seq)
            .select(messages::seq)
            .limit(1)
    };
}

/// The seq of the first message with `from <= seq <= to`.
fn first_seq(conn: &mut Conn, channel: ChannelNum, of: Of, range: (i64, i64)) -> Result<Option<i64>> {
    match of {
        Of::Thread(root) => Ok(seqs_in_thread(conn, (channel, root), Stretch::beginning(range, 1))?.pop()),
        Of::Channel => optional(first_of!(channel, range).one(conn)),
    }
}

/// As [`page_soon`], of [`first_seq`].
fn first_seq_soon(conn: &mut Conn, channel: ChannelNum, of: Of, range: (i64, i64)) -> Option<Soon<i64>> {
    let (Conn::Postgres(c), Of::Channel) = (conn, of) else { return None };
    c.soon(move |mut conn| {
        let first = diesel_async::RunQueryDsl::get_result(first_of!(channel, range), &mut conn);
        Box::pin(first)
    })
}

/// Which messages a page of a thread has. A query for their rows would walk through the channel on SQLite, which takes a
/// range of the key for better than the index of threads; for their seqs alone it does not.
fn seqs_in_thread(conn: &mut Conn, (channel, root): (ChannelNum, i64), stretch: Stretch) -> Result<Vec<i64>> {
    on!(conn, |c| {
        let query = messages::table
            .filter(messages::channel.eq(channel).and(messages::thread_seq.eq(root)))
            .filter(messages::seq.between(stretch.range.0, stretch.range.1))
            .select(messages::seq)
            .limit(stretch.limit)
            .into_boxed();
        let query = if stretch.is_beginning {
            query.order(messages::seq.asc())
        } else {
            query.order(messages::seq.desc())
        };
        diesel::RunQueryDsl::load(query, c)
    })
    .map_err(Error::from)
}

pub fn by_seqs(conn: &mut Conn, channel: ChannelNum, seqs: &[i64]) -> Result<Vec<Shown>> {
    Ok(messages::table
        .inner_join(users::table.on(users::num.eq(messages::sender)))
        .left_join(
            bodies::table.on(bodies::channel.eq(messages::channel).and(bodies::seq.eq(messages::body_seq))),
        )
        .filter(messages::channel.eq(channel).and(messages::seq.eq_any(seqs)))
        .order(messages::seq)
        .select((MessageRow::columns(), users::id, bodies::body.nullable()))
        .load(conn)?)
}

/// The last message of each channel in which the person is joined and that has one.
pub fn last_of_user(conn: &mut Conn, user: UserNum) -> Result<Vec<Shown>> {
    let last =
        channels::num.eq(messages::channel).and(channels::last_message_seq.eq(messages::seq.nullable()));
    Ok(members::table
        .inner_join(channels::table.on(channels::num.eq(members::channel)))
        .inner_join(messages::table.on(last))
        .inner_join(users::table.on(users::num.eq(messages::sender)))
        .left_join(
            bodies::table.on(bodies::channel.eq(messages::channel).and(bodies::seq.eq(messages::body_seq))),
        )
        .filter(members::user_num.eq(user).and(members::membership.eq("joined")))
        .select((MessageRow::columns(), users::id, bodies::body.nullable()))
        .load(conn)?)
}

pub fn get(conn: &mut Conn, channel: ChannelNum, seq: i64) -> Result<Option<MessageRow>> {
    optional(messages::table.find((channel, seq)).select(MessageRow::columns()).one(conn))
}

/// (seq, ts) of the first message with this seq or a higher one.
pub fn sent_from(conn: &mut Conn, channel: ChannelNum, seq: i64) -> Result<Option<(i64, i64)>> {
    let found = messages::table
        .filter(messages::channel.eq(channel).and(messages::seq.ge(seq)))
        .order(messages::seq)
        .select((messages::seq, messages::ts))
        .first(conn);
    optional(found)
}

#[derive(QueryableByName)]
struct Said {
    #[diesel(sql_type = BigInt)]
    channel: ChannelNum,
    #[diesel(sql_type = BigInt)]
    seq: i64,
    #[diesel(sql_type = Text)]
    body: String,
}

/// What these messages of whatever channels say, those that still say something: (channel, seq), body.
pub fn said(conn: &mut Conn, places: &[(ChannelNum, i64)]) -> Result<Vec<((ChannelNum, i64), String)>> {
    if let Conn::Postgres(c) = conn {
        let statement = diesel::sql_query(
            "SELECT m.channel, m.seq, b.body FROM unnest($1, $2) AS asked (channel, seq)
             CROSS JOIN LATERAL (SELECT channel, seq, body_seq FROM messages
                 WHERE channel = asked.channel AND seq = asked.seq LIMIT 1) AS m
             JOIN bodies b ON b.channel = m.channel AND b.seq = m.body_seq",
        );
        let (channels, seqs): (Vec<_>, Vec<_>) = places.iter().copied().unzip();
        let statement = statement.bind::<Array<BigInt>, _>(channels).bind::<Array<BigInt>, _>(seqs);
        let said: Vec<Said> = diesel::RunQueryDsl::load(statement, &mut **c)?;
        return Ok(said.into_iter().map(|said| ((said.channel, said.seq), said.body)).collect());
    }
    let body = || bodies::channel.eq(messages::channel).and(bodies::seq.eq(messages::body_seq));
    let said = places.iter().map(|place| {
        let message = messages::table.inner_join(bodies::table.on(body()));
        let said = message.filter(messages::channel.eq(place.0).and(messages::seq.eq(place.1)));
        Ok(optional(said.select(bodies::body).one(conn))?.map(|body| (*place, body)))
    });
    said.filter_map(Result::transpose).collect()
}

/// When the message with this seq was sent.
pub fn sent_at(conn: &mut Conn, channel: ChannelNum, seq: i64) -> Result<Option<i64>> {
    optional(messages::table.find((channel, seq)).select(messages::ts).one(conn))
}

/// All messages of all channels with what they say, in the order of channels and logs, after a place.
pub fn all_after(
    conn: &mut Conn,
    after: (ChannelNum, i64),
    limit: i64,
) -> Result<Vec<(MessageRow, Option<String>)>> {
    let (channel, seq) = after;
    let later = messages::channel.gt(channel).or(messages::channel.eq(channel).and(messages::seq.gt(seq)));
    Ok(messages::table
        .left_join(
            bodies::table.on(bodies::channel.eq(messages::channel).and(bodies::seq.eq(messages::body_seq))),
        )
        .filter(later)
        .order((messages::channel, messages::seq))
        .limit(limit)
        .select((MessageRow::columns(), bodies::body.nullable()))
        .load(conn)?)
}

/// How far a count of unread messages goes.
pub const UNREAD_SCAN_MAX: i64 = 10_000;

/// Messages of others after `seq` that were not deleted, at most [`UNREAD_SCAN_MAX`].
pub fn count_unread(conn: &mut Conn, channel: ChannelNum, seq: i64, reader: UserNum) -> Result<i64> {
    let after = messages::table.filter(messages::channel.eq(channel).and(messages::seq.gt(seq)));
    let unread: Vec<i64> = after
        .filter(messages::deleted.eq(false).and(messages::sender.ne(reader)))
        .order(messages::seq)
        .limit(UNREAD_SCAN_MAX)
        .select(messages::seq)
        .load(conn)?;
    Ok(i64::try_from(unread.len()).unwrap_or(UNREAD_SCAN_MAX))
}

pub fn set_edited(
    conn: &mut Conn,
    channel: ChannelNum,
    seq: i64,
    body_seq: i64,
    ts: Option<i64>,
) -> Result<()> {
    kept_update(
        messages::table.find((channel, seq)),
        (messages::body_seq.eq(body_seq), messages::edited_ts.eq(ts)),
    )
    .execute(conn)?;
    Ok(())
}

pub fn set_deleted(conn: &mut Conn, channel: ChannelNum, seq: i64) -> Result<()> {
    kept_update(
        messages::table.find((channel, seq)),
        (messages::deleted.eq(true), messages::has_reactions.eq(false)),
    )
    .execute(conn)?;
    Ok(())
}

/// Counts one more reply in the thread that begins at `seq`, and answers its place there.
pub fn next_in_thread(conn: &mut Conn, channel: ChannelNum, seq: i64) -> Result<i64> {
    Ok(diesel::update(messages::table.find((channel, seq)))
        .set(messages::thread_count.eq(messages::thread_count + 1))
        .returning(messages::thread_count)
        .get_result(conn)?)
}

/// Of these messages: (seq, sender, seq of the entry whose body they show).
pub fn versions_shown(
    conn: &mut Conn,
    channel: ChannelNum,
    seqs: &[i64],
) -> Result<Vec<(i64, UserNum, i64)>> {
    Ok(messages::table
        .filter(messages::channel.eq(channel).and(messages::seq.eq_any(seqs)))
        .select((messages::seq, messages::sender, messages::body_seq))
        .load(conn)?)
}

/// (seq, ts) of a message's edits, oldest first: so many, after the place `after`.
pub fn edits_of(
    conn: &mut Conn,
    channel: ChannelNum,
    message: i64,
    (after, limit): (i64, i64),
) -> Result<Vec<(i64, i64)>> {
    Ok(edits::table
        .filter(edits::channel.eq(channel).and(edits::message_seq.eq(message)).and(edits::seq.gt(after)))
        .order(edits::seq)
        .limit(limit)
        .select((edits::seq, edits::ts))
        .load(conn)?)
}

pub fn add_edit(conn: &mut Conn, channel: ChannelNum, message: i64, seq: i64, ts: i64) -> Result<()> {
    diesel::insert_into(edits::table)
        .values((
            edits::channel.eq(channel),
            edits::message_seq.eq(message),
            edits::seq.eq(seq),
            edits::ts.eq(ts),
        ))
        .execute(conn)?;
    Ok(())
}

pub fn delete_edit(conn: &mut Conn, channel: ChannelNum, seq: i64) -> Result<()> {
    let edit = edits::table.filter(edits::channel.eq(channel).and(edits::seq.eq(seq)));
    diesel::delete(edit).execute(conn)?;
    Ok(())
}

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = reactions)]
pub struct ReactionRow {
    pub channel: ChannelNum,
    pub message_seq: i64,
    pub emoji: String,
    pub user_num: UserNum,
    pub seq: i64,
    pub event_id: String,
}

pub fn add_reaction(conn: &mut Conn, reaction: &ReactionRow) -> Result<()> {
    diesel::insert_into(reactions::table).values(reaction).execute(conn)?;
    kept_update(
        messages::table.find((reaction.channel, reaction.message_seq)),
        messages::has_reactions.eq(true),
    )
    .execute(conn)?;
    Ok(())
}

pub fn reaction(
    conn: &mut Conn,
    channel: ChannelNum,
    message: i64,
    emoji: &str,
    user: UserNum,
) -> Result<Option<ReactionRow>> {
    let row = reactions::table.find((channel, message, emoji, user));
    optional(row.select(ReactionRow::columns()).one(conn))
}

/// The reaction that an entry made, with its user's id.
pub fn reaction_at(conn: &mut Conn, channel: ChannelNum, seq: i64) -> Result<Option<ReactionRow>> {
    let row = reactions::table.filter(reactions::channel.eq(channel).and(reactions::seq.eq(seq)));
    optional(row.select(ReactionRow::columns()).first(conn))
}

pub fn delete_reaction(conn: &mut Conn, channel: ChannelNum, seq: i64) -> Result<()> {
    diesel::delete(reactions::table.filter(reactions::channel.eq(channel).and(reactions::seq.eq(seq))))
        .execute(conn)?;
    Ok(())
}

/// All reactions to a message go; their entries stay (`entries::reactions_to`).
pub fn delete_reactions_of(conn: &mut Conn, channel: ChannelNum, message: i64) -> Result<()> {
    let of = reactions::table.filter(reactions::channel.eq(channel).and(reactions::message_seq.eq(message)));
    diesel::delete(of).execute(conn)?;
    Ok(())
}

pub fn count_reactions(conn: &mut Conn, channel: ChannelNum, message: i64, emoji: &str) -> Result<i64> {
    let of = reactions::table.filter(reactions::channel.eq(channel).and(reactions::message_seq.eq(message)));
    Ok(of.filter(reactions::emoji.eq(emoji)).select(diesel::dsl::count_star()).get_result(conn)?)
}

/// The different emoji on a message.
pub fn emoji_of(conn: &mut Conn, channel: ChannelNum, message: i64) -> Result<Vec<String>> {
    let of = reactions::table.filter(reactions::channel.eq(channel).and(reactions::message_seq.eq(message)));
    Ok(of.select(reactions::emoji).distinct().load(conn)?)
}

/// Reactions to these messages with each user's id, in the order in which they were given.
pub fn reactions_of(
    conn: &mut Conn,
    channel: ChannelNum,
    seqs: &[i64],
) -> Result<Vec<(ReactionRow, String)>> {
    if seqs.is_empty() {
        return Ok(Vec::new());
    }
    let mut found: Vec<(ReactionRow, String)> = reactions::table
        .inner_join(users::table.on(users::num.eq(reactions::user_num)))
        .filter(reactions::channel.eq(channel).and(reactions::message_seq.eq_any(seqs)))
        .select((ReactionRow::columns(), users::id))
        .load(conn)?;
    // Asked for in this order, SQLite would walk through all reactions of the channel.
    found.sort_by_key(|(row, _)| row.seq);
    Ok(found)
}
