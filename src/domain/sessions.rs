//! Sessions: logging in, who a token belongs to, logging out.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use super::clock::{DAY_MS, random, random_text};
use super::effect::Effect;
use super::view::{AccountRole, User};
use super::{Actor, Domain, Error, Forbidden, Missing, Person, Result, accounts, show, totp};
use crate::protocol::Ts;
use crate::protocol::ids::UserId;
use crate::storage::sessions::{self, SessionRow};
use crate::storage::{self, users};

/// A device's name has at most this many characters.
const DEVICE_NAME_CHARS_MAX: usize = 100;
/// The last use of a session is written at most this often.
const TOUCH_INTERVAL_MS: i64 = 300_000;

/// A session that has just begun; the token is told this once.
pub struct Begun {
    pub id: String,
    pub token: String,
}

/// What was stored of the password that somebody has shown to know.
pub struct Proof {
    hash: Option<String>,
    /// What they say that their authenticator shows.
    pub code: Option<String>,
}

/// What is stored of a token.
pub fn token_hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

impl Domain {
    /// Checks name and password.
    ///
    /// # Errors
    /// [`Error::Credentials`], the same for a wrong password and for a name that doesn't exist;
    /// `account_disabled` for those who know the password.
    pub async fn authenticate(&self, username: &str, password: String) -> Result<(User, Proof)> {
        let id = accounts::parse_username(username.trim_start_matches('@'), self.server()).ok();
        let row = match id {
            Some(id) => self.reads.read(move |conn| users::by_id(conn, id.as_str())).await?,
            None => None,
        };
        let stored = row.as_ref().and_then(|row| row.password_hash.clone());
        let fits = self.passwords.verify(password, stored).await?;
        let row = row.filter(|_| fits).ok_or(Error::Credentials)?;
        let proof = Proof { hash: row.password_hash.clone(), code: None };
        if row.disabled_ts.is_some() {
            return Err(Error::Forbidden(Forbidden::AccountDisabled));
        }
        Ok((User { role: Some(AccountRole::parse(&row.role)), ..show::user(&row) }, proof))
    }

    /// Begins a session for an account that has been authenticated, or has just been made: then without a proof.
    ///
    /// # Errors
    /// [`Error::Credentials`] if the password of the proof is not the account's any more; `code_needed`, `bad_code`
    pub async fn begin_session(&self, user: &str, proof: Option<Proof>, device_name: &str) -> Result<Begun> {
        let device_name: String =
            device_name.chars().filter(|c| !c.is_control()).take(DEVICE_NAME_CHARS_MAX).collect();
        let begun = Begun { id: random_text::<12>(), token: random_text::<32>() };
        let (id, hash) = (begun.id.clone(), token_hash(&begun.token));
        let (user, now) = (user.to_owned(), self.clock.now());
        self.writer
            .other(&user.clone(), move |work| {
                let owner = users::lock(work.conn, &user)?.filter(|owner| owner.deleted_ts.is_none());
                let owner = owner.ok_or(Error::Credentials)?;
                // Between the password and here it may have been changed, which ended all sessions but this one, or somebody
                // may have been kept out.
                if proof.as_ref().is_some_and(|proof| proof.hash != owner.password_hash) {
                    return Err(Error::Credentials);
                }
                if owner.disabled_ts.is_some() {
                    return Err(Error::Forbidden(Forbidden::AccountDisabled));
                }
                let code = proof.as_ref().and_then(|proof| proof.code.as_deref());
                // What was noted of a wrong code stays, so this is no error yet.
                if let Err(error) = totp::check(work, owner.num, code, now)? {
                    return Ok(Err(error));
                }
                let row = SessionRow {
                    id,
                    token_hash: hash.to_vec(),
                    user_num: owner.num,
                    device_name,
                    created_ts: now,
                    last_used_ts: now,
                };
                sessions::insert(work.conn, &row)?;
                let ended = sessions::trim(work.conn, owner.num)?;
                if !ended.is_empty() {
                    work.tell(Effect::SessionsEnded { sessions: ended });
                }
                Ok(Ok(()))
            })
            .await??;
        Ok(begun)
    }

    /// Who the token belongs to; none when it belongs to nobody (any more).
    pub async fn actor(&self, token: &str) -> Result<Option<Actor>> {
        let hash = token_hash(token);
        let Some(owner) = self.reads.read_in_turn(move |conn| sessions::by_token(conn, &hash)).await? else {
            return Ok(None);
        };
        let now = self.clock.now();
        let age_max = i64::from(self.config.settings.accounts.session_days) * DAY_MS;
        if now - owner.last_used_ts > age_max {
            return Ok(None);
        }
        if now - owner.last_used_ts > TOUCH_INTERVAL_MS {
            let session = owner.session.clone();
            let noted =
                self.writer.other(&owner.user_id, move |work| Ok(sessions::touch(work.conn, &session, now)?));
            // Whoever can't write can read: that they were here is noted the next time.
            if let Err(error) = noted.await
                && !matches!(error, Error::Internal(storage::Error::ReadOnly(_)))
            {
                tracing::warn!(%error, "when a session was used last could not be noted");
            }
        }
        let Ok(id) = owner.user_id.parse::<UserId>() else { return Ok(None) };
        let role = AccountRole::parse(&owner.role);
        Ok(Some(Actor { person: Person { num: owner.user_num, id }, role, session: owner.session }))
    }

    /// One's own sessions, the one used last first.
    pub async fn sessions(&self, actor: &Actor) -> Result<Vec<SessionRow>> {
        let num = actor.person.num;
        Ok(self.reads.read(move |conn| sessions::of_user(conn, num)).await?)
    }

    /// Ends one of one's own sessions.
    pub async fn end_session(&self, actor: &Actor, id: String) -> Result<()> {
        let num = actor.person.num;
        self.own(actor, move |work| {
            if !sessions::delete(work.conn, num, &id)? {
                return Err(Error::NotFound(Missing::Session));
            }
            work.tell(Effect::SessionsEnded { sessions: vec![id] });
            Ok(())
        })
        .await
    }

    /// Ends sessions that have not been used for as long as the settings say.
    pub async fn end_idle_sessions(&self) -> Result<usize> {
        let age_max = i64::from(self.config.settings.accounts.session_days) * DAY_MS;
        let before: Ts = self.clock.now() - age_max;
        self.writer
            .other("sessions", move |work| {
                let ended = sessions::delete_idle(work.conn, before)?;
                let count = ended.len();
                if count > 0 {
                    work.tell(Effect::SessionsEnded { sessions: ended });
                }
                Ok(count)
            })
            .await
    }

    /// Looks at the sessions that have a stream open. They are in use; and those that another process has ended, as the
    /// command does that sets a password, are over here too.
    pub async fn look_after_sessions(&self, open: Vec<String>) -> Result<()> {
        if open.is_empty() {
            return Ok(());
        }
        let now = self.clock.now();
        let asked = open.clone();
        let found = self.reads.read(move |conn| Ok::<_, Error>(sessions::last_used(conn, &asked)?)).await?;
        let found: HashMap<String, Ts> = found.into_iter().collect();
        let ended: Vec<String> = open.into_iter().filter(|id| !found.contains_key(id)).collect();
        if !ended.is_empty() {
            self.audience.announce(vec![Effect::SessionsEnded { sessions: ended }]);
        }
        let rested = found.into_iter().filter(|(_, used)| now - used > TOUCH_INTERVAL_MS);
        let rested: Vec<String> = rested.map(|(id, _)| id).collect();
        if rested.is_empty() {
            return Ok(());
        }
        self.writer.other("sessions", move |work| Ok(sessions::touch_all(work.conn, &rested, now)?)).await
    }
}

/// A fresh invite code, or a password for the first login, short enough to be read out: 80 bits.
pub fn readable_secret() -> String {
    const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let letter = |byte: u8| ALPHABET.get(usize::from(byte % 32)).copied().map_or('a', char::from);
    random::<16>().into_iter().map(letter).collect()
}
