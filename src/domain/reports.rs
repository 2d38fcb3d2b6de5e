//! What members report, and who sees to it: the moderators of the channel, and this server's administrators, for whom a report
//! is open until one of them closes it, whatever a channel's owner thinks of it. A message of which the host, or the author, is
//! of another server is reported there as well, without saying by whom.

use serde::Serialize;
use utoipa::ToSchema;

use super::effect::Effect;
use super::messages::{by_id, check_reason, find_message};
use super::remote::history::is_in;
use super::remote::host::reports_path;
use super::remote::wire;
use super::show;
use super::view::{AccountRole, Message, User};
use super::writer::Work;
use super::{Actor, Conflict, Domain, Error, Forbidden, Missing, Page, Result, cut};
use crate::protocol::ids::{ChannelId, EventId, ServerName, UserId};
use crate::protocol::rules::Refusal;
use crate::protocol::{Seq, Ts};
use crate::storage::reports::{self, CLOSED, HANDLED, NewReport, OPEN, ReportRow, Viewer};
use crate::storage::{self, ChannelNum, Conn, UserNum, channels, messages, peers, users};

/// How many reports a page has at most.
pub const REPORTS_PAGE_MAX: i64 = 100;
/// How many of one person's can be open.
pub const OPEN_PER_PERSON_MAX: i64 = 50;
/// How many that other servers send can be open, of each.
const OPEN_PER_SERVER_MAX: i64 = 200;
/// Up to how many are counted.
const COUNTED_MAX: i64 = 1_000;
/// How many moderators of a channel are told at once. The others see it when they look.
const MODERATORS_TOLD_MAX: i64 = 100;
/// One key for all, so that limits hold.
const KEY: &str = "reports";

/// The channel of a message that was reported.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ReportedChannel {
    pub id: String,
    /// `channel` or `dm`
    pub kind: String,
    /// Empty for direct messages.
    pub name: String,
}

/// A message that somebody thinks should be looked at.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Report {
    pub id: i64,
    /// When it was reported.
    pub ts: Ts,
    pub channel: ReportedChannel,
    /// The message's id.
    pub message_id: String,
    /// Where the message stands.
    pub seq: Seq,
    pub author: User,
    /// As it stands now, also where the channel is not one's own; null: it was deleted.
    #[schema(required)]
    pub message: Option<Message>,
    #[schema(required)]
    pub reason: Option<String>,
    /// For administrators: who reported it. Null: somebody of another server, or whose account was deleted.
    #[schema(required)]
    pub reporter: Option<User>,
    /// The server where it was reported.
    #[schema(example = "chat.example.org")]
    pub server: String,
    /// Whether there is nothing more to do for whoever asks.
    pub closed: bool,
    /// When a moderator of the channel saw to it.
    #[schema(required)]
    pub handled_ts: Option<Ts>,
    #[schema(required)]
    pub handled_by: Option<User>,
    /// When an administrator saw to it.
    #[schema(required)]
    pub closed_ts: Option<Ts>,
    #[schema(required)]
    pub closed_by: Option<User>,
}

impl Domain {
    /// Reports a message. The same again, while it is open, changes nothing.
    ///
    /// # Errors
    /// `channel_not_found`, `not_member`, `message_not_found`, `redacted`, `bad_reason`, `bad_target` for one's own,
    /// `reports_full`
    pub async fn report(
        &self,
        actor: &Actor,
        channel: ChannelId,
        id: EventId,
        reason: Option<String>,
    ) -> Result<()> {
        let reason = check_reason(reason)?;
        let (actor, ours, now) = (actor.clone(), self.server().clone(), self.clock.now());
        self.writer
            .other(KEY, move |work| {
                let (num, row) = find_message(work, &actor, &channel, &id)?;
                let me = actor.person.num;
                if row.deleted {
                    return Err(Error::Refused(Refusal::TargetRedacted));
                }
                if row.sender == me {
                    return Err(Error::invalid("bad_target", "/message", "must be somebody else's"));
                }
                if is_reported(work, (num, row.seq), (Some(me), &ours))? {
                    return Ok(());
                }
                if reports::open_of(work.conn, me, OPEN_PER_PERSON_MAX)? >= OPEN_PER_PERSON_MAX {
                    return Err(Error::Conflict(Conflict::ReportsFull));
                }
                let report = NewReport {
                    ts: now,
                    channel: num,
                    seq: row.seq,
                    reporter: Some(me),
                    server: ours.as_str(),
                    reason: reason.as_deref(),
                    state: OPEN,
                };
                reports::insert(work.conn, &report)?;
                tell(work, num, row.sender)?;
                let sent = wire::Report { message: id, reason };
                send_on(work, num, (&channel, row.sender), &sent)
            })
            .await
    }

    /// What another server's people reported of a message. What is not known here, and what is too much, is passed over.
    ///
    /// # Errors
    /// `channel_not_found`, `not_member`, `bad_json`
    pub async fn take_report(
        &self,
        origin: &ServerName,
        channel: ChannelId,
        report: wire::Report,
    ) -> Result<()> {
        // To another server it is the shape that is wrong.
        let reason = check_reason(report.reason).map_err(|error| match error {
            Error::Invalid { pointer, detail, .. } => Error::Invalid { code: "bad_json", pointer, detail },
            other => other,
        })?;
        let (origin, now) = (origin.clone(), self.clock.now());
        self.writer
            .other(KEY, move |work| {
                let row = channels::by_id(work.conn, channel.as_str())?;
                let row = row.ok_or(Error::NotFound(Missing::Channel))?;
                if !is_in(work.conn, &row, &origin)? {
                    return Err(Error::Forbidden(Forbidden::NotMember));
                }
                let found = by_id(work.conn, row.num, &report.message)?.filter(|message| !message.deleted);
                let Some(message) = found else { return Ok(()) };
                if is_reported(work, (row.num, message.seq), (None, &origin))? {
                    return Ok(());
                }
                let open = reports::open_from(work.conn, origin.as_str(), OPEN_PER_SERVER_MAX)?;
                if open >= OPEN_PER_SERVER_MAX {
                    tracing::warn!(%origin, open, "a server reports more than is looked at: passed over");
                    return Ok(());
                }
                let new = NewReport {
                    ts: now,
                    channel: row.num,
                    seq: message.seq,
                    reporter: None,
                    server: origin.as_str(),
                    reason: reason.as_deref(),
                    state: OPEN,
                };
                reports::insert(work.conn, &new)?;
                tell(work, row.num, message.sender)
            })
            .await
    }

    /// What the person may see to, newest first, below the id `before`; and how many are open.
    pub async fn reports(
        &self,
        actor: &Actor,
        closed: bool,
        before: i64,
        limit: i64,
    ) -> Result<(Page<Report, i64>, i64)> {
        let viewer = viewer(actor);
        self.reads
            .read(move |conn| {
                let states = if closed { closed_for(viewer) } else { open_for(viewer) };
                let rows = reports::page(conn, viewer, states, before, limit + 1)?;
                let (rows, next) = cut(rows, limit, |row| row.id);
                let mut shown = Vec::with_capacity(rows.len());
                for row in rows {
                    shown.extend(show(conn, viewer, row)?);
                }
                Ok(((shown, next), reports::count(conn, viewer, open_for(viewer), COUNTED_MAX)?))
            })
            .await
    }

    /// Closes a report, or opens it again: for moderators of its channel if a moderator does it, for all if an administrator
    /// does.
    ///
    /// # Errors
    /// `report_not_found`; `admin_only` where an administrator has closed it.
    pub async fn update_report(&self, actor: &Actor, id: i64, closed: bool) -> Result<Report> {
        let (viewer, now) = (viewer(actor), self.clock.now());
        let missing = || Error::NotFound(Missing::Report);
        self.writer
            .other(KEY, move |work| {
                let row = reports::get(work.conn, viewer, id)?.ok_or_else(missing)?;
                let by = closed.then_some((viewer.user, now));
                if viewer.is_administrator {
                    let before = if row.handled_by.is_some() { HANDLED } else { OPEN };
                    if closed != (row.state == CLOSED) {
                        reports::set_closed(work.conn, id, if closed { CLOSED } else { before }, by)?;
                    }
                } else if row.state == CLOSED {
                    return if closed { shown(work.conn, viewer, row) } else { Err(admin_only()) };
                } else if closed != (row.state == HANDLED) {
                    reports::set_handled(work.conn, id, by)?;
                }
                tell_about(work, &row)?;
                let row = reports::get(work.conn, viewer, id)?.ok_or_else(missing)?;
                shown(work.conn, viewer, row)
            })
            .await
    }
}

/// How many are open for somebody; none where there is nothing that they see to.
pub(super) fn open(
    conn: &mut Conn,
    user: UserNum,
    role: AccountRole,
    moderates: bool,
) -> Result<Option<i64>> {
    let viewer = Viewer { user, is_administrator: role == AccountRole::Admin };
    if !viewer.is_administrator && !moderates {
        return Ok(None);
    }
    Ok(Some(reports::count(conn, viewer, open_for(viewer), COUNTED_MAX)?))
}

/// A message was deleted: where somebody else than its author did it, moderators need not look at it any more.
pub(super) fn deleted(
    work: &mut Work<'_>,
    place: (ChannelNum, Seq),
    by: UserNum,
    author: UserNum,
) -> Result<()> {
    if by == author {
        return Ok(());
    }
    let now = work.lane.clock.now();
    let rows = reports::open_about(work.conn, place.0, place.1)?;
    for row in rows.iter().filter(|row| row.state == OPEN) {
        reports::set_handled(work.conn, row.id, Some((by, now)))?;
    }
    if rows.is_empty() { Ok(()) } else { tell(work, place.0, author) }
}

/// An administrator deleted a message: all have seen to it.
pub(super) fn close_about(
    work: &mut Work<'_>,
    place: (ChannelNum, Seq),
    by: UserNum,
    author: UserNum,
) -> Result<()> {
    let now = work.lane.clock.now();
    let rows = reports::open_about(work.conn, place.0, place.1)?;
    for row in &rows {
        reports::set_closed(work.conn, row.id, CLOSED, Some((by, now)))?;
    }
    if rows.is_empty() { Ok(()) } else { tell(work, place.0, author) }
}

fn admin_only() -> Error {
    Error::Forbidden(Forbidden::AdminOnly)
}

fn viewer(actor: &Actor) -> Viewer {
    Viewer { user: actor.person.num, is_administrator: actor.role == AccountRole::Admin }
}

/// From which state to which a report is open for somebody.
fn open_for(viewer: Viewer) -> (i64, i64) {
    if viewer.is_administrator { (OPEN, HANDLED) } else { (OPEN, OPEN) }
}

fn closed_for(viewer: Viewer) -> (i64, i64) {
    (open_for(viewer).1 + 1, CLOSED)
}

/// Whether what this person, or a server for its people, reported of a message is open.
fn is_reported(
    work: &mut Work<'_>,
    (channel, seq): (ChannelNum, Seq),
    (reporter, server): (Option<UserNum>, &ServerName),
) -> Result<bool> {
    let open = reports::open_about(work.conn, channel, seq)?;
    Ok(open.iter().any(|row| row.reporter == reporter && row.server == server.as_str()))
}

/// Those who see to what is reported in the channel learn how much is open.
fn tell(work: &mut Work<'_>, channel: ChannelNum, author: UserNum) -> Result<()> {
    let administrators = users::admins(work.conn)?.into_iter().map(|user| (user, true));
    let moderators = reports::moderators(work.conn, channel, author, MODERATORS_TOLD_MAX)?;
    let moderators = moderators.into_iter().map(|user| (user, false));
    let mut of_all = None;
    for (user, is_administrator) in administrators.chain(moderators) {
        let viewer = Viewer { user, is_administrator };
        let open = match of_all {
            Some(open) if is_administrator => open,
            _ => reports::count(work.conn, viewer, open_for(viewer), COUNTED_MAX)?,
        };
        if is_administrator {
            of_all = Some(open);
        }
        work.tell(Effect::Reports { user, open });
    }
    Ok(())
}

fn tell_about(work: &mut Work<'_>, row: &ReportRow) -> Result<()> {
    let Some(message) = messages::get(work.conn, row.channel, row.seq)? else { return Ok(()) };
    tell(work, row.channel, message.sender)
}

/// The channel's host and the author's server are told, some time after the commit.
fn send_on(
    work: &mut Work<'_>,
    num: ChannelNum,
    (channel, author): (&ChannelId, UserNum),
    report: &wire::Report,
) -> Result<()> {
    let row = channels::by_num(work.conn, num)?.ok_or(Error::NotFound(Missing::Channel))?;
    let author = show::user_id(work.conn, author)?;
    let author: Option<ServerName> = author.parse::<UserId>().ok().map(|author| author.server());
    let mut servers: Vec<ServerName> = row.host.parse().ok().into_iter().chain(author).collect();
    servers.dedup();
    servers.retain(|server| *server != work.lane.identity.name);
    let body = serde_json::to_string(report)
        .map_err(|error| Error::Internal(storage::Error::Damaged(error.to_string())))?;
    let now = work.lane.clock.now();
    for server in servers {
        peers::add_errand(work.conn, server.as_str(), &reports_path(channel), &body, now)?;
        work.tell(Effect::Errand { server });
    }
    Ok(())
}

fn shown(conn: &mut Conn, viewer: Viewer, row: ReportRow) -> Result<Report> {
    show(conn, viewer, row)?.ok_or(Error::NotFound(Missing::Report))
}

/// None where the message is not here, because its log is being read anew.
fn show(conn: &mut Conn, viewer: Viewer, row: ReportRow) -> Result<Option<Report>> {
    let Some(channel) = channels::by_num(conn, row.channel)? else { return Ok(None) };
    let Some(message) = messages::get(conn, row.channel, row.seq)? else { return Ok(None) };
    let author = person(conn, Some(message.sender))?.ok_or(Error::NotFound(Missing::User))?;
    let content = show::message_at(conn, row.channel, &channel.id, row.seq)?;
    let info = show::channel_info(&channel);
    Ok(Some(Report {
        id: row.id,
        ts: row.ts,
        channel: ReportedChannel { id: info.id, kind: info.kind, name: info.name },
        message_id: message.id,
        seq: row.seq,
        author,
        message: content.filter(|message| !message.deleted),
        reason: row.reason,
        // Anybody can be the moderator of a channel, and a friend of whom was reported.
        reporter: if viewer.is_administrator { person(conn, row.reporter)? } else { None },
        server: row.server,
        closed: row.state >= closed_for(viewer).0,
        handled_ts: row.handled_ts,
        handled_by: person(conn, row.handled_by)?,
        closed_ts: row.closed_ts,
        closed_by: person(conn, row.closed_by)?,
    }))
}

fn person(conn: &mut Conn, num: Option<UserNum>) -> Result<Option<User>> {
    let Some(num) = num else { return Ok(None) };
    Ok(users::by_num(conn, num)?.map(|row| show::user(&row)))
}
