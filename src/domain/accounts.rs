//! Accounts: registering, one's own profile and password, finding people, leaving for good.

use std::borrow::Cow;

use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};

use super::acts::ActKind;
use super::effect::Effect;
use super::status::{self, Status};
use super::view::{AccountRole, User};
use super::writer::Work;
use super::{
    Actor, Conflict, Domain, Error, Forbidden, Missing, Person, Result, passwords, scheduled, show, webhooks,
};
pub use crate::config::Registration;
use crate::protocol::ids::{ServerName, UserId};
use crate::storage::acts;
use crate::storage::members::{self, MemberRow};
use crate::storage::users::{self, NewUser, UserRow};
use crate::storage::{Conn, UserNum, emails, notifications, sessions, threads};

pub const DISPLAY_NAME_CHARS_MAX: usize = 64;
pub const BIO_CHARS_MAX: usize = 500;
/// How many people one search or one look-up answers.
pub const USERS_PAGE_MAX: i64 = 100;

/// Words that a mention means otherwise.
const RESERVED: &[&str] = &["all", "here", "channel", "everyone"];

/// Somebody who wants an account.
pub struct NewAccount {
    pub username: String,
    pub password: String,
    pub display_name: Option<String>,
    pub invite: Option<String>,
    /// Whether a program writes in its name.
    pub bot: bool,
}

/// What somebody changes of their profile; what is none stays.
#[derive(Default)]
pub struct ProfileChange {
    pub display_name: Option<String>,
    pub bio: Option<String>,
    /// None within: it is taken back.
    pub status: Option<Option<Status>>,
    pub bot: Option<bool>,
}

/// A local name as typed: capitals are taken for small letters.
///
/// # Errors
/// [`Error::Invalid`] `bad_username`.
pub fn parse_username(typed: &str, server: &ServerName) -> Result<UserId> {
    let bad = |detail: &str| Error::invalid("bad_username", "/username", detail);
    let local = typed.to_ascii_lowercase();
    if RESERVED.contains(&local.as_str()) {
        return Err(bad("This name has a meaning of its own in messages."));
    }
    UserId::new(&local, server).map_err(|_| {
        bad("A username has 1 to 64 letters a-z, digits, dots, dashes or underscores, and begins with a letter or digit.")
    })
}

/// Somebody of here as an operator names them: `ann`, `@ann`, or as they are listed, `@ann:a.example`.
pub(super) fn parse_named(given: &str, server: &ServerName) -> Result<UserId> {
    let name = given.trim_start_matches('@');
    let local = name.strip_suffix(server.as_str()).and_then(|name| name.strip_suffix(':'));
    parse_username(local.unwrap_or(name), server)
}

/// # Errors
/// [`Error::Invalid`] with `code` when the text is too long or has control characters.
pub fn check_line(
    text: &str,
    most: usize,
    code: &'static str,
    pointer: impl Into<Cow<'static, str>>,
) -> Result<String> {
    let text = text.trim();
    if text.chars().count() > most {
        return Err(Error::invalid(code, pointer, format!("must have at most {most} characters")));
    }
    if text.chars().any(|c| c.is_control() && c != '\n') {
        return Err(Error::invalid(code, pointer, "must not have control characters"));
    }
    Ok(text.to_owned())
}

/// Whether nobody would see anything of a text: blanks, signs without a shape (Unicode's default ignorable ones, among them
/// the fillers of Hangul), and marks with no letter to stand on.
pub(super) fn is_unseen(text: &str) -> bool {
    text.chars().all(|c| {
        c.is_whitespace()
            || c.general_category_group() == GeneralCategoryGroup::Mark
            || matches!(c.general_category(), GeneralCategory::Control | GeneralCategory::Format)
            || matches!(c, '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' | '\u{2800}')
    })
}

/// A name of somebody or something: one line, of which something is seen.
///
/// # Errors
/// As [`check_line`], and where the name breaks a line or is not empty and nothing of it is seen.
pub(super) fn check_name(
    text: &str,
    most: usize,
    code: &'static str,
    pointer: &'static str,
) -> Result<String> {
    let name = check_line(text, most, code, pointer)?;
    if name.contains('\n') {
        return Err(Error::invalid(code, pointer, "must be one line"));
    }
    if !name.is_empty() && is_unseen(&name) {
        return Err(Error::invalid(code, pointer, "must have a character that is seen"));
    }
    Ok(name)
}

pub(super) fn check_display_name(text: &str, pointer: &'static str) -> Result<String> {
    check_name(text, DISPLAY_NAME_CHARS_MAX, "bad_display_name", pointer)
}

/// Before the id in a place among those who have a word elsewhere in their names.
const OTHERWISE: &str = "+";

/// What a person is found by.
pub(super) fn search_text(id: &UserId, display_name: &str) -> String {
    format!("{}\n{}", id.as_str(), display_name).to_lowercase()
}

impl Domain {
    /// Makes an account.
    ///
    /// # Errors
    /// `registration_closed`, `invite_needed`, `invite_invalid`, `username_taken`, and what is wrong
    /// with a field.
    pub async fn register(&self, new: NewAccount) -> Result<User> {
        let by_invite = match self.config.settings.accounts.registration {
            Registration::Closed => return Err(Error::Forbidden(Forbidden::RegistrationClosed)),
            Registration::Invite if new.invite.is_none() => {
                return Err(Error::Forbidden(Forbidden::InviteNeeded));
            }
            Registration::Invite => true,
            Registration::Open => false,
        };
        let invite = new.invite.clone().filter(|_| by_invite);
        self.create_account(new, AccountRole::User, invite).await
    }

    /// What can be said of a wish for an account without looking anything up: its id and display name.
    ///
    /// # Errors
    /// What is wrong with a field.
    pub fn check_account(&self, new: &NewAccount) -> Result<(UserId, String)> {
        let id = parse_username(&new.username, self.server())?;
        passwords::check(&new.password, "/password")?;
        if id.local().starts_with(webhooks::NAME_PREFIX) {
            let detail = "Names that begin so are those of webhooks.";
            return Err(Error::invalid("bad_username", "/username", detail));
        }
        let given = check_display_name(new.display_name.as_deref().unwrap_or_default(), "/display_name")?;
        let display_name = if given.is_empty() { id.local().to_owned() } else { given };
        Ok((id, display_name))
    }

    /// Makes an account whatever the registration setting: for the operator.
    pub async fn create_account(
        &self,
        new: NewAccount,
        role: AccountRole,
        invite: Option<String>,
    ) -> Result<User> {
        let (id, display_name) = self.check_account(&new)?;
        let hash = self.passwords.hash(new.password).await?;
        let bot = new.bot;
        let now = self.clock.now();
        self.writer
            .other(id.clone().as_str(), move |work| {
                if let Some(code) = &invite
                    && !users::use_invite(work.conn, code, now)?
                {
                    return Err(Error::Forbidden(Forbidden::InviteInvalid));
                }
                let server = id.server();
                let row = NewUser {
                    id: id.as_str(),
                    server: server.as_str(),
                    display_name: &display_name,
                    bio: "",
                    password_hash: Some(&hash),
                    role: role.as_str(),
                    created_ts: now,
                    search: &search_text(&id, &display_name),
                };
                let num = match users::by_id(work.conn, id.as_str())? {
                    Some(known) => take_over(work, &known, &row)?,
                    None => users::insert(work.conn, &row).map_err(|error| match error.is_duplicate() {
                        true => Error::Conflict(Conflict::UsernameTaken),
                        false => error.into(),
                    })?,
                };
                if bot {
                    users::set_bot(work.conn, num, true)?;
                }
                if role == AccountRole::Admin {
                    acts::add(work.conn, &ActKind::AdminGiven.to(&id, None, now))?;
                }
                own(work.conn, num)
            })
            .await
    }

    /// One's own user.
    pub async fn me(&self, actor: &Actor) -> Result<User> {
        let num = actor.person.num;
        self.reads.read(move |conn| own(conn, num)).await
    }

    /// Changes one's own profile.
    ///
    /// # Errors
    /// `bad_display_name`, `bad_bio`, `bad_status`
    pub async fn update_me(&self, actor: &Actor, change: ProfileChange) -> Result<User> {
        let ProfileChange { display_name, bio, status, bot } = change;
        let display_name =
            display_name.as_deref().map(|name| check_display_name(name, "/display_name")).transpose()?;
        if display_name.as_deref() == Some("") {
            return Err(Error::invalid("bad_display_name", "/display_name", "must not be empty"));
        }
        let bio = bio.map(|text| check_line(&text, BIO_CHARS_MAX, "bad_bio", "/bio")).transpose()?;
        let now = self.clock.now();
        let status = status.map(|given| given.map(|status| status.checked(now)).transpose()).transpose()?;
        let person = actor.person.clone();
        self.own(actor, move |work| {
            let row = users::by_num(work.conn, person.num)?.ok_or(Error::NotFound(Missing::User))?;
            let display_name = display_name.unwrap_or(row.display_name);
            let bio = bio.unwrap_or(row.bio);
            let search = search_text(&person.id, &display_name);
            users::set_profile(work.conn, person.num, &display_name, &bio, &search)?;
            if let Some(status) = &status {
                status::put(work.conn, person.num, status.as_ref())?;
            }
            if let Some(bot) = bot {
                users::set_bot(work.conn, person.num, bot)?;
            }
            let user = own(work.conn, person.num)?;
            tell_profile(work, person.num, user.clone());
            Ok(user)
        })
        .await
    }

    /// Changes the password and ends all other sessions.
    ///
    /// # Errors
    /// [`Error::Credentials`] when `current` is wrong.
    pub async fn change_password(&self, actor: &Actor, current: String, new: String) -> Result<()> {
        passwords::check(&new, "/new")?;
        let known = self.check_own_password(actor, current).await?;
        let hash = self.passwords.hash(new).await?;
        let (num, session) = (actor.person.num, actor.session.clone());
        self.own(actor, move |work| {
            // Hashing takes its time: of two changes at once the later one was shown a password that is none any more.
            let is_known = users::by_num(work.conn, num)?.is_some_and(|row| row.password_hash == known);
            if is_known { put_password(work, num, &hash, Some(&session)) } else { Err(Error::Credentials) }
        })
        .await
    }

    /// Answers as what the password is stored.
    pub(super) async fn check_own_password(&self, actor: &Actor, password: String) -> Result<Option<String>> {
        let num = actor.person.num;
        let row = self.reads.read(move |conn| users::by_num(conn, num)).await?;
        let stored = row.and_then(|row| row.password_hash);
        if self.passwords.verify(password, stored.clone()).await? {
            Ok(stored)
        } else {
            Err(Error::Credentials)
        }
    }

    /// A person by id.
    pub async fn user(&self, id: UserId) -> Result<User> {
        self.reads
            .read(move |conn| {
                let row = users::by_id(conn, id.as_str())?.ok_or(Error::NotFound(Missing::User))?;
                Ok(show::user(&row))
            })
            .await
    }

    /// People by ids; unknown ones are left out.
    pub async fn users(&self, ids: Vec<UserId>) -> Result<Vec<User>> {
        let ids: Vec<String> = ids.iter().map(|id| id.as_str().to_owned()).collect();
        let rows = self.reads.read(move |conn| users::by_ids(conn, &ids)).await?;
        Ok(rows.iter().map(show::user).collect())
    }

    /// People whose name has `query` in it, those whose username begins with it first, from a place on that an earlier
    /// page named; and where to go on.
    pub async fn find_users(
        &self,
        query: String,
        from: String,
        limit: i64,
    ) -> Result<(Vec<User>, Option<String>)> {
        let most = usize::try_from(limit).unwrap_or(0);
        let ours = self.server().clone();
        let found = self.reads.read(move |conn| {
            let (otherwise, after) = match from.strip_prefix(OTHERWISE) {
                Some(after) => (true, after),
                None => (false, from.as_str()),
            };
            let first = if otherwise {
                Vec::new()
            } else {
                users::called(conn, ours.as_str(), &query, after, limit + 1)?
            };
            let called = first.len();
            let left = limit + 1 - i64::try_from(called).unwrap_or(limit + 1);
            let mut rows = first;
            if left > 0 {
                let after = if otherwise { after } else { "" };
                rows.extend(users::called_otherwise(conn, ours.as_str(), &query, after, left)?);
            }
            Ok::<_, Error>((rows, called))
        });
        let (rows, called) = found.await?;
        let last = most.saturating_sub(1);
        let sign = if last < called { "" } else { OTHERWISE };
        let next = rows.get(last).filter(|_| rows.len() > most).map(|row| format!("{sign}{}", row.id));
        Ok((rows.iter().take(most).map(show::user).collect(), next))
    }

    /// The person in whose name a command acts.
    ///
    /// # Errors
    /// `user_not_found`
    pub async fn operator_of(&self, username: &str) -> Result<Actor> {
        let id = parse_named(username, self.server())?;
        let row = self.reads.read(move |conn| Ok::<_, Error>(users::by_id(conn, id.as_str())?)).await?;
        let row = row.filter(|row| row.deleted_ts.is_none() && row.is_person());
        let row = row.ok_or(Error::NotFound(Missing::User))?;
        let id = row.id.parse().map_err(|_| Error::NotFound(Missing::User))?;
        let person = Person { num: row.num, id };
        Ok(Actor::by_itself(person, AccountRole::User))
    }

    /// How many accounts this server has.
    pub async fn account_count(&self) -> Result<i64> {
        Ok(self.reads.read(users::count_local).await?)
    }

    /// Sets what an account may do on this server: for the operator.
    ///
    /// # Errors
    /// `user_not_found`, `last_admin`
    pub async fn set_account_role(&self, username: &str, role: AccountRole) -> Result<()> {
        let id = parse_named(username, self.server())?;
        let now = self.clock.now();
        self.writer
            .other(id.clone().as_str(), move |work| {
                let row = account(work, &id)?;
                if role != AccountRole::Admin {
                    keep_an_administrator(work, row.num)?;
                }
                users::set_role(work.conn, row.num, role.as_str())?;
                Ok(acts::add(work.conn, &ActKind::of_role(role).to(&id, None, now))?)
            })
            .await
    }

    /// Says whether a program writes in an account's name: for the operator.
    ///
    /// # Errors
    /// `user_not_found`
    pub async fn set_account_bot(&self, username: &str, bot: bool) -> Result<()> {
        let id = parse_named(username, self.server())?;
        self.writer
            .other(id.clone().as_str(), move |work| {
                let row = account(work, &id)?;
                users::set_bot(work.conn, row.num, bot)?;
                let user = one(work.conn, row.num)?;
                tell_profile(work, row.num, user);
                Ok(())
            })
            .await
    }

    /// Sets a password and ends all sessions: for the operator. An account that this server has lost, and others know, is
    /// its owner's again.
    ///
    /// # Errors
    /// `user_not_found`, also for a name that a log used and nobody ever had.
    pub async fn reset_password(&self, username: &str, password: String) -> Result<()> {
        let id = parse_named(username, self.server())?;
        passwords::check(&password, "/password")?;
        let hash = self.passwords.hash(password).await?;
        let now = self.clock.now();
        self.writer
            .other(id.clone().as_str(), move |work| {
                let row = account(work, &id)?;
                acts::add(work.conn, &ActKind::PasswordSet.to(&id, None, now))?;
                put_password(work, row.num, &hash, None)
            })
            .await
    }
}

/// Another password: whoever got in by the one before is out, but for the session that is kept.
pub(super) fn put_password(work: &mut Work<'_>, user: UserNum, hash: &str, keep: Option<&str>) -> Result<()> {
    if !users::set_password(work.conn, user, hash)? {
        return Err(Error::NotFound(Missing::User));
    }
    emails::unconfirm(work.conn, user)?;
    let ended = match keep {
        Some(session) => sessions::delete_others(work.conn, user, session)?,
        None => sessions::delete_all(work.conn, user)?,
    };
    work.tell(Effect::SessionsEnded { sessions: ended });
    scheduled::hold(work, user, keep)
}

/// Somebody has to be left to administer the accounts of others.
pub(super) fn keep_an_administrator(work: &mut Work<'_>, leaves: UserNum) -> Result<()> {
    let is_last = users::lock_admins(work.conn)? == [leaves] && users::count_local(work.conn)? > 1;
    if is_last { Err(Error::Conflict(Conflict::LastAdmin)) } else { Ok(()) }
}

/// An account that is or once was somebody's here.
fn account(work: &mut Work<'_>, id: &UserId) -> Result<UserRow> {
    let row = users::by_id(work.conn, id.as_str())?.filter(|row| row.deleted_ts.is_none());
    let row = row.filter(|row| !row.is_webhook()).ok_or(Error::NotFound(Missing::User))?;
    let seats = members::all_of_user(work.conn, row.num)?;
    match row.is_account() || was_here(work, &seats)? {
        true => Ok(row),
        false => Err(Error::NotFound(Missing::User)),
    }
}

/// Whether this server has lost the account whose seats they are.
fn was_here(work: &mut Work<'_>, seats: &[MemberRow]) -> Result<bool> {
    for seat in seats {
        if work.has_joined(seat)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Makes an account of a row that is there because a log elsewhere names it, which anybody can have it do. What was said
/// of the name before somebody had it is not about them: by it they are in no channel, and invited to none.
fn take_over(work: &mut Work<'_>, known: &UserRow, new: &NewUser<'_>) -> Result<UserNum> {
    let seats = members::all_of_user(work.conn, known.num)?;
    if was_here(work, &seats)? || !users::claim(work.conn, known.num, new)? {
        return Err(Error::Conflict(Conflict::UsernameTaken));
    }
    for seat in seats {
        // Here nobody is invited who does not exist.
        if work.is_host(seat.channel)? {
            continue;
        }
        notifications::delete_of(work.conn, known.num, seat.channel)?;
        threads::delete_of(work.conn, known.num, seat.channel)?;
        if seat.membership != "banned" {
            members::put(work.conn, &MemberRow { membership: "left".to_owned(), ..seat })?;
        }
    }
    Ok(known.num)
}

/// Everybody who has the person on their screen learns how they are shown from now on.
pub(super) fn tell_profile(work: &mut Work<'_>, num: UserNum, user: User) {
    let profile = status::current(User { role: None, ..user }, work.lane.clock.now());
    work.tell(Effect::Profile { user: num, profile: Box::new(profile) });
}

pub(super) fn one(conn: &mut Conn, num: i64) -> Result<User> {
    let row = users::by_num(conn, num)?.ok_or(Error::NotFound(Missing::User))?;
    Ok(show::user(&row))
}

/// As [`one`], with what only its owner sees.
pub(super) fn own(conn: &mut Conn, num: i64) -> Result<User> {
    let row = users::by_num(conn, num)?.ok_or(Error::NotFound(Missing::User))?;
    Ok(User { role: Some(AccountRole::parse(&row.role)), ..show::user(&row) })
}
