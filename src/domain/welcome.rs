//! Newcomers: the channels in which everybody of this server begins.

use super::view::AccountRole;
use super::writer::Person;
use super::{Actor, Domain, Result, stored};
use crate::storage::{members, users};

impl Domain {
    /// Brings somebody who was in no channel yet into those that the settings name for it. One that can't be joined is a line
    /// in the log: it keeps nobody from logging in.
    pub async fn welcome(&self, id: &str) {
        if self.config.default_channels.is_empty() {
            return;
        }
        match self.newcomer(id).await {
            Ok(None) => {}
            Ok(Some(actor)) => self.bring_in(&actor).await,
            Err(error) => tracing::warn!(%error, "whether somebody is new could not be found out"),
        }
    }

    async fn newcomer(&self, id: &str) -> Result<Option<Actor>> {
        let id = id.to_owned();
        self.reads
            .read(move |conn| {
                let Some(row) = users::by_id(conn, &id)? else { return Ok(None) };
                let id = row.id.parse().map_err(|error| stored::damaged("user id", error))?;
                let actor = Actor::by_itself(Person { num: row.num, id }, AccountRole::parse(&row.role));
                Ok((!members::was_in_channels(conn, row.num)?).then_some(actor))
            })
            .await
    }

    async fn bring_in(&self, actor: &Actor) {
        for alias in &self.config.default_channels {
            let joined = match self.resolve_alias(actor, alias).await {
                Ok(channel) => self.join_channel(actor, channel).await.map(drop),
                Err(error) => Err(error),
            };
            if let Err(error) = joined {
                tracing::warn!(%alias, %error, "a newcomer can't be brought into a channel of accounts.default_channels");
            }
        }
    }
}
