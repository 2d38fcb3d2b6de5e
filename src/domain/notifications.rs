//! The inbox: mentions, replies, direct messages, reminders.

use serde::Serialize;
use utoipa::ToSchema;

use super::effect::Effect;
use super::view::Notification;
use super::{Actor, Domain, Result, cut, show};
use crate::storage::{channels, messages, notifications};

pub const NOTIFICATIONS_PAGE_MAX: i64 = 100;

/// Why somebody should look: `mention` also by `@channel` and `@here`; `reminder`: they asked for it themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NotificationKind {
    Mention,
    Reply,
    Dm,
    Keyword,
    Reminder,
}

impl Domain {
    /// Newest first, below the id `before`; how many are unseen; and where to go on.
    pub async fn notifications(
        &self,
        actor: &Actor,
        before: i64,
        limit: i64,
    ) -> Result<(Vec<Notification>, i64, Option<i64>)> {
        let user = actor.person.num;
        self.reads
            .read(move |conn| {
                let rows = notifications::page(conn, user, before, limit + 1)?;
                let (rows, next) = cut(rows, limit, |row| row.id);
                let mut shown = Vec::with_capacity(rows.len());
                for row in rows {
                    let Some(channel) = channels::by_num(conn, row.channel)? else { continue };
                    let found = messages::by_seqs(conn, row.channel, &[row.seq])?;
                    let Some(message) =
                        show::messages(conn, row.channel, &channel.id, found, Some(user))?.pop()
                    else {
                        continue;
                    };
                    shown.push(Notification {
                        id: row.id,
                        kind: row.kind,
                        channel: channel.id,
                        message,
                        ts: row.ts,
                        read: row.seen,
                    });
                }
                Ok((shown, notifications::count_unseen(conn, user)?.all, next))
            })
            .await
    }

    /// Marks everything up to the id as seen, or (`only`) nothing but what has it.
    pub async fn mark_notifications_seen(&self, actor: &Actor, up_to: i64, only: bool) -> Result<()> {
        let user = actor.person.num;
        self.own(actor, move |work| {
            match only {
                true => notifications::mark_one_seen(work.conn, user, up_to)?,
                false => notifications::mark_seen(work.conn, user, up_to)?,
            };
            let left = notifications::count_unseen(work.conn, user)?;
            work.tell(Effect::NotificationsSeen { user, up_to, only, left });
            Ok(())
        })
        .await
    }
}
