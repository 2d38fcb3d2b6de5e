//! DELETE /channels/{id}/members/{user_id}/messages

use actix_web::{
    delete,
    web::{Json, Path},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::http::{App, Params, Problem, WriteAuth};
use crate::protocol::ids::{ChannelId, UserId};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DeletedQuery {
    /// What was sent then or later goes; seven days ago at most, and if not given.
    #[param(minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    pub since_ts: Option<i64>,
}

#[derive(Serialize, ToSchema)]
pub struct DeletedMessages {
    /// So many are deleted now, or wait for the server that hosts the channel.
    pub deleted: usize,
    /// There are others: ask again.
    pub more: bool,
}

/// Deletes what somebody wrote in a channel lately, the newest first, 100 messages at a time: for moderators after a flood, and for
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
    let (deleted, more) = app.domain.delete_messages_of(&actor.0, channel, user, query.since_ts).await?;
    Ok(Json(DeletedMessages { deleted, more }))
}
