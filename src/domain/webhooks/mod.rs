//! Webhooks: an address at which another program posts to a channel, without an account of its own. What it posts is said by an
//! account that was made for that and that nobody logs in to; so its messages are events like all others, here and on
//! other servers. The address holds the only secret.

pub(super) mod payload;

use super::clock::random_text;
use super::import::text::pieces;
use super::members::{join, unless_unchanged};
use super::messages::NewMessage;
use super::seat::Seat;
use super::sessions::{readable_secret, token_hash};
use super::view::{AccountRole, Webhook};
use super::writer::{Draft, Work};
use super::{Actor, Conflict, Domain, Error, Forbidden, Missing, Person, Result, accounts, show, stored};
use crate::protocol::event::EventType;
use crate::protocol::ids::{ChannelId, Nonce, UserId};
use crate::protocol::rules::{Membership, Role};
use crate::storage::users::{self, NewUser, UserRow, WEBHOOK_ROLE};
use crate::storage::webhooks::{self, WebhookRow};
use crate::storage::{ChannelNum, Conn, UserNum, members};

pub use payload::text as payload_text;

/// How many webhooks a channel has at most.
pub const WEBHOOKS_MAX: i64 = 20;
/// When a webhook was used last is written at most this often.
const TOUCH_INTERVAL_MS: i64 = 60_000;
/// How the names of their accounts begin. People can't take such a name.
pub(super) const NAME_PREFIX: &str = "hook-";
/// What a text ends with that was too long.
const CUT: &str = "\n…";

/// A webhook that has just been made; its token is told this once.
pub struct Made {
    pub webhook: Webhook,
    pub token: String,
}

/// Whom a token lets speak, and where.
pub struct Speaker {
    actor: Actor,
    maker: UserNum,
    channel: ChannelId,
    id: String,
    last_used_ts: Option<i64>,
}

impl Speaker {
    /// Who made the webhook: all of theirs together may write as much as one person.
    pub fn maker(&self) -> UserNum {
        self.maker
    }
}

impl Domain {
    /// Makes a webhook for a channel that is hosted here, called `name`: its account is invited by the asker, and joins.
    ///
    /// # Errors
    /// `moderators_only` for all but the channel's owner and moderators; `not_host`, `webhooks_full`, `bad_display_name`, and what the
    /// channel's rules say.
    pub async fn create_webhook(&self, actor: &Actor, channel: ChannelId, name: &str) -> Result<Made> {
        let name = accounts::check_display_name(name, "/name")?;
        if name.is_empty() {
            return Err(Error::invalid("bad_display_name", "/name", "must not be empty"));
        }
        // Hashing takes long: not for whoever is refused.
        let (asker, id) = (actor.clone(), channel.clone());
        self.reads.read(move |conn| keeper(conn, &asker, &id).map(drop)).await?;
        let server = self.server().clone();
        let id = UserId::new(&format!("{NAME_PREFIX}{}", readable_secret()), &server)
            .map_err(|_| Error::invalid("bad_username", "/name", "can't be made"))?;
        // Nobody knows it, so nobody logs in.
        let password_hash = self.passwords.hash(random_text::<32>()).await?;
        let (token, webhook_id, now) = (random_text::<32>(), random_text::<12>(), self.clock.now());
        let (actor, hash, key) = (actor.clone(), token_hash(&token), channel.clone());
        let webhook = self
            .writer
            .channel(&key, move |work| {
                let seat = keeper(work.conn, &actor, &channel)?;
                let num = seat.channel.num;
                if !work.is_host(num)? {
                    return Err(Error::Forbidden(Forbidden::NotHost));
                }
                if webhooks::count(work.conn, num)? >= WEBHOOKS_MAX {
                    return Err(Error::Conflict(Conflict::WebhooksFull));
                }
                let account = NewUser {
                    id: id.as_str(),
                    server: server.as_str(),
                    display_name: &name,
                    bio: "",
                    password_hash: Some(&password_hash),
                    role: WEBHOOK_ROLE,
                    created_ts: now,
                    search: &accounts::search_text(&id, &name),
                };
                let user_num = users::insert(work.conn, &account)?;
                let person = Person { num: user_num, id };
                let invited = serde_json::json!({ "membership": "invited" });
                let draft = Draft::new(EventType::Member).state(person.id.as_str(), invited);
                work.append(num, &actor.person, draft)?;
                come_in(work, num, &person)?;
                let row = WebhookRow {
                    id: webhook_id,
                    token_hash: hash.to_vec(),
                    channel: num,
                    user_num,
                    created_by: actor.person.num,
                    created_ts: now,
                    last_used_ts: None,
                };
                webhooks::insert(work.conn, &row)?;
                let user = users::by_num(work.conn, user_num)?.ok_or(Error::NotFound(Missing::User))?;
                shown(work.conn, row, &user)
            })
            .await?;
        Ok(Made { webhook, token })
    }

    /// A channel's webhooks, the oldest first.
    ///
    /// # Errors
    /// `moderators_only` for all but the channel's owner and moderators.
    pub async fn webhooks(&self, actor: &Actor, channel: ChannelId) -> Result<Vec<Webhook>> {
        let actor = actor.clone();
        self.reads
            .read(move |conn| {
                let seat = keeper(conn, &actor, &channel)?;
                let rows = webhooks::of_channel(conn, seat.channel.num, WEBHOOKS_MAX)?;
                rows.into_iter().map(|(row, user)| shown(conn, row, &user)).collect()
            })
            .await
    }

    /// Takes a webhook away: its address is nobody's from then on, and its account leaves the channel. What it said stays.
    ///
    /// # Errors
    /// As [`Domain::webhooks`]; `webhook_not_found`
    pub async fn delete_webhook(&self, actor: &Actor, channel: ChannelId, id: String) -> Result<()> {
        let (actor, key) = (actor.clone(), channel.clone());
        self.writer
            .channel(&key, move |work| {
                let seat = keeper(work.conn, &actor, &channel)?;
                let num = seat.channel.num;
                let user = webhooks::delete(work.conn, num, &id)?.ok_or(Error::NotFound(Missing::Webhook))?;
                // Nobody logs in to it, whatever they knew.
                users::forget_password(work.conn, user)?;
                let member = members::get(work.conn, num, user)?;
                if !member.is_some_and(|member| matches!(member.membership.as_str(), "joined" | "invited")) {
                    return Ok(());
                }
                let row = users::by_num(work.conn, user)?.ok_or(Error::NotFound(Missing::User))?;
                let id = row.id.parse().map_err(|error| stored::damaged("user id", error))?;
                let left = serde_json::json!({ "membership": "left" });
                let draft = Draft::new(EventType::Member).state(row.id.as_str(), left);
                work.append(num, &Person { num: user, id }, draft).map(drop)
            })
            .await
    }

    /// Who posts with this token.
    ///
    /// # Errors
    /// `webhook_not_found`, also while whoever made it is banned from the channel or kept from logging in, and once their account
    /// is deleted; `not_member` while they are not in the channel.
    pub async fn webhook_speaker(&self, token: &str) -> Result<Speaker> {
        let hash = token_hash(token);
        let missing = || Error::NotFound(Missing::Webhook);
        let found = self.reads.read(move |conn| {
            let Some(found) = webhooks::by_token(conn, &hash)? else { return Ok(None) };
            // Else whoever may not write would write on by it.
            let maker = users::by_num(conn, found.0.created_by)?;
            let is_welcome = maker.is_some_and(|maker| !maker.is_kept_out());
            let seat = members::get(conn, found.0.channel, found.0.created_by)?;
            let membership = seat.map(|seat| seat.membership);
            let membership = membership.as_deref().filter(|membership| is_welcome && *membership != "banned");
            match membership {
                Some("joined") => Ok(Some(found)),
                // Whoever left, or was removed, knows the address still. What another role is not to do they may do as a member.
                Some(_) => Err(Error::Forbidden(Forbidden::NotMember)),
                None => Ok(None),
            }
        });
        let (row, channel, user) = found.await?.ok_or_else(missing)?;
        let id = user.id.parse().map_err(|_| missing())?;
        let person = Person { num: user.num, id };
        Ok(Speaker {
            actor: Actor::by_itself(person, AccountRole::User),
            maker: row.created_by,
            channel: channel.parse().map_err(|_| missing())?,
            id: row.id,
            last_used_ts: row.last_used_ts,
        })
    }

    /// Says something in a webhook's name. What is too long is cut.
    ///
    /// # Errors
    /// `text_empty`; `not_member` once somebody has removed it from the channel, and what else the channel's rules say.
    pub async fn post_by_webhook(&self, speaker: &Speaker, text: String) -> Result<()> {
        let most = usize::try_from(self.config.settings.limits.message_bytes).unwrap_or(usize::MAX);
        let text = fitted(text, most);
        let nonce: Nonce = random_text::<16>().parse().map_err(|_| Error::Busy)?;
        let new = NewMessage {
            nonce,
            text,
            reply_to: None,
            thread: None,
            attachments: Vec::new(),
            previews: Vec::new(),
            imported: None,
        };
        self.send_message(&speaker.actor, speaker.channel.clone(), new).await?;
        let now = self.clock.now();
        if speaker.last_used_ts.is_none_or(|used| now - used > TOUCH_INTERVAL_MS) {
            let id = speaker.id.clone();
            let noted =
                self.writer.channel(&speaker.channel, move |work| Ok(webhooks::touch(work.conn, &id, now)?));
            // What was said is said.
            if let Err(error) = noted.await {
                tracing::warn!(%error, "when a webhook was used last could not be noted");
            }
        }
        Ok(())
    }
}

/// Whether this may be asked of somebody's membership: what a program speaks by can be sent away, and brought back to its channel,
/// and is nothing more than a member there. True where it comes back. What another server says of its own decides nothing here.
///
/// # Errors
/// `bad_target`
pub(super) fn check_member(
    work: &mut Work<'_>,
    channel: ChannelNum,
    user: &UserRow,
    (membership, role): (Membership, Option<Role>),
) -> Result<bool> {
    let is_own = user.is_webhook() && user.server == work.lane.identity.name.as_str();
    if !is_own || matches!(membership, Membership::Left | Membership::Banned) {
        return Ok(false);
    }
    let comes_back = membership == Membership::Invited && webhooks::is_of(work.conn, channel, user.num)?;
    match role {
        None | Some(Role::Member) if comes_back => Ok(true),
        _ => Err(Error::invalid(
            "bad_target",
            "/user",
            "A webhook is a member of its own channel, and nothing else.",
        )),
    }
}

/// It joins, and is told of nothing: nobody would read it.
pub(super) fn come_in(work: &mut Work<'_>, channel: ChannelNum, person: &Person) -> Result<()> {
    unless_unchanged(join(work, channel, person))?;
    Ok(members::set_notify(work.conn, channel, person.num, "none")?)
}

/// Where the asker may see to the webhooks.
fn keeper(conn: &mut Conn, actor: &Actor, channel: &ChannelId) -> Result<Seat> {
    let seat = Seat::joined(conn, actor.person.num, channel)?;
    if seat.has_role(&["owner", "moderator"]) {
        Ok(seat)
    } else {
        Err(Error::Forbidden(Forbidden::ModeratorsOnly))
    }
}

fn shown(conn: &mut Conn, row: WebhookRow, user: &UserRow) -> Result<Webhook> {
    Ok(Webhook {
        id: row.id,
        user: show::user(user),
        created_by: show::user_id(conn, row.created_by)?,
        created_ts: row.created_ts,
        last_used_ts: row.last_used_ts,
    })
}

/// A text of at most so many bytes.
fn fitted(text: String, most: usize) -> String {
    if text.len() <= most {
        return text;
    }
    let first = pieces(&text, most.saturating_sub(CUT.len())).into_iter().next();
    first.map(|piece| piece + CUT).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_long_is_cut_and_says_so() {
        assert_eq!(fitted("short".to_owned(), 10), "short");
        assert_eq!(fitted("aaaaaa\nbbbb".to_owned(), 10), "aaaaaa\n…");
        assert_eq!(fitted("üüüüüüüü".to_owned(), 10).len(), 10);
        assert_eq!(fitted(" ".repeat(20), 10), "");
    }
}
