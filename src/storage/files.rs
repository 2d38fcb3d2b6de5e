//! Files: what is known of them, who may have them, and what is still to be deleted.

use diesel::dsl::{exists, sql};
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::schema::{
    channels, entries, file_owners, file_refs, file_removals, files, members, scheduled_files, uploads, users,
};
use super::{ChannelNum, Columns, Conn, Result, RunQueryDsl, UserNum, copies, optional, scheduled};

/// Who vouches that the sender of a message has the file that it carries: this server (the sender is local).
pub const OWN: &str = "own";
/// The sender's server, unproven.
pub const CLAIMED: &str = "claimed";
/// The sender's server, which has delivered the bytes.
pub const SHOWN: &str = "shown";

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = files, treat_none_as_default_value = false)]
pub struct FileRow {
    pub hash: String,
    pub size: i64,
    pub media_type: String,
    pub width: Option<i64>,
    pub height: Option<i64>,
    pub created_ts: i64,
}

/// It looked like a picture, and can't be decoded.
pub fn set_no_picture(conn: &mut Conn, hash: &str) -> Result<()> {
    diesel::update(files::table.find(hash))
        .set((files::width.eq(None::<i64>), files::height.eq(None::<i64>)))
        .execute(conn)?;
    Ok(())
}

/// Adds a file whose bytes are in the store; one that is known stays as it is.
pub fn insert(conn: &mut Conn, file: &FileRow) -> Result<()> {
    diesel::insert_into(files::table).values(file).on_conflict(files::hash).do_nothing().execute(conn)?;
    diesel::delete(file_removals::table.find(&file.hash)).execute(conn)?;
    Ok(())
}

pub fn get(conn: &mut Conn, hash: &str) -> Result<Option<FileRow>> {
    optional(files::table.find(hash).select(FileRow::columns()).one(conn))
}

/// Files after a hash, in their order.
pub fn after(conn: &mut Conn, hash: &str, limit: i64) -> Result<Vec<FileRow>> {
    let behind = files::table.filter(files::hash.gt(hash)).order(files::hash);
    Ok(behind.limit(limit).select(FileRow::columns()).load(conn)?)
}

/// (channel, message) of the first messages that carry the file, by whosever word: their ids.
pub fn carried_by(conn: &mut Conn, hash: &str, limit: i64) -> Result<Vec<(String, String)>> {
    let is_it = entries::channel.eq(file_refs::channel).and(entries::seq.eq(file_refs::seq));
    Ok(file_refs::table
        .inner_join(channels::table.on(channels::num.eq(file_refs::channel)))
        .inner_join(entries::table.on(is_it))
        .filter(file_refs::hash.eq(hash))
        .order((file_refs::channel, file_refs::seq))
        .limit(limit)
        .select((channels::id, entries::event_id))
        .load(conn)?)
}

/// The hashes of all files.
pub fn all_hashes(conn: &mut Conn) -> Result<Vec<String>> {
    Ok(files::table.select(files::hash).order(files::hash).load(conn)?)
}

/// As [`get`], and until the transaction ends nobody else changes what needs the file. (SQLite has one writer.)
pub fn lock(conn: &mut Conn, hash: &str) -> Result<Option<FileRow>> {
    let row = files::table.find(hash).select(FileRow::columns());
    match conn {
        Conn::Sqlite(c) => optional(diesel::RunQueryDsl::get_result(row, &mut **c)),
        Conn::Postgres(c) => optional(diesel::RunQueryDsl::get_result(row.for_update(), &mut **c)),
    }
}

/// The bytes may come into the store, or stand there without a file.
pub fn note_removal(conn: &mut Conn, hash: &str) -> Result<()> {
    diesel::insert_into(file_removals::table)
        .values(file_removals::hash.eq(hash))
        .on_conflict(file_removals::hash)
        .do_nothing()
        .execute(conn)?;
    Ok(())
}

pub fn removals(conn: &mut Conn, after: &str, limit: i64) -> Result<Vec<String>> {
    let behind = file_removals::table.filter(file_removals::hash.gt(after)).order(file_removals::hash);
    Ok(behind.limit(limit).select(file_removals::hash).load(conn)?)
}

pub fn end_removal(conn: &mut Conn, hash: &str) -> Result<()> {
    diesel::delete(file_removals::table.find(hash)).execute(conn)?;
    Ok(())
}

/// Deletes the file unless something needs it: a message, one that is to be sent later, its uploader, or a profile. True when it went. What only
/// messages of other servers need stays as a copy.
pub fn drop_unneeded(conn: &mut Conn, hash: &str) -> Result<bool> {
    let Some(row) = lock(conn, hash)? else {
        // Its bytes may be there all the same, after the database was put back to an earlier state.
        note_removal(conn, hash)?;
        return Ok(false);
    };
    let owned: bool =
        diesel::select(exists(file_owners::table.filter(file_owners::hash.eq(hash)))).get_result(conn)?;
    if owned || is_referred(conn, hash, OWN)? || is_avatar(conn, hash)? || scheduled::is_carried(conn, hash)?
    {
        copies::forget(conn, hash)?;
        return Ok(false);
    }
    if is_referred(conn, hash, SHOWN)? {
        copies::note(conn, hash, row.size, row.created_ts)?;
        return Ok(false);
    }
    remove(conn, hash)?;
    Ok(true)
}

/// The file is no more, and its bytes are to go.
pub fn remove(conn: &mut Conn, hash: &str) -> Result<()> {
    note_removal(conn, hash)?;
    copies::forget(conn, hash)?;
    diesel::delete(files::table.find(hash)).execute(conn)?;
    Ok(())
}

/// Whether a message carries it, by the word of `standing`.
pub fn is_referred(conn: &mut Conn, hash: &str, standing: &str) -> Result<bool> {
    let refs = file_refs::table.filter(file_refs::hash.eq(hash).and(file_refs::standing.eq(standing)));
    Ok(diesel::select(exists(refs)).get_result(conn)?)
}

pub fn is_avatar(conn: &mut Conn, hash: &str) -> Result<bool> {
    Ok(diesel::select(exists(users::table.filter(users::avatar.eq(hash)))).get_result(conn)?)
}

pub fn set_avatar(conn: &mut Conn, user: UserNum, hash: Option<&str>) -> Result<()> {
    diesel::update(users::table.find(user)).set(users::avatar.eq(hash)).execute(conn)?;
    hash.map_or(Ok(()), |hash| copies::forget(conn, hash))
}

/// Somebody has uploaded it, and no message carries it for them yet.
pub fn own(conn: &mut Conn, hash: &str, user_num: UserNum, ts: i64) -> Result<()> {
    diesel::insert_into(file_owners::table)
        .values((file_owners::hash.eq(hash), file_owners::user_num.eq(user_num), file_owners::ts.eq(ts)))
        .on_conflict((file_owners::hash, file_owners::user_num))
        .do_update()
        .set(file_owners::ts.eq(ts))
        .execute(conn)?;
    copies::forget(conn, hash)
}

pub fn is_owner(conn: &mut Conn, hash: &str, user: UserNum) -> Result<bool> {
    Ok(diesel::select(exists(file_owners::table.find((hash, user)))).get_result(conn)?)
}

pub fn disown(conn: &mut Conn, hash: &str, user: UserNum) -> Result<()> {
    diesel::delete(file_owners::table.find((hash, user))).execute(conn)?;
    Ok(())
}

/// As [`disown`], if they did not upload it again since `ts`. True when it was theirs until now.
pub fn disown_before(conn: &mut Conn, hash: &str, user: UserNum, ts: i64) -> Result<bool> {
    let unused = file_owners::table.find((hash, user)).filter(file_owners::ts.lt(ts));
    Ok(diesel::delete(unused).execute(conn)? > 0)
}

/// The files that this person uploaded and put into no message.
pub fn owned_by(conn: &mut Conn, user: UserNum) -> Result<Vec<String>> {
    let owned = file_owners::table.filter(file_owners::user_num.eq(user));
    Ok(owned.order(file_owners::hash).select(file_owners::hash).load(conn)?)
}

/// (hash, owner) of uploads from before `ts` that came into no message.
pub fn owned_before(conn: &mut Conn, ts: i64, limit: i64) -> Result<Vec<(String, UserNum)>> {
    Ok(file_owners::table
        .filter(file_owners::ts.lt(ts))
        .order(file_owners::ts)
        .limit(limit)
        .select((file_owners::hash, file_owners::user_num))
        .load(conn)?)
}

/// A message carries the file.
pub fn refer(
    conn: &mut Conn,
    channel: ChannelNum,
    seq: i64,
    hash: &str,
    user_num: UserNum,
    standing: &str,
) -> Result<()> {
    diesel::insert_into(file_refs::table)
        .values((
            file_refs::channel.eq(channel),
            file_refs::seq.eq(seq),
            file_refs::hash.eq(hash),
            file_refs::user_num.eq(user_num),
            file_refs::standing.eq(standing),
        ))
        .on_conflict((file_refs::channel, file_refs::seq, file_refs::hash))
        .do_nothing()
        .execute(conn)?;
    if standing == OWN {
        copies::forget(conn, hash)?;
        disown(conn, hash, user_num)?;
    }
    Ok(())
}

/// The message carries nothing any more; answers the hashes of what it carried.
pub fn unrefer(conn: &mut Conn, channel: ChannelNum, seq: i64) -> Result<Vec<String>> {
    let of = file_refs::table.filter(file_refs::channel.eq(channel).and(file_refs::seq.eq(seq)));
    Ok(diesel::delete(of).returning(file_refs::hash).load(conn)?)
}

/// (channel, standing, seq) of the newest messages with the file in each channel that the person is in.
pub fn newest_places(conn: &mut Conn, hash: &str, user: UserNum) -> Result<Vec<(ChannelNum, String, i64)>> {
    Ok(file_refs::table
        .inner_join(members::table.on(members::channel.eq(file_refs::channel)))
        .filter(file_refs::hash.eq(hash))
        .filter(members::user_num.eq(user).and(members::membership.eq("joined")))
        .group_by((file_refs::channel, file_refs::standing))
        .select((file_refs::channel, file_refs::standing, sql::<BigInt>("MAX(file_refs.seq)")))
        .load(conn)?)
}

/// The bytes of all different files that the person uploaded, sent or is going to send, and of all uploads under way.
pub fn used_by(conn: &mut Conn, user: UserNum) -> Result<i64> {
    const SUM: &str = "CAST(COALESCE(SUM(size), 0) AS BIGINT)";
    let owned = file_owners::table.filter(file_owners::user_num.eq(user)).select(file_owners::hash);
    let sent = file_refs::table.filter(file_refs::user_num.eq(user)).select(file_refs::hash);
    let later = scheduled_files::table.filter(scheduled_files::user_num.eq(user));
    let later = files::hash.eq_any(later.select(scheduled_files::hash));
    let files: i64 = files::table
        .filter(files::hash.eq_any(owned).or(files::hash.eq_any(sent)).or(later))
        .select(sql::<BigInt>(SUM))
        .get_result(conn)?;
    let under_way = uploads::table.filter(uploads::user_num.eq(user).and(uploads::hash.is_null()));
    let coming: i64 = under_way.select(sql::<BigInt>(SUM)).get_result(conn)?;
    Ok(files + coming)
}

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = uploads, treat_none_as_default_value = false)]
pub struct UploadRow {
    pub id: String,
    pub user_num: UserNum,
    pub name: String,
    pub size: i64,
    pub created_ts: i64,
    pub hash: Option<String>,
}

pub fn add_upload(conn: &mut Conn, upload: &UploadRow) -> Result<()> {
    diesel::insert_into(uploads::table).values(upload).execute(conn)?;
    Ok(())
}

pub fn upload(conn: &mut Conn, id: &str) -> Result<Option<UploadRow>> {
    optional(uploads::table.find(id).select(UploadRow::columns()).one(conn))
}

pub fn count_uploads(conn: &mut Conn, user: UserNum) -> Result<i64> {
    let under_way = uploads::table.filter(uploads::user_num.eq(user).and(uploads::hash.is_null()));
    Ok(under_way.select(diesel::dsl::count_star()).get_result(conn)?)
}

pub fn set_upload_hash(conn: &mut Conn, id: &str, hash: &str) -> Result<()> {
    diesel::update(uploads::table.find(id)).set(uploads::hash.eq(Some(hash))).execute(conn)?;
    Ok(())
}

pub fn delete_upload(conn: &mut Conn, id: &str) -> Result<()> {
    diesel::delete(uploads::table.find(id)).execute(conn)?;
    Ok(())
}

pub fn delete_uploads_of(conn: &mut Conn, user: UserNum) -> Result<()> {
    diesel::delete(uploads::table.filter(uploads::user_num.eq(user))).execute(conn)?;
    Ok(())
}

/// Forgets uploads that began before `ts`.
pub fn delete_uploads_before(conn: &mut Conn, ts: i64) -> Result<()> {
    diesel::delete(uploads::table.filter(uploads::created_ts.lt(ts))).execute(conn)?;
    Ok(())
}
