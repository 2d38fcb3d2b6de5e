//! Errors as RFC 9457 problem documents. The one place where a domain error becomes a status.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;
use utoipa::ToSchema;

use super::context;
use crate::domain::Error;
use crate::domain::peers::PeerError;
use crate::domain::scheduled::Scheduled;
use crate::storage;

/// A stable code, its status, and what it means.
pub struct Code {
    pub code: &'static str,
    pub status: u16,
    pub title: &'static str,
}

macro_rules! codes {
    ($( $code:literal $status:literal $title:literal; )+) => {
        /// Every code that the client API can answer.
        pub const CODES: &[Code] = &[ $( Code { code: $code, status: $status, title: $title } ),+ ];
    };
}

codes! {
    "bad_json" 400 "The body is not JSON of the documented shape.";
    "bad_path" 400 "A part of the path is not an id of its kind.";
    "bad_event" 400 "This endpoint takes other events.";
    "bad_entry" 400 "An entry does not follow the one before it.";
    "bad_head" 400 "The head does not fit the entries.";
    "bad_digest" 400 "The Content-Digest is missing or wrong.";
    "not_canonical" 400 "What was signed is not canonical JSON.";
    "path_mismatch" 400 "The path names another channel than the event.";
    "gap" 400 "The entries begin after the end of what is here.";
    "bad_query" 400 "The query is not of the documented shape.";
    "bad_header" 400 "The event is malformed.";
    "bad_limit" 400 "The page size is out of range.";
    "bad_place" 400 "The place in the log makes no sense.";
    "bad_cursor" 400 "The cursor is not one that this server gave.";
    "bad_username" 400 "The username is not acceptable.";
    "bad_display_name" 400 "The display name is not acceptable.";
    "bad_status" 400 "What one does just now is not acceptable.";
    "bad_bio" 400 "The text about oneself is not acceptable.";
    "bad_name" 400 "The channel's name is not acceptable.";
    "bad_topic" 400 "The topic is not acceptable.";
    "bad_retention" 400 "Messages can't be kept for that long.";
    "bad_slow" 400 "Nobody can be made to wait for that long between two messages.";
    "bad_alias" 400 "The alias is not acceptable.";
    "bad_reason" 400 "The reason is not acceptable.";
    "bad_member" 400 "Nothing is asked of the membership.";
    "bad_users" 400 "Too many people for a direct message.";
    "bad_emoji" 400 "This is nothing to react with.";
    "bad_send_ts" 400 "The message can't be sent then.";
    "bad_remind_ts" 400 "One can't be reminded then.";
    "bad_text" 400 "The text is not acceptable.";
    "bad_uses" 400 "The number of uses is out of range.";
    "bad_expiry" 400 "The expiry is out of range.";
    "bad_search" 400 "Part of the search makes no sense.";
    "search_empty" 400 "The search has nothing to look for.";
    "bad_within" 400 "The span of time is out of range.";
    "bad_reference" 400 "A message that is referred to is not in this channel.";
    "bad_file_name" 400 "The file's name is not acceptable.";
    "bad_attachments" 400 "The message can't carry these files.";
    "bad_url" 400 "This is no address of the web.";
    "bad_preview" 400 "The message can't have these previews.";
    "bad_picture" 400 "This is no picture that can be read.";
    "setting_too_large" 400 "The value is too large.";
    "bad_size" 400 "Pictures are not made in this size.";
    "bad_address" 400 "This is no e-mail address.";
    "bad_keywords" 400 "The words to watch for are not acceptable.";
    "bad_schedule" 400 "The hours of silence make no sense.";
    "bad_endpoint" 400 "The device can't be reached at this address.";
    "bad_push_keys" 400 "The device's keys are not what browsers give.";
    "broken_off" 400 "The body ended early, or did not go on.";
    "bad_tus" 400 "A header of the tus protocol is missing or wrong.";
    "password_too_short" 400 "The password is too short.";
    "password_too_long" 400 "The password is too long.";
    "text_empty" 400 "The text is empty.";
    "text_too_long" 400 "The text is too long.";
    "too_many_emoji" 400 "The message has as many different emoji as it can have.";
    "unauthenticated" 401 "This needs a session.";
    "bad_signature" 401 "The signature does not verify.";
    "key_unknown" 401 "The key is not in the server's key document.";
    "key_expired" 401 "The key no longer signs.";
    "clock_skew" 401 "The clocks are too far apart.";
    "replay" 401 "This request was made before.";
    "wrong_destination" 401 "The request is for another server.";
    "bad_credentials" 401 "Name and password don't fit.";
    "bad_origin" 403 "It comes from where it may not come from.";
    "wrong_password" 403 "The password is wrong.";
    "password_needed" 403 "This session is not new: give your password too.";
    "registration_closed" 403 "This server takes no new accounts.";
    "invite_needed" 403 "Registering here needs an invite code.";
    "invite_invalid" 403 "The invite code is unknown, spent or over.";
    "account_disabled" 403 "An administrator keeps this account from logging in.";
    "admin_only" 403 "Only an administrator may do that.";
    "email_disabled" 403 "This server sends no e-mail.";
    "code_needed" 403 "Logging in takes a one-time code, too.";
    "bad_code" 403 "The one-time code is wrong, or was used.";
    "token_invalid" 403 "The link was used, is too old, or is none of this server's.";
    "previews_off" 403 "This server looks at no pages.";
    "push_disabled" 403 "This server pushes nothing to devices.";
    "not_host" 403 "Only the channel's host may do that.";
    "not_member" 403 "Only members of the channel may do that.";
    "not_yours" 403 "Only its author may do that.";
    "out_of_reach" 403 "Nobody of this server could do that.";
    "edits_private" 403 "Earlier versions are for the author and moderators.";
    "moderators_only" 403 "Only the channel's owner and moderators may do that.";
    "not_accepted" 403 "One of these people can't be brought together with you like that.";
    "user_excluded" 403 "You, or they, are kept off the server by its administrators.";
    "not_authorised" 403 "Your role in the channel does not allow that.";
    "banned" 403 "You, or they, are banned from the channel.";
    "policy" 403 "The channel's policy does not allow that.";
    "archived" 403 "The channel is archived.";
    "server_blocked" 403 "The channel excludes this server, or the operator of the channel's server does.";
    "not_found" 404 "There is nothing at this path.";
    "channel_not_found" 404 "There is no such channel, or it isn't for you.";
    "message_not_found" 404 "There is no such message.";
    "user_not_found" 404 "There is no such person.";
    "server_not_found" 404 "This server does not know that one.";
    "email_not_found" 404 "There is no e-mail address.";
    "session_not_found" 404 "There is no such session.";
    "alias_not_found" 404 "No channel has this alias.";
    "invite_not_found" 404 "There is no such invite code.";
    "file_not_found" 404 "There is no such file, or it isn't for you.";
    "upload_not_found" 404 "There is no such upload.";
    "setting_not_found" 404 "Nothing is kept under this key.";
    "webhook_not_found" 404 "There is no such webhook.";
    "scheduled_not_found" 404 "There is no such message on the list: it may have been sent.";
    "report_not_found" 404 "There is no such report, or it isn't for you.";
    "no_preview" 404 "There is nothing to be shown of the page.";
    "no_picture" 404 "The file can't be shown small.";
    "method_not_allowed" 405 "The resource does not know this method.";
    "username_taken" 409 "This name is taken.";
    "alias_taken" 409 "This alias is taken.";
    "nonce_reused" 409 "The nonce was used for another message.";
    "too_many_uploads" 409 "Too many uploads are under way.";
    "offset_mismatch" 409 "The upload goes on from another offset.";
    "totp_enabled" 409 "Logging in takes a one-time code already.";
    "totp_disabled" 409 "Logging in takes no one-time code.";
    "last_admin" 409 "Nobody would be left to administer this server.";
    "settings_full" 409 "As much is kept as may be.";
    "blocks_full" 409 "As many people are blocked as can be.";
    "reports_full" 409 "As many of your reports are open as can be.";
    "scheduled_full" 409 "As many messages are to be sent later as can be.";
    "saved_full" 409 "As many messages are saved as can be.";
    "reminders_full" 409 "As many reminders wait as can.";
    "pins_full" 409 "The channel has as many pins as it can have.";
    "webhooks_full" 409 "The channel has as many webhooks as it can have.";
    "bad_target" 409 "That can't be done to what it is aimed at, as it now stands.";
    "no_change" 409 "It is so already.";
    "owner_must_transfer" 409 "The owner hands the channel over before leaving.";
    "redacted" 410 "It was deleted.";
    "fork" 409 "The channel's host has shown two different logs.";
    "stale_term" 409 "The term is not the channel's.";
    "fenced" 409 "It was signed before its sender was restored to an earlier state.";
    "user_is_local" 409 "The account is of this server.";
    "exclusions_full" 409 "As many people are kept off this server as can be.";
    "password_changed" 409 "It was scheduled by a session that a new password has put out.";
    "restored" 409 "It was scheduled before this server was restored to an earlier state.";
    "too_much_waiting" 409 "Too much of yours is waiting for other servers.";
    "too_large" 413 "The content is too large.";
    "version" 426 "This version of the protocol is not spoken here.";
    "tus_version" 412 "This server speaks tus 1.0.0.";
    "quota_exceeded" 413 "There is no room for more files of this account.";
    "file_refused" 422 "The file is refused: it is infected, or what a camera wrote into it can't be taken out.";
    "unsupported_media_type" 415 "The body is not of the documented type.";
    "bad_range" 416 "The range lies beyond the file.";
    "upload_locked" 423 "Another request is adding to this upload.";
    "upgrade_required" 426 "This is a WebSocket.";
    "too_many_letters" 429 "Enough letters were sent for now; try again in an hour.";
    "slow_mode" 429 "The channel is slow: Retry-After says when one's next message can be sent.";
    "rate_limited" 429 "Too many requests; Retry-After says when to go on.";
    "checksum_mismatch" 460 "The bytes are not those that the checksum is of.";
    "internal" 500 "The server failed; the request id finds it in its log.";
    "storage_full" 507 "This server's disk or database is full; nothing was kept.";
    "scan_failed" 503 "Files can't be examined for viruses now; nothing was kept.";
    "busy" 503 "Too much is waiting; nothing was done.";
    "recovering" 503 "The channel takes nothing until it is whole again: it may have lost its end.";
    "replaying" 503 "This part of the channel is still on its way here; Retry-After says when to look again.";
    "federation_disabled" 404 "This server talks to no others.";
    "peer_blocked" 403 "This server does not talk to that one.";
    "peer_refused" 502 "The other server refused.";
    "peer_nonsense" 502 "The other server answered something that the protocol does not know.";
    "peer_unreachable" 503 "The other server can't be reached now.";
}

/// When to try again what can't be done now, where nothing says more.
const PASSING_RETRY_S: u64 = 5;
/// When letters may be sent again: they are counted by the hour.
const LETTERS_RETRY_S: u64 = 3_600;
/// When to try again what found no room: an operator has to make some.
const FULL_RETRY_S: u64 = 60;
/// When to look again at a channel that is recovering, or on its way here.
const RECOVERING_RETRY_S: u64 = 2;

/// One wrong field.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FieldError {
    /// RFC 6901 JSON pointer into the body, or `/` and the name of a query's parameter; empty for the whole.
    pub pointer: String,
    pub detail: String,
}

/// What went wrong (RFC 9457).
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ProblemDocument {
    /// `urn:loggia:problem:` and the code
    pub r#type: String,
    pub title: String,
    pub status: u16,
    pub detail: String,
    /// Stable: programs decide by this.
    pub code: String,
    /// Finds the request in the server's log.
    pub request_id: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
}

/// A refusal on its way out.
#[derive(Debug, Clone)]
pub struct Problem {
    code: &'static str,
    status: StatusCode,
    title: &'static str,
    detail: String,
    errors: Vec<FieldError>,
    retry_after_s: Option<u64>,
    length: Option<u64>,
    /// What is the matter stands in the log once, and not for each request.
    is_told: bool,
}

/// In the answer to a request of which the log says nothing more.
pub struct Told;

impl Problem {
    /// A problem by its code; an unknown code is a failure of ours.
    pub fn new(code: &'static str, detail: impl Into<String>) -> Problem {
        let known = CODES.iter().find(|known| known.code == code);
        let (status, title) = known.map_or((500, "The server failed."), |known| (known.status, known.title));
        Problem {
            code,
            status: StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            title,
            detail: detail.into(),
            errors: Vec::new(),
            retry_after_s: None,
            length: None,
            is_told: false,
        }
    }

    /// A problem whose title says it all.
    pub fn plain(code: &'static str) -> Problem {
        let mut problem = Problem::new(code, "");
        problem.detail = problem.title.to_owned();
        problem
    }

    pub fn field(mut self, pointer: impl Into<String>, detail: impl Into<String>) -> Problem {
        self.errors.push(FieldError { pointer: pointer.into(), detail: detail.into() });
        self
    }

    /// Says more nearly what the code means here.
    pub fn titled(mut self, title: &'static str) -> Problem {
        self.title = title;
        self.detail = title.to_owned();
        self
    }

    pub fn retry_after(mut self, seconds: u64) -> Problem {
        self.retry_after_s = Some(seconds);
        self
    }

    /// Says how long that is of which no such range can be had (RFC 9110, 15.5.17).
    pub fn length(mut self, bytes: u64) -> Problem {
        self.length = Some(bytes);
        self
    }

    pub fn code(&self) -> &'static str {
        self.code
    }

    fn document(&self) -> ProblemDocument {
        ProblemDocument {
            r#type: format!("urn:loggia:problem:{}", self.code),
            title: self.title.to_owned(),
            status: self.status.as_u16(),
            detail: self.detail.clone(),
            code: self.code.to_owned(),
            request_id: context::request_id(),
            errors: self.errors.clone(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.detail)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status);
        if self.is_told {
            response.extensions_mut().insert(Told);
        }
        response.content_type("application/problem+json");
        let passes = match self.status {
            _ if self.code == "too_many_letters" => Some(LETTERS_RETRY_S),
            StatusCode::INSUFFICIENT_STORAGE => Some(FULL_RETRY_S),
            StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS => Some(PASSING_RETRY_S),
            _ => None,
        };
        if let Some(seconds) = self.retry_after_s.or(passes) {
            response.insert_header((header::RETRY_AFTER, seconds.to_string()));
        }
        if let Some(length) = self.length {
            response.insert_header((header::CONTENT_RANGE, format!("bytes */{length}")));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            response.insert_header((header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer")));
        }
        response.body(serde_json::to_string(&self.document()).unwrap_or_default())
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Problem {
        let detail = error.to_string();
        match error {
            Error::Refused(refusal) => Problem::new(refusal.code(), format!("{detail} ({})", refusal.rule())),
            Error::NotFound(missing) => Problem::new(missing.code(), detail),
            Error::Conflict(conflict) => Problem::new(conflict.code(), detail),
            Error::Forbidden(forbidden) => Problem::new(forbidden.code(), detail),
            Error::Invalid { code, pointer, detail } => {
                Problem::new(code, detail.clone()).field(pointer, detail)
            }
            Error::Credentials => Problem::plain("bad_credentials"),
            Error::Busy | Error::Internal(storage::Error::Cut(_)) => Problem::plain("busy").retry_after(1),
            Error::Internal(storage::Error::ReadOnly(_)) => {
                let problem = Problem::new("busy", "The database takes no writes now; nothing was done.");
                Problem { is_told: true, ..problem }
            }
            Error::TooFast(wait) => Problem::new("rate_limited", detail).retry_after(wait.as_secs() + 1),
            Error::SlowMode(seconds) => Problem::new(error.code(), detail).retry_after(seconds),
            Error::SessionOver => Problem::plain("unauthenticated"),
            Error::Recovering => Problem::plain("recovering").retry_after(RECOVERING_RETRY_S),
            Error::Replaying => Problem::plain("replaying").retry_after(RECOVERING_RETRY_S),
            Error::Batch(batch) => Problem::new(batch.code(), detail),
            Error::Peer(error) => {
                let problem = Problem::new(peer_code(&error), detail);
                error.slow_s().into_iter().fold(problem, Problem::retry_after)
            }
            Error::Elsewhere(_) => Problem::plain("internal"),
            Error::StorageFull(cause) => {
                tracing::error!(%cause, request_id = context::request_id(), "a request found no room");
                Problem::plain("storage_full")
            }
            Error::FileStore(cause) => {
                tracing::error!(%cause, request_id = context::request_id(), "a request failed");
                Problem::plain("internal")
            }
            Error::Internal(cause) => {
                tracing::error!(%cause, request_id = context::request_id(), "a request failed");
                Problem::plain("internal")
            }
        }
    }
}

/// The code under which clients are told why another server did not do something: its own where that is one of ours.
pub fn peer_code(error: &PeerError) -> &'static str {
    told_code(&error.said())
}

/// A message that is to be sent later, as its author is told of it.
pub fn told_scheduled(scheduled: Scheduled) -> Scheduled {
    let failed = scheduled.failed.map(|code| told_code(&code).to_owned());
    Scheduled { failed, ..scheduled }
}

/// As people are told what another server said.
pub fn told_code(said: &str) -> &'static str {
    let code = CODES.iter().map(|known| known.code).find(|known| *known == said).unwrap_or("peer_refused");
    if matches!(code, "unauthenticated" | "internal" | "storage_full") { "peer_refused" } else { code }
}

impl From<crate::storage::Error> for Problem {
    fn from(error: crate::storage::Error) -> Problem {
        Error::from(error).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files;

    #[test]
    fn what_finds_no_room_is_told_so_and_when_to_come_again() {
        let error = std::io::Error::from(std::io::ErrorKind::StorageFull);
        let error = files::Error::Io { what: "cannot write an upload", error };
        let problem = Problem::from(Error::from(error));
        let response = problem.error_response();
        assert_eq!((problem.code(), response.status().as_u16()), ("storage_full", 507));
        let after = response.headers().get("retry-after").and_then(|after| after.to_str().ok());
        assert_eq!(after, Some("60"));
    }
}
