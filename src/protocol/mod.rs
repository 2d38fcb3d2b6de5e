//! The Loggia protocol as a pure core: names, canonical JSON, events, bodies, the log, heads, rules and state.
//!
//! Nothing here reads a clock, draws a random number, does I/O or awaits: time and entropy come in as
//! arguments, so that every replica that is given the same bytes reaches the same verdict, and every
//! function can be tested exhaustively.
//!
//! In reading order: [`ids`] (names), [`json`] (what bytes may be signed), [`sign`] (hash domains and
//! Ed25519), [`event`] and [`body`] (what an author's server signs), [`log`] and [`head`] (what the host
//! adds), [`rules`] (who may do what) and [`state`] (the fold of the log, and a replica's verdict per
//! entry). [`http_sig`] signs requests between servers, and [`limits`] names every bound.
//!
//! To add an event type: a variant in [`event::EventType`] with its shape, its content in
//! [`state::content`], a branch in [`rules`] with an id from `spec/04-state-and-rules.md`, its effect in
//! `state/fold.rs`. To change a rule that logs already depend on: a new [`rules::Rules`] value, never a
//! condition on a version number.

pub mod audit;
pub mod body;
pub mod event;
pub mod head;
pub mod http_sig;
pub mod ids;
pub mod json;
pub mod key_document;
pub mod limits;
pub mod log;
pub mod rules;
pub mod sign;
pub mod state;
#[cfg(test)]
mod testing;

/// A position in a channel's log: 0 for the genesis, without gaps, below 2^53.
pub type Seq = i64;

/// Milliseconds since the Unix epoch. Informative only: no rule depends on it.
pub type Ts = i64;
