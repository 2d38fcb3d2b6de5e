//! What DiscordChatExporter writes as JSON: one channel a file, attachments beside it if it was asked for them.

use std::io::{Read, Seek, SeekFrom};

use serde::Deserialize;

use super::text;
use super::time;
use super::{
    Conversation, Import, ImportError, JSON_BYTES_MAX, MESSAGES_MAX, OpenFile, Said, SaidFile, read_most,
};
use crate::domain::view::ImportedReaction;

/// Messages that somebody wrote.
const SPOKEN: &[&str] = &[
    "Default",
    "Reply",
    "ThreadStarterMessage",
    "ChatInputCommand",
    "ContextMenuCommand",
    "0",
    "19",
    "20",
    "21",
    "23",
];

#[derive(Deserialize)]
struct Export {
    guild: Guild,
    channel: Channel,
    messages: Vec<Message>,
}

#[derive(Deserialize)]
struct Guild {
    #[serde(default)]
    name: String,
}

#[derive(Deserialize)]
struct Channel {
    id: String,
    name: String,
    #[serde(default)]
    topic: Option<String>,
}

#[derive(Deserialize)]
struct Message {
    id: String,
    r#type: String,
    timestamp: String,
    #[serde(default)]
    content: String,
    author: Author,
    #[serde(default)]
    attachments: Vec<Attachment>,
    #[serde(default)]
    embeds: Vec<Embed>,
    #[serde(default)]
    stickers: Vec<Sticker>,
    #[serde(default)]
    reactions: Vec<Reaction>,
    #[serde(default)]
    reference: Option<Reference>,
    #[serde(default)]
    mentions: Vec<Mention>,
}

#[derive(Deserialize)]
struct Mention {
    id: String,
    name: String,
    #[serde(default)]
    nickname: Option<String>,
}

#[derive(Deserialize)]
struct Author {
    name: String,
    #[serde(default)]
    nickname: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Attachment {
    url: String,
    file_name: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Embed {
    title: Option<String>,
    url: Option<String>,
    description: Option<String>,
}

#[derive(Deserialize)]
struct Sticker {
    name: String,
}

#[derive(Deserialize)]
struct Reaction {
    emoji: Emoji,
    #[serde(default)]
    count: i64,
}

#[derive(Deserialize)]
struct Emoji {
    #[serde(default)]
    id: Option<String>,
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Reference {
    message_id: Option<String>,
    channel_id: Option<String>,
}

/// Brings the channel of one file. `open` finds attachments beside it.
///
/// # Errors
/// What is wrong with the file, or why a message was not taken.
pub async fn import(
    import: &mut Import<'_>,
    mut from: impl Read + Seek,
    open: &mut OpenFile<'_>,
) -> Result<(), ImportError> {
    let damaged = |error: String| ImportError::Archive(error);
    // The exporter writes no mark at the beginning; other programs that a file went through do.
    let mut mark = [0; 3];
    let marked = from.read_exact(&mut mark).is_ok() && mark == [0xef, 0xbb, 0xbf];
    from.seek(SeekFrom::Start(if marked { 3 } else { 0 }))?;
    let bytes = read_most(from, JSON_BYTES_MAX, "the file")?;
    let export: Export = serde_json::from_slice(&bytes)
        .map_err(|error| damaged(format!("{error}: is it a JSON file of DiscordChatExporter?")))?;
    drop(bytes);
    if export.messages.len() > MESSAGES_MAX {
        return Err(damaged(format!("it has more than {MESSAGES_MAX} messages")));
    }
    let conversation = Conversation {
        from: "discord",
        key: export.channel.id.clone(),
        name: export.channel.name,
        topic: export.channel.topic.unwrap_or(export.guild.name),
        public: false,
    };
    let channel = export.channel.id;
    let mut said = Vec::with_capacity(export.messages.len());
    for message in export.messages {
        if SPOKEN.contains(&message.r#type.as_str()) {
            let ts = time::rfc3339(&message.timestamp).ok_or_else(|| {
                damaged(format!("message {}: {:?} is no time", message.id, message.timestamp))
            })?;
            said.push(one(message, ts, &channel));
        }
    }
    said.sort_by(|a: &Said, b: &Said| (a.ts, a.key.len(), &a.key).cmp(&(b.ts, b.key.len(), &b.key)));
    import.bring(&conversation, said.into_iter().map(Ok), open).await
}

fn one(message: Message, ts: i64, channel: &str) -> Said {
    let mut text = text::discord(&message.content, |id| {
        let found = message.mentions.iter().find(|mention| mention.id == id)?;
        Some(found.nickname.as_ref().filter(|name| !name.trim().is_empty()).unwrap_or(&found.name).as_str())
    });
    let mut add = |line: String| {
        if !line.trim().is_empty() && !text.contains(line.trim()) {
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(&line);
        }
    };
    for embed in message.embeds {
        add([embed.title, embed.description].into_iter().flatten().collect::<Vec<_>>().join("\n"));
        add(embed.url.unwrap_or_default());
    }
    for sticker in message.stickers {
        add(format!("[{}]", sticker.name));
    }
    let mut files = Vec::new();
    for attachment in message.attachments {
        match attachment.url.contains("://") {
            true => add(format!("{}: {}", attachment.file_name, attachment.url)),
            false => {
                files.push(SaidFile { path: attachment.url, name: attachment.file_name, description: None })
            }
        }
    }
    let reference = message.reference.filter(|to| to.channel_id.as_deref().is_none_or(|id| id == channel));
    let reactions = message.reactions.into_iter().map(|reaction| {
        let own = reaction.emoji.id.as_deref().is_some_and(|id| !id.is_empty());
        let name = reaction.emoji.name;
        ImportedReaction { emoji: if own { format!(":{name}:") } else { name }, count: reaction.count }
    });
    Said {
        key: message.id,
        author: message.author.nickname.filter(|name| !name.trim().is_empty()).unwrap_or(message.author.name),
        ts,
        text,
        reply_to: reference.and_then(|to| to.message_id),
        thread: None,
        reactions: reactions.collect(),
        files,
    }
}
