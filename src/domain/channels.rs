//! Channels: create, look at, change.

use std::collections::{BTreeSet, HashMap};

use super::content::{self, NameContent, TopicContent};
use super::members::join;
use super::messages::find_channel;
use super::policy::{self, set_policy};
use super::seat::{self, Seat, first_shown};
use super::view::{Channel, ChannelServers, ChannelSync, Message, ServerLag, SyncState, User};
use super::writer::{Draft, Work};
use super::{
    Actor, Conflict, Domain, Error, Forbidden, Missing, Person, Result, accounts, project, show, stored,
};
use crate::protocol::event::EventType;
use crate::protocol::ids::{Alias, ChannelId, ServerName};
use crate::protocol::rules::{Capability, HistoryPolicy, JoinPolicy, Policy, Role, Rules};
use crate::protocol::state::ServerList;
use crate::storage::channels::{ChannelChange, ChannelRow};
use crate::storage::members::MemberRow;
use crate::storage::messages::Shown;
use crate::storage::users::UserRow;
use crate::storage::{
    ChannelNum, Conn, UserNum, blocks, channels, exclusions, joinings, members, messages, meta,
    notifications, peers, users,
};

pub const NAME_CHARS_MAX: usize = 80;
pub const TOPIC_CHARS_MAX: usize = 500;
/// People of a direct conversation.
const DM_PEOPLE_MAX: i64 = 10;
/// People who are looked up with one statement.
const PEOPLE_AT_ONCE: usize = 1_000;

/// A channel that somebody wants.
pub struct NewChannel {
    pub name: String,
    pub topic: String,
    pub public: bool,
    pub alias: Option<String>,
}

/// What somebody wants to change; none leaves a thing as it is.
#[derive(Default, Clone)]
pub struct ChannelPatch {
    pub name: Option<String>,
    pub topic: Option<String>,
    pub public: Option<bool>,
    pub join: Option<JoinPolicy>,
    pub history: Option<HistoryPolicy>,
    /// Some(None): for ever.
    pub retention_days: Option<Option<i64>>,
    pub slow_seconds: Option<Option<i64>>,
    pub caps: Option<Vec<(Capability, Role)>>,
    pub archived: Option<bool>,
    /// Whole: which servers may have people in it.
    pub servers: Option<ServerList>,
    /// `Some(None)` takes the alias away.
    pub alias: Option<Option<String>>,
}

fn check_name(name: &str) -> Result<String> {
    let name = accounts::check_name(name, NAME_CHARS_MAX, "bad_name", "/name")?;
    if name.is_empty() { Err(Error::invalid("bad_name", "/name", "must not be empty")) } else { Ok(name) }
}

fn check_alias(local: &str, server: &ServerName) -> Result<String> {
    let local = local.strip_prefix('#').unwrap_or(local);
    let local = local.strip_suffix(&format!(":{server}")).unwrap_or(local).to_ascii_lowercase();
    let bad = |_| {
        Error::invalid(
            "bad_alias",
            "/alias",
            "An alias has 1 to 64 letters a-z, digits, dots, dashes or underscores, and begins with a letter or digit.",
        )
    };
    Ok(Alias::new(&local, server).map_err(bad)?.as_str().to_owned())
}

impl Domain {
    /// Makes a channel, owned by the asker.
    ///
    /// # Errors
    /// `bad_name`, `bad_topic`, `bad_alias`, `alias_taken`
    pub async fn create_channel(&self, actor: &Actor, new: NewChannel) -> Result<Channel> {
        self.may_found(actor)?;
        self.found_channel(actor, new, None).await
    }

    /// As [`Domain::create_channel`]; the channel's id is kept under `note`, in the same transaction.
    pub(super) async fn found_channel(
        &self,
        actor: &Actor,
        new: NewChannel,
        note: Option<String>,
    ) -> Result<Channel> {
        let name = check_name(&new.name)?;
        let topic = accounts::check_line(&new.topic, TOPIC_CHARS_MAX, "bad_topic", "/topic")?;
        let alias = new.alias.as_deref().map(|alias| check_alias(alias, self.server())).transpose()?;
        let (person, public) = (actor.person.clone(), new.public);
        self.own(actor, move |work| {
            let num = begin(work, &person, "channel", Vec::new(), public)?;
            // Before the name, whose entry then tells the alias too.
            if alias.is_some() {
                set_alias(work, num, alias.as_deref())?;
            }
            if public {
                let policy = Policy { join: JoinPolicy::Open, ..Policy::default() };
                set_policy(work, num, &person, &policy)?;
            }
            set_name(work, num, &person, name)?;
            if !topic.is_empty() {
                set_topic(work, num, &person, topic)?;
            }
            let view = view_after(work, num, person.num)?;
            if let Some(note) = note {
                meta::put(work.conn, &note, &view.info.id)?;
            }
            Ok(view)
        })
        .await
    }

    /// One's own channels: joined and invited.
    pub async fn channels(&self, actor: &Actor) -> Result<Vec<Channel>> {
        let user = actor.person.num;
        self.reads.read(move |conn| mine(conn, user)).await
    }

    /// A channel that one may know of.
    pub async fn channel(&self, actor: &Actor, id: ChannelId) -> Result<Channel> {
        let (user, ours) = (actor.person.num, self.server().clone());
        let gate = self.writer.gate.clone();
        let known = id.clone();
        let (mut channel, lacks) = self
            .reads
            .read(move |conn| {
                let seat = Seat::find(conn, user, &id)?;
                let mut sync = sync_of(conn, &seat.channel, ours.as_str())?;
                if let Some(sync) = sync.as_mut().filter(|_| gate.is_shut(seat.channel.num)) {
                    sync.state = SyncState::Recovering;
                }
                let (servers, lacks) = (servers_of(&seat.channel), seat.lacks());
                let invited_by = show::inviter(conn, seat.member.as_ref())?;
                let channel = one(conn, seat.channel, seat.member, user)?;
                let channel = Channel { sync, servers, invited_by, ..channel };
                Ok::<_, Error>((channel, lacks))
            })
            .await?;
        let is_away = |host: &ServerName| self.peers.is_away(host) || !self.peers.admits(host);
        let host = channel.info.host.parse::<ServerName>().ok().filter(|host| host != self.server());
        if let Some(sync) = channel.sync.as_mut().filter(|sync| sync.state == SyncState::Live)
            && host.is_some_and(|host| is_away(&host))
        {
            sync.state = SyncState::Waiting;
        }
        let here = channel.head + 1;
        let behind = self.catch_ups.missing(&known, here).into_iter().chain(lacks).max();
        if let Some((sync, behind)) = channel.sync.as_mut().zip(behind) {
            if sync.state == SyncState::Live {
                sync.state = SyncState::Replaying;
            }
            sync.behind = Some(behind);
        }
        if lacks.is_some() {
            channel.last_message = self.previews.last_message(&known, actor);
        }
        Ok(channel)
    }

    /// Changes a channel; all of it, or nothing.
    pub async fn update_channel(&self, actor: &Actor, id: ChannelId, patch: ChannelPatch) -> Result<Channel> {
        let name = patch.name.as_deref().map(check_name).transpose()?;
        let check_topic = |text: &str| accounts::check_line(text, TOPIC_CHARS_MAX, "bad_topic", "/topic");
        let topic = patch.topic.as_deref().map(check_topic).transpose()?;
        let checked_alias = |alias: &Option<String>| {
            alias.as_deref().map(|alias| check_alias(alias, self.server())).transpose()
        };
        let alias = patch.alias.as_ref().map(checked_alias).transpose()?;
        policy::check(&patch)?;
        let (actor, key) = (actor.clone(), id.clone());
        self.change(&key, move |work| {
            let num = find_channel(work, &actor, &id)?;
            let row = channels::by_num(work.conn, num)?.ok_or(Error::NotFound(Missing::Channel))?;
            let size = work.lane.open(work.conn, num)?.position.size;
            // What is archived takes nothing else: it is opened first, and archived last.
            let archived = patch.archived.filter(|archived| *archived != row.archived);
            if archived == Some(false) {
                set_archived(work, num, &actor.person, false)?;
            }
            let local = set_local(work, num, &actor.person, &row, patch.public, alias)?;
            if let Some(name) = name.filter(|name| *name != row.name) {
                set_name(work, num, &actor.person, name)?;
            }
            if let Some(topic) = topic.filter(|topic| *topic != row.topic) {
                set_topic(work, num, &actor.person, topic)?;
            }
            let old = stored::policy(&row)?;
            let policy = policy::patched(&old, &patch);
            if policy != old {
                set_policy(work, num, &actor.person, &policy)?;
            }
            if let Some(servers) = &patch.servers
                && *servers != stored::servers(&row)?
            {
                let content = serde_json::Value::Object(content::map(servers));
                work.append(num, &actor.person, Draft::new(EventType::ChannelServers).state("", content))?;
            }
            if archived == Some(true) {
                set_archived(work, num, &actor.person, true)?;
            }
            // What only this server says stands in no entry of its own, and clients go by entries: the
            // policy is said again, so that those who are there and those who come back hear of it.
            // (An archived channel takes no entries; there it shows when the channel is asked for.)
            if local && work.lane.open(work.conn, num)?.position.size == size && !row.archived {
                set_policy(work, num, &actor.person, &old)?;
            }
            view_after(work, num, actor.person.num)
        })
        .await
    }
}

/// How the channel stands with other servers, if it is shared with any.
fn sync_of(conn: &mut Conn, row: &ChannelRow, ours: &str) -> Result<Option<ChannelSync>> {
    if row.host != ours {
        let frozen = peers::evidence(conn, &row.id)?.is_some();
        let state = if frozen { SyncState::Frozen } else { SyncState::Live };
        return Ok(Some(ChannelSync { state, behind: None, servers: Vec::new() }));
    }
    let replicas = peers::replicas_of(conn, row.num)?;
    let lag = |replica: peers::ReplicaRow| ServerLag {
        behind: peers::lack(row.size, replica.acked, replica.until),
        server: replica.server,
    };
    let servers: Vec<ServerLag> = replicas.into_iter().map(lag).collect();
    Ok((!servers.is_empty()).then_some(ChannelSync { state: SyncState::Live, behind: None, servers }))
}

/// Which servers may have people in it; none for all.
fn servers_of(row: &ChannelRow) -> Option<ChannelServers> {
    let list: ChannelServers = serde_json::from_str(&row.servers).ok()?;
    (list.allow.is_some() || list.deny.as_ref().is_some_and(|deny| !deny.is_empty())).then_some(list)
}

/// What only this server says of the channel: for those who may set its policy. True when it changes.
fn set_local(
    work: &mut Work<'_>,
    num: ChannelNum,
    person: &Person,
    row: &ChannelRow,
    public: Option<bool>,
    alias: Option<Option<String>>,
) -> Result<bool> {
    let visibility = public.map(visibility).filter(|visibility| *visibility != row.visibility);
    let alias = alias.filter(|alias| alias.as_deref() != row.alias.as_deref());
    if visibility.is_none() && alias.is_none() {
        return Ok(false);
    }
    if row.host != work.lane.identity.name.as_str() {
        return Err(Error::Forbidden(Forbidden::NotHost));
    }
    if row.kind != "channel" || !may(work, num, person, Capability::SetPolicy)? {
        return Err(Error::Refused(crate::protocol::rules::Refusal::MissingCapability(
            Capability::SetPolicy,
        )));
    }
    if let Some(visibility) = visibility {
        let change = ChannelChange { visibility: Some(visibility), ..ChannelChange::default() };
        channels::update(work.conn, num, &change)?;
    }
    if let Some(alias) = alias {
        set_alias(work, num, alias.as_deref())?;
    }
    Ok(true)
}

fn visibility(public: bool) -> &'static str {
    if public { "public" } else { "private" }
}

/// Whether the person, joined, holds the capability.
fn may(work: &mut Work<'_>, num: ChannelNum, person: &Person, capability: Capability) -> Result<bool> {
    let state = work.lane.open(work.conn, num)?.state_of(work.conn, &[&person.id])?;
    let joined = |membership| membership == crate::protocol::rules::Membership::Joined;
    let role =
        state.members.get(&person.id).filter(|member| joined(member.membership)).map(|member| member.role);
    let rules = Rules::by_version(state.create.rules);
    Ok(rules.zip(role).is_some_and(|(rules, role)| rules.allows(state, role, capability)))
}

/// Genesis and the creator's own join.
pub(super) fn begin(
    work: &mut Work<'_>,
    person: &Person,
    kind: &str,
    people: Vec<String>,
    public: bool,
) -> Result<ChannelNum> {
    let identity = work.lane.identity.clone();
    let mut content = serde_json::json!({
        "rules": Rules::V1.version,
        "kind": kind,
        "host": identity.name,
        "key": { "kid": identity.kid, "public": identity.key.public() },
    });
    if kind == "dm"
        && let Some(map) = content.as_object_mut()
    {
        map.insert("users".to_owned(), people.into());
    }
    let local = project::NewLocal { visibility: visibility(public), is_of_people: true };
    let draft = Draft::new(EventType::ChannelCreate).state("", content);
    let num = work.begin_channel(person, draft, &local)?;
    join(work, num, person)?;
    Ok(num)
}

fn set_name(work: &mut Work<'_>, num: ChannelNum, person: &Person, name: String) -> Result<()> {
    let draft = Draft::new(EventType::ChannelName).state("", serde_json::json!({}));
    work.append(num, person, draft.content(content::map(&NameContent { name }))).map(drop)
}

fn set_topic(work: &mut Work<'_>, num: ChannelNum, person: &Person, topic: String) -> Result<()> {
    let draft = Draft::new(EventType::ChannelTopic).state("", serde_json::json!({}));
    work.append(num, person, draft.content(content::map(&TopicContent { topic }))).map(drop)
}

pub(super) fn set_archived(
    work: &mut Work<'_>,
    num: ChannelNum,
    person: &Person,
    archived: bool,
) -> Result<()> {
    let content = serde_json::json!({ "archived": archived });
    work.append(num, person, Draft::new(EventType::ChannelArchive).state("", content)).map(drop)
}

fn set_alias(work: &mut Work<'_>, num: ChannelNum, alias: Option<&str>) -> Result<()> {
    let row = channels::by_num(work.conn, num)?.ok_or(Error::NotFound(Missing::Channel))?;
    if let Some(alias) = alias
        && channels::by_alias(work.conn, alias)?.is_some_and(|other| other.num != num)
    {
        return Err(Error::Conflict(Conflict::AliasTaken));
    }
    let search = project::search_text(&row.name, &row.topic, alias);
    let change = ChannelChange { alias: Some(alias), search: Some(&search), ..ChannelChange::default() };
    channels::update(work.conn, num, &change).map_err(|error| match error.is_duplicate() {
        true => Error::Conflict(Conflict::AliasTaken),
        false => error.into(),
    })
}

/// The channel as the person sees it at the end of a unit of work, before its row has the new head.
pub(super) fn view_after(work: &mut Work<'_>, num: ChannelNum, user: UserNum) -> Result<Channel> {
    let row = channels::by_num(work.conn, num)?.ok_or(Error::NotFound(Missing::Channel))?;
    let row = work.lane.open(work.conn, num)?.position.laid_over(row);
    let member = members::get(work.conn, num, user)?;
    one(work.conn, row, member, user)
}

fn one(conn: &mut Conn, row: ChannelRow, member: Option<MemberRow>, user: UserNum) -> Result<Channel> {
    let mentions = notifications::count_unseen_in(conn, user, row.num)?;
    let last = row.last_message_seq.map(|seq| messages::by_seqs(conn, row.num, &[seq])).transpose()?;
    let last = last.and_then(|mut rows| rows.pop());
    let last = last_message(conn, &row, member.as_ref(), last, user)?;
    let ids: Vec<String> = ids_of_dm(&row).map(str::to_owned).collect();
    let people = if ids.is_empty() { Vec::new() } else { users::by_ids(conn, &ids)? };
    let people = people_of(conn, &row, member.as_ref(), &by_id(people))?;
    Ok(view(&row, member, mentions, last, people))
}

/// Everything the person is in or is asked into.
pub(super) fn mine(conn: &mut Conn, user: UserNum) -> Result<Vec<Channel>> {
    let mut rows = channels::of_user(conn, user)?;
    let mut seats: HashMap<ChannelNum, MemberRow> = HashMap::new();
    for membership in ["joined", "invited"] {
        seats.extend(members::of_user(conn, user, membership)?.into_iter().map(|row| (row.channel, row)));
    }
    if seats.values().any(|seat| seat.membership == "invited") {
        let mut blocked = blocks::nums_of_user(conn, user)?;
        let invited = seats.values().filter(|seat| seat.membership == "invited");
        let inviters: Vec<UserNum> = invited.filter_map(|seat| seat.invited_by).collect();
        blocked.extend(exclusions::among(conn, &inviters)?);
        let is_shown = |seat: &MemberRow| {
            seat.membership != "invited" || seat.invited_by.is_none_or(|inviter| !blocked.contains(&inviter))
        };
        seats.retain(|_, seat| is_shown(seat));
        rows.retain(|row| seats.contains_key(&row.num));
    }
    for (joining, row) in joinings::of_user(conn, user)? {
        seats.insert(row.num, seat::early(&joining));
        if rows.iter().all(|known| known.num != row.num) {
            rows.push(row);
        }
    }
    let unseen: HashMap<ChannelNum, i64> =
        notifications::unseen_by_channel(conn, user)?.into_iter().collect();
    // All at once: people are in hundreds of channels.
    let mut last: HashMap<ChannelNum, Shown> =
        messages::last_of_user(conn, user)?.into_iter().map(|shown| (shown.0.channel, shown)).collect();
    let ids: BTreeSet<&str> = rows.iter().flat_map(ids_of_dm).collect();
    let ids: Vec<String> = ids.into_iter().map(str::to_owned).collect();
    let mut known = HashMap::new();
    for some in ids.chunks(PEOPLE_AT_ONCE) {
        known.extend(by_id(users::by_ids(conn, some)?));
    }
    let mut shown = Vec::with_capacity(rows.len());
    for row in &rows {
        let (member, mentions) = (seats.remove(&row.num), unseen.get(&row.num).copied().unwrap_or(0));
        let last = last_message(conn, row, member.as_ref(), last.remove(&row.num), user)?;
        let people = people_of(conn, row, member.as_ref(), &known)?;
        shown.push(view(row, member, mentions, last, people));
    }
    Ok(shown)
}

fn by_id(people: Vec<UserRow>) -> HashMap<String, User> {
    people.iter().map(|person| (person.id.clone(), show::user(person))).collect()
}

fn is_joined(member: Option<&MemberRow>) -> bool {
    member.is_some_and(|member| member.membership == "joined")
}

/// The channel's last message, as far as this member may read it.
fn last_message(
    conn: &mut Conn,
    row: &ChannelRow,
    member: Option<&MemberRow>,
    last: Option<Shown>,
    user: UserNum,
) -> Result<Option<Message>> {
    // Of a log that is on its way, what came last is old.
    let may = member.is_some_and(|member| is_joined(Some(member)) && member.since_seq < row.size);
    let Some(last) = last.filter(|_| may) else { return Ok(None) };
    if first_shown(row, member).is_none_or(|first| last.0.seq < first) {
        return Ok(None);
    }
    Ok(show::messages(conn, row.num, &row.id, vec![last], Some(user))?.pop())
}

/// The people of a direct conversation whom its row names.
fn ids_of_dm(row: &ChannelRow) -> impl Iterator<Item = &str> {
    let people = row.people.as_deref().filter(|_| row.kind == "dm");
    people.unwrap_or_default().split_whitespace()
}

/// Those whom the genesis names, also while somebody's own server has not let them in yet.
fn people_of(
    conn: &mut Conn,
    row: &ChannelRow,
    member: Option<&MemberRow>,
    known: &HashMap<String, User>,
) -> Result<Vec<User>> {
    if row.kind != "dm" || member.is_none() {
        return Ok(Vec::new());
    }
    if row.people.is_some() {
        return Ok(ids_of_dm(row).filter_map(|id| known.get(id).cloned()).collect());
    }
    let people = members::page(conn, row.num, None, 0, DM_PEOPLE_MAX)?;
    Ok(people.iter().map(|(_, user)| show::user(user)).collect())
}

fn view(
    row: &ChannelRow,
    member: Option<MemberRow>,
    mentions: i64,
    last_message: Option<Message>,
    people: Vec<User>,
) -> Channel {
    let joined = member.as_ref().filter(|member| is_joined(Some(member)));
    Channel {
        info: show::channel_info(row),
        head: row.size - 1,
        read_seq: joined.map_or(-1, |member| member.read_seq),
        unread: joined.map_or(0, |member| (row.live_count - member.read_base).max(0)),
        mentions,
        notify: joined.map_or_else(|| "all".to_owned(), |member| member.notify.clone()),
        role: joined.map(|member| member.role.clone()),
        membership: member.map(|member| member.membership),
        last_message,
        people,
        sync: None,
        invited_by: None,
        servers: None,
    }
}
