//! A host that may have lost the end of its logs (HEAD-8): it was restored from a backup, or its disk lied. It asks the
//! servers that have copies, takes back what its own signature proves, and only then appends.
//!
//! Two things say that it is so: the note beside the database ([`Mark`]) tells of more entries than there are, or
//! another server has a longer log under this server's signature. Then **all** servers are asked, and each answer is a
//! fence ([`Fences`]): whoever gave it takes nothing any more that was sent before. Which of them have not answered yet
//! stands in the database, so that a restart forgets none. `spec/rationale/recovery.md` says why all this is needed.

mod regain;
mod turns;

use std::collections::{BTreeSet, HashSet};
use std::sync::PoisonError;
use std::time::Duration;

use super::replica::HEADS_MAX;
use futures_util::future::BoxFuture;
use futures_util::stream::{self, FuturesUnordered};
use futures_util::{FutureExt, StreamExt};
pub use turns::{Fences, Recovery};

use super::wire::{HeadClaim, Heads, HeadsAnswer};
use crate::domain::peers::{Ask, PeerError};
use crate::domain::stored::{claim, damaged};
use crate::domain::writer::{Gate, Mark, Work};
use crate::domain::{Domain, Error, Result};
use crate::protocol::Ts;
use crate::protocol::head::SignedHead;
use crate::protocol::ids::{ChannelId, ServerName};
use crate::storage::{self, ChannelNum, Conn, channels, meta, peers, scheduled};

/// How long changes wait at a start for what members say. Those who are slower are asked again, without that.
const START_PATIENCE: Duration = Duration::from_millis(2_500);
/// How long one server may take to hand back all that it has, before it is another's turn.
const TURN_MAX: Duration = Duration::from_secs(600);
/// Servers that are asked side by side.
const SERVERS_AT_ONCE: usize = 32;
/// How often a server may have more again, in one turn.
const ANSWERS_MAX: usize = 256;
/// How often it is looked whether the operator has given somebody up.
const LOOK_INTERVAL: Duration = Duration::from_secs(2);
/// Pause before the database is asked again who has to be asked.
const READ_PAUSE: Duration = Duration::from_millis(500);

/// Facts with this name and a server's: it is still to be asked.
const WAITING: &str = "recovering/";
/// Facts with this name, a server's and a channel's: what it has does not continue what is here.
const PARTED: &str = "parted/";
/// The fact that a note is kept beside the database.
const MARKED: &str = "mark";
/// What the operator is told of, and why nothing that was scheduled before is sent by itself.
const RESTORED: &str = "restored";

/// Finds out at a start whether the database is the one that ran last. If not, all servers that may have copies are
/// written down, to be asked.
pub fn look(conn: &mut Conn, ours: &ServerName, (mark, said): (&Mark, Option<i64>), now: Ts) -> Result<bool> {
    let there = channels::hosted_entries(conn, ours.as_str())?;
    let marked = meta::get(conn, MARKED)?.is_some();
    let short = match said {
        Some(said) => said > there,
        // A file that was put back alone. (Next to PostgreSQL the data directory may be one that does not last.)
        None => !conn.is_postgres(),
    };
    // A new database beside an old note has lost nothing.
    let lost = marked && short;
    conn.write(|conn| {
        if lost {
            let had = said.map_or_else(|| "more".to_owned(), |said| said.to_string());
            declare(conn, ours, now, &format!("the logs have {there} entries, and had {had}"))?;
        }
        Ok::<_, Error>(meta::put(conn, MARKED, "1")?)
    })?;
    mark.set(there).map_err(|error| damaged("the mark", error))?;
    Ok(lost)
}

/// A backup was put into this database: whoever has more is asked, and the next start begins the note beside it anew.
pub fn restored(conn: &mut Conn, ours: &ServerName, now: Ts) -> Result<()> {
    meta::delete(conn, MARKED)?;
    declare(conn, ours, now, "a backup was restored")
}

/// All servers that may have more are to be asked, and messages that were to be sent later wait for their authors.
pub fn declare(conn: &mut Conn, ours: &ServerName, now: Ts, why: &str) -> Result<()> {
    let replicas = peers::all_replicas(conn)?.into_iter().map(|(_, server)| server);
    let known: BTreeSet<String> =
        replicas.chain(peers::all(conn)?.into_iter().map(|peer| peer.server)).collect();
    for server in known.iter().filter(|server| server.as_str() != ours.as_str()) {
        meta::put(conn, &format!("{WAITING}{server}"), "1")?;
    }
    // What was taken off a list since, or changed, stands there again.
    scheduled::hold_all(conn, RESTORED)?;
    Ok(peers::add_alarm(conn, now, RESTORED, "", "", why)?)
}

/// Servers that have not answered yet.
pub fn waiting(conn: &mut Conn) -> storage::Result<Vec<String>> {
    let keys = meta::keys_with(conn, WAITING)?;
    Ok(keys.iter().filter_map(|key| key.strip_prefix(WAITING).map(str::to_owned)).collect())
}

/// The operator goes on without what this server has. False when nobody waits for it.
pub fn give_up(conn: &mut Conn, server: &str, now: Ts) -> Result<bool> {
    let key = format!("{WAITING}{server}");
    if meta::get(conn, &key)?.is_none() {
        return Ok(false);
    }
    meta::delete(conn, &key)?;
    let detail = "the operator went on without asking it what it has";
    peers::add_alarm(conn, now, "gave_up", server, "", detail)?;
    Ok(true)
}

/// Channels hosted here of which a server that has not answered has a copy.
fn incomplete(conn: &mut Conn, waiting: &[String]) -> Result<HashSet<ChannelNum>> {
    if waiting.is_empty() {
        return Ok(HashSet::new());
    }
    let of = |(channel, server): (ChannelNum, String)| waiting.contains(&server).then_some(channel);
    Ok(peers::all_replicas(conn)?.into_iter().filter_map(of).collect())
}

/// Closes the gate as it has to be until [`Domain::recover`] has asked for the first time; `asks` says whether it will.
pub fn close(conn: &mut Conn, ours: &ServerName, gate: &Gate, asks: bool) -> Result<()> {
    let waiting = waiting(conn)?;
    if !asks {
        gate.shut(incomplete(conn, &waiting)?);
        return Ok(());
    }
    let shared: HashSet<ChannelNum> =
        peers::all_replicas(conn)?.into_iter().map(|(channel, _)| channel).collect();
    let hosted = channels::hosted_by(conn, ours.as_str(), 0, i64::MAX)?;
    // Of a database that was put back any channel may have got members since.
    let all = !waiting.is_empty();
    let closed: Vec<_> = hosted.into_iter().filter(|(num, ..)| all || shared.contains(num)).collect();
    gate.shut(closed.iter().map(|(num, ..)| *num).collect());
    if !all {
        gate.hold(closed.iter().filter_map(|(_, id, ..)| id.parse().ok()).collect());
    }
    Ok(())
}

impl Domain {
    /// Asks what has to be asked, for as long as the server runs.
    pub async fn recover(&self) {
        self.first_round().await;
        tokio::join!(self.take_turns(), self.keep_open());
    }

    /// Asks whoever is due. What one of them has is taken back while others take their time.
    async fn take_turns(&self) {
        let mut turns = FuturesUnordered::new();
        let mut asked: HashSet<ServerName> = HashSet::new();
        loop {
            let free = SERVERS_AT_ONCE.saturating_sub(turns.len());
            for server in self.recovery.due(&asked).into_iter().take(free) {
                asked.insert(server.clone());
                turns.push(async move {
                    self.turn(&server).await;
                    server
                });
            }
            // Without a place for them, it does not matter when others are due.
            let next = self.recovery.next_in(&asked).filter(|_| turns.len() < SERVERS_AT_ONCE);
            let due = async {
                match next {
                    Some(next) => tokio::time::sleep(next).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                Some(server) = turns.next() => drop(asked.remove(&server)),
                () = self.recovery.wake.notified() => {}
                () = due => {}
            }
        }
    }

    /// Opens channels as soon as all have answered that have a copy, or the operator has given them up.
    async fn keep_open(&self) {
        loop {
            let waits = self.refresh().await.unwrap_or_else(|error| {
                tracing::error!(%error, "what has to be recovered can't be read");
                true
            });
            let changed = self.recovery.changed.notified();
            match waits {
                true => drop(tokio::time::timeout(LOOK_INTERVAL, changed).await),
                false => changed.await,
            }
        }
    }

    /// Before anything is appended, all members are asked, and those who answer soon are heard.
    async fn first_round(&self) {
        let (servers, waiting) = self.known_members().await;
        let deadline = tokio::time::Instant::now() + START_PATIENCE;
        let servers = servers.iter().filter_map(|server| server.parse::<ServerName>().ok());
        let mut asked: Vec<BoxFuture<'_, _>> = Vec::new();
        for server in servers {
            let fence = waiting.iter().any(|known| known == server.as_str());
            let ask = async move {
                let answer = tokio::time::timeout_at(deadline, self.question(&server, fence)).await;
                (server, answer)
            };
            asked.push(ask.boxed());
        }
        let answers: Vec<_> = stream::iter(asked).buffer_unordered(SERVERS_AT_ONCE).collect().await;
        for (server, answer) in answers {
            let newer = match answer {
                Ok(Ok(heads)) => self.newer_of(&server, heads).await,
                Ok(Err(error)) => Err(error),
                Err(_) => Err(Error::Busy),
            };
            match newer {
                Ok(newer) if newer.is_empty() => self.nothing_newer(&server).await,
                Ok(newer) => self.prove(&server, &newer).await,
                Err(error) => {
                    tracing::info!(%server, %error, "what it has is not known yet");
                    self.recovery.failed(&server);
                }
            }
        }
        if let Err(error) = self.refresh().await {
            tracing::error!(%error, "what has to be recovered can't be read");
        }
        self.writer.gate.release();
    }

    /// All members, and those of them that have not answered yet. Until that can be read nothing is appended.
    async fn known_members(&self) -> (BTreeSet<String>, Vec<String>) {
        loop {
            let known = self.reads.read_in_turn(|conn| {
                let replicas = peers::all_replicas(conn)?.into_iter().map(|(_, server)| server);
                let waiting = waiting(conn)?;
                Ok::<_, Error>((replicas.chain(waiting.iter().cloned()).collect(), waiting))
            });
            match known.await {
                Ok(known) => return known,
                Err(error) => tracing::error!(%error, "who has to be asked what was lost can't be read"),
            }
            tokio::time::sleep(READ_PAUSE).await;
        }
    }

    async fn turn(&self, server: &ServerName) {
        let outcome = tokio::time::timeout(TURN_MAX, self.ask_and_regain(server)).await;
        match outcome.unwrap_or(Err(Error::Busy)) {
            Ok(()) => self.recovery.succeeded(server),
            Err(error) => {
                tracing::info!(%server, %error, "what it has could not be taken back yet");
                self.recovery.failed(server);
            }
        }
    }

    async fn ask_and_regain(&self, server: &ServerName) -> Result<()> {
        for _ in 0..ANSWERS_MAX {
            let name = server.as_str().to_owned();
            let waiting = self.reads.read(waiting).await?;
            let fence = waiting.contains(&name);
            let heads = self.question(server, fence).await?;
            let newer = self.newer_of(server, heads).await?;
            if newer.is_empty() {
                self.nothing_newer(server).await;
                return Ok(());
            }
            if !fence {
                self.prove(server, &newer).await;
                continue;
            }
            for head in &newer {
                self.regain(server, head).await?;
            }
        }
        Err(nonsense(server, "it always has more"))
    }

    /// What the server has of channels hosted here that is something else. With `fence`, it takes nothing any more
    /// that was sent before, and tells of channels too that are not known here.
    async fn question(&self, server: &ServerName, fence: bool) -> Result<Vec<SignedHead>> {
        let (mut after, mut heard, mut fence) = (0, Vec::new(), fence);
        loop {
            let name = server.as_str().to_owned();
            let most = i64::try_from(HEADS_MAX).unwrap_or(1_000);
            let rows = self.reads.read(move |conn| peers::replicated_to(conn, &name, after, most)).await?;
            let next = rows.last().map(|row| row.0).filter(|_| rows.len() >= HEADS_MAX);
            let heads: Vec<HeadClaim> = rows.into_iter().filter_map(claim).collect();
            // Whoever gets nothing from here, and has more all the same, can only have channels that were lost.
            fence |= heads.is_empty();
            let body =
                serde_json::to_string(&Heads { heads, fence }).map_err(|error| damaged("heads", error))?;
            let answer = self.peers.ask(server, Ask::post("/heads".to_owned(), body)).await?;
            let answer: HeadsAnswer =
                serde_json::from_str(&answer).map_err(|error| nonsense(server, &error.to_string()))?;
            if fence {
                let mut fence_s = self.recovery.fence_s.lock().unwrap_or_else(PoisonError::into_inner);
                *fence_s = (self.clock.now() / 1_000).max(*fence_s);
            }
            heard.extend(answer.heads.into_iter().take(HEADS_MAX * 2));
            let Some(next) = next else { return Ok(heard) };
            after = next;
        }
    }

    /// Those of the heads that this server signed over more than there is now.
    async fn newer_of(&self, server: &ServerName, heads: Vec<SignedHead>) -> Result<Vec<SignedHead>> {
        let mut signed = Vec::new();
        for head in heads {
            let key = self.identity.key_of(head.head.kid.as_str()).map(|(_, key)| key.public());
            let ours = head.head.host == *self.server() && head.head.size > 0;
            if ours && key.is_some_and(|key| head.verify(&key).is_ok()) {
                signed.push(head);
            } else if ours && key.is_none() {
                tracing::warn!(%server, kid = %head.head.kid, "a head is signed with a key that is not here");
            }
        }
        let server = server.clone();
        self.reads
            .read(move |conn| {
                let mut newer = Vec::new();
                for head in signed {
                    let row = channels::by_id(conn, head.head.channel.as_str())?;
                    let size = row.as_ref().map_or(0, |row| row.size);
                    let parted = meta::get(conn, &parted(&server, &head.head.channel))?.is_some();
                    if head.head.size > size && !parted {
                        newer.push(head);
                    }
                }
                Ok(newer)
            })
            .await
    }

    async fn nothing_newer(&self, server: &ServerName) {
        let key = format!("{WAITING}{server}");
        let is_no_longer = move |work: &mut Work<'_>| Ok(meta::delete(work.conn, &key)?);
        match self.writer.other(server.as_str(), is_no_longer).await {
            Ok(()) => self.recovery.succeeded(server),
            Err(error) => {
                tracing::error!(%server, %error, "an answer could not be written down");
                self.recovery.failed(server);
            }
        }
    }

    /// A longer log under this server's own signature: the database is not the one that ran last.
    async fn prove(&self, server: &ServerName, newer: &[SignedHead]) {
        tracing::error!(%server, channels = newer.len(), "it has longer logs of this server: they were lost here");
        let first = newer.first().map(|head| (head.head.channel.clone(), head.head.size));
        let Some((channel, size)) = first else { return };
        let (why, name) = (format!("{server} has {size} entries of {channel}"), server.clone());
        let fresh = self.writer.other(server.as_str(), move |work| {
            if meta::get(work.conn, &format!("{WAITING}{name}"))?.is_some() {
                return Ok(());
            }
            let (now, ours) = (work.lane.clock.now(), work.lane.identity.name.clone());
            declare(work.conn, &ours, now, &why)?;
            Ok(meta::put(work.conn, &format!("{WAITING}{name}"), "1")?)
        });
        if let Err(error) = fresh.await {
            tracing::error!(%server, %error, "a recovery could not begin");
        }
        self.recovery.ask(server);
        if let Err(error) = self.refresh().await {
            tracing::error!(%error, "what has to be recovered can't be read");
        }
    }

    /// Opens and closes channels as the database says. True while somebody has not answered.
    async fn refresh(&self) -> Result<bool> {
        let _alone = self.recovery.refreshing.lock().await;
        let (waiting, shut) = self
            .reads
            .read(|conn| {
                let waiting = waiting(conn)?;
                let shut = incomplete(conn, &waiting)?;
                Ok::<_, Error>((waiting, shut))
            })
            .await?;
        for server in waiting.iter().filter_map(|server| server.parse::<ServerName>().ok()) {
            let known =
                self.recovery.todo.lock().unwrap_or_else(PoisonError::into_inner).contains_key(&server);
            if !known {
                self.recovery.ask(&server);
            }
        }
        let fence_s = *self.recovery.fence_s.lock().unwrap_or_else(PoisonError::into_inner);
        let opens = self.writer.gate.count() > shut.len();
        if opens && fence_s > 0 {
            // What is signed in the fence's own second is not taken either.
            while self.clock.now() / 1_000 <= fence_s {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
        self.writer.gate.shut(shut);
        if opens && fence_s > 0 {
            tracing::info!(waiting = waiting.len(), "channels are whole again");
            // Members hear that this server is there, and send what waited for it.
            let members = self.reads.read(peers::all_replicas).await?;
            let members: BTreeSet<String> = members.into_iter().map(|(_, server)| server).collect();
            for server in members.iter().filter(|server| !waiting.contains(server)) {
                if let Ok(server) = server.parse() {
                    self.recovery.ask(&server);
                }
            }
        }
        Ok(!waiting.is_empty())
    }

    /// A server has so much of a channel that is hosted here. If that is more than there is, it is asked.
    pub async fn has_more(&self, server: &ServerName, channel: ChannelNum, size: i64) -> Result<()> {
        let row = self.reads.read(move |conn| Ok::<_, Error>(channels::by_num(conn, channel)?)).await?;
        if row.is_some_and(|row| row.host == self.server().as_str() && row.size < size) {
            self.recovery.hint(server);
        }
        Ok(())
    }
}

fn parted(server: &ServerName, channel: &ChannelId) -> String {
    format!("{PARTED}{server}/{channel}")
}

fn nonsense(server: &ServerName, what: &str) -> Error {
    Error::Peer(PeerError::Nonsense(server.clone(), what.to_owned()))
}
