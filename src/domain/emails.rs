//! E-mail: an address that its owner confirmed, what was missed, and a new password for those who forgot theirs.
//! Writing and sending the letters is `mail`'s.
//!
//! Nothing here tells a stranger whether an account or an address exists: what is asked for is looked up later, by
//! whoever sends the letters.

use tokio::sync::mpsc;

use super::attention::is_quiet;
use super::clock::random_text;
use super::language::Language;
use super::sessions::token_hash;
use super::view::AccountEmail;
use super::writer::Work;
use super::{Actor, Domain, Error, Forbidden, Missing, Result, accounts, passwords, show};
use crate::protocol::Ts;
use crate::protocol::ids::UserId;
use crate::storage::emails::{self, EmailRow, TokenRow};
use crate::storage::{Conn, UserNum, channels, messages, notifications, sessions, users};

/// Longest address, in bytes (RFC 5321).
pub const ADDRESS_BYTES_MAX: usize = 254;
/// How long a letter that confirms an address is good: 2 days.
const VERIFY_MS: i64 = 2 * 24 * 3_600_000;
/// How long one for a new password is: 1 hour.
const RESET_MS: i64 = 3_600_000;
/// Letters of one kind that one person is sent in an hour.
const LETTERS_PER_HOUR_MAX: i64 = 5;
/// Letters that ask one address to confirm it, in an hour, whoever named it.
const LETTERS_TO_ADDRESS_PER_HOUR_MAX: i64 = 10;
const HOUR_MS: i64 = 3_600_000;
/// What one letter tells of, newest last.
const ITEMS_MAX: i64 = 20;

/// Letters that wait to be written. When there are more, people are asked to try again.
pub const LETTERS_WAITING_MAX: usize = 256;

/// What somebody asked for, for whoever writes letters.
#[derive(Debug)]
pub enum Order {
    /// Somebody gave this address; the token says that they read it.
    Confirm { to: Recipient, token: String },
    /// An account's address is another now: to the one before.
    Moved { to: Recipient },
    /// Somebody forgot a password, of this name or address.
    Reset(Forgetful),
}

/// Whose password was forgotten, as they said.
#[derive(Debug)]
pub enum Forgetful {
    Named(String),
    At(String),
}

/// For how long after logging in an address is set without the password: 10 minutes.
const FRESH_LOGIN_MS: i64 = 600_000;

/// To whom a letter goes.
#[derive(Debug, Clone)]
pub struct Recipient {
    pub address: String,
    pub username: String,
    pub language: Language,
}

/// An address that somebody gives.
pub struct NewEmail {
    pub address: String,
    /// Needed unless the session is fresh.
    pub password: Option<String>,
    /// In which language to write there from now on.
    pub language: Option<Language>,
}

/// A letter for a new password.
pub struct Reset {
    pub to: Recipient,
    pub token: String,
}

/// What somebody missed.
pub struct Digest {
    pub user: UserNum,
    pub to: Recipient,
    pub unsubscribe: String,
    pub items: Vec<Item>,
    /// How many more there are.
    pub more: i64,
    up_to: i64,
}

/// One thing that was missed.
pub struct Item {
    /// Whether the person asked to be told of it.
    pub is_reminder: bool,
    pub title: String,
    pub body: String,
    pub channel: String,
    pub message: String,
}

/// Where orders go.
pub type Orders = mpsc::Sender<Order>;

impl Domain {
    fn orders(&self) -> Result<&Orders> {
        self.orders.as_ref().ok_or(Error::Forbidden(Forbidden::EmailDisabled))
    }

    fn order(&self, order: Order) -> Result<()> {
        self.orders()?.try_send(order).map_err(|_| Error::Busy)
    }

    pub async fn email(&self, actor: &Actor) -> Result<AccountEmail> {
        let user = actor.person.num;
        let enabled = self.orders.is_some();
        let row = self.reads.read(move |conn| emails::get(conn, user)).await?;
        Ok(shown(enabled, row))
    }

    /// Takes an address that is to be confirmed. Until then the one before counts.
    ///
    /// # Errors
    /// `email_disabled`, `bad_address`, `password_needed`, [`Error::Credentials`], `too_many_letters`.
    pub async fn set_email(&self, actor: &Actor, new: NewEmail) -> Result<AccountEmail> {
        self.orders()?;
        let address = checked_address(&new.address)?;
        self.prove_owner(actor, new.password).await?;
        let language = new.language;
        let (person, now) = (actor.person.clone(), self.clock.now());
        let (token, unsubscribe) = (random_text::<32>(), random_text::<24>());
        let row = TokenRow {
            token_hash: token_hash(&token).to_vec(),
            user_num: person.num,
            kind: "verify".to_owned(),
            address: address.clone(),
            created_ts: now,
            expires_ts: now + VERIFY_MS,
        };
        let pending = address.clone();
        let kept = self
            .own(actor, move |work| {
                emails::delete_tokens_before(work.conn, now, now - HOUR_MS)?;
                limit_letters(work.conn, person.num, "verify", now)?;
                limit_strangers(work.conn, &pending, now)?;
                let known = emails::get(work.conn, person.num)?;
                let newest = notifications::newest(work.conn, person.num)?;
                let known = known.unwrap_or(EmailRow {
                    user_num: person.num,
                    address: None,
                    pending: None,
                    missed: true,
                    unsubscribe,
                    mailed_id: newest,
                    mailed_ts: now,
                    language: None,
                });
                let language = language.map(|language| language.as_str().to_owned()).or(known.language);
                let changed = EmailRow { pending: Some(pending), language, ..known };
                emails::put(work.conn, &changed)?;
                emails::add_token(work.conn, &row)?;
                Ok(changed)
            })
            .await?;
        let username = actor.person.id.local().to_owned();
        let to = Recipient { address, username, language: Language::kept(kept.language.as_deref()) };
        self.order(Order::Confirm { to, token })?;
        Ok(shown(true, Some(kept)))
    }

    /// Whoever has a stolen session must not get the account by it: an address sets new passwords.
    async fn prove_owner(&self, actor: &Actor, password: Option<String>) -> Result<()> {
        if let Some(password) = password {
            return self.check_own_password(actor, password).await.map(drop);
        }
        let (user, session) = (actor.person.num, actor.session.clone());
        let begun = self.reads.read(move |conn| sessions::begun(conn, user, &session)).await?;
        match begun.is_some_and(|begun| begun + FRESH_LOGIN_MS > self.clock.now()) {
            true => Ok(()),
            false => Err(Error::Forbidden(Forbidden::PasswordNeeded)),
        }
    }

    /// Whether what was missed is told by e-mail, and in which language letters are written; none stays.
    pub async fn change_email(
        &self,
        actor: &Actor,
        missed: Option<bool>,
        language: Option<Language>,
    ) -> Result<AccountEmail> {
        let (user, enabled) = (actor.person.num, self.orders.is_some());
        self.own(actor, move |work| {
            let Some(known) = emails::get(work.conn, user)? else {
                return Err(Error::NotFound(Missing::Email));
            };
            // What came while it was off is not told when it is on again.
            let mailed_id =
                if known.missed { known.mailed_id } else { notifications::newest(work.conn, user)? };
            let missed = missed.unwrap_or(known.missed);
            let language = language.map(|language| language.as_str().to_owned()).or(known.language);
            let row = EmailRow { missed, mailed_id, language, ..known };
            emails::put(work.conn, &row)?;
            Ok(shown(enabled, Some(row)))
        })
        .await
    }

    pub async fn delete_email(&self, actor: &Actor) -> Result<()> {
        let user = actor.person.num;
        self.own(actor, move |work| Ok(emails::take_away(work.conn, user)?)).await
    }

    /// Whoever has the token reads what is sent to the address.
    ///
    /// # Errors
    /// `token_invalid`.
    pub async fn verify_email(&self, token: &str) -> Result<()> {
        let (hash, now) = (token_hash(token), self.clock.now());
        let moved = self
            .writer
            .other("emails", move |work| {
                let invalid = Error::Forbidden(Forbidden::TokenInvalid);
                let Some(token) = emails::token(work.conn, &hash, "verify", now)? else {
                    return Err(invalid);
                };
                // Locked, for the account may be about to be deleted.
                let user = users::lock_num(work.conn, token.user_num)?;
                let row = emails::get(work.conn, token.user_num)?;
                let row = row.filter(|row| row.pending.as_ref() == Some(&token.address)).ok_or(invalid)?;
                let before = row.address.clone().filter(|address| *address != token.address);
                let language = Language::kept(row.language.as_deref());
                // Letters for a new password went to the address before.
                emails::spend_tokens(work.conn, token.user_num)?;
                emails::put(work.conn, &EmailRow { address: row.pending.clone(), pending: None, ..row })?;
                Ok(before.zip(user).map(|(address, user)| Recipient {
                    address,
                    username: show::user(&user).username,
                    language,
                }))
            })
            .await?;
        if let Some(to) = moved {
            // The address is changed, whether or not the one before can be told.
            if self.order(Order::Moved { to }).is_err() {
                tracing::warn!("too many letters wait: one about a changed address is not sent");
            }
        }
        Ok(())
    }

    /// Somebody says that they forgot their password. Whether there is such an account shows nowhere.
    ///
    /// # Errors
    /// `email_disabled`, `busy`.
    pub fn request_reset(&self, who: Forgetful) -> Result<()> {
        self.order(Order::Reset(who))
    }

    /// `ann`, `@ann` or `@ann:example.org`, if that is this server.
    fn own_id(&self, name: &str) -> Option<UserId> {
        let whole = name.trim().parse::<UserId>().ok().filter(|id| id.server() == *self.server());
        whole.or_else(|| accounts::parse_username(name.trim().trim_start_matches('@'), self.server()).ok())
    }

    /// The letters that such a request comes to.
    pub async fn resets(&self, who: Forgetful) -> Result<Vec<Reset>> {
        let now = self.clock.now();
        let named = match &who {
            Forgetful::Named(name) => self.own_id(name),
            Forgetful::At(_) => None,
        };
        self.writer
            .other("emails", move |work| {
                emails::delete_tokens_before(work.conn, now, now - HOUR_MS)?;
                let nums = match (&who, named) {
                    (Forgetful::At(address), _) => match checked_address(address) {
                        Ok(address) => emails::by_address(work.conn, &address)?,
                        Err(_) => Vec::new(),
                    },
                    (_, Some(id)) => {
                        users::by_id(work.conn, id.as_str())?.map(|row| row.num).into_iter().collect()
                    }
                    (_, None) => Vec::new(),
                };
                let mut letters = Vec::new();
                for num in nums {
                    letters.extend(reset_letter(work, num, now)?);
                }
                Ok(letters)
            })
            .await
    }

    /// Sets another password for whoever the letter was for, and ends their sessions.
    ///
    /// # Errors
    /// `token_invalid`, and what is wrong with the password.
    pub async fn reset_by_token(&self, token: &str, password: String) -> Result<()> {
        passwords::check(&password, "/password")?;
        let (hash, now) = (token_hash(token), self.clock.now());
        // Hashing is dear: only for those who have a letter.
        if self.reads.read(move |conn| emails::token(conn, &hash, "reset", now)).await?.is_none() {
            return Err(Error::Forbidden(Forbidden::TokenInvalid));
        }
        let password = self.passwords.hash(password).await?;
        self.writer
            .other("emails", move |work| {
                // It may have been used while the password was hashed.
                let token = emails::token(work.conn, &hash, "reset", now)?
                    .ok_or(Error::Forbidden(Forbidden::TokenInvalid))?;
                accounts::put_password(work, token.user_num, &password, None)
            })
            .await
    }

    /// Whoever has the token of a letter wants no more of them.
    ///
    /// # Errors
    /// `token_invalid`.
    pub async fn unsubscribe_email(&self, token: String) -> Result<()> {
        let is_token = token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        if !is_token {
            return Err(Error::Forbidden(Forbidden::TokenInvalid));
        }
        self.writer
            .other("emails", move |work| match emails::unsubscribe(work.conn, &token)? {
                true => Ok(()),
                false => Err(Error::Forbidden(Forbidden::TokenInvalid)),
            })
            .await
    }

    /// What to write of, to people after `after`: what waited for so long and is still unseen. Nothing for those who
    /// want to be left alone now.
    pub async fn due_digests(&self, after: UserNum, limit: i64) -> Result<(Vec<Digest>, Option<UserNum>)> {
        let now = self.clock.now();
        let before = now - i64::from(self.config.settings.email.delay_s) * 1_000;
        self.reads
            .read(move |conn| {
                let rows = emails::due(conn, before, after, limit)?;
                let last = rows.last().map(|row| row.user_num);
                let mut due = Vec::new();
                for row in rows {
                    if !is_quiet(conn, row.user_num, now)? {
                        due.extend(digest(conn, row)?);
                    }
                }
                Ok((due, last))
            })
            .await
    }

    /// It was sent.
    pub async fn settle_digest(&self, digest: &Digest) -> Result<()> {
        let (user, up_to, now) = (digest.user, digest.up_to, self.clock.now());
        self.writer.other("emails", move |work| Ok(emails::set_mailed(work.conn, user, up_to, now)?)).await
    }
}

fn shown(enabled: bool, row: Option<EmailRow>) -> AccountEmail {
    match row {
        Some(EmailRow { address, pending, missed, language, .. }) => {
            AccountEmail { enabled, address, pending, missed, language }
        }
        None => AccountEmail { enabled, address: None, pending: None, missed: false, language: None },
    }
}

/// As letters go there: without names, the domain in small letters.
fn checked_address(text: &str) -> Result<String> {
    let bad = || Error::invalid("bad_address", "/address", "must be an address such as ann@example.org");
    let text = text.trim();
    let parsed: lettre::Address = text.parse().map_err(|_| bad())?;
    let plain = text.len() <= ADDRESS_BYTES_MAX
        && text.bytes().all(|byte| byte.is_ascii_graphic())
        && !text.contains(['"', ','])
        && parsed.domain().contains('.')
        && !parsed.domain().starts_with('[');
    if !plain {
        return Err(bad());
    }
    Ok(format!("{}@{}", parsed.user(), parsed.domain().to_ascii_lowercase()))
}

fn has_letters_left(conn: &mut Conn, user: UserNum, kind: &str, now: Ts) -> Result<bool> {
    Ok(emails::count_tokens(conn, user, kind, now - HOUR_MS)? < LETTERS_PER_HOUR_MAX)
}

fn limit_letters(conn: &mut Conn, user: UserNum, kind: &str, now: Ts) -> Result<()> {
    match has_letters_left(conn, user, kind, now)? {
        true => Ok(()),
        false => Err(Error::Conflict(super::Conflict::TooManyLetters)),
    }
}

/// Whoever reads what is sent there has not said that they want it, and several people may name the address.
fn limit_strangers(conn: &mut Conn, address: &str, now: Ts) -> Result<()> {
    match emails::count_tokens_to(conn, address, "verify", now - HOUR_MS)? < LETTERS_TO_ADDRESS_PER_HOUR_MAX {
        true => Ok(()),
        false => Err(Error::Conflict(super::Conflict::TooManyLetters)),
    }
}

/// For an account that may log in, with an address that was confirmed; not too often.
fn reset_letter(work: &mut Work<'_>, num: UserNum, now: Ts) -> Result<Option<Reset>> {
    let email =
        emails::get(work.conn, num)?.map(|row| (Language::kept(row.language.as_deref()), row.address));
    let (Some((language, Some(address))), Some(user)) = (email, users::by_num(work.conn, num)?) else {
        return Ok(None);
    };
    let lives = user.password_hash.is_some() && user.disabled_ts.is_none() && user.deleted_ts.is_none();
    if !lives || !has_letters_left(work.conn, num, "reset", now)? {
        return Ok(None);
    }
    let token = random_text::<32>();
    let row = TokenRow {
        token_hash: token_hash(&token).to_vec(),
        user_num: num,
        kind: "reset".to_owned(),
        address: address.clone(),
        created_ts: now,
        expires_ts: now + RESET_MS,
    };
    emails::add_token(work.conn, &row)?;
    let username = show::user(&user).username;
    Ok(Some(Reset { to: Recipient { address, username, language }, token }))
}

fn digest(conn: &mut Conn, row: EmailRow) -> Result<Option<Digest>> {
    let user = users::by_num(conn, row.user_num)?;
    let user = user.filter(|user| user.disabled_ts.is_none() && user.deleted_ts.is_none());
    let Some((address, user)) = row.address.clone().zip(user) else { return Ok(None) };
    let missed = notifications::unseen_after(conn, row.user_num, row.mailed_id)?;
    let most = usize::try_from(ITEMS_MAX).unwrap_or(0);
    let Some(up_to) = missed.last().map(|row| row.id) else { return Ok(None) };
    let more = missed.len().saturating_sub(most);
    let mut items = Vec::new();
    for row in missed.into_iter().skip(more) {
        let Some(channel) = channels::by_num(conn, row.channel)? else { continue };
        let found = messages::by_seqs(conn, channel.num, &[row.seq])?;
        let Some(message) = show::messages(conn, channel.num, &channel.id, found, None)?.pop() else {
            continue;
        };
        items.push(Item {
            is_reminder: row.kind == notifications::REMINDER,
            title: show::headline(conn, &channel, &message)?,
            body: show::in_short(&message.text, &message.attachments),
            channel: channel.id,
            message: message.id,
        });
    }
    Ok(Some(Digest {
        to: Recipient {
            address,
            username: show::user(&user).username,
            language: Language::kept(row.language.as_deref()),
        },
        unsubscribe: row.unsubscribe,
        items,
        more: i64::try_from(more).unwrap_or(i64::MAX),
        up_to,
        user: row.user_num,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_plain() {
        assert_eq!(checked_address(" Ann.B+x@Example.ORG ").unwrap(), "Ann.B+x@example.org");
        let long = format!("{}@example.org", "a".repeat(ADDRESS_BYTES_MAX));
        for bad in [
            "",
            "ann",
            "@example.org",
            "ann@",
            "ann@localhost",
            "ann@[127.0.0.1]",
            "a\0@b.example",
            "Ann <ann@example.org>",
            "\"a b\"@example.org",
            "ann@example.org, bob@example.org",
            "ann@example.org\r\nBcc: bob@example.org",
            "änn@example.org",
            &long,
        ] {
            assert_eq!(checked_address(bad).unwrap_err().code(), "bad_address", "{bad}");
        }
    }
}
