//! Public channels of this server.

use super::view::ChannelInfo;
use super::{Actor, Domain, Page, Result, cut, show};
use crate::storage::{ChannelNum, channels, members};

pub const DIRECTORY_PAGE_MAX: i64 = 100;

/// A public channel, and how the asker stands in it.
pub struct Listed {
    pub info: ChannelInfo,
    pub membership: Option<String>,
}

impl Domain {
    /// Public channels with `query` in name, topic or alias, after the number `after`; and where to go on.
    pub async fn directory(
        &self,
        actor: &Actor,
        query: String,
        after: ChannelNum,
        limit: i64,
    ) -> Result<Page<Listed, ChannelNum>> {
        let (user, ours) = (actor.person.num, self.server().clone());
        self.reads
            .read(move |conn| {
                let rows = channels::directory(conn, ours.as_str(), &query, after, limit + 1)?;
                let (rows, next) = cut(rows, limit, |row| row.num);
                let nums: Vec<ChannelNum> = rows.iter().map(|row| row.num).collect();
                let seats = members::of_user_in(conn, user, &nums)?;
                let listed = rows.iter().map(|row| Listed {
                    info: show::channel_info(row),
                    membership: seats
                        .iter()
                        .find(|seat| seat.channel == row.num)
                        .map(|seat| seat.membership.clone()),
                });
                Ok((listed.collect(), next))
            })
            .await
    }
}
