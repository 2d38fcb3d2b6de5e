//! Channels: events for those hosted here, entries of those hosted there, and what is compared and proved.

use actix_web::{
    HttpResponse, get, post,
    web::{Json, Path},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::State;
use super::signed::Signed;
use crate::domain::remote::host::Purpose;
use crate::domain::remote::replica::HEADS_MAX;
use crate::domain::remote::signals::SIGNALS_MAX;
use crate::domain::remote::wire::{
    Batch, BatchAnswer, Evidence, Heads, HeadsAnswer, Report, Signals, Snapshot, Submission, SubmissionAnswer,
};
use crate::http::Problem;
use crate::http::extract::Digits;
use crate::protocol::ids::{ChannelId, EventId};
use crate::protocol::rules::Membership;

type Answered = Result<Json<SubmissionAnswer>, Problem>;

async fn submitted(state: &State, signed: &Signed, channel: &ChannelId, purpose: Purpose) -> Answered {
    let submission: Submission = signed.json()?;
    let answer = state
        .domain
        .accept_events(&signed.origin, &signed.document.set, channel, submission, purpose)
        .await?;
    Ok(Json(answer))
}

/// Joins: the sender's own `member` event, before it the key that signs it where the channel does not know it.
/// The log follows by itself.
#[utoipa::path(operation_id = "post_join", params(("channel" = String, Path)), request_body = Submission, responses((status = 200, body = SubmissionAnswer)))]
#[post("/channels/{channel}/join")]
pub async fn post_join(state: State, signed: Signed, path: Path<ChannelId>) -> Answered {
    submitted(&state, &signed, &path, Purpose::Membership(Membership::Joined)).await
}

/// Leaves, declines an invitation or takes a knock back.
#[utoipa::path(operation_id = "post_leave", params(("channel" = String, Path)), request_body = Submission, responses((status = 200, body = SubmissionAnswer)))]
#[post("/channels/{channel}/leave")]
pub async fn post_leave(state: State, signed: Signed, path: Path<ChannelId>) -> Answered {
    submitted(&state, &signed, &path, Purpose::Membership(Membership::Left)).await
}

/// Asks to be let in.
#[utoipa::path(operation_id = "post_knock", params(("channel" = String, Path)), request_body = Submission, responses((status = 200, body = SubmissionAnswer)))]
#[post("/channels/{channel}/knock")]
pub async fn post_knock(state: State, signed: Signed, path: Path<ChannelId>) -> Answered {
    submitted(&state, &signed, &path, Purpose::Membership(Membership::Knocking)).await
}

/// Events of the caller's people for a channel that is hosted here, in order. The same event again is answered
/// with its first place.
#[utoipa::path(operation_id = "post_events", params(("channel" = String, Path)), request_body = Submission, responses((status = 200, body = SubmissionAnswer)))]
#[post("/channels/{channel}/events")]
pub async fn post_events(state: State, signed: Signed, path: Path<ChannelId>) -> Answered {
    submitted(&state, &signed, &path, Purpose::Events).await
}

/// Entries of a channel that the caller hosts, with a head over the log up to the last of them. Entries that are
/// here already are skipped; the answer says where to go on.
#[utoipa::path(operation_id = "post_entries", params(("channel" = String, Path)), request_body = Batch, responses((status = 200, body = BatchAnswer)))]
#[post("/channels/{channel}/entries")]
pub async fn post_entries(
    state: State,
    signed: Signed,
    path: Path<ChannelId>,
) -> Result<Json<BatchAnswer>, Problem> {
    let batch: Batch = signed.json()?;
    Ok(Json(state.domain.ingest_from_host(&signed.origin, signed.created_s, &path, batch).await?))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Range {
    #[param(value_type = i64, minimum = 0)]
    pub from: Digits,
    /// The last one wanted; as many as fit if not given.
    #[param(value_type = Option<i64>, minimum = 0)]
    pub to: Option<Digits>,
}

/// Entries of a channel in which the caller has people, with the bodies that those may read.
#[utoipa::path(operation_id = "get_entries", params(("channel" = String, Path), Range), responses((status = 200, body = Batch)))]
#[get("/channels/{channel}/entries")]
pub async fn get_entries(
    state: State,
    signed: Signed<Range>,
    path: Path<ChannelId>,
) -> Result<Json<Batch>, Problem> {
    let to = signed.query.to.map_or(i64::MAX - 1, |Digits(to)| to);
    let Digits(from) = signed.query.from;
    Ok(Json(state.domain.entries_for(&signed.origin, &path, from, to).await?))
}

/// The end of the log of a channel in which the caller has people, with what proves its place there: for showing it
/// before the rest has come.
#[utoipa::path(operation_id = "get_snapshot", params(("channel" = String, Path)), responses((status = 200, body = Snapshot)))]
#[get("/channels/{channel}/snapshot")]
pub async fn get_snapshot(
    state: State,
    signed: Signed,
    path: Path<ChannelId>,
) -> Result<Json<Snapshot>, Problem> {
    let busy = |_| Problem::plain("rate_limited").retry_after(1);
    let _place = state.proofs.try_acquire().map_err(busy)?;
    Ok(Json(state.domain.snapshot_for(&signed.origin, &path).await?))
}

/// One body, exactly as it was hashed.
#[utoipa::path(operation_id = "get_body", params(("channel" = String, Path), ("event" = String, Path)), responses((status = 200, body = Object)))]
#[get("/channels/{channel}/events/{event}/body")]
pub async fn get_body(
    state: State,
    signed: Signed,
    path: Path<(ChannelId, EventId)>,
) -> Result<HttpResponse, Problem> {
    let (channel, event) = path.into_inner();
    let body = state.domain.body_for(&signed.origin, &channel, &event).await?;
    Ok(HttpResponse::Ok().content_type("application/json").body(body))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ProofQuery {
    #[param(value_type = i64, minimum = 0)]
    pub seq: Digits,
    /// The size of the tree; of the whole log if not given.
    #[param(value_type = Option<i64>, minimum = 1)]
    pub size: Option<Digits>,
}

/// That an entry stands in the log (RFC 9162 section 2.1.3).
#[derive(Serialize, ToSchema)]
pub struct Proof {
    pub seq: i64,
    pub size: i64,
    /// base64url
    pub leaf: String,
    /// base64url
    pub root: String,
    /// base64url, from the leaf up.
    pub path: Vec<String>,
}

/// Proves that an entry stands in the log.
#[utoipa::path(operation_id = "get_proof", params(("channel" = String, Path), ProofQuery), responses((status = 200, body = Proof)))]
#[get("/channels/{channel}/proof")]
pub async fn get_proof(
    state: State,
    signed: Signed<ProofQuery>,
    path: Path<ChannelId>,
) -> Result<Json<Proof>, Problem> {
    let ProofQuery { seq: Digits(seq), size } = signed.query;
    let size = size.map(|Digits(size)| size);
    let busy = |_| Problem::plain("rate_limited").retry_after(1);
    let _place = state.proofs.try_acquire().map_err(busy)?;
    let proof = state.domain.proof_for(&signed.origin, &path, seq, size).await?;
    Ok(Json(Proof {
        seq,
        size: proof.size,
        leaf: proof.leaf.to_string(),
        root: proof.root.to_string(),
        path: proof.path.iter().map(ToString::to_string).collect(),
    }))
}

/// Typing and presence: dropped when in doubt, never stored.
#[utoipa::path(operation_id = "post_signals", params(("channel" = String, Path)), request_body = Signals, responses((status = 204)))]
#[post("/channels/{channel}/signals")]
pub async fn post_signals(
    state: State,
    signed: Signed,
    path: Path<ChannelId>,
) -> Result<HttpResponse, Problem> {
    let signals: Signals = signed.json()?;
    state.rates.signals(&signed.origin, signals.signals.len().min(SIGNALS_MAX))?;
    state.domain.take_signals(&signed.origin, &path, signals.signals).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// A message that somebody of the caller reported. The answer says nothing of what comes of it.
#[utoipa::path(operation_id = "post_reports", params(("channel" = String, Path)), request_body = Report, responses((status = 202, description = "heard")))]
#[post("/channels/{channel}/reports")]
pub async fn post_reports(
    state: State,
    signed: Signed,
    path: Path<ChannelId>,
) -> Result<HttpResponse, Problem> {
    state.domain.take_report(&signed.origin, path.into_inner(), signed.json()?).await?;
    Ok(HttpResponse::Accepted().finish())
}

/// Two heads that can't both be true.
#[utoipa::path(operation_id = "post_evidence", params(("channel" = String, Path)), request_body = Evidence, responses((status = 204)))]
#[post("/channels/{channel}/evidence")]
pub async fn post_evidence(
    state: State,
    signed: Signed,
    path: Path<ChannelId>,
) -> Result<HttpResponse, Problem> {
    state.domain.take_evidence(&path, signed.json()?).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Compares what the caller has of channels with what is here: signed heads where that is something else. With
/// `fence`, the caller says that it was restored to an earlier state.
#[utoipa::path(operation_id = "post_heads", request_body = Heads, responses((status = 200, body = HeadsAnswer)))]
#[post("/heads")]
pub async fn post_heads(state: State, signed: Signed) -> Result<Json<HeadsAnswer>, Problem> {
    let claims: Heads = signed.json()?;
    if claims.heads.len() > HEADS_MAX {
        return Err(Problem::new("too_large", format!("At most {HEADS_MAX} heads.")));
    }
    state.rates.claims(&signed.origin, claims.heads.len())?;
    if claims.fence {
        state.domain.raise_fence(&signed.origin, signed.created_s).await?;
    }
    let behind = state.domain.fell_behind(&signed.origin, &claims).await?;
    state.courier.fell_behind(&signed.origin, behind, signed.received);
    Ok(Json(HeadsAnswer { heads: state.domain.newer_heads(&signed.origin, claims).await? }))
}
