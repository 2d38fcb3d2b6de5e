//! PATCH /channels/{id}

use actix_web::{
    patch,
    web::{Json, Path},
};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::domain::channels::ChannelPatch;
use crate::domain::view::{Channel, Visibility};
use crate::http::extract::{Integer, Object, UniqueMap, given};
use crate::http::{App, Body, Problem, WriteAuth};
use crate::protocol::ids::ChannelId;
use crate::protocol::rules::{Capability, HistoryPolicy, JoinPolicy, Role};
use crate::protocol::state::{ServerList, ServerPattern};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateChannel {
    /// 1 to 80 characters.
    #[schema(
        max_length = 80,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$"
    )]
    pub name: Option<String>,
    /// At most 500 characters.
    #[schema(max_length = 500, pattern = r"^[^\x00-\x09\x0b-\x1f\x7f-\x9f]*$")]
    pub topic: Option<String>,
    pub visibility: Option<Visibility>,
    #[schema(value_type = Option<PolicyPatch>)]
    pub policy: Option<Object<PolicyPatch>>,
    /// An archived channel can be read, and not written to.
    pub archived: Option<bool>,
    /// Which servers may have people in the channel; whole. Whom it excludes gets nothing more of it.
    #[schema(value_type = Option<ServersPatch>)]
    pub servers: Option<Object<ServersPatch>>,
    /// The name before the colon; null takes the alias away.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, pattern = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    pub alias: Option<Option<String>>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyPatch {
    pub join: Option<JoinPolicy>,
    pub history: Option<HistoryPolicy>,
    /// Capability to least role; whole: what is not named has its default. Of itself `react` needs a `guest`; `post`, `invite`,
    /// `pin` and `mention_all` a `member`; `set_profile`, `redact_others`, `kick` and `ban` a `moderator`; `set_policy` the
    /// `owner`.
    #[schema(value_type = Option<BTreeMap<Capability, Role>>)]
    pub caps: Option<UniqueMap<Capability, Role>>,
    /// How many days what is said is kept, on every server; null for ever. What is older goes soon, and does not come back.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 36500)]
    pub retention_days: Option<Option<Integer>>,
    /// Slow mode: how many seconds have to pass between two messages of one person, of those who may not delete what others said
    /// (`redact_others`); null: none.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 21600)]
    pub slow_seconds: Option<Option<Integer>>,
}

/// Patterns of servers' names: exact, or `*.` and a suffix. At most 1,000 in all.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ServersPatch {
    /// Only these; everybody if absent or null. The host's own and one's own have to be among them.
    #[schema(value_type = Option<Vec<ServerPatternText>>, max_items = 500)]
    pub allow: Option<Vec<ServerPattern>>,
    /// Not these.
    #[schema(value_type = Option<Vec<ServerPatternText>>, max_items = 500)]
    pub deny: Option<Vec<ServerPattern>>,
}

/// A server's name, or `*.` and what names end with.
#[derive(ToSchema)]
#[schema(
    max_length = 230,
    pattern = r"^(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$",
    example = "*.example.org"
)]
#[expect(dead_code, reason = "documents a text, holds none")]
struct ServerPatternText(String);

/// Changes a channel; all of it, or nothing.
#[utoipa::path(operation_id = "update_channel", tag = "channels", params(("channel" = String, Path)), request_body = UpdateChannel, responses((status = 200, body = Channel)))]
#[patch("/channels/{channel}")]
pub async fn update_channel(
    app: App,
    actor: WriteAuth,
    path: Path<ChannelId>,
    body: Body<UpdateChannel>,
) -> Result<Json<Channel>, Problem> {
    let Body(body) = body;
    let policy = body.policy.map(|Object(policy)| policy);
    let number = |given: Option<Option<Integer>>| given.map(|number| number.map(|Integer(number)| number));
    let patch = ChannelPatch {
        name: body.name,
        topic: body.topic,
        public: body.visibility.map(|visibility| visibility == Visibility::Public),
        join: policy.as_ref().and_then(|policy| policy.join),
        history: policy.as_ref().and_then(|policy| policy.history),
        retention_days: policy.as_ref().and_then(|policy| number(policy.retention_days)),
        slow_seconds: policy.as_ref().and_then(|policy| number(policy.slow_seconds)),
        caps: policy.and_then(|policy| policy.caps).map(|UniqueMap(caps)| caps.into_iter().collect()),
        archived: body.archived,
        servers: body.servers.map(|Object(servers)| ServerList { allow: servers.allow, deny: servers.deny }),
        alias: body.alias,
    };
    let channel = app.domain.update_channel(&actor.0, path.into_inner(), patch).await?;
    Ok(Json(app.channel_with_presence(channel)))
}
