//! What stands in bodies: the detachable content of each kind of event.

use serde::{Deserialize, Deserializer, Serialize, de};
use serde_json::{Map, Value};

use super::emoji;
use super::view::{Attachment, Imported};
use crate::protocol::ids::UserId;

/// `message` and `edit`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct MessageContent {
    #[serde(default, deserialize_with = "if_good")]
    pub text: String,
    /// The message that this answers. In a thread the relation is the thread's, so it stands here.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "if_good")]
    pub reply_to: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "each_good")]
    pub attachments: Vec<Attachment>,
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
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "if_good")]
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
    pub name: String,
}

/// `channel.topic`
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TopicContent {
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
    pub pins: Vec<String>,
}

/// `redact` and `member`
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ReasonContent {
    #[serde(default, skip_serializing_if = "Option::is_none")]
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

/// Whatever else stands there is nobody.
fn people<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let mut given: Vec<String> = each_good(deserializer)?;
    given.retain(|id| id.parse::<UserId>().is_ok());
    Ok(given)
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
        let file = |description: Value| serde_json::json!({ "hash": "h", "name": "a", "media_type": "image/png", "size": 1, "width": "w", "description": description });
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
}
