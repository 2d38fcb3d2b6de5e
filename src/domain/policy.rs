//! What a channel's policy becomes by a patch.

use super::channels::ChannelPatch;
use super::content;
use super::writer::{Draft, Work};
use super::{Error, Person, Result};
use crate::protocol::event::EventType;
use crate::protocol::limits::{RETENTION_DAYS_MAX, SLOW_SECONDS_MAX};
use crate::protocol::rules::{JoinPolicy, Policy};
use crate::storage::ChannelNum;

/// # Errors
/// `bad_retention`, `bad_slow`
pub(super) fn check(patch: &ChannelPatch) -> Result<()> {
    check_slow(patch.slow_seconds)?;
    check_retention(patch.retention_days)
}

fn check_slow(seconds: Option<Option<i64>>) -> Result<()> {
    match seconds.flatten().is_none_or(|seconds| (1..=SLOW_SECONDS_MAX).contains(&seconds)) {
        true => Ok(()),
        false => Err(Error::invalid(
            "bad_slow",
            "/policy/slow_seconds",
            format!("must be from 1 to {SLOW_SECONDS_MAX}, or null"),
        )),
    }
}

fn check_retention(days: Option<Option<i64>>) -> Result<()> {
    match days.flatten().is_none_or(|days| (1..=RETENTION_DAYS_MAX).contains(&days)) {
        true => Ok(()),
        false => Err(Error::invalid(
            "bad_retention",
            "/policy/retention_days",
            format!("must be from 1 to {RETENTION_DAYS_MAX}, or null"),
        )),
    }
}

/// Making a channel public opens it and making it private closes it, unless the patch says otherwise.
pub(super) fn patched(old: &Policy, patch: &ChannelPatch) -> Policy {
    let by_visibility = patch.public.map(|public| if public { JoinPolicy::Open } else { JoinPolicy::Invite });
    Policy {
        join: patch.join.or(by_visibility).unwrap_or(old.join),
        history: patch.history.unwrap_or(old.history),
        caps: match &patch.caps {
            Some(caps) => caps.iter().copied().collect(),
            None => old.caps.clone(),
        },
        retention_days: patch.retention_days.unwrap_or(old.retention_days),
        slow_seconds: patch.slow_seconds.unwrap_or(old.slow_seconds),
    }
}

pub(super) fn set_policy(
    work: &mut Work<'_>,
    num: ChannelNum,
    person: &Person,
    policy: &Policy,
) -> Result<()> {
    let content = serde_json::Value::Object(content::map(policy));
    work.append(num, person, Draft::new(EventType::ChannelPolicy).state("", content)).map(drop)
}
