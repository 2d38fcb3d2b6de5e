//! Who stands how in which channel, and how far they have read.

use diesel::prelude::*;
use diesel::upsert::excluded;

use super::channels::{self, ChannelRow};
use super::conn::on;
use super::pipeline::Soon;
use super::schema::{self, exclusions, members, users};
use super::users::{UserRow, WEBHOOK_ROLE};
use super::{ChannelNum, Columns, Conn, Result, RunQueryDsl, UserNum, kept_update, optional};

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = members, treat_none_as_default_value = false)]
pub struct MemberRow {
    pub channel: ChannelNum,
    pub user_num: UserNum,
    pub membership: String,
    pub role: String,
    pub since_seq: i64,
    pub joined_seq: Option<i64>,
    pub invited_by: Option<UserNum>,
    pub notify: String,
    pub read_seq: i64,
    pub read_base: i64,
}

/// Adds the row, or changes what the log says in it; read marker and level stay.
pub fn put(conn: &mut Conn, member: &MemberRow) -> Result<()> {
    diesel::insert_into(members::table)
        .values(member)
        .on_conflict((members::channel, members::user_num))
        .do_update()
        .set((
            members::membership.eq(excluded(members::membership)),
            members::role.eq(excluded(members::role)),
            members::since_seq.eq(excluded(members::since_seq)),
            members::joined_seq.eq(excluded(members::joined_seq)),
            members::invited_by.eq(excluded(members::invited_by)),
        ))
        .execute(conn)?;
    Ok(())
}

/// People of this server who are in the channel, and came into it after this seq.
pub fn joined_after(conn: &mut Conn, channel: ChannelNum, seq: i64, server: &str) -> Result<Vec<UserNum>> {
    Ok(members::table
        .inner_join(users::table.on(users::num.eq(members::user_num)))
        .filter(members::channel.eq(channel).and(members::membership.eq("joined")))
        .filter(members::joined_seq.gt(seq).and(users::server.eq(server)))
        .select(members::user_num)
        .load(conn)?)
}

/// Forgets what was said of members before the log was here.
pub fn delete_all(conn: &mut Conn, channel: ChannelNum) -> Result<()> {
    diesel::delete(members::table.filter(members::channel.eq(channel))).execute(conn)?;
    Ok(())
}

pub fn get(conn: &mut Conn, channel: ChannelNum, user: UserNum) -> Result<Option<MemberRow>> {
    optional(members::table.find((channel, user)).select(MemberRow::columns()).one(conn))
}

/// A channel by its id, and the person's row in it: on PostgreSQL both in one journey. Joined they would be one
/// statement, but one whose kept plan may read all rows of the person, or all there are.
pub fn in_channel(
    conn: &mut Conn,
    id: &str,
    user: UserNum,
) -> Result<Option<(ChannelRow, Option<MemberRow>)>> {
    let soon = get_soon(conn, id.to_owned(), user);
    let Some(channel) = channels::by_id(conn, id)? else { return Ok(None) };
    let member = match soon.and_then(Soon::found) {
        Some(found) => found,
        None => get(conn, channel.num, user)?,
    };
    Ok(Some((channel, member)))
}

/// As [`get`], of a channel's id, on PostgreSQL together with whatever is asked next. None where that is not possible.
fn get_soon(conn: &mut Conn, id: String, user: UserNum) -> Option<Soon<MemberRow>> {
    let Conn::Postgres(c) = conn else { return None };
    c.soon(move |mut conn| {
        let named = schema::channels::table.filter(schema::channels::id.eq(id));
        let num = named.select(schema::channels::num).single_value();
        let row = members::table
            .filter(members::channel.nullable().eq(num).and(members::user_num.eq(user)))
            .select(MemberRow::columns());
        Box::pin(async move { diesel_async::RunQueryDsl::get_result(row, &mut conn).await })
    })
}

/// Somebody who has an account here and is joined in the channel, if anybody is.
pub fn account_in(conn: &mut Conn, channel: ChannelNum) -> Result<Option<UserNum>> {
    let joined = members::channel.eq(channel).and(members::membership.eq("joined"));
    let found = members::table
        .inner_join(users::table.on(users::num.eq(members::user_num)))
        .filter(joined.and(users::password_hash.is_not_null()))
        .select(members::user_num)
        .limit(1)
        .get_result(conn);
    optional(found)
}

/// A server's people who came into a channel once and are not in it now, or have no account, with their ids; those first of
/// whom the log spoke last.
pub fn once_in(
    conn: &mut Conn,
    channel: ChannelNum,
    server: &str,
    limit: i64,
) -> Result<Vec<(MemberRow, String)>> {
    Ok(members::table
        .inner_join(users::table.on(users::num.eq(members::user_num)))
        .filter(members::channel.eq(channel).and(members::joined_seq.is_not_null()))
        .filter(members::membership.eq_any(["joined", "left"]).and(users::server.eq(server)))
        .order(members::since_seq.desc())
        .limit(limit)
        .select((MemberRow::columns(), users::id))
        .load(conn)?)
}

/// The person's rows in these channels.
pub fn of_user_in(conn: &mut Conn, user: UserNum, channels: &[ChannelNum]) -> Result<Vec<MemberRow>> {
    Ok(members::table
        .filter(members::user_num.eq(user).and(members::channel.eq_any(channels)))
        .select(MemberRow::columns())
        .load(conn)?)
}

/// The person's rows with this membership, everywhere.
pub fn of_user(conn: &mut Conn, user: UserNum, membership: &str) -> Result<Vec<MemberRow>> {
    Ok(members::table
        .filter(members::user_num.eq(user).and(members::membership.eq(membership)))
        .select(MemberRow::columns())
        .load(conn)?)
}

/// Whether the person is in a channel that is no conversation, or ever was.
pub fn was_in_channels(conn: &mut Conn, user: UserNum) -> Result<bool> {
    let rows = members::table
        .inner_join(schema::channels::table.on(schema::channels::num.eq(members::channel)))
        .filter(members::user_num.eq(user).and(members::membership.ne("invited")))
        .filter(schema::channels::kind.eq("channel"))
        .limit(1)
        .select(members::channel);
    Ok(!rows.load::<ChannelNum>(conn)?.is_empty())
}

/// The person's rows in those of these channels, by their ids, that they were in and are banned from.
pub fn banned_from(conn: &mut Conn, user: UserNum, ids: &[String]) -> Result<Vec<(String, MemberRow)>> {
    Ok(members::table
        .inner_join(schema::channels::table.on(schema::channels::num.eq(members::channel)))
        .filter(members::user_num.eq(user).and(members::membership.eq("banned")))
        .filter(members::joined_seq.is_not_null().and(schema::channels::id.eq_any(ids)))
        .select((schema::channels::id, MemberRow::columns()))
        .load(conn)?)
}

/// The person's rows, whatever they are in the channels.
pub fn all_of_user(conn: &mut Conn, user: UserNum) -> Result<Vec<MemberRow>> {
    let rows = members::table.filter(members::user_num.eq(user)).order(members::channel);
    Ok(rows.select(MemberRow::columns()).load(conn)?)
}

/// Members with their profiles, by user number, after `after`.
pub fn page(
    conn: &mut Conn,
    channel: ChannelNum,
    membership: Option<&str>,
    after: UserNum,
    limit: i64,
) -> Result<Vec<(MemberRow, UserRow)>> {
    Ok(on!(conn, |c| {
        let mut query = members::table
            .inner_join(users::table.on(users::num.eq(members::user_num)))
            .filter(members::channel.eq(channel).and(members::user_num.gt(after)))
            .order(members::user_num)
            .limit(limit)
            .select((MemberRow::columns(), UserRow::columns()))
            .into_boxed();
        query = match membership {
            Some(membership) => query.filter(members::membership.eq(membership.to_owned())),
            None => query.filter(members::membership.eq_any(["joined", "invited", "knocking"])),
        };
        diesel::RunQueryDsl::load(query, c)
    })?)
}

/// (number, id, level) of this server's people among the joined who have one of these ids.
pub fn joined_among(
    conn: &mut Conn,
    channel: ChannelNum,
    ids: &[String],
) -> Result<Vec<(UserNum, String, String)>> {
    Ok(members::table
        .inner_join(users::table.on(users::num.eq(members::user_num)))
        .filter(members::channel.eq(channel).and(members::membership.eq("joined")).and(users::id.eq_any(ids)))
        .select((users::num, users::id, members::notify))
        .load(conn)?)
}

/// (number, id) of a server's people among the joined who want to be told of something, at most `limit`, by number.
pub fn joined_of(
    conn: &mut Conn,
    channel: ChannelNum,
    server: &str,
    limit: i64,
) -> Result<Vec<(UserNum, String)>> {
    Ok(members::table
        .inner_join(users::table.on(users::num.eq(members::user_num)))
        .filter(members::channel.eq(channel).and(members::membership.eq("joined")))
        .filter(members::notify.ne("none").and(users::server.eq(server)))
        .order(members::user_num)
        .limit(limit)
        .select((users::num, users::id))
        .load(conn)?)
}

/// An account of the server with the highest role among the joined, who joined first: none who is less than a member.
pub fn highest(conn: &mut Conn, channel: ChannelNum, server: &str) -> Result<Option<(UserNum, String)>> {
    for role in ["owner", "moderator", "member"] {
        let joined = members::channel.eq(channel).and(members::membership.eq("joined"));
        let found = members::table
            .inner_join(users::table.on(users::num.eq(members::user_num)))
            .filter(joined.and(members::role.eq(role)))
            .filter(users::server.eq(server).and(users::password_hash.is_not_null()))
            .filter(users::role.ne(WEBHOOK_ROLE))
            .order(members::joined_seq)
            .select((users::num, users::id))
            .first(conn);
        if let Some(found) = optional(found)? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// (who, what is read there) of a server's people who are in a channel: for conversations, which have few.
pub fn read_by(conn: &mut Conn, channel: ChannelNum, server: &str) -> Result<Vec<(UserNum, i64)>> {
    Ok(members::table
        .inner_join(users::table.on(users::num.eq(members::user_num)))
        .filter(members::channel.eq(channel).and(members::membership.eq("joined")))
        .filter(users::server.eq(server))
        .select((members::user_num, members::read_base))
        .load(conn)?)
}

/// The joined member with the highest role other than `user`, who joined first; nobody whom this server keeps out.
pub fn successor(conn: &mut Conn, channel: ChannelNum, user: UserNum) -> Result<Option<(UserNum, String)>> {
    for role in ["moderator", "member", "guest"] {
        let found = members::table
            .inner_join(users::table.on(users::num.eq(members::user_num)))
            .filter(
                members::channel
                    .eq(channel)
                    .and(members::membership.eq("joined"))
                    .and(members::role.eq(role)),
            )
            .filter(members::user_num.ne(user).and(users::role.ne(WEBHOOK_ROLE)))
            .filter(members::user_num.ne_all(exclusions::table.select(exclusions::user_num)))
            .order(members::joined_seq)
            .select((users::num, users::id))
            .first(conn);
        if let Some(found) = optional(found)? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

pub fn set_read(conn: &mut Conn, channel: ChannelNum, user: UserNum, seq: i64, base: i64) -> Result<()> {
    let values = (members::read_seq.eq(seq), members::read_base.eq(base));
    Ok(kept_update(members::table.find((channel, user)), values).later(conn)?)
}

/// Messages (seq, sender), the oldest first, count no more: whoever had read them has so many less behind the marker, and so
/// has who wrote them, to whom they were never unread.
pub fn forget_read(conn: &mut Conn, channel: ChannelNum, gone: &[(i64, UserNum)]) -> Result<()> {
    let (Some(&(first, _)), Some(&(last, _))) = (gone.first(), gone.last()) else { return Ok(()) };
    let of = |count: usize| i64::try_from(count).unwrap_or(0);
    let here = || members::table.filter(members::channel.eq(channel));
    let less = |count: i64| members::read_base.eq(members::read_base - count);
    diesel::update(here().filter(members::read_seq.ge(last))).set(less(of(gone.len()))).execute(conn)?;
    // Most have read all of them or none.
    let some: Vec<(UserNum, i64)> = match first < last {
        true => here()
            .filter(members::read_seq.ge(first).and(members::read_seq.lt(last)))
            .select((members::user_num, members::read_seq))
            .load(conn)?,
        false => Vec::new(),
    };
    for (user, read_seq) in &some {
        let knew = gone.iter().filter(|(seq, sender)| seq <= read_seq || sender == user).count();
        diesel::update(members::table.find((channel, *user))).set(less(of(knew))).execute(conn)?;
    }
    let mut senders: Vec<UserNum> = gone.iter().map(|(_, sender)| *sender).collect();
    senders.sort_unstable();
    for same in senders.chunk_by(|one, other| one == other) {
        let Some(user) = same.first() else { continue };
        let had_not_read = members::table.find((channel, *user)).filter(members::read_seq.lt(first));
        diesel::update(had_not_read).set(less(of(same.len()))).execute(conn)?;
    }
    Ok(())
}

pub fn set_notify(conn: &mut Conn, channel: ChannelNum, user: UserNum, level: &str) -> Result<()> {
    diesel::update(members::table.find((channel, user))).set(members::notify.eq(level)).execute(conn)?;
    Ok(())
}
