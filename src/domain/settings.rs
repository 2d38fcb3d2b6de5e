//! What a person's clients keep for each other: drafts, favourites, sections. JSON under a key, each at most
//! [`VALUE_BYTES_MAX`] bytes; the last to write wins, and one's other devices hear of it at once.

use serde::{Deserialize, Deserializer, de};
use serde_json::Value;

use super::effect::Effect;
use super::view::Setting;
use super::{Actor, Conflict, Domain, Error, Missing, Page, Result, cut};
use crate::storage::settings::{self, SettingRow};

pub const KEY_CHARS_MAX: usize = 128;
/// Of the value, written as compactly as JSON can be.
pub const VALUE_BYTES_MAX: usize = 16 * 1024;
/// How many a person has at most.
pub const SETTINGS_MAX: i64 = 500;
pub const SETTINGS_PAGE_MAX: i64 = 100;

/// The name of a setting: letters, digits and `. _ : ! $ @ -`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingKey(String);

impl SettingKey {
    pub fn parse(text: &str) -> Option<SettingKey> {
        let fits = |c: char| c.is_ascii_alphanumeric() || "._:!$@-".contains(c);
        let good = !text.is_empty() && text.len() <= KEY_CHARS_MAX && text.chars().all(fits);
        // A path's `.` and `..` mean something else.
        (good && !text.starts_with('.')).then(|| SettingKey(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for SettingKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<SettingKey, D::Error> {
        let text = String::deserialize(deserializer)?;
        SettingKey::parse(&text).ok_or_else(|| {
            de::Error::custom(format!(
                "a key has 1 to {KEY_CHARS_MAX} letters, digits or . _ : ! $ @ - and does not begin with a dot"
            ))
        })
    }
}

pub(super) fn shown(row: SettingRow) -> Setting {
    let value = serde_json::from_str(&row.value).unwrap_or_default();
    Setting { key: row.key, value, updated_ts: row.updated_ts }
}

impl Domain {
    /// One's own settings by key, after the key `after`; and where to go on.
    pub async fn settings(&self, actor: &Actor, after: String, limit: i64) -> Result<Page<Setting, String>> {
        let user = actor.person.num;
        let rows = self.reads.read(move |conn| settings::page(conn, user, &after, limit + 1)).await?;
        let (rows, next) = cut(rows, limit, |row| row.key.clone());
        Ok((rows.into_iter().map(shown).collect(), next))
    }

    /// # Errors
    /// `setting_not_found`
    pub async fn setting(&self, actor: &Actor, key: SettingKey) -> Result<Setting> {
        let user = actor.person.num;
        let row = self.reads.read(move |conn| settings::get(conn, user, key.as_str())).await?;
        row.map(shown).ok_or(Error::NotFound(Missing::Setting))
    }

    /// # Errors
    /// `setting_too_large`, and `settings_full` for a new key when there are as many as there may be.
    pub async fn put_setting(&self, actor: &Actor, key: SettingKey, value: &Value) -> Result<Setting> {
        let value = value.to_string();
        if value.len() > VALUE_BYTES_MAX {
            let detail = format!("must have at most {VALUE_BYTES_MAX} bytes");
            return Err(Error::invalid("setting_too_large", "/value", detail));
        }
        let (user, now) = (actor.person.num, self.clock.now());
        self.own(actor, move |work| {
            let before = settings::get(work.conn, user, key.as_str())?;
            if before.is_none() && settings::count(work.conn, user)? >= SETTINGS_MAX {
                return Err(Error::Conflict(Conflict::SettingsFull));
            }
            // Later than what it replaces, whatever the clock did: clients tell old from new by it.
            let updated_ts = before.map_or(now, |before| now.max(before.updated_ts + 1));
            let row = SettingRow { user_num: user, key: key.0, value, updated_ts };
            settings::put(work.conn, &row)?;
            let setting = shown(row);
            work.tell(Effect::Setting { user, setting: Box::new(setting.clone()) });
            Ok(setting)
        })
        .await
    }

    /// # Errors
    /// `setting_not_found`
    pub async fn delete_setting(&self, actor: &Actor, key: SettingKey) -> Result<()> {
        let user = actor.person.num;
        self.own(actor, move |work| {
            if !settings::delete(work.conn, user, key.as_str())? {
                return Err(Error::NotFound(Missing::Setting));
            }
            work.tell(Effect::SettingGone { user, key: key.0 });
            Ok(())
        })
        .await
    }
}
