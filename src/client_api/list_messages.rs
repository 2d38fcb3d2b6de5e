//! GET /channels/{id}/messages

use actix_web::{
    get,
    web::{Json, Path},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::domain::page_size;
use crate::domain::timeline::{PAGE_MESSAGES_DEFAULT, PAGE_MESSAGES_MAX, Place};
use crate::domain::view::Message;
use crate::http::{App, Auth, Params, Problem};
use crate::protocol::ids::ChannelId;

/// Where a page lies.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// Messages with a lower seq.
    #[param(minimum = -1, maximum = 9_007_199_254_740_991_i64)]
    pub before: Option<i64>,
    /// Messages with a higher seq.
    #[param(minimum = -1, maximum = 9_007_199_254_740_991_i64)]
    pub after: Option<i64>,
    /// Messages on both sides of this seq, and the one that has it.
    #[param(minimum = -1, maximum = 9_007_199_254_740_991_i64)]
    pub around: Option<i64>,
    #[param(minimum = 1, maximum = 100, default = 50)]
    pub limit: Option<u32>,
}

impl PageQuery {
    pub fn place(&self) -> Result<(Place, i64), Problem> {
        let limit = page_size(self.limit, PAGE_MESSAGES_DEFAULT, PAGE_MESSAGES_MAX)?;
        Ok((Place::parse(self.before, self.after, self.around)?, limit))
    }
}

/// A page in the order of the log.
#[derive(Serialize, ToSchema)]
pub struct MessagePage {
    pub messages: Vec<Message>,
    /// The seq of the log's last entry.
    pub head: i64,
    /// The seq of the first message that one may read; null when there is none. While the log is on its way here: where
    /// one may read from.
    #[schema(required)]
    pub oldest: Option<i64>,
}

/// A page of a channel's messages, in the order of the log.
///
/// The newest, or where one of `before`, `after` and `around` says; only one of them may be given (`bad_place`). `after=-1` begins at the
/// first. Replies in threads are among them (`thread`), and so are deleted messages (`deleted`, with an empty text). `oldest` and `head` say
/// where the ends are.
///
/// While the log of a long channel of another server is on its way here, its newest messages are shown, and what lies before them is
/// answered with `replaying`.
#[utoipa::path(operation_id = "list_messages", tag = "messages", params(("channel" = String, Path), PageQuery), responses((status = 200, body = MessagePage)))]
#[get("/channels/{channel}/messages")]
pub async fn list_messages(
    app: App,
    actor: Auth,
    path: Path<ChannelId>,
    query: Params<PageQuery>,
) -> Result<Json<MessagePage>, Problem> {
    let (place, limit) = query.place()?;
    let page = app.domain.timeline(&actor.0, path.into_inner(), place, limit).await?;
    Ok(Json(MessagePage { messages: page.messages, head: page.head, oldest: page.oldest }))
}
