//! Real servers that talk to each other by TLS, and peers that misbehave. One program, so that what one test waits for,
//! another does.

mod apart;
mod blocks;
mod both_ways;
mod chains;
mod clocks;
mod conversations;
mod crowds;
mod database;
mod deletions;
mod doctor;
mod documents;
mod doubts;
mod faults;
mod files;
mod flows;
mod guests;
mod hosts;
mod logs;
mod manners;
mod names;
mod network;
mod others;
mod presence;
mod profiles;
mod replies;
mod restored;
mod servers;
mod signatures;
mod snapshots;
mod story;
mod strangers;
mod transcript;
mod unasked;
mod waiting;
mod webhooks;
