//! Everything over real sockets and real databases, in one program so that it links once.

#![cfg(test)]

mod api;
mod bucket;
mod commands;
mod crash;
mod damaged;
mod examples;
mod export;
mod finding;
mod forget;
mod inviting;
mod logging;
mod plans;
mod portability;
mod story;
mod stream;
mod support;
mod unseen;
