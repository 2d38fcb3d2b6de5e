//! Messages that members reported.

use diesel::dsl::{exists, not, sql};
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::schema::{channels, file_refs, members, messages, reports, users};
use super::{ChannelNum, Columns, Conn, Result, RunQueryDsl, UserNum, optional};

/// What nobody has seen to.
pub const OPEN: i64 = 0;
/// A moderator of the channel has seen to it: for administrators it is open.
pub const HANDLED: i64 = 1;
pub const CLOSED: i64 = 2;

#[derive(Debug, Clone, PartialEq, Queryable, Selectable)]
#[diesel(table_name = reports)]
pub struct ReportRow {
    pub id: i64,
    pub ts: i64,
    pub channel: ChannelNum,
    pub seq: i64,
    /// None: somebody of another server, or whose account was deleted.
    pub reporter: Option<UserNum>,
    pub server: String,
    pub reason: Option<String>,
    pub state: i64,
    pub handled_ts: Option<i64>,
    pub handled_by: Option<UserNum>,
    pub closed_ts: Option<i64>,
    pub closed_by: Option<UserNum>,
}

#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = reports, treat_none_as_default_value = false)]
pub struct NewReport<'a> {
    pub ts: i64,
    pub channel: ChannelNum,
    pub seq: i64,
    pub reporter: Option<UserNum>,
    pub server: &'a str,
    pub reason: Option<&'a str>,
    pub state: i64,
}

/// Who looks at reports.
#[derive(Debug, Clone, Copy)]
pub struct Viewer {
    pub user: UserNum,
    /// Sees all but what is about themselves; others that of channels which they moderate.
    pub is_administrator: bool,
}

/// Somebody else than its author deleted the message: moderators need not look at it any more.
const TAKEN_AWAY: &str = "EXISTS (SELECT 1 FROM entries AS said
    JOIN entries AS gone ON gone.channel = said.channel AND gone.seq = said.redacted_seq
    WHERE said.channel = reports.channel AND said.seq = reports.seq AND gone.sender <> said.sender)";
/// What a viewer may see, with the message that it is about.
macro_rules! seen {
    ($viewer:expr) => {
        reports::table
            .inner_join(
                messages::table
                    .on(messages::channel.eq(reports::channel).and(messages::seq.eq(reports::seq))),
            )
            .filter(messages::sender.ne($viewer.user))
    };
}

/// The channels that somebody moderates.
macro_rules! moderated {
    ($viewer:expr) => {
        members::table
            .inner_join(channels::table.on(channels::num.eq(members::channel)))
            .filter(members::user_num.eq($viewer.user).and(members::membership.eq("joined")))
            .filter(members::role.eq_any(["owner", "moderator"]).and(channels::kind.ne("dm")))
            .select(members::channel)
    };
}

/// Runs `$rest` with the question for what is open, closed, or either for the viewer: the tables are gone through from where there is
/// least, which is not the same for all.
macro_rules! asked {
    ($viewer:expr, $part:expr, |$query:ident| $rest:expr) => {
        match ($viewer.is_administrator, $part) {
            (true, Part::Open) => {
                let $query = seen!($viewer).filter(reports::state.lt(CLOSED));
                $rest
            }
            (true, Part::Closed) => {
                let $query = seen!($viewer).filter(reports::state.eq(CLOSED));
                $rest
            }
            (true, Part::All) => {
                let $query = seen!($viewer);
                $rest
            }
            (false, Part::Open) => {
                let $query = seen!($viewer)
                    .filter(reports::channel.eq_any(moderated!($viewer)))
                    .filter(reports::state.eq(OPEN).and(not(sql::<Bool>(TAKEN_AWAY))));
                $rest
            }
            (false, Part::Closed) => {
                let $query = seen!($viewer)
                    .filter(reports::channel.eq_any(moderated!($viewer)))
                    .filter(reports::state.ne(OPEN).or(sql::<Bool>(TAKEN_AWAY)));
                $rest
            }
            (false, Part::All) => {
                let $query = seen!($viewer).filter(reports::channel.eq_any(moderated!($viewer)));
                $rest
            }
        }
    };
}

/// Which reports are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// There is something to do for the viewer.
    Open,
    Closed,
    All,
}

pub fn insert(conn: &mut Conn, report: &NewReport<'_>) -> Result<()> {
    diesel::insert_into(reports::table).values(report).execute(conn)?;
    Ok(())
}

/// Newest first, with ids below `before`.
pub fn page(conn: &mut Conn, viewer: Viewer, part: Part, before: i64, limit: i64) -> Result<Vec<ReportRow>> {
    Ok(asked!(viewer, part, |query| query
        .filter(reports::id.lt(before))
        .order(reports::id.desc())
        .limit(limit)
        .select(ReportRow::columns())
        .load(conn))?)
}

/// How many are open, of at most `most`.
pub fn count(conn: &mut Conn, viewer: Viewer, most: i64) -> Result<i64> {
    let found: Vec<i64> =
        asked!(viewer, Part::Open, |query| query.limit(most).select(reports::id).load(conn))?;
    Ok(i64::try_from(found.len()).unwrap_or(most))
}

pub fn get(conn: &mut Conn, viewer: Viewer, id: i64) -> Result<Option<ReportRow>> {
    optional(asked!(viewer, Part::All, |query| query
        .filter(reports::id.eq(id))
        .select(ReportRow::columns())
        .one(conn)))
}

/// What this person, or a server for its people, reported of a message, if it is not closed.
pub fn find(
    conn: &mut Conn,
    (channel, seq): (ChannelNum, i64),
    reporter: Option<UserNum>,
    server: &str,
) -> Result<Option<ReportRow>> {
    let of_message = reports::table
        .filter(reports::channel.eq(channel).and(reports::seq.eq(seq)))
        .filter(reports::state.ne(CLOSED).and(reports::server.eq(server)))
        .select(ReportRow::columns())
        .limit(1);
    optional(match reporter {
        Some(reporter) => of_message.filter(reports::reporter.eq(reporter)).one(conn),
        None => of_message.filter(reports::reporter.is_null()).one(conn),
    })
}

/// Whose reports.
#[derive(Debug)]
pub enum Of<'a> {
    Person(UserNum),
    /// What another server sent of its people's.
    Server(&'a str),
}

/// How many of theirs there are in a state before this one, of at most `most`.
pub fn count_of(conn: &mut Conn, of: &Of<'_>, before: i64, most: i64) -> Result<i64> {
    let states = reports::table.filter(reports::state.lt(before)).limit(most).select(reports::id);
    let found: Vec<i64> = match of {
        Of::Person(person) => states.filter(reports::reporter.eq(*person)).load(conn)?,
        Of::Server(server) => states.filter(reports::server.eq(*server)).load(conn)?,
    };
    Ok(i64::try_from(found.len()).unwrap_or(most))
}

/// How many are open for administrators.
pub fn count_open(conn: &mut Conn) -> Result<i64> {
    Ok(reports::table.filter(reports::state.lt(CLOSED)).select(diesel::dsl::count_star()).get_result(conn)?)
}

/// A moderator has seen to these, or has not after all.
pub fn set_handled(conn: &mut Conn, id: i64, by: Option<(UserNum, i64)>) -> Result<()> {
    let (by, ts) = (by.map(|(by, _)| by), by.map(|(_, ts)| ts));
    let state = if by.is_some() { HANDLED } else { OPEN };
    let values = (reports::state.eq(state), reports::handled_by.eq(by), reports::handled_ts.eq(ts));
    diesel::update(reports::table.find(id)).set(values).execute(conn)?;
    Ok(())
}

/// An administrator has seen to it, or has not after all (`state` is then what it was for moderators).
pub fn set_closed(conn: &mut Conn, id: i64, state: i64, by: Option<(UserNum, i64)>) -> Result<()> {
    let (by, ts) = (by.map(|(by, _)| by), by.map(|(_, ts)| ts));
    let values = (reports::state.eq(state), reports::closed_by.eq(by), reports::closed_ts.eq(ts));
    diesel::update(reports::table.find(id)).set(values).execute(conn)?;
    Ok(())
}

/// Whether something of a message is open for anybody.
pub fn is_open(conn: &mut Conn, channel: ChannelNum, seq: i64) -> Result<bool> {
    let open = reports::table
        .filter(reports::channel.eq(channel).and(reports::seq.eq(seq)))
        .filter(reports::state.lt(CLOSED));
    Ok(diesel::select(exists(open)).get_result(conn)?)
}

/// An administrator has seen to all that is reported of a message. True where something was.
pub fn close_about(conn: &mut Conn, (channel, seq): (ChannelNum, i64), by: UserNum, ts: i64) -> Result<bool> {
    let about = reports::table.filter(reports::channel.eq(channel).and(reports::seq.eq(seq)));
    let closed = diesel::update(about.filter(reports::state.lt(CLOSED)))
        .set((reports::state.eq(CLOSED), reports::closed_by.eq(Some(by)), reports::closed_ts.eq(Some(ts))))
        .execute(conn)?;
    Ok(closed > 0)
}

/// Forgets what was closed before a time.
pub fn forget_closed(conn: &mut Conn, before: i64) -> Result<usize> {
    let old = reports::state.eq(CLOSED).and(reports::closed_ts.lt(before));
    Ok(diesel::delete(reports::table.filter(old)).execute(conn)?)
}

/// (channel, standing, seq) of messages with the file whose reports are open, if the person is an administrator.
pub fn places_of_file(conn: &mut Conn, user: UserNum, hash: &str) -> Result<Vec<(ChannelNum, String, i64)>> {
    let is_administrator = users::table.filter(users::num.eq(user).and(users::role.eq("admin")));
    Ok(file_refs::table
        .inner_join(
            reports::table.on(reports::channel.eq(file_refs::channel).and(reports::seq.eq(file_refs::seq))),
        )
        .filter(file_refs::user_num.ne(user))
        .filter(file_refs::hash.eq(hash).and(reports::state.lt(CLOSED)).and(exists(is_administrator)))
        .select((file_refs::channel, file_refs::standing, file_refs::seq))
        .distinct()
        .load(conn)?)
}

/// Members of the channel who can log in here and moderate it, but for `but`.
pub fn moderators(conn: &mut Conn, channel: ChannelNum, but: UserNum, most: i64) -> Result<Vec<UserNum>> {
    Ok(members::table
        .inner_join(users::table.on(users::num.eq(members::user_num)))
        .inner_join(channels::table.on(channels::num.eq(members::channel)))
        .filter(members::channel.eq(channel).and(members::membership.eq("joined")))
        .filter(members::role.eq_any(["owner", "moderator"]).and(members::user_num.ne(but)))
        .filter(channels::kind.ne("dm").and(users::password_hash.is_not_null()))
        .filter(users::role.ne("admin").and(users::disabled_ts.is_null()))
        .order(members::user_num)
        .limit(most)
        .select(members::user_num)
        .load(conn)?)
}

/// What somebody reported, newest first, with the ids of the messages.
pub fn of_reporter(conn: &mut Conn, reporter: UserNum, limit: i64) -> Result<Vec<(ReportRow, String)>> {
    let what = messages::channel.eq(reports::channel).and(messages::seq.eq(reports::seq));
    Ok(reports::table
        .inner_join(messages::table.on(what))
        .filter(reports::reporter.eq(reporter))
        .order(reports::id.desc())
        .limit(limit)
        .select((ReportRow::columns(), messages::id))
        .load(conn)?)
}

/// The account is gone: what it reported stays, and does not say whose it was.
pub fn forget_reporter(conn: &mut Conn, user: UserNum) -> Result<()> {
    let theirs = reports::table.filter(reports::reporter.eq(user));
    diesel::update(theirs).set(reports::reporter.eq(None::<UserNum>)).execute(conn)?;
    Ok(())
}
