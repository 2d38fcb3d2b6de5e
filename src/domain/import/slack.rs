//! Slack's export: a ZIP file with `users.json`, lists of conversations, and a JSON file per conversation and day.

use std::collections::{BTreeMap, HashMap};
use std::io::{Read, Seek};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use zip::ZipArchive;
use zip::result::ZipError;

use super::text;
use super::time;
use super::{
    Conversation, ENTRIES_MAX, Import, ImportError, JSON_BYTES_MAX, MESSAGES_MAX, Said, SaidFile,
    TOTAL_BYTES_MAX, read_most,
};
use crate::domain::view::ImportedReaction;
use crate::domain::webhooks::payload::blocks;

/// Messages that say nothing that somebody wrote.
const SILENT: &[&str] = &[
    "channel_join",
    "channel_leave",
    "channel_topic",
    "channel_purpose",
    "channel_name",
    "channel_archive",
    "channel_unarchive",
    "group_join",
    "group_leave",
    "group_topic",
    "group_purpose",
    "group_name",
    "group_archive",
    "group_unarchive",
    "pinned_item",
    "unpinned_item",
    "bot_add",
    "bot_remove",
    "reminder_add",
    "channel_convert_to_private",
    "channel_posting_permissions",
];

/// What is left of a message that was deleted.
const TOMBSTONE: &str = "tombstone";
/// What some programs begin a text in UTF-8 with.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
/// How many names are told of those that there are.
const NAMES_TOLD_MAX: usize = 20;

#[derive(Deserialize)]
struct User {
    id: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    real_name: Option<String>,
    #[serde(default)]
    profile: Profile,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Profile {
    display_name: Option<String>,
    real_name: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Bot {
    name: Option<String>,
}

#[derive(Deserialize)]
struct Channel {
    id: String,
    name: String,
    #[serde(default)]
    topic: Topic,
    #[serde(default)]
    purpose: Topic,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Topic {
    value: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Message {
    r#type: String,
    subtype: Option<String>,
    user: Option<String>,
    username: Option<String>,
    bot_id: Option<String>,
    user_profile: Option<Profile>,
    bot_profile: Option<Bot>,
    text: Option<String>,
    blocks: Value,
    ts: String,
    thread_ts: Option<String>,
    reactions: Vec<Reaction>,
    files: Vec<File>,
    attachments: Vec<Attachment>,
}

impl Message {
    /// Whether it says nothing that somebody wrote. What was deleted is still what its thread is about.
    fn is_silent(&self) -> bool {
        let begins_thread = self.thread_ts.as_ref() == Some(&self.ts);
        match self.subtype.as_deref() {
            Some(TOMBSTONE) => !begins_thread,
            Some(subtype) => SILENT.contains(&subtype),
            None => false,
        }
    }
}

#[derive(Deserialize)]
struct Reaction {
    name: String,
    #[serde(default)]
    count: i64,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct File {
    id: String,
    name: Option<String>,
    title: Option<String>,
    url_private: Option<String>,
    alt_txt: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Attachment {
    fallback: Option<String>,
    text: Option<String>,
    title: Option<String>,
    title_link: Option<String>,
}

/// The archive, and how much of it may yet be read.
struct Archive<R> {
    zip: ZipArchive<R>,
    left: u64,
}

fn damaged(error: impl std::fmt::Display) -> ImportError {
    ImportError::Archive(error.to_string())
}

impl<R: Read + Seek> Archive<R> {
    /// A file of it, if it is there. What it says of its length is not believed.
    fn read(&mut self, path: &str, most: u64) -> Result<Option<Vec<u8>>, ImportError> {
        let file = match self.zip.by_name(path) {
            Ok(file) => file,
            Err(ZipError::FileNotFound) => return Ok(None),
            Err(error) => return Err(damaged(format!("{path}: {error}"))),
        };
        let bytes = read_most(file, most.min(self.left), path)?;
        self.left -= bytes.len() as u64;
        Ok(Some(bytes))
    }

    /// A list, if it is there; without what of it can't be read, which is counted.
    fn list<T: DeserializeOwned>(&mut self, path: &str, unread: &mut usize) -> Result<Vec<T>, ImportError> {
        let Some(bytes) = self.read(path, JSON_BYTES_MAX)? else { return Ok(Vec::new()) };
        let json = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&bytes);
        let all: Option<Vec<Value>> =
            serde_json::from_slice(json).map_err(|error| damaged(format!("{path}: {error}")))?;
        let mut list = Vec::new();
        for (at, one) in all.unwrap_or_default().into_iter().enumerate() {
            match serde_json::from_value(without_nulls(one)) {
                Ok(one) => list.push(one),
                Err(error) => {
                    tracing::warn!(%error, %path, at, "a part of the archive is left out");
                    *unread += 1;
                }
            }
        }
        Ok(list)
    }
}

/// What is null is as good as not there.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let there = members.into_iter().filter(|(_, value)| !value.is_null());
            Value::Object(there.map(|(name, value)| (name, without_nulls(value))).collect())
        }
        Value::Array(all) => Value::Array(all.into_iter().map(without_nulls).collect()),
        other => other,
    }
}

/// What of an export is wanted.
pub struct Which<'a> {
    /// Channels by name, if not all.
    pub only: &'a [String],
    /// Direct messages too: whoever brings them can read what others wrote to each other.
    pub direct: bool,
}

/// A conversation of the archive, and the directory with its days.
struct Found {
    conversation: Conversation,
    days: String,
}

/// Brings what a Slack export holds.
///
/// # Errors
/// What is wrong with the archive, or why a message was not taken.
pub async fn import<R: Read + Seek>(
    import: &mut Import<'_>,
    from: R,
    which: &Which<'_>,
) -> Result<(), ImportError> {
    let zip = ZipArchive::new(from).map_err(damaged)?;
    if zip.len() > ENTRIES_MAX {
        return Err(damaged(format!("it has {} files, more than {ENTRIES_MAX}", zip.len())));
    }
    let mut archive = Archive { zip, left: TOTAL_BYTES_MAX };
    let unread = &mut import.brought.unread;
    let users: Vec<User> = archive.list("users.json", unread)?;
    let people: HashMap<String, String> = users.into_iter().map(named).collect();
    let found = conversations(&mut archive, which, &people, unread)?;
    let days = days(&archive.zip);
    let uploads = uploads(&archive.zip);
    let length = |found: &Found| days.get(&found.days).map_or(0, Vec::len);
    // How far it is, is told by days: to count messages, all would have to be read.
    let all = found.iter().map(length).sum::<usize>().max(1) as f64;
    let mut done = 0;
    for found in found {
        let begins = done;
        done += length(&found);
        import.part = (begins as f64 / all, done as f64 / all);
        let conversation = found.conversation;
        let days = days.get(&found.days);
        let said = said(&mut archive, days, (&people, &uploads), &mut import.brought.unread)?;
        let most = import.domain.file_bytes_max();
        let mut open = |path: &str| match archive.read(path, most) {
            Err(ImportError::TooLarge(..)) => Ok(None),
            other => other,
        };
        import.bring(&conversation, said.into_iter().map(Ok), &mut open).await?;
    }
    Ok(())
}

/// The conversations that are wanted, channels first.
fn conversations<R: Read + Seek>(
    archive: &mut Archive<R>,
    which: &Which<'_>,
    people: &HashMap<String, String>,
    unread: &mut usize,
) -> Result<Vec<Found>, ImportError> {
    let public: Vec<Channel> = archive.list("channels.json", unread)?;
    let private: Vec<Channel> = archive.list("groups.json", unread)?;
    if public.is_empty() && private.is_empty() {
        return Err(damaged(nothing_in(&archive.zip)));
    }
    check_wanted(which.only, public.iter().chain(&private))?;
    let mut found = Vec::new();
    for (channel, is_public) in
        public.into_iter().map(|it| (it, true)).chain(private.into_iter().map(|it| (it, false)))
    {
        let named = |name: &String| name.trim_start_matches('#') == channel.name;
        if !which.only.is_empty() && !which.only.iter().any(named) {
            continue;
        }
        let topic = if channel.topic.value.is_empty() { channel.purpose.value } else { channel.topic.value };
        let conversation = Conversation {
            from: "slack",
            key: channel.id,
            name: channel.name.clone(),
            topic: text::slack(&topic, people),
            public: is_public,
        };
        found.push(Found { conversation, days: channel.name });
    }
    if which.direct {
        let between_two: Vec<Direct> = archive.list("dms.json", unread)?;
        let groups: Vec<Direct> = archive.list("mpims.json", unread)?;
        let direct = between_two.into_iter().chain(groups).map(|direct| direct.found(people));
        found.extend(direct);
    }
    Ok(found)
}

/// What is wrong with an archive without conversations.
fn nothing_in<R: Read + Seek>(zip: &ZipArchive<R>) -> String {
    let folder =
        zip.file_names().flatten().find_map(|path| path.strip_suffix("/channels.json").map(str::to_owned));
    match folder {
        Some(folder) => {
            format!("channels.json is in the folder {folder}: pack what is in it, not the folder")
        }
        None => "there is neither channels.json nor groups.json in it: is it a Slack export?".to_owned(),
    }
}

/// Whether there is every channel that is wanted by name.
fn check_wanted<'a>(
    only: &[String],
    channels: impl Iterator<Item = &'a Channel> + Clone,
) -> Result<(), ImportError> {
    let is_there = |name: &str| channels.clone().any(|channel| channel.name == name);
    let Some(missing) = only.iter().map(|name| name.trim_start_matches('#')).find(|name| !is_there(name))
    else {
        return Ok(());
    };
    let names: Vec<&str> =
        channels.clone().map(|channel| channel.name.as_str()).take(NAMES_TOLD_MAX).collect();
    Err(damaged(format!("no channel in it is called {missing:?}; some that are: {}", names.join(", "))))
}

/// A conversation of a few people. Who they are here nobody knows, so it becomes a private channel named after them.
#[derive(Deserialize)]
struct Direct {
    id: String,
    /// Of more than two people.
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    members: Vec<String>,
}

impl Direct {
    fn found(self, people: &HashMap<String, String>) -> Found {
        let names: Vec<&str> =
            self.members.iter().map(|id| people.get(id).map_or(id.as_str(), String::as_str)).collect();
        let conversation = Conversation {
            from: "slack",
            key: self.id.clone(),
            name: names.join(", "),
            topic: String::new(),
            public: false,
        };
        Found { conversation, days: self.name.unwrap_or(self.id) }
    }
}

fn named(user: User) -> (String, String) {
    let names = [user.profile.display_name, user.profile.real_name, user.real_name, Some(user.name)];
    let name = names.into_iter().flatten().find(|name| !name.trim().is_empty());
    (user.id.clone(), name.unwrap_or(user.id))
}

/// The files of each conversation, `general/2019-03-01.json`, in the order of days.
fn days<R: Read + Seek>(zip: &ZipArchive<R>) -> BTreeMap<String, Vec<String>> {
    let mut days: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for path in zip.file_names().flatten() {
        if let Some((channel, file)) = path.split_once('/')
            && file.ends_with(".json")
            && !file.contains('/')
        {
            days.entry(channel.to_owned()).or_default().push(path.to_string());
        }
    }
    days.values_mut().for_each(|files| files.sort_unstable());
    days
}

/// Files of messages by their ids, where a program that fills exports up has put them: `__uploads/F1/name.png`.
fn uploads<R: Read + Seek>(zip: &ZipArchive<R>) -> HashMap<String, String> {
    let named = zip.file_names().flatten().filter_map(|path| {
        let (id, name) = path.strip_prefix("__uploads/")?.split_once('/')?;
        (!name.is_empty() && !name.contains('/')).then(|| (id.to_owned(), path.to_string()))
    });
    named.collect()
}

fn said<R: Read + Seek>(
    archive: &mut Archive<R>,
    days: Option<&Vec<String>>,
    (people, uploads): (&HashMap<String, String>, &HashMap<String, String>),
    unread: &mut usize,
) -> Result<Vec<Said>, ImportError> {
    let mut all = Vec::new();
    for path in days.into_iter().flatten() {
        let messages: Vec<Message> = match archive.list(path, unread) {
            // One day is not worth all that come after it.
            Err(error @ ImportError::Archive(_)) => {
                tracing::warn!(%error, "a day is left out");
                *unread += 1;
                continue;
            }
            read => read?,
        };
        if all.len() + messages.len() > MESSAGES_MAX {
            return Err(damaged(format!("more than {MESSAGES_MAX} messages in one channel")));
        }
        for message in messages {
            if message.r#type != "message" || message.is_silent() {
                continue;
            }
            match time::slack(&message.ts) {
                Some(ts) => all.push(one(message, ts, people, uploads)),
                None => {
                    tracing::warn!(%path, ts = message.ts, "a message without a time is left out");
                    *unread += 1;
                }
            }
        }
    }
    all.sort_by(|a: &Said, b: &Said| (a.ts, &a.key).cmp(&(b.ts, &b.key)));
    Ok(all)
}

/// Where a file was, without what comes after `?`: there stands a token that opens the whole workspace's files.
fn plain(url: &str) -> &str {
    url.split(['?', '#']).next().unwrap_or(url)
}

fn one(
    message: Message,
    ts: i64,
    people: &HashMap<String, String>,
    uploads: &HashMap<String, String>,
) -> Said {
    let profile = message.user_profile.unwrap_or_default();
    let names = [
        message.user.as_ref().and_then(|id| people.get(id)).cloned(),
        message.username,
        message.bot_profile.and_then(|bot| bot.name),
        profile.display_name,
        profile.real_name,
        message.user,
        message.bot_id,
    ];
    let author = names.into_iter().flatten().find(|name| !name.trim().is_empty());
    let author = author.unwrap_or_else(|| "somebody".to_owned());
    let mut text = text::slack(message.text.as_deref().unwrap_or_default(), people);
    if text.trim().is_empty() {
        text = blocks(&message.blocks);
    }
    if message.subtype.as_deref() == Some("me_message") {
        text = format!("_{text}_");
    }
    let mut add = |line: String| {
        if !line.trim().is_empty() && !text.contains(line.trim()) {
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(&line);
        }
    };
    for attachment in message.attachments {
        if let Some(title) = attachment.title {
            let link = attachment.title_link.map_or_else(|| title.clone(), |to| format!("<{to}|{title}>"));
            add(text::slack(&link, people));
        }
        add(text::slack(&attachment.text.or(attachment.fallback).unwrap_or_default(), people));
    }
    let mut files = Vec::new();
    for file in message.files {
        let name = file.name.or(file.title).unwrap_or_else(|| "file".to_owned());
        match uploads.get(&file.id) {
            Some(path) => files.push(SaidFile { path: path.clone(), name, description: file.alt_txt }),
            // Slack's own exports have only where the file was.
            None => {
                add(file.url_private.map_or_else(|| name.clone(), |url| format!("{name}: {}", plain(&url))))
            }
        }
    }
    let reactions = message.reactions.into_iter();
    Said {
        thread: message.thread_ts.filter(|root| *root != message.ts),
        key: message.ts,
        author,
        ts,
        text,
        reply_to: None,
        reactions: reactions
            .map(|reaction| ImportedReaction { emoji: text::emoji(&reaction.name), count: reaction.count })
            .collect(),
        files,
    }
}
