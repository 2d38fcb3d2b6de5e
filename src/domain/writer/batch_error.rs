//! What can be wrong with entries that another server sends.

/// Why a batch was not taken. Nothing of it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BatchError {
    #[error("the batch begins after the end of what is here")]
    Gap,
    #[error("an entry does not follow the one before it")]
    BadEntry,
    #[error("the first entry is no genesis of this channel")]
    NotGenesis,
    #[error("the term is not the channel's")]
    StaleTerm,
    #[error("the head does not fit the entries")]
    WrongHead,
    #[error("the head is not signed with a key of the host")]
    BadSignature,
    #[error("the host signed another log before")]
    Fork,
    #[error("an entry is another than the one that is here")]
    OtherEntry,
    #[error("an entry's time lies in the future by this server's clock")]
    Ahead,
    #[error("an entry's signature does not verify, and others are to be asked for theirs")]
    Doubtful,
}

impl BatchError {
    pub fn code(self) -> &'static str {
        match self {
            BatchError::Gap => "gap",
            BatchError::BadEntry | BatchError::NotGenesis => "bad_entry",
            BatchError::StaleTerm => "stale_term",
            // Unless it is proven that the host signed them: then it is a fork.
            BatchError::WrongHead | BatchError::OtherEntry => "bad_head",
            BatchError::BadSignature | BatchError::Doubtful => "bad_signature",
            BatchError::Fork => "fork",
            BatchError::Ahead => "clock_skew",
        }
    }
}
