//! Why the domain refuses. Each has a stable code for clients; what went wrong inside is for the log.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use super::peers::PeerError;
use super::writer::{BatchError, Outgoing};
use crate::protocol::rules::Refusal;
use crate::{files, storage};

/// The code of [`Error::SlowMode`], also when another server says it.
pub(super) const SLOW_MODE: &str = "slow_mode";

/// A request that can't be done, or a failure of ours ([`Error::Internal`]).
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// The channel's rules forbid it (spec: state and rules).
    #[error("{0}")]
    Refused(#[from] Refusal),
    /// Something named in the request is not there, or not for the asker.
    #[error("{}", .0.title())]
    NotFound(Missing),
    /// A field of the request is wrong.
    #[error("{detail}")]
    Invalid { code: &'static str, pointer: Cow<'static, str>, detail: String },
    /// The request contradicts what is.
    #[error("{}", .0.title())]
    Conflict(Conflict),
    /// The asker may not do that, whatever the channel's rules.
    #[error("{}", .0.title())]
    Forbidden(Forbidden),
    /// The session of whoever asked has ended since.
    #[error("the session is over")]
    SessionOver,
    /// Name and password, or the password alone, don't fit.
    #[error("the credentials are wrong")]
    Credentials,
    /// The channel's host is another server, which is to be asked. Never leaves the domain.
    #[error("the channel is hosted elsewhere")]
    Elsewhere(Box<Outgoing>),
    /// Another server refused, or could not be asked.
    #[error("{0}")]
    Peer(PeerError),
    /// Entries of another server's channel were not taken.
    #[error("{0}")]
    Batch(#[from] BatchError),
    /// Too much work is waiting; the request had no effect.
    #[error("the server is busy")]
    Busy,
    /// The database or the file store has no room: nothing was kept.
    #[error("there is no room: {0}")]
    StorageFull(String),
    /// The file store failed.
    #[error("{0}")]
    FileStore(Arc<files::Error>),
    /// More than somebody elsewhere, or their server, may write; after so long it can go on.
    #[error("Too many events: wait {} s.", .0.as_secs() + 1)]
    TooFast(Duration),
    /// The channel is slow, and the author wrote there lately; after so many seconds they may again (REPL-35).
    #[error("Slow mode: you can write here again in {0} s.")]
    SlowMode(u64),
    /// The channel may have lost the end of its log: nothing is added until that is known (HEAD-8).
    #[error("the channel takes nothing until it is whole again")]
    Recovering,
    /// This part of the channel's log is still on its way here.
    #[error("this part of the channel is still on its way here")]
    Replaying,
    /// A failure of ours.
    #[error(transparent)]
    Internal(storage::Error),
}

macro_rules! coded {
    ($(#[$meta:meta])* $Type:ident { $( $Variant:ident = $code:literal, $title:literal; )+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $Type { $($Variant),+ }

        impl $Type {
            pub fn code(self) -> &'static str {
                match self { $( $Type::$Variant => $code ),+ }
            }
            pub fn title(self) -> &'static str {
                match self { $( $Type::$Variant => $title ),+ }
            }
        }
    };
}

coded! {
    /// What was not found.
    Missing {
        Channel = "channel_not_found", "There is no such channel, or it isn't for you.";
        Message = "message_not_found", "There is no such message.";
        User = "user_not_found", "There is no such person.";
        Session = "session_not_found", "There is no such session.";
        Alias = "alias_not_found", "No channel has this alias.";
        Invite = "invite_not_found", "There is no such invite code.";
        File = "file_not_found", "There is no such file, or it isn't for you.";
        Upload = "upload_not_found", "There is no such upload.";
        Email = "email_not_found", "There is no e-mail address of yours.";
        Picture = "no_picture", "This file can't be shown small.";
        Setting = "setting_not_found", "Nothing is kept under this key.";
        Webhook = "webhook_not_found", "There is no such webhook.";
        Scheduled = "scheduled_not_found", "There is no such message on the list: it may have been sent.";
        Report = "report_not_found", "There is no such report, or it isn't for you.";
    }
}

coded! {
    /// What the request contradicts.
    Conflict {
        UsernameTaken = "username_taken", "This name is taken.";
        AliasTaken = "alias_taken", "This alias is taken.";
        NonceReused = "nonce_reused", "This nonce was used for another message.";
        Fork = "fork", "The channel's host has shown two different logs: nothing is written there any more.";
        Fenced = "fenced", "The sender was restored since: what it sent before is not taken any more.";
        Crowded = "rate_limited", "Too many of your server come to this channel at once.";
        TooMuchWaiting = "too_much_waiting", "Too much of yours is waiting for other servers.";
        FileRefused = "file_refused", "This file is refused: it is infected, or no good picture.";
        ScanFailed = "scan_failed", "Files can't be examined now; try again later.";
        QuotaExceeded = "quota_exceeded", "There is no room for more files of yours: delete some messages that carry files.";
        TooManyUploads = "too_many_uploads", "Too many uploads are under way.";
        UploadLocked = "upload_locked", "Another request is adding to this upload.";
        OffsetMismatch = "offset_mismatch", "The upload goes on from another offset.";
        TotpEnabled = "totp_enabled", "Logging in takes a code already.";
        TotpDisabled = "totp_disabled", "Logging in takes no code.";
        LastAdmin = "last_admin", "Nobody would be left to administer this server.";
        SettingsFull = "settings_full", "As much is kept as may be: delete something first.";
        TooManyLetters = "too_many_letters", "Enough letters were sent for now: try again in an hour.";
        BlocksFull = "blocks_full", "As many people are blocked as can be: unblock somebody first.";
        ScheduledFull = "scheduled_full", "As many messages are to be sent later as can be: delete some of them first.";
        SavedFull = "saved_full", "As many messages are saved as can be: take some off the list first.";
        RemindersFull = "reminders_full", "As many reminders wait as can: take some of them back first.";
        WebhooksFull = "webhooks_full", "This channel has as many webhooks as it can have.";
        ReportsFull = "reports_full", "As many of your reports are open as can be.";
        ExclusionsFull = "exclusions_full", "As many people are kept off this server as can be: readmit somebody first.";
        UserIsLocal = "user_is_local", "This account is of this server: keep it from logging in instead.";
        PinsFull = "pins_full", "This channel has as many pins as it can have.";
    }
}

coded! {
    /// What is not allowed outside a channel's rules.
    Forbidden {
        RegistrationClosed = "registration_closed", "This server takes no new accounts.";
        InviteNeeded = "invite_needed", "Registering here needs an invite code.";
        InviteInvalid = "invite_invalid", "This invite code is unknown, spent or over.";
        AccountDisabled = "account_disabled", "An administrator keeps this account from logging in.";
        CodeNeeded = "code_needed", "Logging in takes a code of your authenticator, too, or a recovery code.";
        BadCode = "bad_code", "This is no code, or it was used: wait for the next one.";
        AdminOnly = "admin_only", "Only an administrator may do that.";
        BadOrigin = "bad_origin", "A server speaks for its own people only.";
        NotHost = "not_host", "Only the channel's host may do that.";
        NotMember = "not_member", "You are not a member of this channel.";
        EditsPrivate = "edits_private", "Earlier versions are for the author and moderators.";
        EmailDisabled = "email_disabled", "This server sends no e-mail.";
        PasswordNeeded = "password_needed", "This session is not new: give your password too.";
        TokenInvalid = "token_invalid", "The link was used, is too old, or is none of this server's.";
        PushDisabled = "push_disabled", "This server pushes nothing to devices.";
        ModeratorsOnly = "moderators_only", "Only the channel's owner and moderators may do that.";
        NotAccepted = "not_accepted", "One of these people can't be brought together with you like that.";
        UserExcluded = "user_excluded", "An administrator keeps this person off the server.";
        NotYours = "not_yours", "Only its author may do that.";
        OutOfReach = "out_of_reach", "It takes the author or the channel's owner, and neither is of this server.";
    }
}

impl Error {
    /// The stable code, as in problem documents.
    pub fn code(&self) -> &'static str {
        match self {
            Error::Refused(refusal) => refusal.code(),
            Error::NotFound(missing) => missing.code(),
            Error::Conflict(conflict) => conflict.code(),
            Error::Forbidden(forbidden) => forbidden.code(),
            Error::Invalid { code, .. } => code,
            Error::Credentials => "bad_credentials",
            Error::Batch(error) => error.code(),
            Error::Peer(error) => error.code(),
            Error::Busy | Error::Internal(storage::Error::Cut(_) | storage::Error::ReadOnly(_)) => "busy",
            Error::StorageFull(_) => "storage_full",
            Error::TooFast(_) => "rate_limited",
            Error::SlowMode(_) => SLOW_MODE,
            Error::SessionOver => "unauthenticated",
            Error::Recovering => "recovering",
            Error::Replaying => "replaying",
            Error::Elsewhere(_) | Error::FileStore(_) | Error::Internal(_) => "internal",
        }
    }

    pub fn invalid(
        code: &'static str,
        pointer: impl Into<Cow<'static, str>>,
        detail: impl Into<String>,
    ) -> Error {
        Error::Invalid { code, pointer: pointer.into(), detail: detail.into() }
    }
}

impl From<PeerError> for Error {
    fn from(error: PeerError) -> Error {
        Error::Peer(error)
    }
}

impl From<storage::Error> for Error {
    fn from(error: storage::Error) -> Error {
        match error {
            storage::Error::Busy => Error::Busy,
            storage::Error::Full(_) => Error::StorageFull(error.to_string()),
            other => Error::Internal(other),
        }
    }
}

impl From<files::Error> for Error {
    fn from(error: files::Error) -> Error {
        match error.is_full() {
            true => Error::StorageFull(error.to_string()),
            false => Error::FileStore(Arc::new(error)),
        }
    }
}

pub type Result<T> = std::result::Result<T, Error>;
