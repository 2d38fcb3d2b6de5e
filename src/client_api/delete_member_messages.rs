//! DELETE /channels/{id}/members/{user_id}/messages

use actix_web::{
    delete,
    web::{Json, Path},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::domain::flood::{Swept, WITHIN_S_MAX};
use crate::http::{App, Params, Problem, WriteAuth};
use crate::protocol::ids::{ChannelId, UserId};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DeletedQuery {
    /// What was sent in the last so many seconds goes; the last seven days if not given.
    #[param(minimum = 1, maximum = 604_800, default = 604_800)]
    pub within_s: Option<i64>,
}

#[derive(Serialize, ToSchema)]
pub struct DeletedMessages {
    /// So many messages were deleted.
    pub deleted: usize,
    /// And so many reactions.
    pub reactions: usize,
    /// So many wait for the server that hosts the channel.
    pub waiting: usize,
    /// There are others: ask again.
    pub more: bool,
}

/// Deletes what somebody wrote in a channel lately, the newest first, and then their reactions of that time, 100 of both at a time: for moderators after a flood, and for
/// whoever wrote it. Each is deleted as by `delete_message`.
#[utoipa::path(operation_id = "delete_member_messages", tag = "messages", params(("channel" = String, Path), ("user" = String, Path), DeletedQuery), responses((status = 200, body = DeletedMessages)))]
#[delete("/channels/{channel}/members/{user}/messages")]
pub async fn delete_member_messages(
    app: App,
    actor: WriteAuth,
    path: Path<(ChannelId, UserId)>,
    query: Params<DeletedQuery>,
) -> Result<Json<DeletedMessages>, Problem> {
    let (channel, user) = path.into_inner();
    let within_s = query.within_s.unwrap_or(WITHIN_S_MAX);
    let Swept { deleted, reactions, waiting, more } =
        app.domain.delete_messages_of(&actor.0, channel, user, within_s).await?;
    Ok(Json(DeletedMessages { deleted, reactions, waiting, more }))
}
