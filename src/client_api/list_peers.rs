//! GET /admin/peers: for administrators.

use actix_web::{HttpRequest, HttpResponse, get};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::cursor;
use crate::domain::admin::{ADMIN_PAGE_MAX, Peer as Found};
use crate::domain::page_size;
use crate::http::{App, Auth, Params, Problem};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PeersQuery {
    pub cursor: Option<String>,
    #[param(minimum = 1, maximum = 100, default = 50)]
    pub limit: Option<u32>,
}

/// Another server.
#[derive(Serialize, ToSchema)]
pub struct Peer {
    pub server: String,
    /// Shared with it, whoever is the host.
    pub channels: i64,
    /// How many entries of channels hosted here it lacks, in all.
    pub behind: i64,
    /// It shows another root key than before: nothing is believed of it.
    pub suspended: bool,
    /// Whether this server talks to it, by its settings (`federation.allow`, `federation.deny`).
    pub admitted: bool,
    /// When it last answered or asked, since this server started.
    #[schema(required)]
    pub last_seen_ts: Option<i64>,
    /// Why it could not be reached the last time; null when it could.
    #[schema(required)]
    pub last_error: Option<String>,
    /// The last alarms about it, newest first.
    pub alarms: Vec<Alarm>,
}

#[derive(Serialize, ToSchema)]
pub struct Alarm {
    pub ts: i64,
    pub kind: String,
    /// Null where it is about none.
    #[schema(required)]
    pub channel: Option<String>,
    pub detail: String,
}

impl From<Found> for Peer {
    fn from(found: Found) -> Peer {
        let alarms = found.alarms.into_iter().map(|alarm| Alarm {
            ts: alarm.ts,
            kind: alarm.kind,
            channel: Some(alarm.channel).filter(|channel| !channel.is_empty()),
            detail: alarm.detail,
        });
        Peer {
            server: found.row.server,
            channels: found.channels,
            behind: found.behind,
            suspended: found.row.suspended,
            admitted: found.is_admitted,
            last_seen_ts: found.contact.last_seen_ts,
            last_error: found.contact.last_error,
            alarms: alarms.collect(),
        }
    }
}

#[derive(Serialize, ToSchema)]
pub struct Peers {
    pub peers: Vec<Peer>,
    #[schema(required)]
    pub next: Option<String>,
}

/// Servers that this one has met, by name, and what each lacks.
#[utoipa::path(operation_id = "list_peers", tag = "administration", params(PeersQuery), responses((status = 200, body = Peers)))]
#[get("/admin/peers")]
pub async fn list_peers(
    app: App,
    request: HttpRequest,
    actor: Auth,
    query: Params<PeersQuery>,
) -> Result<HttpResponse, Problem> {
    let query = query.into_inner();
    let limit = page_size(query.limit, 50, ADMIN_PAGE_MAX)?;
    let after = query.cursor.as_deref().map(cursor::read).transpose()?.unwrap_or_default();
    let (rows, next) = app.domain.peer_figures(&actor.0, after, limit).await?;
    let peers = rows.into_iter().map(Peer::from).collect();
    Ok(cursor::page(&request, next, |next| Peers { peers, next }))
}
