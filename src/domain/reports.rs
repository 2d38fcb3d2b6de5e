//! What members report, and who sees to it: the moderators of the channel, and this server's administrators, for whom a report
//! is open until one of them closes it, whatever a channel's owner thinks of it. A message of which the host, or the author, is
//! of another server is reported there as well, without saying by whom.

use serde::Serialize;
use utoipa::ToSchema;

use super::clock::DAY_MS;
use super::content::{self, ReasonContent};
use super::effect::Effect;
use super::messages::{by_id, check_reason, find_message};
use super::remote::history::is_in;
use super::remote::host::reports_path;
use super::remote::wire;
use super::seat::reads_from;
use super::show;
use super::view::{AccountRole, Message, User};
use super::writer::Work;
use super::{Actor, Conflict, Domain, Error, Forbidden, Missing, Page, Result, cut};
use crate::protocol::ids::{ChannelId, EventId, ServerName, UserId};
use crate::protocol::rules::Refusal;
use crate::protocol::{Seq, Ts};
use crate::storage::channels::ChannelRow;
use crate::storage::reports::{self, CLOSED, HANDLED, NewReport, OPEN, Of, Part, ReportRow, Viewer};
use crate::storage::{self, ChannelNum, Conn, UserNum, channels, entries, messages, peers, users};

/// How many reports a page has at most.
pub const REPORTS_PAGE_MAX: i64 = 100;
/// How many of one person's can be open.
pub const OPEN_PER_PERSON_MAX: i64 = 50;
/// How many of one person's can wait for an administrator, whatever moderators closed of them.
const UNCLOSED_PER_PERSON_MAX: i64 = 200;
/// How many that other servers send can be open, of each, and how many can wait for an administrator.
const OPEN_PER_SERVER_MAX: i64 = 200;
const UNCLOSED_PER_SERVER_MAX: i64 = 1_000;
/// Up to how many are counted.
const COUNTED_MAX: i64 = 1_000;
/// How many moderators of a channel are told at once. The others see it when they look.
const MODERATORS_TOLD_MAX: i64 = 20;
/// How long what was closed is kept.
const CLOSED_KEPT_MS: i64 = 365 * DAY_MS;
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
    /// Whether the message was deleted.
    pub deleted: bool,
    /// As it stands now: to administrators also where the channel is not theirs, until the report is closed. Null where it was
    /// deleted or may not be read.
    #[schema(required)]
    pub message: Option<Message>,
    #[schema(required)]
    pub reason: Option<String>,
    /// For administrators: who reported it. Null: somebody of another server, or whose account was deleted.
    #[schema(required)]
    pub reporter: Option<User>,
    /// For administrators: the server where it was reported.
    #[schema(required, example = "chat.example.org")]
    pub server: Option<String>,
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
                if let Some(found) = reports::find(work.conn, (num, row.seq), Some(me), ours.as_str())? {
                    return open_again(work, &found, row.sender, &Of::Person(me));
                }
                if is_full(work, &Of::Person(me))? {
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
                let place = (row.num, message.seq);
                if let Some(found) = reports::find(work.conn, place, None, origin.as_str())? {
                    return open_again(work, &found, message.sender, &Of::Server(origin.as_str()));
                }
                if is_full(work, &Of::Server(origin.as_str()))? {
                    tracing::warn!(%origin, "a server reports more than is looked at: passed over");
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
                let part = if closed { Part::Closed } else { Part::Open };
                let rows = reports::page(conn, viewer, part, before, limit + 1)?;
                let (rows, next) = cut(rows, limit, |row| row.id);
                let mut shown = Vec::with_capacity(rows.len());
                for row in rows {
                    shown.extend(show(conn, viewer, row)?);
                }
                Ok(((shown, next), reports::count(conn, viewer, COUNTED_MAX)?))
            })
            .await
    }

    /// Closes a report, or opens it again: for moderators of its channel if a moderator does it, for all if an administrator
    /// does.
    ///
    /// # Errors
    /// `report_not_found`; `admin_only` where an administrator has closed it; `bad_target` for an administrator who would look
    /// into a conversation again.
    pub async fn update_report(&self, actor: &Actor, id: i64, closed: bool) -> Result<Report> {
        let (viewer, now) = (viewer(actor), self.clock.now());
        let missing = || Error::NotFound(Missing::Report);
        self.writer
            .other(KEY, move |work| {
                let row = reports::get(work.conn, viewer, id)?.ok_or_else(missing)?;
                let by = closed.then_some((viewer.user, now));
                let is_closed = if viewer.is_administrator { row.state == CLOSED } else { row.state != OPEN };
                if is_closed == closed {
                    return shown(work.conn, viewer, row);
                }
                if viewer.is_administrator {
                    if !closed {
                        check_reopening(work, &row)?;
                    }
                    let before = if row.handled_by.is_some() { HANDLED } else { OPEN };
                    reports::set_closed(work.conn, id, if closed { CLOSED } else { before }, by)?;
                } else if row.state == CLOSED {
                    return Err(Error::Forbidden(Forbidden::AdminOnly));
                } else {
                    reports::set_handled(work.conn, id, by)?;
                }
                tell_about(work, &row)?;
                let row = reports::get(work.conn, viewer, id)?.ok_or_else(missing)?;
                shown(work.conn, viewer, row)
            })
            .await
    }

    /// An administrator deleted a message: all have seen to what was reported of it.
    pub(super) async fn close_reports(
        &self,
        channel: &ChannelId,
        message: &EventId,
        by: UserNum,
    ) -> Result<()> {
        let (channel, message, now) = (channel.clone(), message.clone(), self.clock.now());
        self.writer
            .other(KEY, move |work| {
                let Some(row) = channels::by_id(work.conn, channel.as_str())? else { return Ok(()) };
                // Whoever was reported may be one, and is not who decides that there is nothing more to do.
                let message = by_id(work.conn, row.num, &message)?.filter(|message| message.sender != by);
                let Some(message) = message else { return Ok(()) };
                match reports::close_about(work.conn, (row.num, message.seq), by, now)? {
                    true => tell(work, row.num, message.sender),
                    false => Ok(()),
                }
            })
            .await
    }

    /// The account is gone: what it reported stays, and does not say whose it was.
    pub(super) async fn forget_reporter(&self, user: UserNum) -> Result<()> {
        self.writer.other(KEY, move |work| Ok(reports::forget_reporter(work.conn, user)?)).await
    }

    /// Forgets what was closed long ago.
    pub async fn forget_closed_reports(&self) -> Result<usize> {
        let before = self.clock.now() - CLOSED_KEPT_MS;
        self.writer.other(KEY, move |work| Ok(reports::forget_closed(work.conn, before)?)).await
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
    Ok(Some(reports::count(conn, viewer, COUNTED_MAX)?))
}

/// A message was deleted: those who look at reports have something else before them. Nothing is written here: threads that
/// write to other channels may be about to change the same reports.
pub(super) fn deleted(work: &mut Work<'_>, channel: ChannelNum, seq: Seq, author: UserNum) -> Result<()> {
    if reports::is_open(work.conn, channel, seq)? { tell(work, channel, author) } else { Ok(()) }
}

fn viewer(actor: &Actor) -> Viewer {
    Viewer { user: actor.person.num, is_administrator: actor.role == AccountRole::Admin }
}

/// What people said to each other is looked at because one of them shows it, and not once more when it pleases.
fn check_reopening(work: &mut Work<'_>, row: &ReportRow) -> Result<()> {
    let channel = channels::by_num(work.conn, row.channel)?;
    match channel.is_some_and(|channel| channel.kind == "dm") {
        true => {
            Err(Error::invalid("bad_target", "/closed", "a report of a direct conversation stays closed"))
        }
        false => Ok(()),
    }
}

/// How many can be open of these.
fn of_open(of: &Of<'_>) -> i64 {
    match of {
        Of::Person(_) => OPEN_PER_PERSON_MAX,
        Of::Server(_) => OPEN_PER_SERVER_MAX,
    }
}

/// Whether no more is taken of these. A moderator can close what they report themselves: for administrators it is open.
fn is_full(work: &mut Work<'_>, of: &Of<'_>) -> Result<bool> {
    let unclosed = match of {
        Of::Person(_) => UNCLOSED_PER_PERSON_MAX,
        Of::Server(_) => UNCLOSED_PER_SERVER_MAX,
    };
    let is_full = reports::count_of(work.conn, of, HANDLED, of_open(of))? >= of_open(of);
    Ok(is_full || reports::count_of(work.conn, of, CLOSED, unclosed)? >= unclosed)
}

/// It is reported again: what a moderator has seen to is open for moderators, too.
fn open_again(work: &mut Work<'_>, report: &ReportRow, author: UserNum, of: &Of<'_>) -> Result<()> {
    if report.state == OPEN || reports::count_of(work.conn, of, HANDLED, of_open(of))? >= of_open(of) {
        return Ok(());
    }
    reports::set_handled(work.conn, report.id, None)?;
    tell(work, report.channel, author)
}

/// Those who see to what is reported in the channel learn how much is open.
fn tell(work: &mut Work<'_>, channel: ChannelNum, author: UserNum) -> Result<()> {
    let administrators = users::admins(work.conn)?.into_iter().map(|user| (user, true));
    let moderators = reports::moderators(work.conn, channel, author, MODERATORS_TOLD_MAX)?;
    let moderators = moderators.into_iter().map(|user| (user, false));
    for (user, is_administrator) in administrators.chain(moderators) {
        // Nobody learns that they were reported.
        if user != author {
            let open = reports::count(work.conn, Viewer { user, is_administrator }, COUNTED_MAX)?;
            work.tell(Effect::Reports { user, open });
        }
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

fn show(conn: &mut Conn, viewer: Viewer, row: ReportRow) -> Result<Option<Report>> {
    let Some(channel) = channels::by_num(conn, row.channel)? else { return Ok(None) };
    let Some(message) = messages::get(conn, row.channel, row.seq)? else { return Ok(None) };
    let author = person(conn, Some(message.sender))?.ok_or(Error::NotFound(Missing::User))?;
    let removal = removal(conn, &row, message.sender)?;
    let closed = match viewer.is_administrator {
        true => row.state == CLOSED,
        false => row.state != OPEN || removal.is_some(),
    };
    // An administrator is shown what they may not read, for as long as there is something to do.
    let is_shown = (viewer.is_administrator && !closed) || may_read(conn, viewer, &channel, row.seq)?;
    let is_shown = is_shown && !message.deleted;
    let content = if is_shown { show::message_at(conn, row.channel, &channel.id, row.seq)? } else { None };
    let (handled_by, handled_ts) = match (row.handled_by, removal) {
        (None, Some((by, ts))) => (Some(by), Some(ts)),
        (by, _) => (by, row.handled_ts),
    };
    let info = show::channel_info(&channel);
    // Anybody can be the moderator of a channel, and a friend of whom was reported; and a server may have one person.
    let is_told_whose = viewer.is_administrator;
    let reporter = row.reporter.filter(|_| is_told_whose);
    Ok(Some(Report {
        id: row.id,
        ts: row.ts,
        channel: ReportedChannel { id: info.id, kind: info.kind, name: info.name },
        message_id: message.id,
        seq: row.seq,
        author,
        deleted: message.deleted,
        message: content,
        reason: row.reason,
        reporter: person(conn, reporter)?,
        server: is_told_whose.then_some(row.server),
        closed,
        handled_ts,
        handled_by: person(conn, handled_by)?,
        closed_ts: row.closed_ts,
        closed_by: person(conn, row.closed_by)?,
    }))
}

/// Who else than its author deleted the message, and when.
fn removal(conn: &mut Conn, row: &ReportRow, author: UserNum) -> Result<Option<(UserNum, Ts)>> {
    let entry = entries::by_seq(conn, row.channel, row.seq)?;
    let Some(redacted) = entry.and_then(|entry| entry.redacted_seq) else { return Ok(None) };
    let redaction = entries::by_seq(conn, row.channel, redacted)?;
    let Some(redaction) = redaction.filter(|entry| entry.sender != author) else { return Ok(None) };
    // It may have been done in the name of the channel's owner.
    let why = entries::body(conn, row.channel, redacted)?;
    let why: ReasonContent = why.as_deref().and_then(content::read_body).unwrap_or_default();
    let administrator = match why.administrator {
        Some(id) => users::by_id(conn, &id)?.map(|row| row.num),
        None => None,
    };
    Ok(Some((administrator.unwrap_or(redaction.sender), redaction.host_ts)))
}

/// Whether the viewer may read there anyhow: a moderator may have come later than the message.
fn may_read(conn: &mut Conn, viewer: Viewer, channel: &ChannelRow, seq: Seq) -> Result<bool> {
    Ok(reads_from(conn, channel, viewer.user)?.is_some_and(|first| first <= seq))
}

fn person(conn: &mut Conn, num: Option<UserNum>) -> Result<Option<User>> {
    let Some(num) = num else { return Ok(None) };
    Ok(users::by_num(conn, num)?.map(|row| show::user(&row)))
}
