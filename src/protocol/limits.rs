//! Every bound of the protocol by name, units last. Changing one changes what replicas accept.

/// The one version of what servers say to each other.
pub const PROTOCOL_VERSION: i64 = 1;

/// Largest integer in signed JSON: the I-JSON range (RFC 7493 section 2.2).
pub const JSON_INT_MAX: i64 = (1 << 53) - 1;
/// Containers that may be nested in each other.
pub const JSON_DEPTH_MAX: usize = 16;
/// Any signed object.
pub const JSON_BYTES_MAX: usize = 64 * 1024;

/// An event's canonical bytes plus its body's.
pub const EVENT_AND_BODY_BYTES_MAX: usize = 64 * 1024;
/// Length of a `state.key`.
pub const STATE_KEY_BYTES_MAX: usize = 320;
/// Length of an event type's name.
pub const EVENT_TYPE_BYTES_MAX: usize = 64;

/// Length of a server name: leaves room for `@local:` in a 320-octet name.
pub const SERVER_NAME_BYTES_MAX: usize = 230;
/// Length of one label of a server name (RFC 1035 section 2.3.4).
pub const SERVER_LABEL_BYTES_MAX: usize = 63;
/// Length of the local part of a user id or an alias.
pub const LOCAL_PART_BYTES_MAX: usize = 64;
/// Length of a key id.
pub const KEY_ID_BYTES_MAX: usize = 32;
/// Length of an event's nonce.
pub const NONCE_BYTES_MAX: usize = 64;

/// How long a channel can have what was said kept, in days: a hundred years.
pub const RETENTION_DAYS_MAX: i64 = 36_500;
/// How long a channel can have people wait between two messages, in seconds: six hours.
pub const SLOW_SECONDS_MAX: i64 = 21_600;
/// Patterns in a channel's server list, allow and deny together.
pub const SERVER_PATTERNS_MAX: usize = 1_000;
/// Keys that one server may have in force in one channel at a time.
pub const SERVER_KEYS_ACTIVE_MAX: usize = 16;
/// People in a direct conversation, its creator included.
pub const DM_USERS_MAX: usize = 10;

/// Hashes in a proof: a tree of 2^53 leaves is 53 levels high, and a consistency proof has one more.
pub const PROOF_HASHES_MAX: usize = 54;
/// Events in one submission from a member's server.
pub const SUBMIT_EVENTS_MAX: usize = 64;
/// Entries in one batch or range.
pub const BATCH_ENTRIES_MAX: usize = 256;
/// Bytes in one batch or range.
pub const BATCH_BYTES_MAX: usize = 512 * 1024;

/// How far a request's `created` may be from the receiver's clock, both ways, inclusive.
pub const REQUEST_SKEW_S_MAX: i64 = 300;
/// From a request's `created` to its `expires`.
pub const REQUEST_LIFETIME_S_MAX: i64 = 300;
/// Length of a request's nonce; at most [`NONCE_BYTES_MAX`].
pub const REQUEST_NONCE_BYTES_MIN: usize = 8;
/// Length of the header field `signature-input`.
pub const SIGNATURE_INPUT_BYTES_MAX: usize = 1024;
/// Length of the header field `signature`.
pub const SIGNATURE_BYTES_MAX: usize = 128;
