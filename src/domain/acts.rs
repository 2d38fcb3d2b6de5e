//! What administrators do to others is recorded, in the transaction that does it.

use serde::Serialize;
use utoipa::ToSchema;

use super::admin::admin;
use super::view::AccountRole;
use super::{Actor, Domain, Page, Result, cut};
use crate::protocol::Ts;
use crate::protocol::ids::UserId;
use crate::storage::acts::{self, ActRow, NewAct};

/// How many acts a page has at most.
pub const ACTS_PAGE_MAX: i64 = 100;

/// What an administrator did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ActKind {
    PasswordSet,
    TotpRemoved,
    AdminGiven,
    AdminTaken,
    AccountDisabled,
    AccountEnabled,
    AccountDeleted,
    MessageDeleted,
    MessageWithheld,
    ChannelHandedOver,
    InviteMade,
    InviteDeleted,
    PersonExcluded,
    PersonReadmitted,
}

impl ActKind {
    pub fn as_str(self) -> &'static str {
        match self {
            ActKind::PasswordSet => "password_set",
            ActKind::TotpRemoved => "totp_removed",
            ActKind::AdminGiven => "admin_given",
            ActKind::AdminTaken => "admin_taken",
            ActKind::AccountDisabled => "account_disabled",
            ActKind::AccountEnabled => "account_enabled",
            ActKind::AccountDeleted => "account_deleted",
            ActKind::MessageDeleted => "message_deleted",
            ActKind::MessageWithheld => "message_withheld",
            ActKind::ChannelHandedOver => "channel_handed_over",
            ActKind::InviteMade => "invite_made",
            ActKind::InviteDeleted => "invite_deleted",
            ActKind::PersonExcluded => "person_excluded",
            ActKind::PersonReadmitted => "person_readmitted",
        }
    }

    pub(super) fn of_role(role: AccountRole) -> ActKind {
        if role == AccountRole::Admin { ActKind::AdminGiven } else { ActKind::AdminTaken }
    }

    pub(super) fn of_disabled(disabled: bool) -> ActKind {
        if disabled { ActKind::AccountDisabled } else { ActKind::AccountEnabled }
    }

    /// To be recorded: `by` did it to `user`; none is somebody with the operator's commands.
    pub(super) fn to(self, user: &UserId, by: Option<&UserId>, now: Ts) -> NewAct {
        NewAct { user_id: Some(user.to_string()), ..self.by(by, now) }
    }

    pub(super) fn by(self, by: Option<&UserId>, now: Ts) -> NewAct {
        NewAct {
            ts: now,
            administrator: by.map(ToString::to_string),
            kind: self.as_str(),
            ..NewAct::default()
        }
    }
}

impl Domain {
    /// What administrators did, newest first, before the act `before`.
    ///
    /// # Errors
    /// `admin_only`
    pub async fn acts(&self, actor: &Actor, before: i64, limit: i64) -> Result<Page<ActRow, i64>> {
        admin(actor)?;
        let rows = self.reads.read(move |conn| acts::page(conn, before, limit + 1)).await?;
        Ok(cut(rows, limit, |row| row.id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stored_is_what_the_document_says() {
        for kind in [
            ActKind::PasswordSet,
            ActKind::TotpRemoved,
            ActKind::AdminGiven,
            ActKind::AdminTaken,
            ActKind::AccountDisabled,
            ActKind::AccountEnabled,
            ActKind::AccountDeleted,
            ActKind::MessageDeleted,
            ActKind::MessageWithheld,
            ActKind::ChannelHandedOver,
            ActKind::InviteMade,
            ActKind::InviteDeleted,
            ActKind::PersonExcluded,
            ActKind::PersonReadmitted,
        ] {
            assert_eq!(serde_json::to_value(kind).expect("json"), kind.as_str());
        }
    }
}
