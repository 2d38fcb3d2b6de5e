//! A channel begins, or its state changes.

use super::At;
use crate::domain::Error;
use crate::domain::content::{self, AvatarContent, NameContent, PinsContent, TopicContent};
use crate::domain::effect::Effect;
use crate::domain::files::release;
use crate::domain::view::ChannelInfo;
use crate::domain::writer::{LogPosition, Work};
use crate::domain::{show, stored};
use crate::files::Hash;
use crate::protocol::Ts;
use crate::protocol::event::EventType;
use crate::protocol::ids::ServerName;
use crate::protocol::state::State;
use crate::protocol::state::content::KeyContent;
use crate::storage::channels::{ChannelChange, ChannelKeyRow, NewChannel};
use crate::storage::entries::{self, EntryRow};
use crate::storage::{self, ChannelNum, Conn, channels, files, peers, retention};

/// What only this server says of a channel.
pub struct NewLocal<'a> {
    pub visibility: &'a str,
    /// For a direct conversation: whether it is the one of its people.
    pub is_of_people: bool,
}

/// Makes the row of a channel whose genesis is about to be recorded, and binds the host's first key.
pub fn insert_channel(
    conn: &mut Conn,
    state: &State,
    position: &LogPosition,
    local: &NewLocal<'_>,
    now: Ts,
) -> Result<ChannelNum, Error> {
    let people: Vec<&str> = state.create.users.iter().map(AsRef::as_ref).collect();
    let people = people.join(" ");
    let row = NewChannel {
        id: state.channel.as_str(),
        kind: state.create.kind.as_str(),
        host: state.create.host.as_str(),
        rules: state.create.rules,
        creator: state.create.creator.as_str(),
        created_ts: now,
        term: position.term,
        size: position.size,
        root: position.root.as_bytes(),
        frontier: &position.frontier.to_bytes(),
        last_ts: position.last_ts,
        head_kid: state.create.key.kid.as_str(),
        head_ts: now,
        head_signature: &[],
        live_count: 0,
        joined_count: 0,
        owner: state.owner.as_ref().map(AsRef::as_ref),
        name: "",
        topic: "",
        policy: &text(&state.policy)?,
        servers: &text(&state.servers)?,
        archived: false,
        pins: "[]",
        visibility: local.visibility,
        people: (!people.is_empty() && local.is_of_people).then_some(&people),
        search: "",
    };
    let num = channels::insert(conn, &row)?;
    let key = &state.create.key;
    let binding = ChannelKeyRow {
        channel: num,
        server: state.create.host.as_str().to_owned(),
        kid: key.kid.as_str().to_owned(),
        public: key.public.to_bytes().to_vec(),
        from_seq: 0,
        until_seq: None,
    };
    channels::add_key(conn, &binding)?;
    Ok(num)
}

/// A `server.key` entry.
pub(super) fn key_bound(work: &mut Work<'_>, at: &At<'_>) -> Result<(), Error> {
    let Ok((server, content)) = KeyContent::of(at.event) else { return Ok(()) };
    if let Some(ended) = &content.ends {
        channels::end_key(work.conn, at.channel, server.as_str(), ended.as_str(), at.seq)?;
    }
    let binding = ChannelKeyRow {
        channel: at.channel,
        server: server.as_str().to_owned(),
        kid: content.kid.as_str().to_owned(),
        public: content.public.to_bytes().to_vec(),
        from_seq: at.seq,
        until_seq: None,
    };
    channels::add_key(work.conn, &binding)?;
    Ok(())
}

/// What a channel is found by.
pub fn search_text(name: &str, topic: &str, alias: Option<&str>) -> String {
    format!("{name}\n{topic}\n{}", alias.unwrap_or_default()).to_lowercase()
}

/// Name, topic, pins, policy, servers or archived.
pub(super) fn changed(work: &mut Work<'_>, at: &At<'_>) -> Result<Box<ChannelInfo>, Error> {
    let state = at.event.state.as_ref().map(|state| &state.content);
    let state_text = state.map(text).transpose()?;
    let (name, topic, pins): (Option<NameContent>, Option<TopicContent>, Option<PinsContent>) =
        match at.event.kind {
            EventType::ChannelName => (content::read(at.content), None, None),
            EventType::ChannelTopic => (None, content::read(at.content), None),
            EventType::ChannelPins => (None, None, content::read(at.content)),
            _ => (None, None, None),
        };
    let pins = pins.map(|content| text(&content.pins)).transpose()?;
    let mut change = ChannelChange {
        name: name.as_ref().map(|content| content.name.as_str()),
        topic: topic.as_ref().map(|content| content.topic.as_str()),
        pins: pins.as_deref(),
        ..ChannelChange::default()
    };
    match at.event.kind {
        EventType::ChannelPolicy => {
            change.policy = state_text.as_deref();
            let days = state.and_then(|content| content.get("retention_days"));
            retention::set_days(work.conn, at.channel, days.and_then(serde_json::Value::as_i64))?;
            if days.is_some() {
                work.tell(Effect::Retention);
            }
        }
        EventType::ChannelServers => change.servers = state_text.as_deref(),
        EventType::ChannelArchive => {
            change.archived =
                state.and_then(|content| content.get("archived")).and_then(serde_json::Value::as_bool);
        }
        _ => {}
    }
    if at.event.kind == EventType::ChannelServers {
        exclude(work, at)?;
    }
    if at.event.kind == EventType::ChannelAvatar {
        picture(work, at)?;
    }
    let row = row(work, at.channel)?;
    let (name, topic) = (change.name.unwrap_or(&row.name), change.topic.unwrap_or(&row.topic));
    let search = search_text(name, topic, row.alias.as_deref());
    change.search = Some(&search);
    channels::update(work.conn, at.channel, &change)?;
    info(work, at.channel)
}

/// A pinned message is gone: so is its pin, as everybody knows who hears of the former.
pub(super) fn unpin(work: &mut Work<'_>, channel: ChannelNum, id: &str) -> Result<(), Error> {
    let row = row(work, channel)?;
    // A list that can't be read stays as it is: it keeps no message from being deleted.
    let read = stored::pins(&row).inspect_err(|error| tracing::error!(%error, "a pin may stay"));
    let Ok(mut pins) = read else { return Ok(()) };
    let before = pins.len();
    pins.retain(|pin| pin != id);
    if pins.len() == before {
        return Ok(());
    }
    let pins = text(&pins)?;
    let change = ChannelChange { pins: Some(&pins), ..ChannelChange::default() };
    Ok(channels::update(work.conn, channel, &change)?)
}

/// A name, a topic or a picture is about to be deleted: where it is the channel's still, the channel has none.
pub(super) fn withdraw(
    work: &mut Work<'_>,
    at: &At<'_>,
    entry: &EntryRow,
) -> Result<Option<Box<ChannelInfo>>, Error> {
    let row = row(work, at.channel)?;
    let body = entries::body(work.conn, at.channel, entry.seq)?;
    let body = body.as_deref().unwrap_or_default();
    let (mut name, mut topic) = (row.name.as_str(), row.topic.as_str());
    match entry.kind.parse() {
        Ok(EventType::ChannelName)
            if content::read_body(body).is_some_and(|it: NameContent| it.name == name) =>
        {
            name = "";
        }
        Ok(EventType::ChannelTopic)
            if content::read_body(body).is_some_and(|it: TopicContent| it.topic == topic) =>
        {
            topic = "";
        }
        Ok(EventType::ChannelAvatar) if row.avatar_seq == Some(entry.seq) => {
            channels::set_avatar(work.conn, at.channel, None, at.seq)?;
            release(work, at.channel, entry.seq)?;
        }
        _ => return Ok(None),
    }
    let search = search_text(name, topic, row.alias.as_deref());
    let change = ChannelChange {
        name: Some(name),
        topic: Some(topic),
        search: Some(&search),
        ..ChannelChange::default()
    };
    channels::update(work.conn, at.channel, &change)?;
    info(work, at.channel).map(Some)
}

/// Another picture, or none: the file is the channel's as another is a message's, and goes with the entry after it.
fn picture(work: &mut Work<'_>, at: &At<'_>) -> Result<(), Error> {
    let content: Option<AvatarContent> = content::read(at.content);
    // Another server may write anything there.
    let hash = content.and_then(|content| content.avatar).filter(|hash| hash.parse::<Hash>().is_ok());
    let old = row(work, at.channel)?.avatar_seq;
    if let Some(hash) = &hash {
        let is_ours = show::is_of(at.sender.id.as_str(), work.lane.identity.name.as_str());
        let standing = if is_ours { files::OWN } else { files::CLAIMED };
        files::refer(work.conn, at.channel, at.seq, hash, at.sender.num, standing)?;
    }
    channels::set_avatar(work.conn, at.channel, hash.as_deref(), at.seq)?;
    match old {
        Some(old) => release(work, at.channel, old),
        None => Ok(()),
    }
}

/// Servers that the list no longer admits get this entry, and nothing after it.
fn exclude(work: &mut Work<'_>, at: &At<'_>) -> Result<(), Error> {
    if !work.is_host(at.channel)? {
        return Ok(());
    }
    let ours = work.lane.identity.name.clone();
    for name in peers::servers_joined(work.conn, at.channel)? {
        let state = work.lane.open(work.conn, at.channel)?.state_of(work.conn, &[])?;
        let admitted = state.allows_server(&name);
        let Ok(server) = name.parse::<ServerName>() else { continue };
        if server == ours {
            continue;
        }
        if admitted {
            // Where it left off: it says itself how much it has.
            peers::add_replica(work.conn, at.channel, &name, 0)?;
            work.tell(Effect::Replica { channel: at.channel, server, ends: false });
        } else {
            peers::end_replica(work.conn, at.channel, &name, at.seq + 1)?;
            work.tell(Effect::Replica { channel: at.channel, server, ends: true });
        }
    }
    Ok(())
}

/// The channel as everybody sees it, after this unit of work.
///
/// # Errors
/// Those of the database.
pub fn info(work: &mut Work<'_>, channel: ChannelNum) -> Result<Box<ChannelInfo>, Error> {
    Ok(Box::new(show::channel_info(&row(work, channel)?)))
}

/// The channel's row as it is going to be: its place in the log is written at the end of the commit.
///
/// # Errors
/// Those of the database.
pub fn row(work: &mut Work<'_>, channel: ChannelNum) -> Result<channels::ChannelRow, Error> {
    let gone = || Error::Internal(storage::Error::Damaged(format!("channel {channel} is gone")));
    let row = channels::by_num(work.conn, channel)?.ok_or_else(gone)?;
    Ok(work.lane.open(work.conn, channel)?.position.laid_over(row))
}

fn text(value: &impl serde::Serialize) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|error| Error::Internal(storage::Error::Damaged(error.to_string())))
}
