//! GET /channels/{id}/log: the signed log, for proof and export.

use actix_web::{
    get,
    web::{Json, Path},
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::{IntoParams, ToSchema};

use crate::domain::timeline::LogPage;
use crate::http::{App, Auth, Params, Problem};
use crate::protocol::ids::ChannelId;
use crate::storage::entries::Sent;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LogQuery {
    /// 0 if not given.
    #[param(minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    pub from: Option<i64>,
    /// The last entry if not given. An answer has at most 256, and at most 1 MiB of events and bodies unless it is one entry: what is
    /// left is asked for `from` the seq after the last that came.
    #[param(minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    pub to: Option<i64>,
}

/// Entries of a channel's log and its last signed head.
#[derive(Serialize, ToSchema)]
pub struct Log {
    pub entries: Vec<LogEntry>,
    pub head: SignedHead,
}

/// An entry, the event that it places, and its body where that is still there and for the asker.
#[derive(Serialize, ToSchema)]
pub struct LogEntry {
    pub entry: Entry,
    /// The canonical header, exactly as it was signed.
    #[schema(value_type = Object)]
    pub event: Box<RawValue>,
    /// The author's server's Ed25519 signature, base64url.
    pub signature: String,
    /// The canonical body, exactly as it was hashed. Null where there is none, where it was deleted or has not come yet from the
    /// channel's host, and where it is not for the asker: what a message said before an edit is for its author, moderators
    /// and the owner, and under `policy.history` `since_join` what stands before the asker's joining is for nobody who came after.
    /// Hashes and signatures hold without it.
    #[schema(required, value_type = Option<Object>)]
    pub body: Option<Box<RawValue>>,
    /// The rule that makes the entry void.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub void: Option<String>,
}

/// What the host put into the tree.
#[derive(Serialize, ToSchema)]
pub struct Entry {
    pub event: String,
    pub host_ts: i64,
    pub seq: i64,
    pub term: i64,
}

#[derive(Serialize, ToSchema)]
pub struct SignedHead {
    pub head: Head,
    /// The host's Ed25519 signature, base64url.
    pub signature: String,
}

/// The host's word on the whole log so far.
#[derive(Serialize, ToSchema)]
pub struct Head {
    pub channel: String,
    pub host: String,
    pub kid: String,
    /// Merkle root (RFC 9162), base64url.
    pub root: String,
    pub size: i64,
    pub term: i64,
    pub ts: i64,
}

/// Signed entries, for proof and export.
#[utoipa::path(operation_id = "get_log", tag = "log", params(("channel" = String, Path), LogQuery), responses((status = 200, body = Log)))]
#[get("/channels/{channel}/log")]
pub async fn get_log(
    app: App,
    actor: Auth,
    path: Path<ChannelId>,
    query: Params<LogQuery>,
) -> Result<Json<Log>, Problem> {
    let page = app.domain.log(&actor.0, path.into_inner(), query.from.unwrap_or(0), query.to).await?;
    show(page).map(Json).map_err(|_| Problem::plain("internal"))
}

fn show(page: LogPage) -> Result<Log, serde_json::Error> {
    let head = page.channel;
    let entries = page.entries.into_iter().map(entry).collect::<Result<_, _>>()?;
    let head = SignedHead {
        signature: base64url(&head.head_signature),
        head: Head {
            channel: head.id,
            host: head.host,
            kid: head.head_kid,
            root: base64url(&head.root),
            size: head.size,
            term: head.term,
            ts: head.head_ts,
        },
    };
    Ok(Log { entries, head })
}

fn entry(((row, _), body): (Sent, Option<String>)) -> Result<LogEntry, serde_json::Error> {
    Ok(LogEntry {
        entry: Entry { event: row.event_id, host_ts: row.host_ts, seq: row.seq, term: row.term },
        event: RawValue::from_string(row.event)?,
        signature: base64url(&row.signature),
        body: body.map(RawValue::from_string).transpose()?,
        void: row.void,
    })
}

fn base64url(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}
