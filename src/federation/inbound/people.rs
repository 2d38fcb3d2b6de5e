//! Servers, people, and channels that somebody looks for.

use actix_web::{
    HttpResponse, get, post,
    web::{Json, Path},
};
use serde::Deserialize;
use utoipa::IntoParams;

use super::State;
use super::signed::Signed;
use crate::domain::remote::wire::{ChannelCard, Check, DirectoryPage, Invitation, Profile};
use crate::federation::own_keys;
use crate::http::extract::{Digits, WORDS_BYTES_MAX};
use crate::http::{Params, Problem};
use crate::protocol::ids::{Alias, UserId};
use crate::protocol::limits::PROTOCOL_VERSION;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Since {
    /// The serial of the last set that the caller knows; 0 if none.
    #[param(value_type = Option<i64>, minimum = 0)]
    pub since: Option<Digits>,
}

/// The sets of keys after a serial, each signed by the root key and naming the one before it. Anybody may ask, without
/// a signature: whoever has missed changes of keys needs this before it can believe one.
#[utoipa::path(operation_id = "get_keys", params(Since), responses((status = 200, body = Vec<Object>, description = "`[{set: {keys, prev?, root, serial, server}, root_signature}]`")))]
#[get("/keys")]
pub async fn get_keys(state: State, query: Params<Since>) -> Result<HttpResponse, Problem> {
    let since = query.since.map_or(0, |Digits(since)| since);
    let sets = state
        .domain
        .reads
        .read(move |conn| {
            own_keys::since(conn, since).map_err(|error| match error {
                own_keys::KeyError::Storage(error) => error,
                other => crate::storage::Error::Damaged(other.to_string()),
            })
        })
        .await
        .map_err(Problem::from)?;
    Ok(HttpResponse::Ok().json(sets))
}

/// What an alias of this server names: a public channel.
#[utoipa::path(operation_id = "get_alias", params(("alias" = String, Path)), responses((status = 200, body = ChannelCard)))]
#[get("/aliases/{alias}")]
pub async fn get_alias(
    state: State,
    _signed: Signed,
    path: Path<Alias>,
) -> Result<Json<ChannelCard>, Problem> {
    Ok(Json(state.domain.card_of_alias(&path).await?))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DirectoryQuery {
    /// Anywhere in name, topic or alias.
    pub query: Option<String>,
    /// The `next` of the page before.
    #[param(value_type = Option<i64>, minimum = 0)]
    pub cursor: Option<Digits>,
}

/// This server's public channels.
#[utoipa::path(operation_id = "get_directory", params(DirectoryQuery), responses((status = 200, body = DirectoryPage)))]
#[get("/directory")]
pub async fn get_directory(
    state: State,
    signed: Signed<DirectoryQuery>,
) -> Result<Json<DirectoryPage>, Problem> {
    let DirectoryQuery { query, cursor } = signed.query;
    let query = query.unwrap_or_default().replace('\0', "");
    if query.len() > WORDS_BYTES_MAX {
        let detail = format!("must have at most {WORDS_BYTES_MAX} bytes");
        return Err(Problem::new("bad_query", detail.clone()).field("/query", detail));
    }
    Ok(Json(state.domain.cards(query, cursor.map_or(0, |Digits(cursor)| cursor)).await?))
}

/// The profile of somebody of this server with whom one of the caller's people shares a channel.
#[utoipa::path(operation_id = "get_profile", params(("user" = String, Path)), responses((status = 200, body = Profile)))]
#[get("/users/{user}/profile")]
pub async fn get_profile(state: State, signed: Signed, path: Path<UserId>) -> Result<Json<Profile>, Problem> {
    Ok(Json(state.domain.profile_for(&signed.origin, &path).await?))
}

/// Invites somebody of this server to a channel of the caller's. The answer says nothing of what comes of it,
/// nor whether there is such a person.
#[utoipa::path(operation_id = "post_invites", request_body = Invitation, responses((status = 202, description = "heard")))]
#[post("/invites")]
pub async fn post_invites(state: State, signed: Signed) -> Result<HttpResponse, Problem> {
    let invitation: Invitation = signed.json()?;
    let domain = state.domain.clone();
    tokio::spawn(async move {
        if let Err(error) = domain.take_invitation(&signed.origin, invitation).await {
            tracing::info!(%error, origin = %signed.origin, "an invitation came to nothing");
        }
    });
    Ok(HttpResponse::Accepted().finish())
}

/// What the caller looks like from here, for whoever looks for the cause of a problem.
#[utoipa::path(operation_id = "get_check", responses((status = 200, body = Check)))]
#[get("/check")]
pub async fn get_check(state: State, signed: Signed) -> Json<Check> {
    Json(Check {
        server: state.domain.server().as_str().to_owned(),
        origin: signed.origin.as_str().to_owned(),
        kid: signed.kid.as_str().to_owned(),
        ts: state.domain.clock.now(),
        versions: vec![PROTOCOL_VERSION],
        seen_authority: state.own.authority(),
    })
}
