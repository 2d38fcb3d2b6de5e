//! Channels that several servers share.
//!
//! - [`host`]: what others may do in channels hosted here; [`crowds`]: how many may come in at once.
//! - [`history`]: what they may read of any.
//! - [`replica`]: copies of channels hosted there.
//! - [`interest`]: of which channels there are copies.
//! - [`lines`]: in which order they grow.
//! - [`catch_up`]: how far they are.
//! - [`change`]: how people of this server change either.
//! - [`evidence`]: who hears that a host has lied; [`doubts`]: who is asked before a signature is taken for wrong.
//! - [`recover`]: what a host does that may have lost the end of its logs.
//! - [`meet`]: finding, joining and leaving channels elsewhere; [`invited`]: invitations from there.
//! - [`signals`]: what passes, and is not kept.
//! - [`snapshot`]: the end of a log before the rest of it is here, and its proof; [`preview`]: what is shown of it.
//! - [`others`]: what a host does not give, from those who have it too; [`bodies`]: what did not come with its entry.
//! - [`profiles`]: who people of other servers are.
//! - [`files`]: files in either direction; [`fetch`]: how they come.
//! - [`wire`]: what the requests and answers look like.

mod bodies;
pub mod catch_up;
pub mod change;
pub mod crowds;
pub mod doubts;
mod evidence;
mod fetch;
pub mod files;
pub mod history;
pub mod host;
pub mod interest;
mod invited;
pub mod lines;
pub mod meet;
pub mod others;
pub mod preview;
pub mod profiles;
pub mod recover;
pub mod replica;
pub mod signals;
mod snapshot;
pub mod wire;

/// What another server says, cut to what is kept of it.
fn line(text: &str, chars_max: usize) -> String {
    text.replace('\0', "").chars().take(chars_max).collect()
}
