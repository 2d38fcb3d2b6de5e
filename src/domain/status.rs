//! What people do just now, as they say of themselves, and until when.
//!
//! Nobody is told when a status ends: what is over is left out wherever a person is shown, and clients that have it know when.

use serde::Serialize;
use utoipa::ToSchema;

use super::clock::DAY_MS;
use super::remote::wire::ProfileStatus;
use super::view::User;
use super::{Error, Result, accounts, content, emoji};
use crate::protocol::Ts;
use crate::storage::users::UserRow;
use crate::storage::{self, Conn, UserNum, users};

pub const STATUS_CHARS_MAX: usize = 100;
/// How long a status that ends may last.
const STATUS_MS_MAX: i64 = 366 * DAY_MS;

/// What somebody does just now.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Status {
    /// As reactions have it. Null where there is a text alone.
    #[schema(required)]
    pub emoji: Option<String>,
    /// One line. Empty where there is an emoji alone.
    pub text: String,
    /// From then on it is over, and no longer to be shown. Null: it stands until it is taken back.
    #[schema(required)]
    pub until_ts: Option<Ts>,
}

impl Status {
    /// As it is kept, also if it is over.
    pub fn of(row: &UserRow) -> Option<Status> {
        let is_said = row.status_emoji.is_some() || !row.status_text.is_empty();
        is_said.then(|| Status {
            emoji: row.status_emoji.clone(),
            text: row.status_text.clone(),
            until_ts: row.status_until,
        })
    }

    pub fn is_over(&self, now: Ts) -> bool {
        self.until_ts.is_some_and(|until| until <= now)
    }

    /// What somebody of here says, in its normal form.
    ///
    /// # Errors
    /// `bad_status`
    pub(super) fn checked(self, now: Ts) -> Result<Status> {
        let bad = |pointer: &'static str, detail: &'static str| Error::invalid("bad_status", pointer, detail);
        let text = accounts::check_name(&self.text, STATUS_CHARS_MAX, "bad_status", "/status/text")?;
        let emoji = self.emoji.as_deref().map(emoji::check_new).transpose().map_err(|_| {
            bad(
                "/status/emoji",
                "must be an emoji, as reactions are, that does not change the direction of text",
            )
        })?;
        if emoji.is_none() && text.is_empty() {
            return Err(bad("/status/text", "must not be empty where there is no emoji"));
        }
        if self.until_ts.is_some_and(|until| until <= now || until > now.saturating_add(STATUS_MS_MAX)) {
            return Err(bad("/status/until_ts", "must be in the future, at most a year from now"));
        }
        Ok(Status { emoji, text, until_ts: self.until_ts })
    }

    /// What another server says of one of its people, as far as it can be shown; none if nothing is left, or it is over.
    pub(super) fn heard(said: &ProfileStatus, now: Ts) -> Option<Status> {
        let text = content::printable(&said.text, STATUS_CHARS_MAX, |_| false).trim().to_owned();
        let text = if accounts::is_unseen(&text) { String::new() } else { text };
        let emoji = said.emoji.as_deref().and_then(|emoji| emoji::check_new(emoji).ok());
        let until_ts = said.until_ts.map(|until| until.min(now.saturating_add(STATUS_MS_MAX)));
        let heard = Status { emoji, text, until_ts };
        let is_said = heard.emoji.is_some() || !heard.text.is_empty();
        (is_said && !heard.is_over(now)).then_some(heard)
    }
}

impl From<Status> for ProfileStatus {
    fn from(Status { emoji, text, until_ts }: Status) -> ProfileStatus {
        ProfileStatus { emoji, text, until_ts }
    }
}

/// Keeps what somebody says, or (none) nothing any more.
pub(super) fn put(conn: &mut Conn, num: UserNum, status: Option<&Status>) -> storage::Result<()> {
    let kept = status.map(|status| (status.emoji.as_deref(), status.text.as_str(), status.until_ts));
    users::set_status(conn, num, kept.unwrap_or_default())
}

/// The person as they are shown now: without a status that is over.
pub fn current(user: User, now: Ts) -> User {
    User { status: user.status.filter(|status| !status.is_over(now)), ..user }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(emoji: Option<&str>, text: &str, until_ts: Option<Ts>) -> Status {
        Status { emoji: emoji.map(str::to_owned), text: text.to_owned(), until_ts }
    }

    /// Whatever another server says is bounded as what people of here say.
    #[test]
    fn what_is_heard_can_be_shown() {
        const NOW: Ts = 1_000;
        let heard = |emoji, text: &str, until| Status::heard(&status(emoji, text, until).into(), NOW);
        assert_eq!(heard(None, " a\nb\u{1b} ", None), Some(status(None, "a b", None)));
        assert_eq!(heard(Some("\u{2764}"), "", None), Some(status(Some("\u{2764}\u{FE0F}"), "", None)));
        assert_eq!(heard(None, &"ä".repeat(500), None), Some(status(None, &"ä".repeat(100), None)));
        let long = "x".repeat(65);
        for nothing in [None, Some("a b"), Some("\u{202E}x"), Some("<b>"), Some(long.as_str())] {
            assert_eq!(heard(nothing, "\u{200b}", None), None, "{nothing:?}");
            assert_eq!(heard(nothing, "x", None), Some(status(None, "x", None)), "{nothing:?}");
        }
        for over in [Ts::MIN, 0, NOW] {
            assert_eq!(heard(None, "x", Some(over)), None);
        }
        assert_eq!(heard(None, "x", Some(NOW + 1)), Some(status(None, "x", Some(NOW + 1))));
        let latest = Some(NOW + STATUS_MS_MAX);
        assert_eq!(heard(None, "x", Some(Ts::MAX)), Some(status(None, "x", latest)));
    }
}
