//! Invite codes: how administrators let people in where registration isn't open.

use super::acts::ActKind;
use super::admin::admin;
use super::sessions::readable_secret;
use super::{Actor, Domain, Error, Missing, Person, Result};
use crate::protocol::ids::UserId;
use crate::storage::acts;
use crate::storage::users::{self, InviteRow};

pub const INVITE_USES_MAX: i64 = 10_000;
/// How long an invite may last, in seconds: a year.
const INVITE_S_MAX: i64 = INVITE_DAYS_MAX * 24 * 3_600;
/// The same in days.
pub const INVITE_DAYS_MAX: i64 = 365;

/// What the web client makes of a code (`web/src/features/auth/invites.ts`): the fragment stays in the browser, so that no log
/// of a server or proxy holds the code.
const LINK: &str = "/#/invite/";

/// A link that lets its reader register, at the address that people open.
pub fn link(public_url: &str, code: &str) -> String {
    format!("{public_url}{LINK}{code}")
}

/// The code in a link, or what is a code already.
pub fn code_of(given: &str) -> &str {
    given.split_once(LINK).map_or(given, |(_, code)| code)
}

impl Domain {
    /// Makes a code that lets `uses` people register, for `expires_in_s` seconds or for ever.
    pub async fn create_invite(
        &self,
        actor: &Actor,
        uses: Option<i64>,
        expires_in_s: Option<i64>,
    ) -> Result<InviteRow> {
        admin(actor)?;
        self.create_invite_by(Some(&actor.person), uses, expires_in_s).await
    }

    /// As [`Domain::create_invite`]: for the operator, whom nothing ends that is done to an account.
    ///
    /// # Errors
    /// `bad_uses`, `bad_expiry`
    pub async fn create_invite_by(
        &self,
        by: Option<&Person>,
        uses: Option<i64>,
        expires_in_s: Option<i64>,
    ) -> Result<InviteRow> {
        let uses = uses.unwrap_or(1);
        if !(1..=INVITE_USES_MAX).contains(&uses) {
            return Err(Error::invalid("bad_uses", "/uses", format!("must be from 1 to {INVITE_USES_MAX}")));
        }
        if expires_in_s.is_some_and(|seconds| !(1..=INVITE_S_MAX).contains(&seconds)) {
            let detail = format!("must be from 1 to {INVITE_S_MAX} seconds");
            return Err(Error::invalid("bad_expiry", "/expires_in_s", detail));
        }
        let now = self.clock.now();
        let row = InviteRow {
            code: readable_secret(),
            created_by: by.map(|person| person.num),
            uses_left: uses,
            created_ts: now,
            expires_ts: expires_in_s.map(|seconds| now + seconds * 1_000),
        };
        let by = by.map(|person| person.id.clone());
        self.writer
            .other("invites", move |work| {
                users::add_invite(work.conn, &row)?;
                acts::add(work.conn, &ActKind::InviteMade.by(by.as_ref(), now))?;
                Ok(row)
            })
            .await
    }

    pub async fn invites(&self, actor: &Actor) -> Result<Vec<InviteRow>> {
        admin(actor)?;
        self.all_invites().await
    }

    /// As [`Domain::invites`]: for the operator.
    ///
    /// # Errors
    /// What the database says.
    pub async fn all_invites(&self) -> Result<Vec<InviteRow>> {
        let now = self.clock.now();
        Ok(self.reads.read(move |conn| users::invites(conn, now)).await?)
    }

    pub async fn delete_invite(&self, actor: &Actor, code: String) -> Result<()> {
        admin(actor)?;
        self.delete_invite_by(Some(actor.person.id.clone()), code).await
    }

    /// As [`Domain::delete_invite`]: for the operator.
    ///
    /// # Errors
    /// `invite_not_found`
    pub async fn delete_invite_by(&self, by: Option<UserId>, code: String) -> Result<()> {
        let now = self.clock.now();
        self.writer
            .other("invites", move |work| {
                if !users::delete_invite(work.conn, &code)? {
                    return Err(Error::NotFound(Missing::Invite));
                }
                Ok(acts::add(work.conn, &ActKind::InviteDeleted.by(by.as_ref(), now))?)
            })
            .await
    }
}
