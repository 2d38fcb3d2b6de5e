//! Invite codes: how administrators let people in where registration isn't open.

use super::acts::ActKind;
use super::admin::admin;
use super::sessions::readable_secret;
use super::{Actor, Domain, Error, Missing, Result};
use crate::storage::acts;
use crate::storage::users::{self, InviteRow};

pub const INVITE_USES_MAX: i64 = 10_000;
/// How long an invite may last, in seconds: a year.
const INVITE_S_MAX: i64 = 365 * 24 * 3_600;

impl Domain {
    /// Makes a code that lets `uses` people register, for `expires_in_s` seconds or for ever.
    pub async fn create_invite(
        &self,
        actor: &Actor,
        uses: Option<i64>,
        expires_in_s: Option<i64>,
    ) -> Result<InviteRow> {
        admin(actor)?;
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
            created_by: Some(actor.person.num),
            uses_left: uses,
            created_ts: now,
            expires_ts: expires_in_s.map(|seconds| now + seconds * 1_000),
        };
        let by = actor.person.id.clone();
        self.writer
            .other("invites", move |work| {
                users::add_invite(work.conn, &row)?;
                acts::add(work.conn, &ActKind::InviteMade.by(Some(&by), now))?;
                Ok(row)
            })
            .await
    }

    pub async fn invites(&self, actor: &Actor) -> Result<Vec<InviteRow>> {
        admin(actor)?;
        let now = self.clock.now();
        Ok(self.reads.read(move |conn| users::invites(conn, now)).await?)
    }

    pub async fn delete_invite(&self, actor: &Actor, code: String) -> Result<()> {
        admin(actor)?;
        let (by, now) = (actor.person.id.clone(), self.clock.now());
        self.writer
            .other("invites", move |work| {
                if !users::delete_invite(work.conn, &code)? {
                    return Err(Error::NotFound(Missing::Invite));
                }
                Ok(acts::add(work.conn, &ActKind::InviteDeleted.by(Some(&by), now))?)
            })
            .await
    }
}
