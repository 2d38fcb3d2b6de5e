//! Why an event is refused by its host, and void in a log.

use super::Capability;

/// A refusal. The rule's id stands in `spec/04-state-and-rules.md`; the code goes into problem documents.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Refusal {
    #[error("the entry names another event")]
    EventMismatch,
    #[error("the event stands in this log already")]
    Repeated,
    #[error("the event belongs to another channel")]
    WrongChannel,
    #[error("the header is malformed")]
    Malformed,
    #[error("the event has seen more of the log than there is")]
    SeenAhead,
    #[error("the key is not bound in this channel")]
    KeyUnknown,
    #[error("the key was ended at an earlier place in the log")]
    KeyEnded,
    #[error("the signature does not verify")]
    BadSignature,
    #[error("the entry after the genesis is the creator's own join")]
    NotCreatorsJoin,
    #[error("a channel has one genesis")]
    SecondGenesis,
    #[error("the genesis names rules that are not known here")]
    UnknownRules,
    #[error("the genesis contradicts itself")]
    BadGenesis,
    #[error("hand-over is reserved")]
    HostReserved,
    #[error("state.key or state.content does not fit the type")]
    BadContent,
    #[error("the channel's server list excludes the server")]
    ServerBlocked,
    #[error("the channel is archived")]
    Archived,
    #[error("the sender has not joined")]
    NotMember,
    #[error("the sender is banned")]
    Banned,
    #[error("the sender's role lacks the capability {0}")]
    MissingCapability(Capability),
    #[error("the membership is so already")]
    NoChange,
    #[error("the join policy does not let the sender join")]
    JoinPolicy,
    #[error("whoever joins does not choose a role")]
    JoinRole,
    #[error("an empty channel is entered by its owner first")]
    OwnerFirst,
    #[error("the owner transfers ownership before leaving")]
    OwnerMustTransfer,
    #[error("the join policy does not let the sender knock")]
    KnockPolicy,
    #[error("the membership of the target does not admit the act")]
    BadTarget,
    #[error("the role is more than the sender may give")]
    RoleTooHigh,
    #[error("the target's role is equal to the sender's or higher")]
    RankTooLow,
    #[error("the people of a direct conversation are fixed and equal")]
    DmFixed,
    #[error("the related event is not in this log, or void")]
    TargetMissing,
    #[error("the related event is of the wrong kind")]
    TargetKind,
    #[error("only its author may do this to a message")]
    NotAuthor,
    #[error("the related event is deleted")]
    TargetRedacted,
    #[error("the policy gives or takes what the sender does not hold")]
    PolicyTooHigh,
    #[error("only the owner sets the server list")]
    ServersOwnerOnly,
    #[error("a server list has too many patterns")]
    TooManyPatterns,
    #[error("the server list excludes the host or the sender")]
    ServersExcludeSelf,
    #[error("the key belongs to another server")]
    KeyForeign,
    #[error("the key id is taken")]
    KeyTaken,
    #[error("a server's first key is signed by itself, a later one by a key in force")]
    KeySigner,
    #[error("the key to end is not in force")]
    KeyEnds,
    #[error("the server has too many keys in force")]
    TooManyKeys,
}

impl Refusal {
    /// The id of the rule in the specification, such as `AUTH-17`.
    pub fn rule(&self) -> &'static str {
        self.rule_and_code().0
    }

    /// The stable code in a problem document.
    pub fn code(&self) -> &'static str {
        self.rule_and_code().1
    }

    fn rule_and_code(self) -> (&'static str, &'static str) {
        match self {
            Self::EventMismatch => ("LOG-7", "event_mismatch"),
            Self::Repeated => ("AUTH-1", "duplicate"),
            Self::WrongChannel => ("AUTH-2", "path_mismatch"),
            Self::Malformed => ("AUTH-3", "bad_header"),
            Self::SeenAhead => ("AUTH-4", "seen_ahead"),
            Self::KeyUnknown => ("AUTH-5", "key_unknown"),
            Self::KeyEnded => ("AUTH-6", "key_expired"),
            Self::BadSignature => ("AUTH-7", "bad_signature"),
            Self::NotCreatorsJoin => ("AUTH-8", "not_authorised"),
            Self::SecondGenesis => ("AUTH-10", "not_authorised"),
            Self::UnknownRules => ("AUTH-11", "version"),
            Self::BadGenesis => ("AUTH-12", "bad_header"),
            Self::HostReserved => ("AUTH-13", "not_authorised"),
            Self::BadContent => ("AUTH-14", "bad_header"),
            Self::ServerBlocked => ("AUTH-15", "server_blocked"),
            Self::Archived => ("AUTH-16", "archived"),
            Self::NotMember => ("AUTH-17", "not_member"),
            Self::Banned => ("AUTH-18", "banned"),
            Self::MissingCapability(_) => ("AUTH-19", "not_authorised"),
            Self::NoChange => ("AUTH-20", "no_change"),
            Self::JoinPolicy => ("AUTH-21", "policy"),
            Self::JoinRole => ("AUTH-22", "not_authorised"),
            Self::OwnerFirst => ("AUTH-23", "policy"),
            Self::OwnerMustTransfer => ("AUTH-24", "owner_must_transfer"),
            Self::KnockPolicy => ("AUTH-25", "policy"),
            Self::BadTarget => ("AUTH-26", "bad_target"),
            Self::RoleTooHigh => ("AUTH-27", "not_authorised"),
            Self::RankTooLow => ("AUTH-28", "not_authorised"),
            Self::DmFixed => ("AUTH-29", "policy"),
            Self::TargetMissing => ("AUTH-40", "bad_target"),
            Self::TargetKind => ("AUTH-41", "bad_target"),
            Self::NotAuthor => ("AUTH-42", "not_authorised"),
            Self::TargetRedacted => ("AUTH-43", "redacted"),
            Self::PolicyTooHigh => ("AUTH-50", "not_authorised"),
            Self::ServersOwnerOnly => ("AUTH-51", "not_authorised"),
            Self::TooManyPatterns => ("AUTH-52", "too_large"),
            Self::ServersExcludeSelf => ("AUTH-53", "policy"),
            Self::KeyForeign => ("AUTH-60", "bad_origin"),
            Self::KeyTaken => ("AUTH-61", "policy"),
            Self::KeySigner => ("AUTH-62", "key_unknown"),
            Self::KeyEnds => ("AUTH-63", "policy"),
            Self::TooManyKeys => ("AUTH-64", "policy"),
        }
    }
}
