//! People of other servers whom an administrator keeps out of this one.
//!
//! A server that behaves learns by a refusal that somebody of it is kept out, and one that does not can't get round it: what
//! counts is who signs for whom (EVENT-13), which is checked before. In channels that are hosted here nothing of them gets
//! into the log but that they leave, and nobody brings them in. Where others host, the log is theirs and stays whole: it is
//! only that nobody here is notified, and nobody begins a conversation.
//!
//! Whom it concerns is asked with every event: so they are in memory. A command beside the server writes into the same
//! table, which is looked at now and then.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{PoisonError, RwLock};

use tokio::sync::{Mutex, Notify};

use super::acts::ActKind;
use super::admin::admin;
use super::content::ReasonContent;
use super::members::open_archived;
use super::messages::check_reason;
use super::writer::{Draft, Work};
use super::{Actor, Conflict, Domain, Error, Forbidden, Missing, Page, Person, Result, cut, stored};
use crate::protocol::event::{Event, EventType, StateChange};
use crate::protocol::ids::UserId;
use crate::protocol::rules::{Membership, Role};
use crate::protocol::state::ChannelKind;
use crate::protocol::state::content::{KeyContent, MemberContent};
use crate::storage::acts::{self, NewAct};
use crate::storage::exclusions::{self, ExclusionRow, NewExclusion, Seat};
use crate::storage::users::{self, UserRow};
use crate::storage::{self, ChannelNum, Conn, UserNum, members};

/// How many people a server keeps out: it has them in memory.
pub const EXCLUSIONS_MAX: i64 = 10_000;
/// How many of them a page has at most.
pub const EXCLUSIONS_PAGE_MAX: i64 = 100;
/// Seats that are looked for together. Each is taken by a commit of its own.
const SEATS_AT_ONCE: i64 = 200;

/// Who is kept out.
#[derive(Debug, Default)]
pub struct Excluded {
    /// So that it costs nothing where nobody is.
    any: AtomicBool,
    people: RwLock<People>,
    /// One at a time looks what the table has, so that nobody puts back what was before.
    looking: Mutex<()>,
    /// Told when somebody has to be put out.
    pub(super) changed: Notify,
}

#[derive(Debug, Default)]
struct People {
    stamp: (i64, Option<i64>),
    ids: HashSet<String>,
    nums: HashSet<UserNum>,
}

impl People {
    fn read(conn: &mut Conn) -> storage::Result<People> {
        let stamp = exclusions::stamp(conn)?;
        let (nums, ids) = exclusions::people(conn, EXCLUSIONS_MAX)?.into_iter().unzip();
        Ok(People { stamp, ids, nums })
    }
}

impl Excluded {
    /// As the database has it.
    pub(super) fn load(conn: &mut Conn) -> storage::Result<Excluded> {
        let excluded = Excluded::default();
        excluded.set(People::read(conn)?);
        Ok(excluded)
    }

    fn set(&self, people: People) {
        let any = !people.nums.is_empty();
        *self.people.write().unwrap_or_else(PoisonError::into_inner) = people;
        self.any.store(any, Ordering::Release);
    }

    fn stamp(&self) -> (i64, Option<i64>) {
        self.people.read().unwrap_or_else(PoisonError::into_inner).stamp
    }

    pub fn any(&self) -> bool {
        self.any.load(Ordering::Acquire)
    }

    pub fn has(&self, user: &UserId) -> bool {
        self.any() && self.people.read().unwrap_or_else(PoisonError::into_inner).ids.contains(user.as_str())
    }

    pub fn has_num(&self, user: UserNum) -> bool {
        self.any() && self.people.read().unwrap_or_else(PoisonError::into_inner).nums.contains(&user)
    }
}

/// Somebody who is kept out.
pub struct Exclusion {
    pub row: ExclusionRow,
    pub user: UserRow,
    /// Channels hosted here of which they still are: on their way out, or where nobody of here can put them out.
    pub seats: i64,
}

impl Domain {
    /// Who is kept out and has `query` in their id or name, newest first, before the number `before`.
    ///
    /// # Errors
    /// `admin_only`
    pub async fn exclusions(
        &self,
        actor: &Actor,
        query: String,
        before: i64,
        limit: i64,
    ) -> Result<Page<Exclusion, i64>> {
        admin(actor)?;
        let ours = self.server().clone();
        let found = self.reads.read(move |conn| {
            let rows = exclusions::page(conn, &query, before, limit + 1)?;
            with_seats(conn, ours.as_str(), rows)
        });
        Ok(cut(found.await?, limit, |exclusion| exclusion.row.id))
    }

    /// Keeps somebody of another server out. To do it again changes the reason.
    ///
    /// # Errors
    /// `admin_only`, `bad_reason`, `user_is_local`, `exclusions_full`
    pub async fn exclude(&self, actor: &Actor, user: UserId, reason: Option<String>) -> Result<Exclusion> {
        admin(actor)?;
        self.exclude_by(Some(actor.person.id.clone()), user, reason).await
    }

    /// As [`Domain::exclude`]: for the operator.
    ///
    /// # Errors
    /// As there.
    pub async fn exclude_by(
        &self,
        by: Option<UserId>,
        user: UserId,
        reason: Option<String>,
    ) -> Result<Exclusion> {
        let reason = check_reason(reason)?;
        self.elsewhere(&user)?;
        let now = self.clock.now();
        let kept = self
            .writer
            .other("exclusions", move |work| {
                // Before anybody is met for it.
                let row = users::by_id(work.conn, user.as_str())?;
                let known = row.map(|row| exclusions::get(work.conn, row.num)).transpose()?.flatten();
                if known.is_none() && exclusions::stamp(work.conn)?.0 >= EXCLUSIONS_MAX {
                    return Err(Error::Conflict(Conflict::ExclusionsFull));
                }
                let num = work.person(&user)?.num;
                let administrator = by.as_ref().map(ToString::to_string);
                match &known {
                    Some(known) if known.reason == reason => {}
                    Some(_) => exclusions::set_reason(work.conn, num, reason.as_deref())?,
                    None => {
                        let reason = reason.clone();
                        let row = NewExclusion { user_num: num, created_ts: now, administrator, reason };
                        exclusions::add(work.conn, &row)?;
                    }
                }
                if known.is_none_or(|known| known.reason != reason) {
                    let act = ActKind::PersonExcluded.to(&user, by.as_ref(), now);
                    acts::add(work.conn, &NewAct { reason, ..act })?;
                }
                let missing = || Error::NotFound(Missing::User);
                let row = exclusions::get(work.conn, num)?.ok_or_else(missing)?;
                let user = users::by_num(work.conn, num)?.ok_or_else(missing)?;
                let ours = work.lane.identity.name.clone();
                with_seats(work.conn, ours.as_str(), vec![(row, user)])?.pop().ok_or_else(missing)
            })
            .await?;
        self.look_at_exclusions().await?;
        // Somebody else may have looked just before, and waits for this still.
        self.writer.drained().await?;
        Ok(kept)
    }

    /// Keeps somebody out no more. Where nobody was kept out nothing changes.
    ///
    /// # Errors
    /// `admin_only`, `user_is_local`
    pub async fn readmit(&self, actor: &Actor, user: UserId) -> Result<()> {
        admin(actor)?;
        self.readmit_by(Some(actor.person.id.clone()), user).await.map(drop)
    }

    /// As [`Domain::readmit`]: for the operator. False where nobody was kept out.
    ///
    /// # Errors
    /// As there.
    pub async fn readmit_by(&self, by: Option<UserId>, user: UserId) -> Result<bool> {
        self.elsewhere(&user)?;
        let now = self.clock.now();
        let was = self
            .writer
            .other("exclusions", move |work| {
                let Some(row) = users::by_id(work.conn, user.as_str())? else { return Ok(false) };
                let was = exclusions::delete(work.conn, row.num)?;
                if was {
                    acts::add(work.conn, &ActKind::PersonReadmitted.to(&user, by.as_ref(), now))?;
                }
                Ok(was)
            })
            .await?;
        self.look_at_exclusions().await?;
        Ok(was)
    }

    /// Accounts of this server are kept from logging in instead.
    fn elsewhere(&self, user: &UserId) -> Result<()> {
        let is_ours = user.server() == *self.server();
        if is_ours { Err(Error::Conflict(Conflict::UserIsLocal)) } else { Ok(()) }
    }

    /// Goes by what the table has, if that changed. Once this answers, no event is on its way into a log by what was before.
    ///
    /// # Errors
    /// What the database says.
    pub async fn look_at_exclusions(&self) -> Result<()> {
        let excluded = &self.wanted.excluded;
        {
            let _looking = excluded.looking.lock().await;
            let known = excluded.stamp();
            let news = self.reads.read(move |conn| match exclusions::stamp(conn)? == known {
                true => Ok(None),
                false => People::read(conn).map(Some),
            });
            let news: storage::Result<Option<People>> = news.await;
            let Some(people) = news? else { return Ok(()) };
            excluded.set(people);
        }
        self.writer.drained().await?;
        excluded.changed.notify_one();
        Ok(())
    }

    /// Waits until somebody has to be put out.
    pub async fn exclusions_changed(&self) {
        self.wanted.excluded.changed.notified().await;
    }

    /// Takes those who are kept out from the channels hosted here, one seat with a commit; whatever it comes to is done
    /// when this is called again. Where nobody of here can put them out they keep their seat, and can do nothing with it.
    ///
    /// # Errors
    /// What the database says.
    pub async fn put_out_excluded(&self) -> Result<()> {
        let mut after = (0, 0);
        while self.wanted.excluded.any() {
            let ours = self.server().clone();
            let found: Vec<Seat> = self
                .reads
                .read(move |conn| exclusions::seats(conn, ours.as_str(), after, SEATS_AT_ONCE))
                .await?;
            let Some(last) = found.last() else { break };
            after = (last.user_num, last.channel);
            for seat in found {
                let (id, user) = (seat.channel_id.clone(), seat.user_id.clone());
                let channel = id.parse().map_err(|error| stored::damaged("channel", error))?;
                match self.writer.channel(&channel, move |work| put_out(work, &seat)).await {
                    Ok(true) => tracing::info!(channel = id, user, "somebody who is kept out was put out"),
                    Ok(false) => {}
                    Err(Error::Refused(_) | Error::Forbidden(_) | Error::NotFound(_)) => {
                        tracing::debug!(channel = id, user, "nobody of here can put them out");
                    }
                    // One that is in a bad way keeps no other waiting.
                    Err(error) => tracing::warn!(%error, channel = id, user, "they could not be put out yet"),
                }
            }
        }
        Ok(())
    }
}

fn with_seats(conn: &mut Conn, ours: &str, rows: Vec<(ExclusionRow, UserRow)>) -> Result<Vec<Exclusion>> {
    let nums: Vec<UserNum> = rows.iter().map(|(row, _)| row.user_num).collect();
    let seats = exclusions::seats_of(conn, ours, &nums)?;
    let of = |num| seats.iter().find(|(user, _)| *user == num).map_or(0, |(_, count)| *count);
    Ok(rows.into_iter().map(|(row, user)| Exclusion { seats: of(row.user_num), row, user }).collect())
}

/// As a moderator would: in the name of whoever of here can do most there. False if there is nothing to be done any more.
fn put_out(work: &mut Work<'_>, seat: &Seat) -> Result<bool> {
    let user: UserId = seat.user_id.parse().map_err(|error| stored::damaged("user", error))?;
    // They may have been readmitted, or have left.
    if !work.lane.wanted.excluded.has(&user) || !work.is_host(seat.channel)? {
        return Ok(false);
    }
    let state = work.lane.open(work.conn, seat.channel)?.state_of(work.conn, &[&user])?;
    let membership = state.members.get(&user).map(|member| member.membership);
    if !matches!(membership, Some(Membership::Joined | Membership::Invited | Membership::Knocking)) {
        return Ok(false);
    }
    let ours = work.lane.identity.name.clone();
    let found = members::highest(work.conn, seat.channel, ours.as_str())?;
    let (num, id) = found.ok_or(Error::Forbidden(Forbidden::OutOfReach))?;
    let name = Person { num, id: id.parse().map_err(|error| stored::damaged("user", error))? };
    // Why is for administrators.
    let administrator = exclusions::get(work.conn, seat.user_num)?.and_then(|row| row.administrator);
    let content = serde_json::json!({ "membership": Membership::Left });
    let draft = Draft::new(EventType::Member).state(user.as_str(), content);
    let why = ReasonContent { reason: None, administrator };
    work.append(seat.channel, &name, draft.because(why)).map(|_| true)
}

/// Before an owner of here leaves for good: whoever is kept out and still there, as in an archived channel, would inherit it,
/// which nobody lets them, or keep the owner in.
pub(super) fn clear(work: &mut Work<'_>, channel: ChannelNum, owner: &Person) -> Result<()> {
    for user in exclusions::joined_in(work.conn, channel, SEATS_AT_ONCE)? {
        open_archived(work, channel, owner)?;
        let content = serde_json::json!({ "membership": Membership::Left });
        work.append(channel, owner, Draft::new(EventType::Member).state(&user, content))?;
    }
    Ok(())
}

/// What another server sends for a log that is hosted here: of somebody who is kept out it is taken that they leave, without a
/// word, and that their server has another key, without which they could not; and nobody brings them in, or lets them do more.
///
/// # Errors
/// `user_excluded`
pub(super) fn check_event(excluded: &Excluded, event: &Event) -> Result<()> {
    if !excluded.any() {
        return Ok(());
    }
    if excluded.has(&event.sender) {
        let leaves = MemberContent::of(event).is_ok_and(|(user, content)| {
            event.kind == EventType::Member
                && user == event.sender
                && content == MemberContent { membership: Membership::Left, role: None }
        });
        let renews = event.kind == EventType::ServerKey
            && KeyContent::of(event).is_ok_and(|(_, content)| content.ends.is_some());
        let is_silent = event.body_hash.is_none() && event.relates.is_none();
        return if (leaves || renews) && is_silent { Ok(()) } else { Err(kept_out()) };
    }
    check_change(excluded, &event.kind, event.state.as_ref())
}

/// What somebody of this server is about to do, wherever the channel is hosted.
///
/// # Errors
/// `user_excluded`
pub(super) fn check_draft(
    work: &mut Work<'_>,
    channel: ChannelNum,
    sender: &UserId,
    draft: &Draft,
) -> Result<()> {
    let wanted = work.lane.wanted.clone();
    if !wanted.excluded.any() {
        return Ok(());
    }
    check_change(&wanted.excluded, &draft.kind, draft.state.as_ref())?;
    if !matches!(draft.kind, EventType::Message | EventType::Edit | EventType::Reaction) {
        return Ok(());
    }
    // Where nobody else is left to talk to.
    let create = &work.lane.open(work.conn, channel)?.state_of(work.conn, &[])?.create;
    let mut others = create.users.iter().filter(|user| *user != sender).peekable();
    let is_dm = create.kind == ChannelKind::Dm && others.peek().is_some();
    if is_dm && others.all(|user| wanted.excluded.has(user)) { Err(kept_out()) } else { Ok(()) }
}

/// Whether it makes somebody who is kept out more than they are.
fn check_change(excluded: &Excluded, kind: &EventType, state: Option<&StateChange>) -> Result<()> {
    let Some(state) = state.filter(|_| *kind == EventType::Member) else { return Ok(()) };
    let Ok(user) = state.key.parse::<UserId>() else { return Ok(()) };
    if !excluded.has(&user) {
        return Ok(());
    }
    // Content of another shape is none, for which the rules refuse it.
    let Ok(content) = serde_json::from_value::<MemberContent>(state.content.clone()) else { return Ok(()) };
    let is_more = match content.membership {
        Membership::Invited | Membership::Knocking => true,
        Membership::Joined => content.role.is_none_or(|role| role > Role::Member),
        Membership::Left | Membership::Banned => false,
    };
    if is_more { Err(kept_out()) } else { Ok(()) }
}

fn kept_out() -> Error {
    Error::Forbidden(Forbidden::UserExcluded)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn excluded(id: &str) -> Excluded {
        let excluded = Excluded::default();
        excluded.set(People { stamp: (1, Some(1)), ids: [id.to_owned()].into(), nums: [7].into() });
        excluded
    }

    #[test]
    fn who_is_kept_out_is_known_by_id_and_number() {
        let nobody = Excluded::default();
        let eve: UserId = "@eve:b.test".parse().expect("an id");
        assert!(!nobody.any() && !nobody.has(&eve) && !nobody.has_num(7));
        let some = excluded("@eve:b.test");
        assert!(some.any() && some.has(&eve) && some.has_num(7));
        assert!(!some.has(&"@eve:c.test".parse().expect("an id")) && !some.has_num(8));
        some.set(People::default());
        assert!(!some.any() && !some.has(&eve));
        // Another spelling is no id, and so nobody's.
        for other in ["@Eve:b.test", "@eve:B.test", "@eve:b.test.", "@\u{435}ve:b.test", "@eve:b.test "] {
            assert!(other.parse::<UserId>().is_err(), "{other}");
        }
    }

    #[test]
    fn nobody_makes_more_of_them() {
        let some = excluded("@eve:b.test");
        let change = |key: &str, content| {
            let state = StateChange { key: key.to_owned(), content };
            check_change(&some, &EventType::Member, Some(&state)).is_ok()
        };
        for refused in [
            serde_json::json!({ "membership": "invited" }),
            serde_json::json!({ "membership": "invited", "role": "guest" }),
            serde_json::json!({ "membership": "joined" }),
            serde_json::json!({ "membership": "joined", "role": "owner" }),
            serde_json::json!({ "membership": "joined", "role": "moderator" }),
        ] {
            assert!(!change("@eve:b.test", refused.clone()), "{refused}");
            assert!(change("@bob:b.test", refused));
        }
        for taken in [
            serde_json::json!({ "membership": "left" }),
            serde_json::json!({ "membership": "banned" }),
            serde_json::json!({ "membership": "joined", "role": "guest" }),
        ] {
            assert!(change("@eve:b.test", taken.clone()), "{taken}");
        }
    }
}
