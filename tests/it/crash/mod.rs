//! What is left of a server that is killed in the middle of its work, or whose database somebody changed.

mod alone;
mod away;
mod connections;
mod crowd;
mod gate;
mod killed;
mod later;
mod mistaken;
mod reminded;
mod stage;
mod standby;
mod tampered;
mod units;
mod writer;
