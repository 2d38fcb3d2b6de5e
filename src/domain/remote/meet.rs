//! Finding, joining and leaving channels that are hosted elsewhere.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::wire::{ChannelCard, DirectoryPage};
use super::{interest, line};
use crate::domain::channels::view_after;
use crate::domain::directory::Listed;
use crate::domain::effect::Effect;
use crate::domain::peers::{Ask, PeerError, encode};
use crate::domain::view::Channel;
use crate::domain::writer::{Draft, Outgoing, Work};
use crate::domain::{Actor, Domain, Error, Missing, Person, Result, erasing, project, show, stored};
use crate::protocol::event::{EventType, Seen, SignedEvent};
use crate::protocol::head::SignedHead;
use crate::protocol::ids::{Alias, ChannelId, ServerName};
use crate::protocol::log::Entry;
use crate::protocol::rules::Refusal;
use crate::protocol::state::{Create, State};
use crate::storage::channels::ChannelChange;
use crate::storage::joinings::JoiningRow;
use crate::storage::members::MemberRow;
use crate::storage::{ChannelNum, UserNum, channels, joinings, members, meta, users};

/// Channels elsewhere that are remembered because somebody looked at them.
const FOUND_MAX: usize = 10_000;
/// How long somebody who joins waits for the log; for one of at least so many entries they are shown its end at once.
const JOIN_PATIENCE: Duration = Duration::from_secs(10);
/// How often it is looked whether a log came in which somebody has joined whom nothing here waits for.
const LOOK_AGAIN: Duration = Duration::from_millis(200);
const LONG_LOG: i64 = 2_048;
/// Longest name and topic that are taken over from a card, in characters.
const CARD_CHARS_MAX: usize = 500;
/// Most members that are believed of a channel that is not here.
const MEMBERS_SHOWN_MAX: i64 = 1_000_000_000;
/// Most channels of one page of another server's directory.
const CARDS_MAX: usize = 200;

/// Public channels elsewhere that somebody of this server looked at, so that they can be joined by id.
#[derive(Default)]
pub struct FoundChannels(Mutex<HashMap<ChannelId, ChannelCard>>);

impl FoundChannels {
    fn keep(&self, card: &ChannelCard) {
        let mut found = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if found.len() >= FOUND_MAX {
            found.clear();
        }
        found.insert(card.channel.clone(), card.clone());
    }

    fn get(&self, id: &ChannelId) -> Option<ChannelCard> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }
}

/// Cuts what a card says to what is shown of it, and drops an alias that is another server's.
fn cut(card: &mut ChannelCard, host: &ServerName) {
    card.name = line(&card.name, CARD_CHARS_MAX);
    card.topic = line(&card.topic, CARD_CHARS_MAX);
    let alias = card.alias.take().filter(|alias| alias.parse::<Alias>().is_ok_and(|it| it.server() == *host));
    card.alias = alias;
    card.genesis.body = None;
    card.member_count = card.member_count.clamp(0, MEMBERS_SHOWN_MAX);
}

/// A card that holds: its genesis founds the channel, hosted by `host`, and the head is the host's.
pub(super) fn check_card(
    card: &mut ChannelCard,
    host: &ServerName,
) -> std::result::Result<(SignedEvent, Create), PeerError> {
    cut(card, host);
    let nonsense = |what: &str| PeerError::Nonsense(host.clone(), what.to_owned());
    let genesis = card.genesis.signed().map_err(|error| nonsense(&error.to_string()))?;
    let state = State::genesis(&genesis).map_err(|error| nonsense(&error.to_string()))?;
    if state.channel != card.channel || state.create.host != *host {
        return Err(nonsense("the genesis founds another channel"));
    }
    let head = &card.head.head;
    if head.channel != card.channel || head.host != *host || head.size < 1 {
        return Err(nonsense("the head is of another channel"));
    }
    // After a change of keys only the log says which one signs; until then it is the first.
    if head.kid == state.create.key.kid && card.head.verify(&state.create.key.public).is_err() {
        return Err(nonsense("the head's signature does not verify"));
    }
    Ok((genesis, state.create))
}

impl Domain {
    /// The channel that an alias of another server names.
    ///
    /// # Errors
    /// What that server answers, or that it does not.
    pub async fn find_elsewhere(&self, alias: &Alias) -> Result<ChannelId> {
        let server = alias.server();
        let answer =
            self.peers.ask(&server, Ask::get(format!("/aliases/{}", encode(alias.as_str())))).await?;
        let mut card: ChannelCard = parse(&server, &answer)?;
        check_card(&mut card, &server)?;
        self.found.keep(&card);
        Ok(card.channel)
    }

    /// Public channels of another server.
    ///
    /// # Errors
    /// As [`Domain::find_elsewhere`].
    pub async fn directory_elsewhere(
        &self,
        actor: &Actor,
        server: &ServerName,
        query: &str,
        after: i64,
    ) -> Result<(Vec<Listed>, Option<i64>)> {
        let path = format!("/directory?query={}&cursor={after}", encode(query));
        let page: DirectoryPage = parse(server, &self.peers.ask(server, Ask::get(path)).await?)?;
        let mut listed = Vec::new();
        for raw in page.channels.into_iter().take(CARDS_MAX) {
            let Ok(mut card) = serde_json::from_str::<ChannelCard>(raw.get()) else { continue };
            let Ok((genesis, create)) = check_card(&mut card, server) else { continue };
            self.found.keep(&card);
            let seat = self.seat_in(actor, &card.channel).await?;
            let founded = genesis.event.origin_ts.clamp(0, self.clock.now());
            listed.push(Listed { info: show::card(&card, &create, founded), membership: seat });
        }
        Ok((listed, page.next.and_then(|next| next.parse().ok())))
    }

    async fn seat_in(&self, actor: &Actor, channel: &ChannelId) -> Result<Option<String>> {
        let (user, id) = (actor.person.num, channel.clone());
        self.reads
            .read(move |conn| {
                let Some(num) = channels::num_of(conn, id.as_str())? else { return Ok(None) };
                Ok(members::get(conn, num, user)?.map(|row| row.membership))
            })
            .await
    }

    /// Where a channel is hosted, if that is elsewhere, and this server knows of it.
    pub(in crate::domain) async fn is_elsewhere(&self, channel: &ChannelId) -> Result<bool> {
        let (id, ours) = (channel.clone(), self.server().clone());
        let row = self.reads.read(move |conn| Ok::<_, Error>(channels::by_id(conn, id.as_str())?)).await?;
        Ok(row.map_or_else(|| self.found.get(channel).is_some(), |row| row.host != ours.as_str()))
    }

    /// Joins a channel that is hosted elsewhere: asks its host, and waits until the log is here, unless that takes long.
    /// Then the end of the log is shown, and the rest comes by itself.
    ///
    /// # Errors
    /// `channel_not_found`, refusals of the host.
    pub(in crate::domain) async fn join_elsewhere(
        &self,
        actor: &Actor,
        channel: &ChannelId,
    ) -> Result<Channel> {
        let Some((out, seen)) = self.compose_join(actor, channel, "joined").await? else {
            return self.channel(actor, channel.clone()).await;
        };
        let last = out.events.last().ok_or(Error::Busy)?.id.clone();
        let arrives = self.expect(&last);
        let entry = match self.submit(&out, "join").await {
            Ok(entry) => entry,
            Err(error) => {
                self.end_asking(&out, &error).await?;
                // An answer that was lost: the log is on its way.
                let is_in = matches!(&error, Error::Peer(why) if why.said() == Refusal::NoChange.code());
                if is_in && self.comes_in(&out).await? {
                    return self.view_of(actor, channel).await;
                }
                return Err(error);
            }
        };
        if entry.check().is_err() || entry.event != last {
            let what = "an entry of something else".to_owned();
            return Err(Error::Peer(PeerError::Nonsense(out.host, what)));
        }
        let Some(here) = self.note_joining(&out, &entry, seen).await? else {
            self.leave_elsewhere(&actor.person, channel).await?;
            return Err(Error::SessionOver);
        };
        self.catch_ups.begin(&out.host, channel, here, entry.seq + 1);
        self.peers.wake(&out.host);
        let is_long = entry.seq + 1 - here > LONG_LOG;
        let patience = if is_long { Duration::ZERO } else { JOIN_PATIENCE };
        if self.arrival(arrives, patience).await?.is_some() {
            return self.view_of(actor, channel).await;
        }
        // It is shown without, too.
        self.preview(channel).await?;
        self.channel(actor, channel.clone()).await
    }

    /// Whether the log comes, within a while, that lets the person in: the host says that it has done so before.
    async fn comes_in(&self, out: &Outgoing) -> Result<bool> {
        self.peers.wake(&out.host);
        let (num, user, deadline) = (out.num, out.sender, Instant::now() + JOIN_PATIENCE);
        loop {
            let seat = self.reads.read(move |conn| members::get(conn, num, user)).await?;
            if seat.is_some_and(|seat| seat.membership == "joined") {
                return Ok(true);
            }
            if Instant::now() >= deadline {
                return Ok(false);
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }

    /// The host was asked to let the person in, and refused, unless it is not known what it did (its answer is lost, or none), or
    /// it has done so before: then the log may come.
    async fn end_asking(&self, out: &Outgoing, why: &Error) -> Result<()> {
        let is_final = match why {
            Error::Peer(PeerError::Nonsense(..)) => false,
            Error::Peer(why) => !why.is_passing() && why.said() != Refusal::NoChange.code(),
            _ => false,
        };
        if !is_final {
            return Ok(());
        }
        let (num, user) = (out.num, out.sender);
        self.writer.channel(&out.channel, move |work| interest::forget_asked(work.conn, num, user)).await
    }

    /// Keeps that the host has taken the person in, until the log says so. Answers how long that is here; none if they deleted
    /// their account meanwhile.
    async fn note_joining(&self, out: &Outgoing, entry: &Entry, seen: Seen) -> Result<Option<i64>> {
        let row = JoiningRow {
            channel: out.num,
            user_num: out.sender,
            seq: entry.seq,
            event_id: entry.event.as_str().to_owned(),
            seen_size: seen.size,
            seen_root: seen.root.as_bytes().to_vec(),
            head: None,
            created_ts: self.clock.now(),
        };
        self.writer
            .channel(&out.channel, move |work| {
                let size = work.lane.open(work.conn, row.channel)?.position.size;
                // The log may have come meanwhile.
                if row.seq >= size {
                    joinings::put(work.conn, &row)?;
                }
                interest::forget_asked(work.conn, row.channel, row.user_num)?;
                Ok((!users::is_deleted(work.conn, row.user_num)?).then_some(size))
            })
            .await
    }

    /// Asks a host to be let in. To ask twice changes nothing.
    pub(in crate::domain) async fn knock_elsewhere(&self, actor: &Actor, channel: &ChannelId) -> Result<()> {
        let Some((out, _)) = self.compose_join(actor, channel, "knocking").await? else { return Ok(()) };
        match self.submit(&out, "knock").await {
            Err(Error::Peer(why)) if why.said() == Refusal::NoChange.code() => {}
            outcome => drop(outcome?),
        }
        let (num, user) = (out.num, out.sender);
        self.writer
            .channel(&out.channel, move |work| {
                let seat = members::get(work.conn, num, user)?;
                let is_in = |seat: &MemberRow| matches!(seat.membership.as_str(), "joined" | "invited");
                if seat.as_ref().is_some_and(is_in) {
                    return Ok(());
                }
                let seat = seat.unwrap_or_else(|| outside(num, user));
                Ok(members::put(work.conn, &MemberRow { membership: "knocking".to_owned(), ..seat })?)
            })
            .await
    }

    /// The events that ask for a seat, and what they have seen of the log; none if the person has one.
    async fn compose_join(
        &self,
        actor: &Actor,
        channel: &ChannelId,
        wanted: &'static str,
    ) -> Result<Option<(Outgoing, Seen)>> {
        let found = self.found.get(channel);
        let (id, person) = (channel.clone(), actor.person.clone());
        self.writer
            .channel(channel, move |work| {
                erasing::still_here(work, &person)?;
                let num = match (work.lane.num_of(work.conn, &id)?, &found) {
                    (Some(num), _) => num,
                    (None, Some(found)) => adopt(work, found)?,
                    (None, None) => return Err(Error::NotFound(Missing::Channel)),
                };
                let size = work.lane.open(work.conn, num)?.position.size;
                let seat = members::get(work.conn, num, person.num)?.map(|row| row.membership);
                let coming = joinings::coming(work.conn, (num, size), person.num)?.is_some();
                // Whether somebody still knocks only the host knows.
                if coming || (wanted == "joined" && seat.as_deref() == Some(wanted)) {
                    return Ok(None);
                }
                let seen = match (&found, size) {
                    (Some(card), 0) => Seen { size: card.head.head.size, root: card.head.head.root },
                    (None, 0) => invited_at(work, num)?,
                    _ => {
                        let position = &work.lane.open(work.conn, num)?.position;
                        Seen { size: position.size, root: position.root }
                    }
                };
                let content = serde_json::json!({ "membership": wanted });
                let draft = Draft::new(EventType::Member).state(person.id.as_str(), content);
                if wanted == "joined" {
                    // The log may come before the answer, or without one.
                    interest::note_asked(work.conn, num, person.num, size)?;
                }
                // What is here may be old: the host judges.
                work.outgoing(num, &person, draft, Some(seen)).map(|out| Some((out, seen)))
            })
            .await
    }

    async fn view_of(&self, actor: &Actor, channel: &ChannelId) -> Result<Channel> {
        let (id, user) = (channel.clone(), actor.person.num);
        self.writer
            .channel(channel, move |work| {
                let num = work.lane.num_of(work.conn, &id)?.ok_or(Error::NotFound(Missing::Channel))?;
                view_after(work, num, user)
            })
            .await
    }

    /// Leaves a channel that is hosted elsewhere. That works here at once; the host hears of it when it can.
    pub(in crate::domain) async fn leave_elsewhere(
        &self,
        person: &Person,
        channel: &ChannelId,
    ) -> Result<()> {
        let (id, person) = (channel.clone(), person.clone());
        let host = self
            .writer
            .channel(channel, move |work| {
                let num = work.lane.num_of(work.conn, &id)?.ok_or(Error::NotFound(Missing::Channel))?;
                let size = work.lane.open(work.conn, num)?.position.size;
                interest::forget_asked(work.conn, num, person.num)?;
                if let Some(coming) = joinings::coming(work.conn, (num, size), person.num)? {
                    return leave_early(work, &person, &coming);
                }
                let Some(seat) = members::get(work.conn, num, person.num)? else {
                    return Err(Error::NotFound(Missing::Channel));
                };
                if seat.membership == "left" || seat.membership == "banned" {
                    return Ok(None);
                }
                let content = serde_json::json!({ "membership": "left" });
                let draft = Draft::new(EventType::Member).state(person.id.as_str(), content);
                let seen = match (size, seat.membership.as_str()) {
                    (0, _) => Some(invited_at(work, num)?),
                    (_, "joined") => None,
                    // What is here may be old: the host judges.
                    _ => {
                        let position = &work.lane.open(work.conn, num)?.position;
                        Some(Seen { size: position.size, root: position.root })
                    }
                };
                let out = or_here(work.outgoing(num, &person, draft, seen))?;
                out.as_ref().map_or(Ok(()), |out| work.keep_pending(out))?;
                members::put(work.conn, &MemberRow { membership: "left".to_owned(), ..seat })?;
                work.tell(Effect::Left { user: person.num, channel: num, id, removal: None });
                Ok(out.map(|out| out.host))
            })
            .await?;
        if let Some(host) = host {
            self.peers.wake(&host);
        }
        Ok(())
    }
}

/// A row for the public channel of a card, and what the card says of it.
fn adopt(work: &mut Work<'_>, card: &ChannelCard) -> Result<ChannelNum> {
    let genesis =
        card.genesis.signed().map_err(|error| Error::invalid("bad_header", "/genesis", error.to_string()))?;
    let num = adopt_genesis(work, card, &genesis)?;
    let change = ChannelChange { visibility: Some("public"), ..ChannelChange::default() };
    channels::update(work.conn, num, &change)?;
    Ok(num)
}

pub(super) fn adopt_genesis(
    work: &mut Work<'_>,
    card: &ChannelCard,
    genesis: &SignedEvent,
) -> Result<ChannelNum> {
    let num = work.adopt_channel(genesis)?;
    if work.lane.open(work.conn, num)?.position.size == 0 {
        let alias = card.alias.as_deref();
        let taken = match alias {
            Some(alias) => channels::by_alias(work.conn, alias)?.is_some_and(|row| row.num != num),
            None => false,
        };
        let search = project::search_text(&card.name, &card.topic, alias);
        let change = ChannelChange {
            name: Some(&card.name),
            topic: Some(&card.topic),
            alias: (!taken).then_some(alias),
            search: Some(&search),
            ..ChannelChange::default()
        };
        channels::update(work.conn, num, &change)?;
        let head = serde_json::to_string(&card.head).map_err(|error| stored::damaged("head", error))?;
        meta::put(work.conn, &first_head(num), &head)?;
    }
    Ok(num)
}

/// Where it is kept what a host said of a log of which there is no copy yet.
fn first_head(num: ChannelNum) -> String {
    format!("first_head.{num}")
}

impl Domain {
    /// What the host of a channel said of its log before that was here.
    pub(super) async fn first_head(&self, channel: &ChannelId) -> Result<Option<SignedHead>> {
        let id = channel.clone();
        self.reads
            .read(move |conn| {
                let Some(num) = channels::num_of(conn, id.as_str())? else { return Ok(None) };
                let head = meta::get(conn, &first_head(num))?;
                Ok(head.and_then(|head| serde_json::from_str(&head).ok()))
            })
            .await
    }
}

/// What the host said of the log when it was found, or invited.
fn invited_at(work: &mut Work<'_>, num: ChannelNum) -> Result<Seen> {
    let head = meta::get(work.conn, &first_head(num))?.ok_or(Error::NotFound(Missing::Channel))?;
    let head: SignedHead = serde_json::from_str(&head).map_err(|error| stored::damaged("head", error))?;
    Ok(Seen { size: head.head.size, root: head.head.root })
}

/// What tells the host that somebody leaves; none where its log knows only a key in this server's name that is another's. For
/// that log they were never here: they leave as far as this server goes.
fn or_here(composed: Result<Outgoing>) -> Result<Option<Outgoing>> {
    match composed {
        Ok(out) => Ok(Some(out)),
        Err(Error::Refused(Refusal::KeyUnknown)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Leaves a channel of whose log the part is on its way in which one joined. Answers whom to tell.
fn leave_early(work: &mut Work<'_>, person: &Person, coming: &JoiningRow) -> Result<Option<ServerName>> {
    let content = serde_json::json!({ "membership": "left" });
    let draft = Draft::new(EventType::Member).state(person.id.as_str(), content);
    let out = or_here(work.outgoing(coming.channel, person, draft, None))?;
    out.as_ref().map_or(Ok(()), |out| work.keep_pending(out))?;
    joinings::delete(work.conn, coming.channel, person.num)?;
    let id = work.lane.open(work.conn, coming.channel)?.id.clone();
    work.tell(Effect::Left { user: person.num, channel: coming.channel, id, removal: None });
    Ok(out.map(|out| out.host))
}

/// Somebody of whom the log says nothing.
pub(super) fn outside(channel: ChannelNum, user_num: UserNum) -> MemberRow {
    MemberRow {
        channel,
        user_num,
        membership: "left".to_owned(),
        role: "member".to_owned(),
        since_seq: 0,
        joined_seq: None,
        invited_by: None,
        notify: "all".to_owned(),
        read_seq: 0,
        read_base: 0,
    }
}

fn parse<T: serde::de::DeserializeOwned>(server: &ServerName, text: &str) -> Result<T> {
    serde_json::from_str(text)
        .map_err(|error| Error::Peer(PeerError::Nonsense(server.clone(), error.to_string())))
}
