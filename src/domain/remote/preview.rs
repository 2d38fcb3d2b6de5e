//! What is shown of a channel elsewhere before its log is here: the messages at its end, whose place is proven by the
//! host's snapshot. Nothing of it goes into the database; once the log has come so far, it alone counts.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tokio::sync::Semaphore;

use super::snapshot::{self, Checked, Expected, Proven};
use super::wire::Snapshot;
use crate::domain::content::{self, MessageContent, ReactionContent};
use crate::domain::peers::{Ask, PeerError};
use crate::domain::seat::Seat;
use crate::domain::timeline::{Page, Place};
use crate::domain::view::{Message, Reaction};
use crate::domain::{Actor, Domain, Error, Missing, Result, show, stored};
use crate::protocol::Seq;
use crate::protocol::event::{EventType, Rel, SignedEvent};
use crate::protocol::head::SignedHead;
use crate::protocol::ids::{ChannelId, KeyId, ServerName};
use crate::protocol::rules::HistoryPolicy;
use crate::protocol::sign::PublicKey;
use crate::storage::messages::MessageRow;
use crate::storage::{channels, joinings, peers};

/// Channels of which something is shown early; each takes as much memory as a batch of entries.
const PREVIEWS_MAX: usize = 64;
/// Snapshots that are asked for and checked at a time.
const AT_ONCE_MAX: usize = 4;
/// How long a snapshot, and then the keys of those who speak in it, are waited for.
const SNAPSHOT_DEADLINE: Duration = Duration::from_secs(10);
const KEYS_DEADLINE: Duration = Duration::from_secs(3);
/// Keys of other servers that are looked up for one snapshot; messages by more are not shown early.
const KEYS_MAX: usize = 32;
/// How long a host is not asked again after it gave no snapshot that holds, and of how many channels that is known.
const PAUSE: Duration = Duration::from_secs(10);
const FAILED_MAX: usize = 1_000;

/// What is shown early, by channel.
pub struct Previews {
    kept: Mutex<Kept>,
    places: Semaphore,
}

#[derive(Default)]
struct Kept {
    previews: HashMap<ChannelId, (Instant, Arc<Preview>)>,
    failed: HashMap<ChannelId, Instant>,
}

/// The messages at the end of a log.
pub struct Preview {
    /// The first entry that is known.
    from: Seq,
    size: i64,
    history: HistoryPolicy,
    messages: Vec<Message>,
}

impl Default for Previews {
    fn default() -> Previews {
        Previews { kept: Mutex::default(), places: Semaphore::new(AT_ONCE_MAX) }
    }
}

impl Previews {
    fn lock(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn get(&self, channel: &ChannelId) -> Option<Arc<Preview>> {
        self.lock().previews.get(channel).map(|(_, preview)| preview.clone())
    }

    fn keep(&self, channel: &ChannelId, preview: Arc<Preview>) {
        let mut kept = self.lock();
        if kept.previews.len() >= PREVIEWS_MAX
            && let Some(oldest) =
                kept.previews.iter().min_by_key(|(_, (when, _))| *when).map(|(channel, _)| channel.clone())
        {
            kept.previews.remove(&oldest);
        }
        kept.previews.insert(channel.clone(), (Instant::now(), preview));
    }

    fn fail(&self, channel: &ChannelId) {
        let mut kept = self.lock();
        if kept.failed.len() >= FAILED_MAX {
            kept.failed.clear();
        }
        kept.failed.insert(channel.clone(), Instant::now());
    }

    fn failed(&self, channel: &ChannelId) -> bool {
        self.lock().failed.get(channel).is_some_and(|when| when.elapsed() < PAUSE)
    }

    /// The log is so long here: what was shown early of it is needed no more.
    pub fn reached(&self, channel: &ChannelId, size: i64) {
        let mut kept = self.lock();
        if kept.previews.get(channel).is_some_and(|(_, preview)| preview.size <= size) {
            kept.previews.remove(channel);
        }
    }

    /// The newest message that the person may read.
    pub fn last_message(&self, channel: &ChannelId, actor: &Actor) -> Option<Message> {
        let last = self.get(channel)?.messages.last()?.clone();
        Some(mine(last, actor.person.id.as_str()))
    }
}

impl Preview {
    /// A page of it, as of the whole log.
    ///
    /// # Errors
    /// `replaying` for what lies before it.
    pub(in crate::domain) fn page(
        &self,
        seat: &Seat,
        place: Place,
        limit: i64,
        viewer: &str,
    ) -> Result<Page> {
        let joined = seat.member.as_ref().and_then(|member| member.joined_seq);
        let first = match self.history {
            HistoryPolicy::All => 0,
            HistoryPolicy::SinceJoin => joined.unwrap_or(self.size),
        };
        let limit = usize::try_from(limit).unwrap_or(0);
        let readable: Vec<&Message> = self.messages.iter().filter(|message| message.seq >= first).collect();
        let at = |seq: Seq| readable.partition_point(|message| message.seq < seq);
        let is_short = self.from > first;
        let range = match place {
            Place::Head => readable.len().saturating_sub(limit)..readable.len(),
            // A page that is not full would say that nothing lies before it.
            Place::Before(seq) if is_short && at(seq) < limit => return Err(Error::Replaying),
            Place::Before(seq) => at(seq).saturating_sub(limit)..at(seq),
            Place::After(seq) if is_short && seq + 1 < self.from => return Err(Error::Replaying),
            Place::After(seq) => at(seq + 1)..(at(seq + 1) + limit).min(readable.len()),
            Place::Around(seq) if is_short && at(seq + 1) < limit / 2 => return Err(Error::Replaying),
            Place::Around(seq) => {
                let older = at(seq + 1).saturating_sub(limit / 2 + limit % 2);
                older..(older + limit).min(readable.len())
            }
        };
        let shown = readable.get(range).unwrap_or_default();
        Ok(Page {
            messages: shown.iter().map(|message| mine((*message).clone(), viewer)).collect(),
            head: self.size - 1,
            oldest: if is_short { Some(first) } else { readable.first().map(|message| message.seq) },
        })
    }
}

/// The message as one person sees it.
fn mine(mut message: Message, viewer: &str) -> Message {
    for reaction in &mut message.reactions {
        reaction.me = Some(reaction.users.iter().any(|user| user == viewer));
    }
    message
}

impl Domain {
    /// What can be shown of a channel whose log is on its way here: its host is asked for it, unless it is at hand.
    /// None if the host gives nothing that holds.
    pub(in crate::domain) async fn preview(&self, channel: &ChannelId) -> Result<Option<Arc<Preview>>> {
        if let Some(preview) = self.previews.get(channel) {
            return Ok(Some(preview));
        }
        let Ok(_place) = self.previews.places.acquire().await else { return Ok(None) };
        // Somebody else may have had it meanwhile.
        if let Some(preview) = self.previews.get(channel) {
            return Ok(Some(preview));
        }
        if self.previews.failed(channel) {
            return Ok(None);
        }
        let preview = self.look_ahead(channel).await?;
        match &preview {
            Some(preview) => self.previews.keep(channel, preview.clone()),
            None => self.previews.fail(channel),
        }
        Ok(preview)
    }

    async fn look_ahead(&self, channel: &ChannelId) -> Result<Option<Arc<Preview>>> {
        let Some(expected) = self.expected(channel).await? else { return Ok(None) };
        let host = expected.host.clone();
        let asked = self.peers.ask(&host, Ask::get(format!("/channels/{channel}/snapshot")));
        let answer = match tokio::time::timeout(SNAPSHOT_DEADLINE, asked).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => {
                tracing::info!(%host, %channel, %error, "it gives no snapshot");
                return Ok(None);
            }
            Err(_) => return Ok(None),
        };
        let checked = match serde_json::from_str::<Snapshot>(&answer) {
            Ok(snapshot) => {
                snapshot::check(snapshot, &expected).map_err(|error| (error.code(), error.to_string()))
            }
            Err(error) => Err(("bad_json", error.to_string())),
        };
        let checked = match checked {
            Ok(checked) => self.check_signature(&host, &checked).await.map(|()| checked),
            Err(error) => Err(error),
        };
        let checked = match checked {
            Ok(checked) => checked,
            Err((code, why)) => {
                self.alarm_snapshot(&host, channel, format!("{code}: {why}")).await?;
                return Ok(None);
            }
        };
        self.keep_word(channel, &checked.head).await?;
        let (from, size) = (checked.entries.first().map_or(0, |one| one.entry.seq), checked.head.head.size);
        let history = checked.history;
        let mut messages = fold(channel, self.authentic(channel, checked.entries).await);
        if let Some(since) = self.kept_since() {
            messages.retain(|message| message.ts >= since);
        }
        Ok(Some(Arc::new(Preview { from, size, history, messages })))
    }

    /// What is known of a channel into which people of this server were taken; none if there is nothing to come.
    async fn expected(&self, channel: &ChannelId) -> Result<Option<Expected>> {
        let (id, now) = (channel.clone(), self.clock.now());
        self.reads
            .read(move |conn| {
                let row = channels::by_id(conn, id.as_str())?.ok_or(Error::NotFound(Missing::Channel))?;
                let coming = joinings::of_channel(conn, row.num)?;
                let coming: Vec<_> = coming.into_iter().filter(|joining| joining.seq >= row.size).collect();
                let host = row.host.parse().map_err(|error| stored::damaged("host", error))?;
                let placed: Vec<_> =
                    coming.into_iter().map(|joining| (joining.seq, joining.event_id)).collect();
                Ok((!placed.is_empty()).then_some(Expected { channel: id, host, placed, now }))
            })
            .await
    }

    /// That the host signed the head: with its first key, or one of its key document.
    async fn check_signature(
        &self,
        host: &ServerName,
        checked: &Checked,
    ) -> std::result::Result<(), (&'static str, String)> {
        let kid = &checked.head.head.kid;
        let key = match *kid == checked.first_key.kid {
            true => Some(checked.first_key.public),
            false => self.peers.key(host, kid).await.ok().flatten(),
        };
        let Some(key) = key else { return Err(("key_unknown", format!("the host has no key {kid}"))) };
        let error = snapshot::SnapshotError::BadSignature;
        checked.head.verify(&key).map_err(|_| (error.code(), error.to_string()))
    }

    async fn alarm_snapshot(&self, host: &ServerName, channel: &ChannelId, why: String) -> Result<()> {
        tracing::warn!(%host, %channel, why, "a snapshot does not hold");
        let (host, channel, now) = (host.clone(), channel.clone(), self.clock.now());
        self.writer
            .other("alarm", move |work| {
                Ok(peers::add_alarm(work.conn, now, "bad_snapshot", host.as_str(), channel.as_str(), &why)?)
            })
            .await
    }

    /// Keeps the head, before anything under it is shown: it is held against the log when that has come so far.
    async fn keep_word(&self, channel: &ChannelId, head: &SignedHead) -> Result<()> {
        let text = serde_json::to_string(head).map_err(|error| stored::damaged("head", error))?;
        let id = channel.clone();
        self.writer
            .channel(channel, move |work| {
                let num = work.lane.num_of(work.conn, &id)?.ok_or(Error::NotFound(Missing::Channel))?;
                Ok(joinings::keep_head(work.conn, num, &text)?)
            })
            .await?;
        // The log may have come so far meanwhile.
        self.keep_evidence(channel, head.clone()).await.map(drop)
    }

    /// The events that their authors' servers have signed, as far as can be said without the log: nobody is shown to have
    /// said what they did not.
    async fn authentic(&self, channel: &ChannelId, entries: Vec<Proven>) -> Vec<(Proven, SignedEvent)> {
        let mut signers: BTreeSet<(ServerName, KeyId)> = BTreeSet::new();
        let mut events = Vec::with_capacity(entries.len());
        for mut one in entries {
            let Some(signed) = one.event.take() else { continue };
            let is_shown = matches!(
                signed.event.kind,
                EventType::Message | EventType::Edit | EventType::Reaction | EventType::Redact
            );
            if is_shown && signed.event.channel.as_ref() == Some(channel) {
                signers.insert((signed.event.sender.server(), signed.event.kid.clone()));
                events.push((one, signed));
            }
        }
        let lookups = signers.into_iter().take(KEYS_MAX).map(|(server, kid)| async move {
            let key = self.key_of_signer(&server, &kid).await?;
            Some(((server, kid), key))
        });
        let keys: HashMap<(ServerName, KeyId), PublicKey> =
            join_all(lookups).await.into_iter().flatten().collect();
        events.retain(|(_, signed)| {
            let signer = (signed.event.sender.server(), signed.event.kid.clone());
            keys.get(&signer).is_some_and(|key| signed.verify(key).is_ok())
        });
        events
    }

    async fn key_of_signer(&self, server: &ServerName, kid: &KeyId) -> Option<PublicKey> {
        if *server == *self.server() {
            return self.identity.key_of(kid.as_str()).map(|(_, key)| key.public());
        }
        let key = self.peers.key(server, kid);
        let key: std::result::Result<Option<PublicKey>, PeerError> =
            tokio::time::timeout(KEYS_DEADLINE, key).await.ok()?;
        key.ok().flatten()
    }
}

/// A message on its way through the entries after it.
struct Said {
    row: MessageRow,
    sender: String,
    content: Option<MessageContent>,
    /// The event, the emoji, and who.
    reactions: Vec<(String, String, String)>,
}

/// The messages as they stand after these events. Whatever concerns earlier ones is passed over.
fn fold(channel: &ChannelId, events: Vec<(Proven, SignedEvent)>) -> Vec<Message> {
    let mut said: Vec<Said> = Vec::new();
    for (one, signed) in events {
        let (event, id) = (&signed.event, signed.id.as_str());
        let sender = event.sender.as_str();
        let target = event.relates.as_ref().map(|relates| relates.to.as_str());
        let of = target.and_then(|target| said.iter().position(|said| said.row.id == target));
        match (&event.kind, of.and_then(|at| said.get_mut(at))) {
            (EventType::Message, _) => {
                let content: Option<MessageContent> = content::read(one.content.as_ref());
                let row = row_of(&one, &signed, content.as_ref());
                said.push(Said { row, sender: sender.to_owned(), content, reactions: Vec::new() });
            }
            (EventType::Edit, Some(message)) if message.sender == sender && !message.row.deleted => {
                if let Some(content) = content::read(one.content.as_ref()) {
                    message.content = Some(content);
                    message.row.edited_ts = Some(one.entry.host_ts);
                }
            }
            (EventType::Reaction, Some(message)) if !message.row.deleted => {
                let content: Option<ReactionContent> = content::read(one.content.as_ref());
                let is_new = |emoji: &String| {
                    message.reactions.iter().all(|(_, known, who)| known != emoji || who != sender)
                };
                if let Some(emoji) = content.map(|content| content.emoji).filter(is_new) {
                    message.reactions.push((id.to_owned(), emoji, sender.to_owned()));
                }
            }
            // The host strips what was deleted: one of somebody else's is a moderator's.
            (EventType::Redact, Some(message)) if message.sender == sender || message.content.is_none() => {
                message.row.deleted = true;
                message.content = None;
                message.reactions.clear();
            }
            (EventType::Redact, None) => {
                for message in &mut said {
                    message
                        .reactions
                        .retain(|(event, _, who)| Some(event.as_str()) != target || who != sender);
                }
            }
            _ => {}
        }
    }
    // A body that did not come is not shown, whatever the reason.
    said.retain(|said| said.row.deleted || said.content.is_some());
    said.into_iter().map(|said| shown(channel, said)).collect()
}

fn row_of(one: &Proven, signed: &SignedEvent, content: Option<&MessageContent>) -> MessageRow {
    let relates = |rel: Rel| {
        let relates = signed.event.relates.as_ref().filter(|relates| relates.rel == rel)?;
        Some(relates.to.as_str().to_owned())
    };
    MessageRow {
        channel: 0,
        seq: one.entry.seq,
        id: signed.id.as_str().to_owned(),
        sender: 0,
        ts: one.entry.host_ts,
        nonce: signed.event.nonce.as_str().to_owned(),
        body_seq: one.entry.seq,
        edited_ts: None,
        deleted: false,
        reply_to: relates(Rel::Reply).or_else(|| content.and_then(|content| content.reply_to.clone())),
        thread: relates(Rel::Thread),
        thread_seq: None,
        thread_index: None,
        thread_count: 0,
        has_reactions: false,
    }
}

fn shown(channel: &ChannelId, said: Said) -> Message {
    let content = said.content.unwrap_or_default();
    let mut message = show::fresh_message(channel.as_str(), &said.row, &said.sender, content);
    for (_, emoji, user) in said.reactions {
        match message.reactions.iter_mut().find(|reaction| reaction.emoji == emoji) {
            Some(reaction) => {
                reaction.count += 1;
                reaction.users.push(user);
            }
            None => message.reactions.push(Reaction { emoji, count: 1, me: None, users: vec![user] }),
        }
    }
    message
}
