//! What has to be done now and then.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use super::settings::try_bucket;
use crate::config::PeerPolicy;
use crate::domain::Domain;
use crate::domain::clock::{Clock, DAY_MS};
use crate::domain::compaction::Quiet;
use crate::domain::effect::{Announce, Audience, Change, Effect};
use crate::domain::lost::Looked;
use crate::domain::retold::Retold;
use crate::federation::Outbound;
use crate::federation::courier::Routes;
use crate::http::Shared;
use crate::live::Hub;
use crate::protocol::Ts;
use crate::storage::{Conn, is_postgres, overview};

use super::trust::Trust;

const PRESENCE_INTERVAL: Duration = Duration::from_secs(1);
/// How often other servers hear who is still there: well before they forget it (90 s).
const PRESENCE_AGAIN_TICKS: u32 = 30;
const LIMITS_INTERVAL_TICKS: u32 = 60;
/// How often is looked whether the sessions of open streams are still there.
const STREAMS_INTERVAL_TICKS: u32 = 5;
const SESSIONS_INTERVAL_TICKS: u32 = 3_600;
/// How long a deleted text may stay in SQLite's write-ahead log.
const LOG_INTERVAL_TICKS: u32 = 600;
/// How soon it is tried again when others were in the way. Each try holds up writers for a moment.
const LOG_RETRY_TICKS: u32 = 30;

/// How often is looked whether what was deleted has to leave the file for good.
const COMPACTION_INTERVAL_TICKS: u32 = 5;

/// How far behind what was done last the clock may be without a word.
const BEHIND_MS_MAX: i64 = 60_000;
/// How long nothing may have been done before it is worth a word that the clock may be ahead.
const QUIET_MS_MAX: i64 = 30 * 24 * 3_600_000;

/// How the clock stands to what was done last.
#[derive(Debug, PartialEq)]
enum Standing {
    Fits,
    /// By so many milliseconds.
    Behind(i64),
    /// Nothing was done for so many milliseconds.
    Quiet(i64),
}

fn standing(now: Ts, last: Option<Ts>) -> Standing {
    match last.map(|last| now.saturating_sub(last)) {
        Some(apart) if apart < -BEHIND_MS_MAX => Standing::Behind(apart.saturating_neg()),
        Some(apart) if apart > QUIET_MS_MAX => Standing::Quiet(apart),
        _ => Standing::Fits,
    }
}

async fn clock_standing(domain: &Domain) -> crate::storage::Result<Standing> {
    let server = domain.server().clone();
    let last = domain.reads.read(move |conn| overview::last_done(conn, server.as_str())).await?;
    Ok(standing(domain.clock.now(), last))
}

/// A clock that is wrong does harm that stays: no entry is stamped earlier than the one before it, sessions end, and messages are
/// deleted and sent.
async fn look_at_clock(domain: &Domain) -> Trust {
    let mut before = None;
    match clock_standing(domain).await {
        Ok(Standing::Fits) => {}
        Ok(Standing::Behind(ms)) => {
            tracing::warn!(
                seconds = ms / 1_000,
                "the clock is behind what was done here last: is it right? Until it has caught up, entries have the time of the last one"
            );
        }
        Ok(Standing::Quiet(ms)) => {
            before = Some(domain.clock.now().saturating_sub(ms));
            tracing::warn!(
                days = ms / (24 * 3_600_000),
                "nothing was done here for so long: is the clock right? In an hour, sessions that seem idle end, what seems to have been kept long enough is deleted, and what is due is sent"
            );
        }
        Err(error) => tracing::warn!(%error, "the clock could not be compared with what was done last"),
    }
    Trust::new(domain.clock.clone(), before)
}

async fn compact(domain: &Domain, quiet: &mut Quiet) -> bool {
    let done = domain.compact_when_due(quiet).await;
    done.inspect_err(|error| tracing::warn!(%error, "the database could not be written anew"))
        .unwrap_or(false)
}

/// False when others were in the way: it has to be tried again.
async fn empty_log(url: String) -> bool {
    match tokio::task::spawn_blocking(move || Conn::open(&url)?.empty_log()).await {
        Ok(Ok(emptied)) => emptied,
        Ok(Err(error)) => {
            tracing::warn!(%error, "the write-ahead log could not be emptied");
            true
        }
        Err(_) => true,
    }
}

/// Leaves nothing of what was deleted in SQLite's write-ahead log: it may stay as long as nobody starts the server again.
pub(super) async fn leave_no_log(url: String) {
    if !is_postgres(&url) && !empty_log(url).await {
        tracing::warn!(
            "the write-ahead log could not be emptied, because it is read (by a backup?): deleted texts may still be in it"
        );
    }
}

/// SQLite's write-ahead log, in which deleted texts stay until it is emptied.
#[derive(Default)]
struct Log {
    /// How often it could not be emptied since it was.
    blocked: u32,
}

impl Log {
    async fn empty_when_due(&mut self, url: String, tick: u32, compacted: bool) {
        let again = self.blocked > 0 && tick.is_multiple_of(LOG_RETRY_TICKS);
        if !(compacted || again || tick.is_multiple_of(LOG_INTERVAL_TICKS)) {
            return;
        }
        if empty_log(url).await {
            self.blocked = 0;
            return;
        }
        self.blocked = self.blocked.saturating_add(1);
        if self.blocked.is_multiple_of(LOG_INTERVAL_TICKS / LOG_RETRY_TICKS) {
            tracing::warn!(
                "the write-ahead log could not be emptied for more than ten minutes, because it is always read (by a backup?): deleted texts may still be in it"
            );
        }
    }
}

/// What has to be looked after.
pub struct House {
    pub domain: Arc<Domain>,
    pub hub: Arc<Hub>,
    pub shared: Arc<Shared>,
    pub routes: Arc<Routes>,
}

/// What has to be done now and then.
pub async fn keep_house(house: House) {
    let trust = look_at_clock(&house.domain).await;
    tokio::join!(keep_stored(house.domain.clone(), &trust), keep_rooms(house, &trust));
}

async fn keep_rooms(House { domain, hub, shared, routes }: House, trust: &Trust) {
    let mut interval = tokio::time::interval(PRESENCE_INTERVAL);
    interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut tick: u32 = 0;
    let (mut quiet, mut log) = (Quiet::default(), Log::default());
    let is_sqlite = !is_postgres(&domain.config.database_url());
    loop {
        interval.tick().await;
        tick = tick.wrapping_add(1);
        let came_or_went = hub.tell_presence(tick.is_multiple_of(PRESENCE_AGAIN_TICKS));
        if let Some(courier) = routes.courier().filter(|_| !came_or_went.is_empty()) {
            courier.tell_presence(came_or_went);
        }
        if tick.is_multiple_of(LIMITS_INTERVAL_TICKS) {
            shared.limits.forget_quiet();
            shared.unfurler.forget_quiet();
            domain.retold.forget();
        }
        if is_sqlite {
            let compacted =
                tick.is_multiple_of(COMPACTION_INTERVAL_TICKS) && compact(&domain, &mut quiet).await;
            log.empty_when_due(domain.config.database_url(), tick, compacted).await;
        }
        if tick.is_multiple_of(STREAMS_INTERVAL_TICKS)
            && let Err(error) = domain.look_after_sessions(hub.open_sessions()).await
        {
            tracing::warn!(%error, "the sessions of streams could not be looked at");
        }
        // A command may have changed it.
        if tick.is_multiple_of(STREAMS_INTERVAL_TICKS)
            && let Err(error) = domain.look_at_exclusions().await
        {
            tracing::warn!(%error, "it could not be looked who is kept out");
        }
        // Not at once: whoever sees that the clock is wrong has time to stop the server, and nobody is signed out by it.
        if tick.is_multiple_of(SESSIONS_INTERVAL_TICKS)
            && trust.holds()
            && let Err(error) = domain.end_idle_sessions().await
        {
            tracing::warn!(%error, "idle sessions could not be ended");
        }
        if tick % SESSIONS_INTERVAL_TICKS == 1 {
            if let Err(error) = domain.regret_all().await {
                tracing::warn!(%error, "what was taken back could not be looked for");
            }
            if let Err(error) = domain.forget_closed_reports().await {
                tracing::warn!(%error, "reports that were closed long ago could not be forgotten");
            }
            if let Err(error) = domain.forget_unasked().await {
                tracing::warn!(%error, "who was brought where unasked could not be forgotten");
            }
        }
    }
}

/// How often files are looked through that nothing needs any more, when nobody says that there are some.
const SWEEP_INTERVAL: Duration = Duration::from_secs(60);

/// Deletes the bytes of files that are gone: at the start, after each deletion, and now and then.
async fn keep_files(domain: Arc<Domain>) {
    loop {
        if let Err(error) = domain.sweep_files().await {
            tracing::warn!(%error, "files could not be deleted; this is tried again");
        }
        let _ = tokio::time::timeout(SWEEP_INTERVAL, domain.files.doomed.notified()).await;
    }
}

/// How many files are looked for at the start: in a bucket each is a request.
const FILES_LOOKED_FOR: usize = 100_000;

/// Says so where the bucket can't be used, or files are missing: the directory is another one, or was not mounted.
async fn miss_files(domain: Arc<Domain>) {
    if let Err(error) = try_bucket(&domain.config).await {
        tracing::error!(%error, "no file can be kept, or had");
        return;
    }
    match domain.look_for_files(FILES_LOOKED_FOR).await {
        Ok(Looked { files, lost }) => {
            if let Some(first) = lost.first() {
                tracing::error!(
                    missing = lost.len(),
                    of = files,
                    %first,
                    "files that people sent are missing in the store: `loggia verify` names them"
                );
            }
        }
        Err(error) => tracing::warn!(%error, "it could not be looked whether files are missing"),
    }
}

/// How often is looked for messages that were kept long enough, when nothing says that there are some.
const RETENTION_INTERVAL: Duration = Duration::from_secs(300);
/// How long is waited from one look to the next at the least, whoever says so; and how many times as long as it took.
const RETENTION_PAUSE: Duration = Duration::from_secs(5);
const RETENTION_SHARE: u32 = 4;

/// Deletes messages that were kept long enough: at the start, when a channel says how long, when old ones come, and now and then.
async fn keep_messages(domain: Arc<Domain>, trust: &Trust) {
    loop {
        trust.held().await;
        let began = Instant::now();
        if let Err(error) = domain.expire().await {
            tracing::warn!(%error, "what was kept long enough could not be deleted; this is tried again");
        }
        // However often another server gives reason to look, most of the time is not spent on it.
        tokio::time::sleep(RETENTION_PAUSE.max(began.elapsed() * RETENTION_SHARE)).await;
        let _ = tokio::time::timeout(RETENTION_INTERVAL, domain.aged.notified()).await;
    }
}

/// How often is looked for seats of those who are kept out, when nothing says that there are some: what could not be done before
/// may be done now.
const EXCLUSIONS_INTERVAL: Duration = Duration::from_secs(300);

/// Puts those out who are kept out: at the start, when somebody is, and now and then.
async fn keep_out(domain: Arc<Domain>) {
    loop {
        if let Err(error) = domain.put_out_excluded().await {
            tracing::warn!(%error, "who is kept out could not be put out of every channel; this is tried again");
        }
        let _ = tokio::time::timeout(EXCLUSIONS_INTERVAL, domain.exclusions_changed()).await;
    }
}

/// How often is looked for messages whose time has come: at the start too, for what came due meanwhile.
const SCHEDULED_INTERVAL: Duration = Duration::from_secs(1);

/// Sends what is due in channels that are hosted here, or in those of other servers: these may be slow, and hold up nobody else.
async fn keep_times(domain: Arc<Domain>, trust: &Trust, is_host: bool) {
    loop {
        trust.held().await;
        if let Err(error) = domain.send_due(is_host).await {
            tracing::warn!(%error, "scheduled messages could not be sent; this is tried again");
        }
        tokio::time::sleep(SCHEDULED_INTERVAL).await;
    }
}

/// Tells people what they wanted to be reminded of: at the start, too, of what came due meanwhile.
async fn keep_reminders(domain: Arc<Domain>, trust: &Trust) {
    loop {
        trust.held().await;
        if let Err(error) = domain.remind_due().await {
            tracing::warn!(%error, "reminders could not be told; this is tried again");
        }
        tokio::time::sleep(SCHEDULED_INTERVAL).await;
    }
}

/// Whatever goes by itself: messages, the files that nothing needs any more, and those who are kept out; and what comes by itself,
/// when its time has come.
async fn keep_stored(domain: Arc<Domain>, trust: &Trust) {
    let times = (keep_times(domain.clone(), trust, true), keep_times(domain.clone(), trust, false));
    tokio::join!(
        miss_files(domain.clone()),
        keep_files(domain.clone()),
        keep_out(domain.clone()),
        keep_messages(domain.clone(), trust),
        keep_reminders(domain, trust),
        times.0,
        times.1
    );
}

/// Looks through files when a commit has deleted a message or changed a profile or a channel, wherever that came from, and sees to
/// it that nobody is told what is not so any more.
pub struct Sweeping {
    inner: Audience,
    doomed: Arc<Notify>,
    aged: Arc<Notify>,
    retold: Arc<Retold>,
    clock: Arc<dyn Clock>,
}

impl Sweeping {
    /// `doomed` is told when files may go. Answers what hears of all that is announced, too: what was retold, and who is told
    /// when messages may go.
    pub fn over(
        inner: Audience,
        doomed: &Arc<Notify>,
        clock: &Arc<dyn Clock>,
    ) -> (Audience, Arc<Retold>, Arc<Notify>) {
        let (retold, aged) = (Arc::<Retold>::default(), Arc::<Notify>::default());
        let (doomed, clock) = (doomed.clone(), clock.clone());
        let sweeping = Sweeping { inner, doomed, aged: aged.clone(), retold: retold.clone(), clock };
        (Arc::new(sweeping), retold, aged)
    }
}

impl Announce for Sweeping {
    fn announce(&self, effects: Vec<Effect>) {
        let lets_go = |effect: &Effect| {
            let Effect::Entry { change: Some(change), .. } = effect else {
                return matches!(effect, Effect::Profile { .. });
            };
            // A channel may have had another picture before.
            matches!(change, Change::MessageDeleted { .. } | Change::ChannelUpdated(_))
        };
        if effects.iter().any(lets_go) {
            self.doomed.notify_one();
        }
        let now = self.clock.now();
        let yesterday = now - DAY_MS;
        let ages = |effect: &Effect| match effect {
            Effect::Retention => true,
            // A log on its way here from another server.
            Effect::Entry { change: Some(Change::MessageCreated(message)), .. } => message.ts < yesterday,
            _ => false,
        };
        if effects.iter().any(ages) {
            self.aged.notify_one();
        }
        self.retold.hear(&effects, now);
        self.inner.announce(effects);
    }
}

/// Finds out what was missed of those who were not talked to `before`, and are now.
pub(super) async fn readmit(domain: Arc<Domain>, outbound: Arc<Outbound>, before: PeerPolicy) {
    match domain.sharing_servers().await {
        Ok(known) => outbound.readmit(&known, &before),
        Err(error) => tracing::warn!(%error, "others are not asked what was missed"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_went_wrong_is_seen() {
        let day = 24 * 3_600_000;
        assert_eq!(standing(day, None), Standing::Fits);
        assert_eq!(standing(day, Some(day + BEHIND_MS_MAX)), Standing::Fits);
        assert_eq!(standing(day, Some(31 * day)), Standing::Behind(30 * day));
        assert_eq!(standing(31 * day, Some(day)), Standing::Fits);
        assert_eq!(standing(400 * day, Some(day)), Standing::Quiet(399 * day));
    }
}
