//! People, and the invite codes that let them in.

use diesel::dsl::{count_star, sql};
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::schema::{exclusions, user_invites, users};
use super::{Columns, Conn, Result, RunQueryDsl, UserNum, begins, contains, optional};

/// The role of accounts that nobody logs in to: other programs speak by them, at an address of their own.
pub const WEBHOOK_ROLE: &str = "webhook";

/// A person, of this server or of another.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable)]
#[diesel(table_name = users)]
pub struct UserRow {
    pub num: UserNum,
    pub id: String,
    pub server: String,
    pub display_name: String,
    pub bio: String,
    pub avatar: Option<String>,
    pub password_hash: Option<String>,
    pub role: String,
    pub created_ts: i64,
    pub deleted_ts: Option<i64>,
    pub disabled_ts: Option<i64>,
    pub status_emoji: Option<String>,
    pub status_text: String,
    pub status_until: Option<i64>,
    /// It says of itself that a program writes in its name.
    pub bot: bool,
}

impl UserRow {
    /// Whether nobody may log in to it any more: what they made is to do nothing either.
    pub fn is_kept_out(&self) -> bool {
        self.disabled_ts.is_some() || self.deleted_ts.is_some()
    }

    /// Whether somebody of this server has it: rows are made for all whom a log names, whether or not they exist.
    pub fn is_account(&self) -> bool {
        self.password_hash.is_some()
    }

    /// Whether somebody of this server logs in to it.
    pub fn is_person(&self) -> bool {
        self.is_account() && !self.is_webhook()
    }

    /// Whether another program speaks by it, and nobody logs in to it.
    pub fn is_webhook(&self) -> bool {
        self.role == WEBHOOK_ROLE
    }
}

#[derive(Insertable)]
#[diesel(table_name = users, treat_none_as_default_value = false)]
pub struct NewUser<'a> {
    pub id: &'a str,
    pub server: &'a str,
    pub display_name: &'a str,
    pub bio: &'a str,
    pub password_hash: Option<&'a str>,
    pub role: &'a str,
    pub created_ts: i64,
    pub search: &'a str,
}

/// Adds a person. A taken id is a duplicate error.
pub fn insert(conn: &mut Conn, user: &NewUser<'_>) -> Result<UserNum> {
    Ok(diesel::insert_into(users::table).values(user).returning(users::num).get_result(conn)?)
}

/// As [`insert`], or the row of whom somebody else has added at the same time.
pub fn meet(conn: &mut Conn, user: &NewUser<'_>) -> Result<UserNum> {
    let met = diesel::insert_into(users::table)
        .values(user)
        .on_conflict(users::id)
        .do_nothing()
        .returning(users::num)
        .get_result(conn);
    match optional(met)? {
        Some(num) => Ok(num),
        None => Ok(users::table.filter(users::id.eq(user.id)).select(users::num).first(conn)?),
    }
}

/// Makes a row an account that is none, and was not deleted. False if it is one by now.
pub fn claim(conn: &mut Conn, num: UserNum, user: &NewUser<'_>) -> Result<bool> {
    let free = users::password_hash.is_null().and(users::deleted_ts.is_null());
    let claimed = diesel::update(users::table.find(num).filter(free))
        .set((
            users::display_name.eq(user.display_name),
            users::bio.eq(user.bio),
            users::password_hash.eq(user.password_hash),
            users::role.eq(user.role),
            users::created_ts.eq(user.created_ts),
            users::search.eq(user.search),
        ))
        .execute(conn)?;
    Ok(claimed > 0)
}

pub fn by_id(conn: &mut Conn, id: &str) -> Result<Option<UserRow>> {
    optional(users::table.filter(users::id.eq(id)).select(UserRow::columns()).one(conn))
}

/// As [`by_num`], of a row that nobody else changes until the end of the transaction.
pub fn lock_num(conn: &mut Conn, num: UserNum) -> Result<Option<UserRow>> {
    match by_num(conn, num)? {
        Some(row) => lock(conn, &row.id),
        None => Ok(None),
    }
}

/// As [`by_id`], of a row that nobody else changes until the end of the transaction.
pub fn lock(conn: &mut Conn, id: &str) -> Result<Option<UserRow>> {
    let row = users::table.filter(users::id.eq(id)).select(UserRow::columns());
    optional(match conn {
        Conn::Sqlite(c) => diesel::RunQueryDsl::get_result(row, &mut **c),
        Conn::Postgres(c) => diesel::RunQueryDsl::get_result(row.for_update(), &mut **c),
    })
}

/// Whether somebody's account was deleted. If not, it is not until the end of the transaction, either.
pub fn is_deleted(conn: &mut Conn, num: UserNum) -> Result<bool> {
    let row = users::table.find(num).select(users::deleted_ts.is_not_null());
    Ok(match conn {
        Conn::Sqlite(c) => diesel::RunQueryDsl::get_result(row, &mut **c)?,
        Conn::Postgres(c) => diesel::RunQueryDsl::get_result(row.for_key_share(), &mut **c)?,
    })
}

pub fn by_num(conn: &mut Conn, num: UserNum) -> Result<Option<UserRow>> {
    optional(users::table.find(num).select(UserRow::columns()).one(conn))
}

pub fn by_ids(conn: &mut Conn, ids: &[String]) -> Result<Vec<UserRow>> {
    Ok(users::table.filter(users::id.eq_any(ids)).order(users::id).select(UserRow::columns()).load(conn)?)
}

/// People who were not deleted, by id, after the id `after`: those whose username begins with `query`. Of the server
/// `ours` they are its accounts: other rows are of names that a log used. Not those whom this server keeps out.
pub fn called(conn: &mut Conn, ours: &str, query: &str, after: &str, limit: i64) -> Result<Vec<UserRow>> {
    // Whoever is called exactly so comes first: behind `max0` to `max9` they would be out of sight.
    let exact = format!("{}:{ours}", at(query).to_lowercase());
    let first =
        (limit > EXACT_FIRST_ROWS_MIN && after.is_empty()).then(|| by_id(conn, &exact)).transpose()?;
    let is_called = |row: &UserRow| row.deleted_ts.is_none() && row.is_person();
    let mut rows: Vec<UserRow> = first.flatten().into_iter().filter(is_called).collect();
    let but = if limit > EXACT_FIRST_ROWS_MIN { exact.as_str() } else { "" };
    let left = limit - i64::try_from(rows.len()).unwrap_or(0);
    let called = users::search.like(begins(&at(query))).escape('\\');
    rows.extend(
        users::table
            .filter(called.and(users::id.gt(after)).and(users::id.ne(but)).and(users::deleted_ts.is_null()))
            .filter(
                users::server
                    .ne(ours)
                    .or(users::password_hash.is_not_null().and(users::role.ne(WEBHOOK_ROLE))),
            )
            .filter(users::num.ne_all(exclusions::table.select(exclusions::user_num)))
            .order(users::id)
            .limit(left)
            .select(UserRow::columns())
            .load::<UserRow>(conn)?,
    );
    Ok(rows)
}

/// Fewer rows than these are in the order of their ids alone: a page has to end with the one that the next follows.
const EXACT_FIRST_ROWS_MIN: i64 = 2;

/// Those who have `query` elsewhere in their name or display name.
pub fn called_otherwise(
    conn: &mut Conn,
    ours: &str,
    query: &str,
    after: &str,
    limit: i64,
) -> Result<Vec<UserRow>> {
    let anywhere = users::search.like(contains(query)).escape('\\');
    let called = users::search.not_like(begins(&at(query))).escape('\\');
    Ok(users::table
        .filter(anywhere.and(called).and(users::id.gt(after)).and(users::deleted_ts.is_null()))
        .filter(
            users::server.ne(ours).or(users::password_hash.is_not_null().and(users::role.ne(WEBHOOK_ROLE))),
        )
        .filter(users::num.ne_all(exclusions::table.select(exclusions::user_num)))
        .order(users::id)
        .limit(limit)
        .select(UserRow::columns())
        .load(conn)?)
}

/// As the text that is searched begins.
fn at(query: &str) -> String {
    format!("@{}", query.strip_prefix('@').unwrap_or(query))
}

/// Accounts of this server whose name has `query` in it, by id, after the id `after`.
pub fn local(conn: &mut Conn, query: &str, after: &str, limit: i64) -> Result<Vec<UserRow>> {
    Ok(users::table
        .filter(users::search.like(contains(query)).escape('\\'))
        .filter(users::id.gt(after).and(users::password_hash.is_not_null()))
        .filter(users::role.ne(WEBHOOK_ROLE))
        .order(users::id)
        .limit(limit)
        .select(UserRow::columns())
        .load(conn)?)
}

/// Administrators who can log in. On PostgreSQL they are locked: a command beside the server can't change them meanwhile.
pub fn lock_admins(conn: &mut Conn) -> Result<Vec<UserNum>> {
    let admins = users::table
        .filter(users::role.eq("admin").and(users::password_hash.is_not_null()))
        .filter(users::disabled_ts.is_null())
        .order(users::num)
        .select(users::num);
    Ok(match conn {
        Conn::Sqlite(c) => diesel::RunQueryDsl::load(admins, &mut **c)?,
        Conn::Postgres(c) => diesel::RunQueryDsl::load(admins.for_update(), &mut **c)?,
    })
}

/// Administrators who can log in.
pub fn admins(conn: &mut Conn) -> Result<Vec<UserNum>> {
    // As the index has it, which is taken for no value that comes later.
    Ok(users::table
        .filter(sql::<Bool>("role = 'admin'").and(users::password_hash.is_not_null()))
        .filter(users::disabled_ts.is_null())
        .order(users::num)
        .select(users::num)
        .load(conn)?)
}

/// How many accounts this server has.
pub fn count_local(conn: &mut Conn) -> Result<i64> {
    let people = users::password_hash.is_not_null().and(users::role.ne(WEBHOOK_ROLE));
    let local = users::table.filter(people);
    Ok(local.select(count_star()).get_result(conn)?)
}

pub fn set_profile(conn: &mut Conn, num: UserNum, display_name: &str, bio: &str, search: &str) -> Result<()> {
    diesel::update(users::table.find(num))
        .set((users::display_name.eq(display_name), users::bio.eq(bio), users::search.eq(search)))
        .execute(conn)?;
    Ok(())
}

/// What somebody does just now: an emoji, a text, and until when.
pub fn set_status(
    conn: &mut Conn,
    num: UserNum,
    (emoji, text, until): (Option<&str>, &str, Option<i64>),
) -> Result<()> {
    diesel::update(users::table.find(num))
        .set((users::status_emoji.eq(emoji), users::status_text.eq(text), users::status_until.eq(until)))
        .execute(conn)?;
    Ok(())
}

pub fn set_bot(conn: &mut Conn, num: UserNum, bot: bool) -> Result<()> {
    diesel::update(users::table.find(num)).set(users::bot.eq(bot)).execute(conn)?;
    Ok(())
}

/// False where the account was deleted: it gets none.
pub fn set_password(conn: &mut Conn, num: UserNum, hash: &str) -> Result<bool> {
    let account = users::table.find(num).filter(users::deleted_ts.is_null());
    Ok(diesel::update(account).set(users::password_hash.eq(hash)).execute(conn)? > 0)
}

pub fn set_role(conn: &mut Conn, num: UserNum, role: &str) -> Result<()> {
    diesel::update(users::table.find(num)).set(users::role.eq(role)).execute(conn)?;
    Ok(())
}

/// Nobody logs in to it any more, and no password does.
pub fn forget_password(conn: &mut Conn, num: UserNum) -> Result<()> {
    diesel::update(users::table.find(num)).set(users::password_hash.eq(None::<String>)).execute(conn)?;
    Ok(())
}

pub fn set_disabled(conn: &mut Conn, num: UserNum, since: Option<i64>) -> Result<()> {
    diesel::update(users::table.find(num)).set(users::disabled_ts.eq(since)).execute(conn)?;
    Ok(())
}

/// Takes everything personal out of the row; the id stays taken for ever, because logs name it.
pub fn erase(conn: &mut Conn, num: UserNum, now: i64) -> Result<()> {
    diesel::update(users::table.find(num))
        .set((
            users::display_name.eq(""),
            users::bio.eq(""),
            users::avatar.eq(None::<String>),
            users::password_hash.eq(None::<String>),
            users::search.eq(""),
            users::role.eq("user"),
            users::status_emoji.eq(None::<String>),
            users::status_text.eq(""),
            users::status_until.eq(None::<i64>),
            users::bot.eq(false),
            users::deleted_ts.eq(Some(now)),
        ))
        .execute(conn)?;
    Ok(())
}

/// A code that lets somebody register.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = user_invites, treat_none_as_default_value = false)]
pub struct InviteRow {
    pub code: String,
    pub created_by: Option<UserNum>,
    pub uses_left: i64,
    pub created_ts: i64,
    pub expires_ts: Option<i64>,
}

pub fn add_invite(conn: &mut Conn, invite: &InviteRow) -> Result<()> {
    diesel::insert_into(user_invites::table).values(invite).execute(conn)?;
    Ok(())
}

pub fn invites(conn: &mut Conn, now: i64) -> Result<Vec<InviteRow>> {
    let live = user_invites::expires_ts.is_null().or(user_invites::expires_ts.gt(now)).assume_not_null();
    Ok(user_invites::table
        .filter(user_invites::uses_left.gt(0).and(live))
        .order((user_invites::created_ts.desc(), user_invites::code))
        .limit(INVITES_MAX)
        .select(InviteRow::columns())
        .load(conn)?)
}

/// Most invites that are listed at once.
pub const INVITES_MAX: i64 = 500;

pub fn delete_invite(conn: &mut Conn, code: &str) -> Result<bool> {
    Ok(diesel::delete(user_invites::table.find(code)).execute(conn)? > 0)
}

/// Uses one up. False when there is no such code, or it is spent or over, or whoever made it is kept out, or gone.
pub fn use_invite(conn: &mut Conn, code: &str, now: i64) -> Result<bool> {
    let made_by: Option<Option<UserNum>> =
        optional(user_invites::table.find(code).select(user_invites::created_by).first(conn))?;
    let Some(made_by) = made_by else { return Ok(false) };
    if let Some(maker) = made_by.map(|num| by_num(conn, num)).transpose()?.flatten()
        && maker.is_kept_out()
    {
        return Ok(false);
    }
    let live = user_invites::expires_ts.is_null().or(user_invites::expires_ts.gt(now)).assume_not_null();
    let used = diesel::update(
        user_invites::table.filter(user_invites::code.eq(code).and(user_invites::uses_left.gt(0)).and(live)),
    )
    .set(user_invites::uses_left.eq(user_invites::uses_left - 1))
    .execute(conn)?;
    Ok(used > 0)
}
