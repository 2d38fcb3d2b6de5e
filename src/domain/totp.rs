//! Codes of a device beside the password (RFC 6238): six digits of SHA-1 every 30 seconds, as all authenticators make them.
//! A code is taken once; so is each of the recovery codes, for whoever has lost the device.

use std::time::Duration;

use totp_rs::{Builder, Secret, Totp};

use super::acts::ActKind;
use super::clock::random;
use super::sessions::{readable_secret, token_hash};
use super::writer::Work;
use super::{Actor, Conflict, Domain, Error, Forbidden, Missing, Result, accounts, admin, stored};
use crate::protocol::Ts;
use crate::protocol::ids::UserId;
use crate::storage::totp::{self, TotpRow};
use crate::storage::users::{self, UserRow};
use crate::storage::{UserNum, acts};

/// How many recovery codes one gets.
pub const RECOVERY_CODES: usize = 10;
/// So many wrong codes in a row are nothing but typing errors.
const WRONG_MAX: i64 = 5;
/// After more of them one is looked at in this time: a code is guessed in years.
const WRONG_PAUSE_MS: i64 = 15 * 60_000;
/// Bytes of a secret (RFC 4226, section 4: 160 bits).
const SECRET_BYTES: usize = 20;
/// How many steps of 30 seconds a device's clock may be off (RFC 6238, section 5.2).
const SKEW_STEPS: u16 = 1;
/// How long a code is shown.
const STEP_S: u64 = 30;
const CODE_DIGITS: usize = 6;
/// With its dashes; what is longer is no code at all.
const RECOVERY_CODE_CHARS: usize = 19;

/// How somebody logs in.
pub struct Standing {
    /// Since when codes are asked for.
    pub enabled_ts: Option<Ts>,
    pub recovery_codes: i64,
}

/// What a device has to know, told this once.
pub struct Begun {
    /// In base32.
    pub secret: String,
    /// `otpauth://totp/..`, as authenticators read it from a picture.
    pub uri: String,
}

impl Domain {
    /// How one logs in.
    pub async fn totp(&self, actor: &Actor) -> Result<Standing> {
        let user = actor.person.num;
        self.reads
            .read(move |conn| {
                let enabled_ts = totp::get(conn, user)?.and_then(|row| row.enabled_ts);
                Ok(Standing { enabled_ts, recovery_codes: totp::count_recovery_codes(conn, user)? })
            })
            .await
    }

    /// Makes a secret for a device. No code is asked for before one was shown ([`Domain::confirm_totp`]); the same again
    /// makes another secret.
    ///
    /// # Errors
    /// [`Error::Credentials`]; `totp_enabled`
    pub async fn begin_totp(&self, actor: &Actor, password: String) -> Result<Begun> {
        self.check_own_password(actor, password).await?;
        let (user, now, secret) = (actor.person.num, self.clock.now(), random::<SECRET_BYTES>());
        let row = TotpRow {
            user_num: user,
            secret: secret.to_vec(),
            created_ts: now,
            enabled_ts: None,
            last_step: 0,
            wrong: 0,
            wrong_ts: 0,
        };
        let device = device(&row.secret, actor.person.id.local(), self.server().as_str())?;
        let uri = device.to_url().map_err(|error| stored::damaged("secret", error))?;
        self.own(actor, move |work| {
            if totp::get(work.conn, user)?.is_some_and(|row| row.is_enabled()) {
                return Err(Error::Conflict(Conflict::TotpEnabled));
            }
            Ok(totp::put(work.conn, &row)?)
        })
        .await?;
        Ok(Begun { secret: Secret::from(secret.to_vec()).to_base32(), uri })
    }

    /// From now on logging in needs a code, of which one is shown here. Answers the recovery codes.
    ///
    /// # Errors
    /// `bad_code`; `totp_enabled`, and `totp_disabled` where nothing was begun.
    pub async fn confirm_totp(&self, actor: &Actor, code: String) -> Result<Vec<String>> {
        let (user, now) = (actor.person.num, self.clock.now());
        let (codes, hashes) = new_recovery_codes();
        self.own(actor, move |work| {
            let row = totp::get(work.conn, user)?.ok_or(Error::Conflict(Conflict::TotpDisabled))?;
            if row.is_enabled() {
                return Err(Error::Conflict(Conflict::TotpEnabled));
            }
            let Seen::New(last_step) = look_at(&row, &code, now)? else {
                return Err(Error::Forbidden(Forbidden::BadCode));
            };
            totp::update(work.conn, &TotpRow { enabled_ts: Some(now), last_step, ..row })?;
            Ok(totp::add_recovery_codes(work.conn, user, &hashes)?)
        })
        .await?;
        Ok(codes)
    }

    /// Other recovery codes in the place of those that there are. Answers them.
    ///
    /// # Errors
    /// As for [`Domain::delete_totp`].
    pub async fn renew_recovery_codes(
        &self,
        actor: &Actor,
        password: String,
        code: String,
    ) -> Result<Vec<String>> {
        let (codes, hashes) = new_recovery_codes();
        let user = actor.person.num;
        let renew = move |work: &mut Work<'_>| {
            totp::forget_recovery_codes(work.conn, user)?;
            Ok(totp::add_recovery_codes(work.conn, user, &hashes)?)
        };
        self.with_code(actor, password, code, renew).await?;
        Ok(codes)
    }

    /// No code is needed any more.
    ///
    /// # Errors
    /// [`Error::Credentials`], `bad_code`; `totp_disabled`
    pub async fn delete_totp(&self, actor: &Actor, password: String, code: String) -> Result<()> {
        let user = actor.person.num;
        self.with_code(actor, password, code, move |work| Ok(totp::forget(work.conn, user)?)).await
    }

    /// Does what takes both password and code, which logging in takes.
    async fn with_code(
        &self,
        actor: &Actor,
        password: String,
        code: String,
        act: impl FnOnce(&mut Work<'_>) -> Result<()> + Send + 'static,
    ) -> Result<()> {
        self.check_own_password(actor, password).await?;
        let (user, now) = (actor.person.num, self.clock.now());
        let checked = self.own(actor, move |work| {
            let enabled = totp::get(work.conn, user)?.is_some_and(|row| row.is_enabled());
            if !enabled {
                return Err(Error::Conflict(Conflict::TotpDisabled));
            }
            let checked = check(work, user, Some(&code), now)?;
            if checked.is_ok() {
                act(work)?;
            }
            Ok(checked)
        });
        checked.await?
    }

    /// Somebody who has lost device and recovery codes logs in without.
    ///
    /// # Errors
    /// `admin_only`, `user_not_found`; `bad_target` for oneself: that takes a code.
    pub async fn reset_totp(&self, actor: &Actor, user: UserId) -> Result<()> {
        admin::admin(actor)?;
        if actor.person.id == user {
            return Err(Error::invalid("bad_target", "/user", "must be somebody else"));
        }
        self.take_totp(user, Some(actor.person.id.clone())).await
    }

    /// As [`Domain::reset_totp`]: for the operator.
    ///
    /// # Errors
    /// `user_not_found`
    pub async fn take_totp_of(&self, username: &str) -> Result<()> {
        self.take_totp(accounts::parse_named(username, self.server())?, None).await
    }

    async fn take_totp(&self, user: UserId, by: Option<UserId>) -> Result<()> {
        let now = self.clock.now();
        self.writer
            .other(user.clone().as_str(), move |work| {
                let row = users::by_id(work.conn, user.as_str())?.filter(UserRow::is_person);
                let row = row.ok_or(Error::NotFound(Missing::User))?;
                let was_on = totp::get(work.conn, row.num)?.is_some_and(|row| row.is_enabled());
                totp::forget(work.conn, row.num)?;
                if was_on {
                    acts::add(work.conn, &ActKind::TotpRemoved.to(&user, by.as_ref(), now))?;
                }
                Ok(())
            })
            .await
    }
}

/// Whether this is a good code of somebody who needs one; the inner error is to be told once what was noted of it is kept.
pub(super) fn check(work: &mut Work<'_>, user: UserNum, code: Option<&str>, now: Ts) -> Result<Result<()>> {
    let Some(row) = totp::get(work.conn, user)?.filter(TotpRow::is_enabled) else {
        return Ok(Ok(()));
    };
    let Some(code) = code else { return Ok(Err(Error::Forbidden(Forbidden::CodeNeeded))) };
    // Nobody guesses one of these, so that whoever keeps others guessing does not keep the owner out.
    if totp::use_recovery_code(work.conn, user, &recovery_hash(code))? {
        totp::update(work.conn, &TotpRow { wrong: 0, ..row })?;
        return Ok(Ok(()));
    }
    // A clock that was put back holds up nobody.
    let since_wrong = now - row.wrong_ts;
    if row.wrong >= WRONG_MAX && (0..WRONG_PAUSE_MS).contains(&since_wrong) {
        let rest = (WRONG_PAUSE_MS - since_wrong).unsigned_abs();
        return Ok(Err(Error::TooFast(Duration::from_millis(rest))));
    }
    match look_at(&row, code, now)? {
        Seen::New(last_step) => {
            totp::update(work.conn, &TotpRow { last_step, wrong: 0, ..row })?;
            return Ok(Ok(()));
        }
        Seen::Wrong => totp::update(work.conn, &TotpRow { wrong: row.wrong + 1, wrong_ts: now, ..row })?,
        // Whoever sends one twice does not guess.
        Seen::Used | Seen::NoCode => {}
    }
    Ok(Err(Error::Forbidden(Forbidden::BadCode)))
}

/// What a code is.
#[derive(Debug, PartialEq, Eq)]
enum Seen {
    /// Of this step, and not taken yet.
    New(i64),
    Used,
    Wrong,
    /// Nothing that a device shows.
    NoCode,
}

fn look_at(row: &TotpRow, code: &str, now: Ts) -> Result<Seen> {
    let code: String = code.chars().filter(|char| !char.is_whitespace()).take(RECOVERY_CODE_CHARS).collect();
    if code.len() != CODE_DIGITS || !code.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(Seen::NoCode);
    }
    let now_s = u64::try_from(now / 1_000).unwrap_or(0);
    let found = device(&row.secret, "", "")?.check(&code, now_s).and_then(|step| i64::try_from(step).ok());
    let Some(step) = found else { return Ok(Seen::Wrong) };
    // A step that is yet to come was taken by a clock that went wrong.
    let newest = i64::try_from(now_s / STEP_S).unwrap_or(i64::MAX) + i64::from(SKEW_STEPS);
    Ok(if step <= row.last_step && row.last_step <= newest { Seen::Used } else { Seen::New(step) })
}

fn device(secret: &[u8], account: &str, server: &str) -> Result<Totp> {
    let device = Builder::new()
        .with_secret(secret.to_vec())
        .with_skew(SKEW_STEPS)
        .with_account_name(account)
        .with_issuer(Some(server))
        .build();
    device.map_err(|error| stored::damaged("secret", error))
}

/// In fours, to be read and typed.
fn grouped(code: &str) -> String {
    let mut groups = Vec::new();
    let mut rest = code;
    while let Some((group, more)) = rest.split_at_checked(4) {
        groups.push(group);
        rest = more;
    }
    groups.push(rest);
    groups.retain(|group| !group.is_empty());
    groups.join("-")
}

/// As they are told, and as they are kept.
fn new_recovery_codes() -> (Vec<String>, Vec<[u8; 32]>) {
    (0..RECOVERY_CODES)
        .map(|_| {
            let code = grouped(&readable_secret());
            let hash = recovery_hash(&code);
            (code, hash)
        })
        .unzip()
}

/// However it is written.
fn recovery_hash(code: &str) -> [u8; 32] {
    let plain: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
    token_hash(&plain.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B, of which the last six digits are a code of six.
    #[test]
    fn codes_are_those_of_the_rfc_and_each_is_taken_once() {
        let row = TotpRow {
            user_num: 1,
            secret: b"12345678901234567890".to_vec(),
            created_ts: 0,
            enabled_ts: Some(0),
            last_step: 0,
            wrong: 0,
            wrong_ts: 0,
        };
        for (s, code, step) in [
            (59, "287082", 1),
            (1_111_111_109, "081804", 37_037_036),
            (1_111_111_111, "050 471", 37_037_037),
            (20_000_000_000, "353130", 666_666_666),
        ] {
            let look = |row: &TotpRow, code, s: i64| look_at(row, code, s * 1_000).expect("a device");
            assert_eq!(look(&row, code, s), Seen::New(step), "{code}");
            assert_eq!(look(&TotpRow { last_step: step, ..row.clone() }, code, s), Seen::Used, "twice");
            assert_eq!(look(&row, code, s + 90), Seen::Wrong, "long ago");
            assert_eq!(look(&row, "000000", s), Seen::Wrong);
            assert_eq!(look(&row, "abcd-efgh-ijkm-npqr", s), Seen::NoCode);
            // The clock was ahead once.
            let ahead = TotpRow { last_step: step + 100, ..row.clone() };
            assert_eq!(look(&ahead, code, s), Seen::New(step));
        }
        assert_eq!(look_at(&row, "", 59_000).expect("a device"), Seen::NoCode);
    }

    #[test]
    fn a_recovery_code_is_the_same_however_it_is_written() {
        let code = grouped("abcdefghijkmnpqr");
        assert_eq!(code, "abcd-efgh-ijkm-npqr");
        assert_eq!(recovery_hash(&code), recovery_hash(" ABCDefgh ijkm npqr\n"));
    }
}
