//! Loggia, a federated chat server. This page is its architecture; the modules stand in reading order.
//!
//! **A channel is a log.** Messages, edits, reactions, membership and names are entries of one
//! append-only log per channel, ordered by one host, Merkle-hashed and signed. One number, `seq`, is
//! order, cursor, gap detector and read marker.
//!
//! ```text
//! protocol <- storage, files, net <- domain <- http <- { client_api, federation, live, push, mail } <- server <- main
//! ```
//!
//! - [`config`]: settings from a file and the environment, each documented once.
//! - [`protocol`]: pure: names, canonical JSON, events, bodies, the Merkle log, heads, rules, state.
//! - [`storage`]: the only SQL; one set of queries on SQLite and PostgreSQL.
//! - [`files`]: bytes of files, in a directory or a bucket, and what they are; knows nobody.
//! - [`domain`]: what the server decides. Its [`domain::writer`] is the one way into a log: it drains
//!   what queued while the last commit ran into one transaction, with one signed head per channel.
//! - [`http`]: what the interfaces share: authentication, bodies, problem documents, limits.
//! - [`client_api`]: the public API, an endpoint a file.
//! - [`federation`]: requests from and to other servers, signed; discovery; the couriers.
//! - [`net`]: connections to elsewhere: to public addresses only.
//! - [`push`]: notifications to devices that have no window open (Web Push).
//! - [`mail`]: letters to people, through the operator's mail server.
//! - [`metrics`]: what is counted for those who watch over the server.
//! - [`live`]: the stream: fan-out, resuming from cursors, back-pressure.
//! - [`server`]: the one place that knows everybody; starting and stopping.
//!
//! Invariants, each held by a test:
//! - Nothing is announced, and nobody is answered, before it is durable.
//! - `protocol` does no I/O; only `storage` knows SQL; `client_api`, `federation`, `live`, `push` and `mail`
//!   don't know each other.
//! - All order comes from `seq`; clocks decide nothing.
//! - Every queue, page, body and retry is bounded, and its bound has a name.
//! - A write that began is finished even when its caller went away.
//!
//! Absent, on purpose: state resolution (there is one order), HTML (texts are CommonMark), anything
//! that the web client could do and another client could not.

pub mod client_api;
pub mod config;
pub mod domain;
pub mod federation;
pub mod files;
pub mod http;
pub mod live;
pub mod mail;
pub mod metrics;
pub mod net;
pub mod protocol;
pub mod push;
pub mod server;
pub mod storage;
pub mod unfurl;
