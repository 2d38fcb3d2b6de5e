//! GET /directory: public channels.

use actix_web::{HttpRequest, HttpResponse, get};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::cursor;
use crate::domain::directory::DIRECTORY_PAGE_MAX;
use crate::domain::peers::PeerError;
use crate::domain::view::ChannelInfo;
use crate::domain::{Error, page_size};
use crate::http::extract::Words;
use crate::http::{App, Auth, Params, Problem};
use crate::protocol::ids::ServerName;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DirectoryQuery {
    /// Anywhere in name, topic or alias.
    #[param(value_type = Option<String>, pattern = r"^[^\x00]*$")]
    pub query: Option<Words>,
    /// Another server's name; this one if not given.
    pub server: Option<String>,
    pub cursor: Option<String>,
    #[param(minimum = 1, maximum = 100, default = 50)]
    pub limit: Option<u32>,
}

#[derive(Serialize, ToSchema)]
pub struct Directory {
    pub channels: Vec<DirectoryChannel>,
    #[schema(required)]
    pub next: Option<String>,
}

/// A public channel.
#[derive(Serialize, ToSchema)]
pub struct DirectoryChannel {
    #[serde(flatten)]
    pub info: ChannelInfo,
    /// The asker's own, or null.
    #[schema(required)]
    pub membership: Option<String>,
}

/// Public channels.
#[utoipa::path(operation_id = "list_directory", tag = "channels", params(DirectoryQuery), responses((status = 200, body = Directory)))]
#[get("/directory")]
pub async fn list_directory(
    app: App,
    request: HttpRequest,
    actor: Auth,
    query: Params<DirectoryQuery>,
) -> Result<HttpResponse, Problem> {
    let query = query.into_inner();
    let limit = page_size(query.limit, 50, DIRECTORY_PAGE_MAX)?;
    let after = query.cursor.as_deref().map(cursor::number).transpose()?.unwrap_or(0);
    let words = query.query.unwrap_or_default().0;
    let server = query.server.map(|name| name.parse::<ServerName>()).transpose();
    let server =
        server.map_err(|_| Problem::plain("server_not_found").field("/server", "is no server's name"))?;
    let (listed, next) = match server.filter(|server| server != app.domain.server()) {
        Some(server) => match app.domain.directory_elsewhere(&actor.0, &server, &words, after).await {
            Err(Error::Peer(PeerError::Disabled)) => {
                return Err(Problem::plain("server_not_found").field("/server", "unknown server"));
            }
            listed => listed?,
        },
        None => app.domain.directory(&actor.0, words, after, limit).await?,
    };
    let channels = listed
        .into_iter()
        .map(|listed| DirectoryChannel { info: listed.info, membership: listed.membership });
    let channels = channels.collect();
    Ok(cursor::page(&request, next.map(|next| next.to_string()), |next| Directory { channels, next }))
}
