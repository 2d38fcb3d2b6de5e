//! What administrators see and do: accounts, channels, other servers, how much is stored.

use std::collections::HashMap;

use super::accounts::{self, put_password};
use super::acts::ActKind;
use super::effect::Effect;
use super::peers::Contact;
use super::sessions::readable_secret;
use super::view::AccountRole;
use super::writer::Work;
use super::{Actor, Conflict, Domain, Error, Forbidden, Missing, Page, Result, cut};
pub use crate::config::Founders;
use crate::protocol::Ts;
use crate::protocol::ids::{ServerName, UserId};
use crate::storage::acts::NewAct;
use crate::storage::channels::ChannelRow;
use crate::storage::overview::{self, Gauges, Totals};
use crate::storage::peers::{AlarmRow, PeerRow};
use crate::storage::users::{self, UserRow};
use crate::storage::{self, Conn, acts, files, sessions, totp};

/// How many rows a page of these lists has at most.
pub const ADMIN_PAGE_MAX: i64 = 100;
/// How many alarms a page of servers tells of.
const ALARMS_MAX: i64 = 200;

/// Refuses everybody else.
///
/// # Errors
/// `admin_only`
pub fn admin(actor: &Actor) -> Result<()> {
    if actor.role == AccountRole::Admin { Ok(()) } else { Err(Error::Forbidden(Forbidden::AdminOnly)) }
}

/// An account of this server.
pub struct Account {
    pub row: UserRow,
    pub sessions: i64,
    /// Whether logging in takes a one-time code.
    pub totp: bool,
    pub last_used_ts: Option<Ts>,
    pub file_bytes: i64,
}

/// What is to change of an account.
#[derive(Clone, Copy, Default)]
pub struct AccountPatch {
    pub role: Option<AccountRole>,
    pub disabled: Option<bool>,
}

/// A channel, as its server's administrators see it: what it is called and how large it is, not what is said.
pub struct ChannelFigures {
    pub row: ChannelRow,
    pub local_members: i64,
}

/// Another server.
pub struct Peer {
    pub row: PeerRow,
    /// Shared with it, whoever is the host.
    pub channels: i64,
    /// Entries of channels hosted here that it lacks.
    pub behind: i64,
    pub contact: Contact,
    /// Whether this server talks to it.
    pub is_admitted: bool,
    pub alarms: Vec<AlarmRow>,
}

pub struct StorageFigures {
    pub accounts: i64,
    pub totals: Totals,
    /// Transactions since the start.
    pub commits: i64,
}

impl Domain {
    /// Whether somebody may found channels.
    ///
    /// # Errors
    /// `admin_only`
    pub(super) fn may_found(&self, actor: &Actor) -> Result<()> {
        match self.config.settings.accounts.create_channels {
            Founders::Everybody => Ok(()),
            Founders::Administrators => admin(actor),
        }
    }

    /// Accounts whose name has `query` in it, by id, after the id `after`.
    ///
    /// # Errors
    /// `admin_only`
    pub async fn accounts(
        &self,
        actor: &Actor,
        query: String,
        after: String,
        limit: i64,
    ) -> Result<Page<Account, String>> {
        admin(actor)?;
        let rows = self
            .reads
            .read(move |conn| {
                let rows = users::local(conn, &query, &after, limit + 1)?;
                described(conn, rows)
            })
            .await?;
        Ok(cut(rows, limit, |account| account.row.id.clone()))
    }

    /// Changes what an account may do. Somebody who is kept out loses all sessions at once.
    ///
    /// # Errors
    /// `admin_only`, `user_not_found`, and `last_admin`: somebody has to be left who can undo it.
    pub async fn update_account(&self, actor: &Actor, user: UserId, patch: AccountPatch) -> Result<Account> {
        admin(actor)?;
        let (by, now) = (actor.person.id.clone(), self.clock.now());
        // One key for all: the last two administrators can't send each other away at the same time.
        self.writer
            .other("accounts", move |work| {
                let admins = users::lock_admins(work.conn)?;
                let row = users::by_id(work.conn, user.as_str())?.filter(UserRow::is_person);
                let row = row.ok_or(Error::NotFound(Missing::User))?;
                let role = patch.role.unwrap_or(AccountRole::parse(&row.role));
                let disabled = patch.disabled.unwrap_or(row.disabled_ts.is_some());
                let stays = role == AccountRole::Admin && !disabled;
                if !stays && admins == [row.num] {
                    return Err(Error::Conflict(Conflict::LastAdmin));
                }
                if role != AccountRole::parse(&row.role) {
                    users::set_role(work.conn, row.num, role.as_str())?;
                    acts::add(work.conn, &ActKind::of_role(role).to(&user, Some(&by), now))?;
                    let of = sessions::of_user(work.conn, row.num)?;
                    let of = of.into_iter().map(|session| session.id).collect();
                    work.tell(Effect::RoleChanged { user: row.num, role, sessions: of });
                }
                set_disabled(work, &row, disabled, ActKind::of_disabled(disabled).to(&user, Some(&by), now))?;
                let row = users::by_num(work.conn, row.num)?.ok_or(Error::NotFound(Missing::User))?;
                described(work.conn, vec![row])?.pop().ok_or(Error::NotFound(Missing::User))
            })
            .await
    }

    /// Keeps somebody out of their account, or lets them in again, as [`Domain::update_account`] does: for the operator.
    ///
    /// # Errors
    /// `user_not_found`, `last_admin`
    pub async fn set_account_disabled(&self, username: &str, disabled: bool) -> Result<()> {
        let (id, now) = (accounts::parse_named(username, self.server())?, self.clock.now());
        self.writer
            .other("accounts", move |work| {
                let admins = users::lock_admins(work.conn)?;
                let row = users::by_id(work.conn, id.as_str())?.filter(UserRow::is_person);
                let row = row.ok_or(Error::NotFound(Missing::User))?;
                if disabled && admins == [row.num] {
                    return Err(Error::Conflict(Conflict::LastAdmin));
                }
                set_disabled(work, &row, disabled, ActKind::of_disabled(disabled).to(&id, None, now))
            })
            .await
    }

    /// Another password for somebody who forgot theirs, made at random; their sessions end.
    ///
    /// # Errors
    /// `admin_only`, `user_not_found`; `bad_target` for oneself: that takes the current one.
    pub async fn issue_password(&self, actor: &Actor, user: UserId) -> Result<String> {
        admin(actor)?;
        if actor.person.id == user {
            return Err(Error::invalid("bad_target", "/user", "must be somebody else"));
        }
        let password = readable_secret();
        let hash = self.passwords.hash(password.clone()).await?;
        let act = ActKind::PasswordSet.to(&user, Some(&actor.person.id), self.clock.now());
        self.writer
            .other(user.clone().as_str(), move |work| {
                let row = users::by_id(work.conn, user.as_str())?.filter(UserRow::is_person);
                let row = row.ok_or(Error::NotFound(Missing::User))?;
                acts::add(work.conn, &act)?;
                put_password(work, row.num, &hash, None)
            })
            .await?;
        Ok(password)
    }

    /// Channels with `query` in their name, topic or alias, after the number `after`. Direct conversations
    /// are nobody else's business.
    pub async fn channel_figures(
        &self,
        actor: &Actor,
        query: String,
        after: i64,
        limit: i64,
    ) -> Result<Page<ChannelFigures, i64>> {
        admin(actor)?;
        let server = self.server().clone();
        let rows = self
            .reads
            .read(move |conn| {
                let rows = overview::channels(conn, &query, after, limit + 1)?;
                let nums: Vec<i64> = rows.iter().map(|row| row.num).collect();
                let members = overview::local_members_of(conn, &nums, server.as_str())?;
                let figures = rows.into_iter().map(|row| {
                    let local_members = members.get(&row.num).copied().unwrap_or(0);
                    ChannelFigures { row, local_members }
                });
                Ok::<_, Error>(figures.collect::<Vec<_>>())
            })
            .await?;
        Ok(cut(rows, limit, |figures| figures.row.num))
    }

    /// Servers that this one has met, by name, after the name `after`.
    pub async fn peer_figures(&self, actor: &Actor, after: String, limit: i64) -> Result<Page<Peer, String>> {
        admin(actor)?;
        let ours = self.server().clone();
        let read = self.reads.read(move |conn| peer_rows(conn, ours.as_str(), &after, limit + 1)).await?;
        let (mut rows, next) = cut(read, limit, |peer| peer.row.server.clone());
        for peer in &mut rows {
            if let Ok(server) = peer.row.server.parse::<ServerName>() {
                peer.contact = self.peers.contact(&server);
                peer.is_admitted = self.peers.admits(&server);
            }
        }
        Ok((rows, next))
    }

    /// How this server and others stand, and how many of these could not be reached the last time: for the operator's own
    /// programs, not for anybody who asks.
    ///
    /// # Errors
    /// What the database says.
    pub async fn gauges(&self) -> Result<(Gauges, usize)> {
        let name = self.config.name.clone();
        let gauges = self.reads.read(move |conn| overview::gauges(conn, name.as_str()));
        let gauges: Gauges = gauges.await.map_err(|error: storage::Error| Error::from(error))?;
        let servers = gauges.sharing.iter().filter_map(|server| server.parse::<ServerName>().ok());
        let away = servers.filter(|server| self.peers.is_away(server)).count();
        Ok((gauges, away))
    }

    /// Servers that share a channel with this one.
    ///
    /// # Errors
    /// What the database says.
    pub async fn sharing_servers(&self) -> Result<Vec<ServerName>> {
        let name = self.config.name.clone();
        let names: Vec<String> =
            self.reads.read(move |conn| Ok::<_, Error>(overview::sharing(conn, name.as_str())?)).await?;
        Ok(names.into_iter().filter_map(|name| name.parse().ok()).collect())
    }

    /// How much is stored.
    pub async fn storage_figures(&self, actor: &Actor) -> Result<StorageFigures> {
        admin(actor)?;
        let commits = i64::try_from(self.writer.commits()).unwrap_or(i64::MAX);
        self.reads
            .read(move |conn| {
                let (accounts, totals) = (users::count_local(conn)?, overview::totals(conn)?);
                Ok(StorageFigures { accounts, totals, commits })
            })
            .await
    }
}

fn described(conn: &mut Conn, rows: Vec<UserRow>) -> Result<Vec<Account>> {
    let nums: Vec<i64> = rows.iter().map(|row| row.num).collect();
    let with_codes = totp::enabled_of(conn, &nums)?;
    let mut used = overview::sessions_of(conn, &nums)?;
    rows.into_iter()
        .map(|row| {
            let (sessions, last) =
                used.remove(&row.num).map_or((0, None), |(count, last)| (count, Some(last)));
            let file_bytes = files::used_by(conn, row.num)?;
            Ok(Account { totp: with_codes.contains(&row.num), row, sessions, last_used_ts: last, file_bytes })
        })
        .collect()
}

fn peer_rows(conn: &mut Conn, ours: &str, after: &str, limit: i64) -> Result<Vec<Peer>> {
    let rows = overview::peers(conn, ours, after, limit)?;
    let names: Vec<String> = rows.iter().map(|row| row.server.clone()).collect();
    let replicas = overview::replicas_of(conn, &names)?;
    let hosted = overview::hosted_of(conn, &names)?;
    let mut alarms: HashMap<String, Vec<AlarmRow>> = HashMap::new();
    for alarm in overview::alarms_of(conn, &names, ALARMS_MAX)? {
        alarms.entry(alarm.server.clone()).or_default().push(alarm);
    }
    let peers = rows.into_iter().map(|row| {
        let (channels, behind) = replicas.get(&row.server).copied().unwrap_or_default();
        let channels = channels + hosted.get(&row.server).copied().unwrap_or(0);
        let alarms = alarms.remove(&row.server).unwrap_or_default();
        Peer { row, channels, behind, contact: Contact::default(), is_admitted: false, alarms }
    });
    Ok(peers.collect())
}

/// Whoever is kept out loses all sessions at once. `act` is what is recorded of it, where it changes anything.
fn set_disabled(work: &mut Work<'_>, row: &UserRow, disabled: bool, act: NewAct) -> Result<()> {
    if disabled != row.disabled_ts.is_some() {
        users::set_disabled(work.conn, row.num, disabled.then_some(act.ts))?;
        acts::add(work.conn, &act)?;
    }
    if disabled {
        let ended = sessions::delete_all(work.conn, row.num)?;
        work.tell(Effect::SessionsEnded { sessions: ended });
    }
    Ok(())
}
