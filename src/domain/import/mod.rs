//! Bringing conversations from elsewhere: what an archive of another program holds becomes channels and messages here,
//! in the name of the person who brings them, and each says who wrote it there, and when.
//!
//! Doing it again, or going on after it broke off, adds nothing twice: a channel is remembered by its name in the
//! archive, a message's nonce follows from its place there. To add a program: a file here that makes [`Conversation`]s.

pub mod discord;
pub mod slack;
pub(super) mod text;
mod time;

use std::collections::HashMap;
use std::io::Read;

use super::channels;
use super::content::{AUTHOR_CHARS_MAX, IMPORTED_REACTIONS_MAX};
use super::files::{ATTACHMENTS_MAX, Attach, DESCRIPTION_CHARS_MAX, check_name};
use super::messages::NewMessage;
use super::view::{Attachment, Imported, ImportedReaction, Message};
use super::{Actor, Conflict, Domain, Error, Missing, Result};
use crate::files::Hash;
use crate::protocol::Ts;
use crate::protocol::ids::{ChannelId, EventId, Nonce};
use crate::protocol::sign::hash;
use crate::storage::{channels as channels_rows, entries, meta, users};

/// Largest JSON file of an archive, in bytes.
pub const JSON_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// How many files an archive has, and how many bytes all of them that are read.
pub const ENTRIES_MAX: usize = 500_000;
pub const TOTAL_BYTES_MAX: u64 = 64 * 1024 * 1024 * 1024;
/// How many messages one file of an archive holds.
pub const MESSAGES_MAX: usize = 5_000_000;
/// Longest name of a reaction that is kept, in characters.
const EMOJI_CHARS_MAX: usize = 64;
const TOPIC_CHARS_MAX: usize = 250;
const PIECE_BYTES: usize = 65_536;

/// Why nothing more was brought. What was brought until then stays, and is not brought again.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("the archive can't be read: {0}")]
    Archive(String),
    #[error("this was brought as {0} before: go on with the same person after --as")]
    Another(String),
    #[error("{0} is larger than {1} bytes")]
    TooLarge(String, u64),
    #[error("{0}")]
    Domain(#[from] Error),
    #[error("{0}")]
    Io(#[from] std::io::Error),
}

/// A message as it was said elsewhere, in CommonMark.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Said {
    /// Its name in the archive.
    pub key: String,
    pub author: String,
    pub ts: Ts,
    pub text: String,
    /// The message that it answers, and the first message of its thread, by their keys.
    pub reply_to: Option<String>,
    pub thread: Option<String>,
    pub reactions: Vec<ImportedReaction>,
    pub files: Vec<SaidFile>,
}

/// A file of a message.
#[derive(Debug, Clone, PartialEq)]
pub struct SaidFile {
    /// Its name in the archive.
    pub path: String,
    /// What it is called.
    pub name: String,
    pub description: Option<String>,
}

/// A conversation elsewhere.
#[derive(Debug, Clone, Default)]
pub struct Conversation {
    /// `slack`, `discord`.
    pub from: &'static str,
    pub key: String,
    pub name: String,
    pub topic: String,
    pub public: bool,
}

/// What came of it.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Brought {
    pub channels: usize,
    pub messages: usize,
    /// Those that had been brought before.
    pub known: usize,
    pub files: usize,
    /// Files that are not in the archive, are too large, or were refused.
    pub missing: usize,
    /// Messages, and whole days, that can't be read.
    pub unread: usize,
}

/// Opens a file of the archive; none if it isn't there.
pub type OpenFile<'a> = dyn FnMut(&str) -> std::result::Result<Option<Vec<u8>>, ImportError> + 'a;

/// Hears how far an import is: in which channel, what came in, and what part of all is done, from 0 to 1.
pub type Progress<'a> = Box<dyn FnMut(&str, &Brought, f64) + 'a>;

/// Puts what an archive holds into channels, one after the other.
pub struct Import<'a> {
    pub domain: &'a Domain,
    pub actor: Actor,
    pub brought: Brought,
    /// Is told now and then how far it is.
    pub progress: Progress<'a>,
    /// Which part of all the conversation is that is brought now: where it begins, and where it ends.
    pub part: (f64, f64),
}

impl Import<'_> {
    /// The channel of a conversation: made when it is first brought, and found again after that.
    async fn channel(&mut self, conversation: &Conversation) -> std::result::Result<ChannelId, ImportError> {
        let key = format!("import.{}.{}", conversation.from, digest(&[&conversation.key]));
        let known = key.clone();
        let found = self.domain.reads.read(move |conn| Ok::<_, Error>(meta::get(conn, &known)?)).await?;
        if let Some(id) = found.and_then(|id| id.parse::<ChannelId>().ok()) {
            self.check_person(&id).await?;
            return Ok(id);
        }
        let line = |text: &str, most: usize| -> String {
            let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
            line.trim().chars().take(most).collect()
        };
        let name = line(&conversation.name, channels::NAME_CHARS_MAX);
        let name = if name.is_empty() { conversation.from.to_owned() } else { name };
        let topic = line(&conversation.topic, TOPIC_CHARS_MAX);
        let new = channels::NewChannel { name, topic, public: conversation.public, alias: None };
        let made = self.domain.found_channel(&self.actor, new, Some(key)).await?;
        self.brought.channels += 1;
        Ok(made.info.id.parse().map_err(|_| Error::NotFound(Missing::Channel))?)
    }

    /// What is here already is found among the person's own messages: another's would come in beside it.
    async fn check_person(&self, channel: &ChannelId) -> std::result::Result<(), ImportError> {
        let channel = channel.clone();
        let found = self.domain.reads.read(move |conn| {
            let row = channels_rows::by_id(conn, channel.as_str())?;
            let row = row.ok_or(Error::NotFound(Missing::Channel))?;
            let Some(first) = entries::by_seq(conn, row.num, 0)? else { return Ok(None) };
            Ok::<_, Error>(users::by_num(conn, first.sender)?)
        });
        match found.await?.filter(|founder| founder.num != self.actor.person.num) {
            Some(founder) => Err(ImportError::Another(founder.id)),
            None => Ok(()),
        }
    }

    /// Brings one conversation. Answers to messages that come later in the archive stand alone.
    pub async fn bring(
        &mut self,
        conversation: &Conversation,
        said: impl IntoIterator<Item = std::result::Result<Said, ImportError>>,
        open: &mut OpenFile<'_>,
    ) -> std::result::Result<(), ImportError> {
        let channel = self.channel(conversation).await?;
        let mut places: HashMap<String, EventId> = HashMap::new();
        let said = said.into_iter();
        let (begins, ends) = self.part;
        let step = (ends - begins) / said.size_hint().0.max(1) as f64;
        for (at, said) in said.enumerate() {
            let said = said?;
            if let Some(id) = self.one(conversation, &channel, &said, &places, open).await? {
                places.insert(said.key, id);
            }
            let done = (begins + step * (at + 1) as f64).min(ends);
            (self.progress)(&conversation.name, &self.brought, done);
        }
        Ok(())
    }

    /// Brings one message, unless it is here. None where it says nothing.
    async fn one(
        &mut self,
        conversation: &Conversation,
        channel: &ChannelId,
        said: &Said,
        places: &HashMap<String, EventId>,
        open: &mut OpenFile<'_>,
    ) -> std::result::Result<Option<EventId>, ImportError> {
        let place = |key: &Option<String>| key.as_ref().and_then(|key| places.get(key)).cloned();
        let most = usize::try_from(self.domain.config.settings.limits.message_bytes).unwrap_or(4_096);
        let pieces = text::pieces(&said.text, most);
        let mut first = None;
        for n in 0..pieces.len().max(1) {
            let nonce = nonce(conversation, &said.key, n)?;
            // As it was then: in a newer archive it may have been edited, or have other reactions.
            if let Some(known) = self.known(channel, &nonce).await? {
                self.brought.known += usize::from(n == 0);
                first = first.or(Some(known));
                continue;
            }
            let attachments = if n == 0 { self.files(said, open).await? } else { Vec::new() };
            if pieces.is_empty() && attachments.is_empty() {
                break;
            }
            let new = NewMessage {
                nonce,
                text: pieces.get(n).cloned().unwrap_or_default(),
                reply_to: place(&said.reply_to).filter(|_| n == 0),
                thread: place(&said.thread),
                attachments,
                previews: Vec::new(),
                imported: Some(provenance(conversation, said, n == 0)),
            };
            let message = self.send(channel, new).await?;
            self.brought.messages += usize::from(n == 0);
            first = first.or_else(|| message.id.parse().ok());
        }
        Ok(first)
    }

    /// Sends a message. What it is about may have been deleted since that was brought: then it stands alone.
    async fn send(
        &self,
        channel: &ChannelId,
        mut new: NewMessage,
    ) -> std::result::Result<Message, ImportError> {
        loop {
            let sent = self.domain.send_message(&self.actor, channel.clone(), new.clone()).await;
            match sent {
                Err(Error::Invalid { code: "bad_reference", pointer, .. }) => {
                    let of = if pointer == "/thread" { &mut new.thread } else { &mut new.reply_to };
                    if of.take().is_none() {
                        return Err(ImportError::Domain(Error::invalid("bad_reference", pointer, "")));
                    }
                }
                sent => return Ok(sent?.0),
            }
        }
    }

    /// The message that was brought with this nonce.
    async fn known(
        &self,
        channel: &ChannelId,
        nonce: &Nonce,
    ) -> std::result::Result<Option<EventId>, ImportError> {
        let (channel, nonce, sender) = (channel.clone(), nonce.clone(), self.actor.person.num);
        let found = self.domain.reads.read(move |conn| {
            let row = channels_rows::by_id(conn, channel.as_str())?;
            let row = row.ok_or(Error::NotFound(Missing::Channel))?;
            Ok::<_, Error>(entries::by_nonce(conn, row.num, sender, nonce.as_str())?)
        });
        Ok(found.await?.and_then(|entry| entry.event_id.parse().ok()))
    }

    async fn file(&self, name: &str, bytes: &[u8]) -> Result<Attachment> {
        let mut incoming = self.domain.begin_file(&self.actor, name, Some(bytes.len() as u64)).await?;
        for piece in bytes.chunks(PIECE_BYTES) {
            incoming.write(piece).await?;
        }
        self.domain.finish_file(&self.actor, incoming).await
    }

    async fn files(
        &mut self,
        said: &Said,
        open: &mut OpenFile<'_>,
    ) -> std::result::Result<Vec<Attach>, ImportError> {
        let mut attached: Vec<Attach> = Vec::new();
        for SaidFile { path, name, description } in said.files.iter().take(ATTACHMENTS_MAX) {
            let Some(bytes) = open(path)? else {
                self.brought.missing += 1;
                continue;
            };
            let plain: String = name
                .chars()
                .map(|c| if c.is_control() || matches!(c, '/' | '\\') { '_' } else { c })
                .collect();
            let name = check_name(&plain, "bad_file_name", "").unwrap_or_else(|_| "file".to_owned());
            let file = match self.file(&name, &bytes).await {
                Ok(file) => file,
                // It would be refused again, and all that comes after it would never be brought.
                Err(error @ (Error::Invalid { .. } | Error::Conflict(Conflict::FileRefused))) => {
                    tracing::warn!(%error, %path, "a file is left out");
                    self.brought.missing += 1;
                    continue;
                }
                Err(error) => return Err(error.into()),
            };
            let hash: Hash = file.hash.parse().map_err(|_| Error::NotFound(Missing::File))?;
            if !attached.iter().any(|known| known.file == hash) {
                attached.push(Attach {
                    file: hash,
                    name,
                    description: description.as_deref().map(described),
                });
                self.brought.files += 1;
            }
        }
        Ok(attached)
    }
}

/// A description as it may be here.
fn described(text: &str) -> String {
    let plain = text.chars().map(|c| if c.is_control() && c != '\n' { ' ' } else { c });
    plain.take(DESCRIPTION_CHARS_MAX).collect()
}

/// 43 characters that follow from the parts.
fn digest(parts: &[&str]) -> String {
    let lengths: Vec<String> = parts.iter().map(|part| format!("{}:{part}", part.len())).collect();
    hash(b"loggia/import/1\n", lengths.concat().as_bytes()).to_string()
}

fn nonce(conversation: &Conversation, key: &str, n: usize) -> std::result::Result<Nonce, ImportError> {
    let text = format!("import-{}-{n}", digest(&[conversation.from, &conversation.key, key]));
    text.parse().map_err(|_| ImportError::Archive(format!("a message has too many parts: {key}")))
}

fn provenance(conversation: &Conversation, said: &Said, is_first: bool) -> Imported {
    let short =
        |text: &str, most: usize| -> String { text.chars().filter(|c| !c.is_control()).take(most).collect() };
    let reactions = said.reactions.iter().take(if is_first { IMPORTED_REACTIONS_MAX } else { 0 });
    Imported {
        from: conversation.from.to_owned(),
        author: short(&said.author, AUTHOR_CHARS_MAX),
        ts: said.ts,
        reactions: reactions
            .map(|reaction| ImportedReaction {
                emoji: short(&reaction.emoji, EMOJI_CHARS_MAX),
                count: reaction.count,
            })
            .collect(),
    }
}

/// At most so many bytes of something that says nothing of its length, or lies.
pub fn read_most(from: impl Read, most: u64, what: &str) -> std::result::Result<Vec<u8>, ImportError> {
    let mut bytes = Vec::new();
    let archive = |error: std::io::Error| ImportError::Archive(format!("{what}: {error}"));
    from.take(most + 1).read_to_end(&mut bytes).map_err(archive)?;
    match bytes.len() as u64 > most {
        true => Err(ImportError::TooLarge(what.to_owned(), most)),
        false => Ok(bytes),
    }
}
