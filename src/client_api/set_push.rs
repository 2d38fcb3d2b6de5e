//! PUT /me/push

use actix_web::{put, web::Json};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::get_push::Device;
use crate::domain::pushes::{ENDPOINT_BYTES_MAX, Scope, Subscription};
use crate::http::{App, Auth, Body, Problem};

/// What a browser's `PushSubscription` says of itself as JSON.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetPush {
    /// Where the push service takes what is for this device: `https://` and a host name.
    #[schema(max_length = 1024)]
    pub endpoint: String,
    pub keys: PushKeys,
    /// When the push service forgets the subscription, if it says so. It refuses what comes later, which ends it here too.
    #[serde(default, rename = "expirationTime")]
    #[expect(dead_code, reason = "browsers say it; the push service's own refusal is what counts")]
    pub expiration_time: Option<f64>,
    #[serde(default)]
    pub scope: PushScope,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PushKeys {
    /// The device's public key: an uncompressed point on P-256, base64url.
    #[schema(max_length = 128)]
    pub p256dh: String,
    /// The secret that the device shares with this server: 16 bytes, base64url.
    #[schema(max_length = 32)]
    pub auth: String,
}

/// What a device is told of.
#[derive(Clone, Copy, Default, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PushScope {
    /// Direct messages, mentions and replies.
    #[default]
    Mine,
    /// Also every message in channels at the level `all`.
    All,
}

const _: () = assert!(ENDPOINT_BYTES_MAX == 1_024);

/// Has this session's device told of what concerns its person while it has no window open. One per session; it ends
/// with the session. Sent is, encrypted (RFC 8291), `{title, body, channel, seq, message}`: what was still unread after a
/// moment, per channel the newest.
#[utoipa::path(operation_id = "set_push", tag = "me", request_body = SetPush, responses((status = 200, body = Device)))]
#[put("/me/push")]
pub async fn set_push(app: App, actor: Auth, body: Body<SetPush>) -> Result<Json<Device>, Problem> {
    let Body(body) = body;
    let given = Subscription {
        endpoint: body.endpoint,
        p256dh: body.keys.p256dh,
        auth: body.keys.auth,
        scope: match body.scope {
            PushScope::Mine => Scope::Mine,
            PushScope::All => Scope::All,
        },
    };
    Ok(Json(app.domain.set_push(&actor.0, given).await?.into()))
}
