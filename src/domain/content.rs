//! What stands in bodies: the detachable content of each kind of event.

use serde::{Deserialize, Deserializer, Serialize, de};
use serde_json::{Map, Value};

use super::channels::{NAME_CHARS_MAX, TOPIC_CHARS_MAX};
use super::emoji;
use super::files::{ATTACHMENTS_MAX, DESCRIPTION_CHARS_MAX, FILE_NAME_CHARS_MAX};
use super::link_previews::{LinkPreview, PREVIEWS_MAX};
use super::mentions::MENTIONS_MAX;
use super::messages::REASON_CHARS_MAX;
use super::pins::PINS_MAX;
use super::view::{Attachment, Imported};
use crate::files::Hash;
use crate::protocol::Ts;
use crate::protocol::ids::{EventId, UserId};

/// Longest name of somebody elsewhere, and of the program that they used, in characters.
pub const AUTHOR_CHARS_MAX: usize = 100;
const PROGRAM_CHARS_MAX: usize = 32;
/// Different reactions to one message elsewhere.
pub const IMPORTED_REACTIONS_MAX: usize = 50;
const MEDIA_TYPE_CHARS_MAX: usize = 255;
/// Longest side of a picture that is believed, in pixels.
const SIDE_MAX: i64 = 100_000;
/// The last millisecond of the year 9999: what calendars have, and clients can show.
const TS_MAX: Ts = 253_402_300_799_999;

/// `message` and `edit`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct MessageContent {
    #[serde(default, deserialize_with = "if_good")]
    pub text: String,
    /// The message that this answers. In a thread the relation is the thread's, so it stands here.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "message")]
    pub reply_to: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "files")]
    pub attachments: Vec<Attachment>,
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "previews")]
    pub previews: Vec<LinkPreview>,
    /// Ids of the members whom the text mentions.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "people")]
    pub mentions: Vec<String>,
    /// The text addresses everybody, and its author may do that.
    #[serde(default, skip_serializing_if = "std::ops::Not::not", deserialize_with = "if_good")]
    pub mentions_all: bool,
    /// The text addresses those who are there at the moment, and its author may do that.
    #[serde(default, skip_serializing_if = "std::ops::Not::not", deserialize_with = "if_good")]
    pub mentions_here: bool,
    /// It was said elsewhere, by somebody else.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "imported")]
    pub imported: Option<Imported>,
}

/// `reaction`
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReactionContent {
    /// In its normal form, however it was sent.
    #[serde(deserialize_with = "normal_emoji")]
    pub emoji: String,
}

/// `channel.name`
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NameContent {
    #[serde(deserialize_with = "name")]
    pub name: String,
}

/// `channel.topic`
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TopicContent {
    #[serde(deserialize_with = "topic")]
    pub topic: String,
}

/// `channel.avatar`
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AvatarContent {
    /// SHA-256 of the picture's bytes; absent for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub avatar: Option<String>,
}

/// `channel.pins`, whole: a new one replaces the old.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PinsContent {
    #[serde(deserialize_with = "pins")]
    pub pins: Vec<String>,
}

/// `redact` and `member`
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ReasonContent {
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "reason")]
    pub reason: Option<String>,
    /// Who did it in the sender's name: an administrator of the sender's server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub administrator: Option<String>,
}

fn normal_emoji<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let emoji = emoji::normal(&String::deserialize(deserializer)?);
    match emoji::is_short(&emoji) {
        true => Ok(emoji),
        false => Err(de::Error::custom("nobody reacts with so much")),
    }
}

/// As long as one of here, and without what would break a line: it stands in lists, and in letters.
fn name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(printable(&String::deserialize(deserializer)?, NAME_CHARS_MAX, |_| false))
}

/// As long as one that is given here.
fn reason<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let given: Option<String> = if_good(deserializer)?;
    Ok(given.map(|text| printable(&text, REASON_CHARS_MAX, |c| c == '\n')))
}

fn topic<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(printable(&String::deserialize(deserializer)?, TOPIC_CHARS_MAX, |c| c == '\n'))
}

pub(super) fn printable(text: &str, most: usize, also: impl Fn(char) -> bool) -> String {
    let printed = text.chars().map(|c| if c.is_control() && !also(c) { ' ' } else { c });
    printed.take(most).collect()
}

/// As many as can be pinned here; whatever else stands there is no message.
fn pins<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let mut given: Vec<String> = each_good(deserializer)?;
    given.retain(|id| id.parse::<EventId>().is_ok());
    given.truncate(PINS_MAX);
    Ok(given)
}

fn message<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let given: Option<String> = if_good(deserializer)?;
    Ok(given.filter(|id| id.parse::<EventId>().is_ok()))
}

/// Whatever else stands there is nobody.
fn people<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let mut given: Vec<String> = each_good(deserializer)?;
    given.retain(|id| id.parse::<UserId>().is_ok());
    given.truncate(MENTIONS_MAX);
    Ok(given)
}

/// As many as a message of here could have, and no more said in each.
fn previews<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<LinkPreview>, D::Error> {
    let given: Vec<LinkPreview> = each_good(deserializer)?;
    Ok(given.into_iter().filter_map(LinkPreview::cut).take(PREVIEWS_MAX).collect())
}

/// As many as a message of here could carry, and no more said of each: clients make addresses of hashes, and ask for each file.
fn files<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Attachment>, D::Error> {
    let given: Vec<Attachment> = each_good(deserializer)?;
    let side = |side: Option<i64>| side.filter(|side| (1..=SIDE_MAX).contains(side));
    let files = given.into_iter().filter(|file| file.hash.parse::<Hash>().is_ok() && file.size >= 0);
    let files = files.take(ATTACHMENTS_MAX).map(|file| Attachment {
        name: cut(&file.name, FILE_NAME_CHARS_MAX),
        media_type: cut(&file.media_type, MEDIA_TYPE_CHARS_MAX),
        width: side(file.width),
        height: side(file.height),
        description: file.description.map(|text| cut(&text, DESCRIPTION_CHARS_MAX)),
        ..file
    });
    Ok(files.collect())
}

/// Within what a calendar has, and as long as what comes in here: anybody may have written it.
fn imported<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Imported>, D::Error> {
    let given: Option<Imported> = if_good(deserializer)?;
    Ok(given.map(|given| Imported {
        from: cut(&given.from, PROGRAM_CHARS_MAX),
        author: cut(&given.author, AUTHOR_CHARS_MAX),
        ts: given.ts.clamp(0, TS_MAX),
        reactions: given
            .reactions
            .into_iter()
            .filter(|reaction| reaction.count > 0 && emoji::is_short(&reaction.emoji))
            .take(IMPORTED_REACTIONS_MAX)
            .collect(),
    }))
}

fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

/// A member of another kind than it should be is treated as absent (spec 3.3).
pub fn if_good<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: Default + for<'a> Deserialize<'a>,
    D: Deserializer<'de>,
{
    let value = Value::deserialize(deserializer)?;
    Ok(serde_json::from_value(value).unwrap_or_default())
}

/// A list without what is of another kind than its elements are.
fn each_good<'de, T, D>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    T: for<'a> Deserialize<'a>,
    D: Deserializer<'de>,
{
    let values: Vec<Value> = if_good(deserializer)?;
    Ok(values.into_iter().filter_map(|value| serde_json::from_value(value).ok()).collect())
}

/// As the map that a body holds.
pub fn map(content: &impl Serialize) -> Map<String, Value> {
    match serde_json::to_value(content) {
        Ok(Value::Object(map)) => map,
        _ => Map::new(),
    }
}

/// From the map; content that another server wrote otherwise is none.
pub fn read<T: for<'a> Deserialize<'a>>(content: Option<&Map<String, Value>>) -> Option<T> {
    serde_json::from_value(Value::Object(content?.clone())).ok()
}

/// From a stored body, `{"content":..,"salt":..}`.
pub fn read_body<T: for<'a> Deserialize<'a>>(body: &str) -> Option<T> {
    #[derive(Deserialize)]
    struct Stored<T> {
        content: T,
    }
    serde_json::from_str::<Stored<T>>(body).ok().map(|stored| stored.content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_send_is_kept_to_what_can_be_stored() {
        let emoji = |emoji: &str| {
            serde_json::from_value::<ReactionContent>(serde_json::json!({ "emoji": emoji })).is_ok()
        };
        assert!(emoji(&"x".repeat(64)) && !emoji(&"x".repeat(65)));
        let long = format!("@{}:b.test", "a".repeat(3_000));
        let given = serde_json::json!({ "text": "hello", "mentions": ["@ann:a.test", "x", long] });
        let content: MessageContent = serde_json::from_value(given).expect("content");
        assert_eq!(content.mentions, ["@ann:a.test"]);
    }

    #[test]
    fn a_member_of_another_kind_takes_nothing_else_with_it() {
        let hash = "A".repeat(43);
        let file = |description: Value| serde_json::json!({ "hash": hash, "name": "a", "media_type": "image/png", "size": 1, "width": "w", "description": description });
        let files = [file("a map".into()), file(7.into()), serde_json::json!({ "name": "b" })];
        let given = serde_json::json!({
            "text": "hello", "reply_to": 1, "attachments": files, "mentions": ["@ann:a.test", 2],
            "mentions_all": "yes", "mentions_here": true, "imported": [],
        });
        let content: MessageContent = serde_json::from_value(given).expect("content");
        assert_eq!((content.text.as_str(), content.reply_to, content.imported), ("hello", None, None));
        assert_eq!(content.mentions, ["@ann:a.test"]);
        assert!(!content.mentions_all && content.mentions_here);
        let described: Vec<_> = content.attachments.iter().map(|file| file.description.as_deref()).collect();
        assert_eq!(described, [Some("a map"), None]);
        let none: MessageContent =
            serde_json::from_value(serde_json::json!({ "text": [] })).expect("content");
        assert_eq!(none, MessageContent::default());
    }

    /// Whoever may pin may be of a server that means harm, and all who are in the channel are told of it whole.
    #[test]
    fn what_others_make_of_a_channel_is_as_little_as_ours() {
        let of = |member: &str, given: Value| {
            let body = serde_json::json!({ "content": { member: given }, "salt": "" });
            body.to_string()
        };
        let name: NameContent = read_body(&of("name", "N\r\nBcc: x".repeat(9_000).into())).expect("a name");
        assert_eq!(name.name.chars().count(), NAME_CHARS_MAX);
        assert!(name.name.starts_with("N  Bcc: x") && !name.name.contains('\n'));
        let topic: TopicContent = read_body(&of("topic", "a\nb\0".repeat(9_000).into())).expect("a topic");
        assert_eq!(topic.topic.chars().count(), TOPIC_CHARS_MAX);
        assert!(topic.topic.starts_with("a\nb a"));
        let id = format!("${}", "A".repeat(43));
        let mut given = vec!["z".repeat(60_000), "../../x".to_owned()];
        given.resize(1_000, id.clone());
        let pins: PinsContent = read_body(&of("pins", given.into())).expect("pins");
        assert_eq!(pins.pins, vec![id.clone(); PINS_MAX]);
        let answer =
            |to: &str| read_body::<MessageContent>(&of("reply_to", to.into())).and_then(|said| said.reply_to);
        assert_eq!((answer(&"R".repeat(50_000)), answer(&id)), (None, Some(id)));
    }

    /// What another server writes there goes to each reader's client.
    #[test]
    fn what_others_attach_is_as_little_as_ours() {
        let file = |hash: &str, size: i64| {
            serde_json::json!({ "hash": hash, "name": "n".repeat(300), "media_type": "video/mp4", "size": size,
                "width": -1, "height": 9_000_000_000_000_000_i64 })
        };
        let good = "A".repeat(43);
        let mut files = vec![file("../me/export?", 1), file(&good, -1)];
        files.resize(602, file(&good, 1));
        let page = |url: &str| serde_json::json!({ "url": url, "title": "t".repeat(9_000), "site": 7 });
        let mut previews =
            vec![page("javascript:alert(1)"), "x".into(), serde_json::json!({ "url": "https://a.test" })];
        previews.resize(300, page("https://a.test"));
        let reactions = [
            serde_json::json!({ "emoji": "x".repeat(65), "count": 1 }),
            serde_json::json!({ "emoji": "x", "count": 2 }),
        ];
        let given = serde_json::json!({
            "text": "hello", "attachments": files, "previews": previews,
            "mentions": (0..2_000).map(|n| format!("@u{n}:b.test")).collect::<Vec<_>>(),
            "imported": { "from": "f".repeat(100), "author": "a".repeat(200), "ts": 9_007_199_254_740_991_i64, "reactions": reactions },
        });
        let content: MessageContent = serde_json::from_value(given).expect("content");
        assert_eq!((content.attachments.len(), content.mentions.len()), (ATTACHMENTS_MAX, MENTIONS_MAX));
        assert_eq!(content.previews.len(), PREVIEWS_MAX);
        assert!(content.previews.iter().all(|preview| preview.title.chars().count() == 200));
        let first = &content.attachments[0];
        assert_eq!((first.name.len(), first.width, first.height), (FILE_NAME_CHARS_MAX, None, None));
        let imported = content.imported.expect("it");
        assert_eq!((imported.ts, imported.author.len(), imported.from.len()), (TS_MAX, 100, 32));
        assert_eq!(imported.reactions.len(), 1);
    }
}
