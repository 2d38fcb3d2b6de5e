//! Who people of other servers are: their own server is asked, in the background.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::fetch::{Portraits, drop_portrait};
use super::line;
use super::wire::Profile;
use crate::domain::peers::{Ask, PeerError, Peers, encode};
use crate::domain::status::{self, Status};
use crate::domain::view::AccountRole;
use crate::domain::writer::{Work, Writer};
use crate::domain::{Domain, Result, accounts, show};
use crate::files::Hash as FileHash;
use crate::protocol::ids::{ServerName, UserId};
use crate::storage::users;

/// People of one server about whom it is asked at a time, and who wait for that.
const ASKED_PER_SERVER_MAX: usize = 16;
const WAITING_PER_SERVER_MAX: usize = 2_000;
/// People of all servers who wait: a host can name anybody, of any server.
const WAITING_MAX: usize = 20_000;
/// Longest display name and text about oneself that are taken over, in characters.
const PROFILE_CHARS_MAX: usize = 500;
/// How long after somebody came their profile is asked for, and after it was not to be had again.
const COMER_PAUSE: Duration = Duration::from_millis(500);
const PAUSES: [Duration; 3] = [Duration::from_millis(300), Duration::from_secs(2), Duration::from_secs(10)];

/// About whom is asked, and who waits for it. There is one question at a time about a person: what is answered last is
/// what was asked last.
#[derive(Default)]
pub struct Questions(Mutex<Asked>);

#[derive(Default)]
struct Asked {
    servers: HashMap<ServerName, Queue>,
    waiting: usize,
}

#[derive(Default)]
struct Queue {
    under_way: HashSet<UserId>,
    /// In turn; nobody twice.
    waiting: VecDeque<UserId>,
    askers: usize,
}

impl Questions {
    /// True if somebody has to begin to ask the person's server.
    fn want(&self, user: UserId) -> bool {
        let mut asked = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Asked { servers, waiting } = &mut *asked;
        let queue = servers.entry(user.server()).or_default();
        if queue.waiting.contains(&user) {
            return false;
        }
        if queue.waiting.len() >= WAITING_PER_SERVER_MAX || *waiting >= WAITING_MAX {
            tracing::warn!(%user, "too many people are asked about: this one stays unknown for now");
            return false;
        }
        queue.waiting.push_back(user);
        *waiting += 1;
        // Whoever asks about them now looks at the queue after that.
        let is_due = queue.askers < ASKED_PER_SERVER_MAX;
        queue.askers += usize::from(is_due);
        is_due
    }

    /// The next about whom nobody asks just now; none ends the asking.
    fn next(&self, server: &ServerName) -> Option<UserId> {
        let mut asked = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Asked { servers, waiting } = &mut *asked;
        let queue = servers.get_mut(server)?;
        let at = queue.waiting.iter().position(|user| !queue.under_way.contains(user));
        if let Some(user) = at.and_then(|at| queue.waiting.remove(at)) {
            *waiting = waiting.saturating_sub(1);
            queue.under_way.insert(user.clone());
            return Some(user);
        }
        queue.askers = queue.askers.saturating_sub(1);
        if queue.askers == 0 {
            servers.remove(server);
        }
        None
    }

    fn done(&self, server: &ServerName, user: &UserId) {
        let mut asked = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(queue) = asked.servers.get_mut(server) {
            queue.under_way.remove(user);
        }
    }
}

/// What it takes to ask.
struct Asker {
    questions: Arc<Questions>,
    peers: Arc<dyn Peers>,
    writer: Writer,
    portraits: Portraits,
}

impl Domain {
    /// Asks a person's own server who they are, in the background.
    pub fn ask_profile(&self, user: UserId) {
        self.ask_profile_after(user, Duration::ZERO);
    }

    /// As [`Domain::ask_profile`], of somebody who comes into a channel hosted here just now: their server answers once it has
    /// heard that they are in it.
    pub(super) fn ask_profile_of_comer(&self, user: UserId) {
        self.ask_profile_after(user, COMER_PAUSE);
    }

    fn ask_profile_after(&self, user: UserId, rest: Duration) {
        let server = user.server();
        let may = server != *self.server() && self.peers.admits(&server);
        // What somebody who is kept out calls themselves now is not shown here.
        if !may || self.wanted.excluded.has(&user) || !self.questions.want(user) {
            return;
        }
        let asker = Asker {
            questions: self.questions.clone(),
            peers: self.peers.clone(),
            writer: self.writer.clone(),
            portraits: self.portraits(),
        };
        tokio::spawn(async move {
            tokio::time::sleep(rest).await;
            while let Some(user) = asker.questions.next(&server) {
                asker.ask(&server, &user).await;
                asker.questions.done(&server, &user);
            }
        });
    }
}

impl Asker {
    async fn ask(&self, server: &ServerName, user: &UserId) {
        let path = format!("/users/{}/profile", encode(user.as_str()));
        let mut answer = self.peers.ask(server, Ask::get(path.clone())).await;
        // Their server may not have heard yet that somebody here shares a channel with them.
        for pause in PAUSES {
            if !matches!(answer, Err(PeerError::Problem { status: 404, .. })) {
                break;
            }
            tokio::time::sleep(pause).await;
            answer = self.peers.ask(server, Ask::get(path.clone())).await;
        }
        let Ok(answer) = answer else { return };
        let Ok(profile) = serde_json::from_str::<Profile>(&answer) else { return };
        if profile.user != *user {
            return;
        }
        let wanted: Option<FileHash> = profile.avatar.as_deref().and_then(|avatar| avatar.parse().ok());
        let kept = self.writer.other(user.as_str(), move |work| keep_profile(work, &profile)).await;
        match kept {
            Ok(shown) => {
                if let Some(hash) = wanted.filter(|hash| shown.as_deref() != Some(hash.as_str()))
                    && let Err(error) = self.portraits.fetch(user, &hash).await
                {
                    tracing::info!(%error, %user, "the picture of a profile could not be had");
                }
            }
            Err(error) => tracing::warn!(%error, %user, "a profile could not be kept"),
        }
    }
}

/// Answers the picture that is shown of them so far.
fn keep_profile(work: &mut Work<'_>, profile: &Profile) -> Result<Option<String>> {
    let Some(row) = users::by_id(work.conn, profile.user.as_str())? else { return Ok(None) };
    // Without one that is seen they are shown by their user names.
    let name = Some(line(&profile.display_name, PROFILE_CHARS_MAX)).filter(|name| !accounts::is_unseen(name));
    let name = name.unwrap_or_default();
    let bio = line(&profile.bio, PROFILE_CHARS_MAX);
    let search = accounts::search_text(&profile.user, &name);
    users::set_profile(work.conn, row.num, &name, &bio, &search)?;
    if profile.bot != row.is_webhook() {
        let role = if profile.bot { users::WEBHOOK_ROLE } else { AccountRole::User.as_str() };
        users::set_role(work.conn, row.num, role)?;
    }
    if profile.automated != row.bot {
        users::set_bot(work.conn, row.num, profile.automated)?;
    }
    let said = profile.status.as_ref().filter(|_| !profile.deactivated);
    let status = said.and_then(|said| Status::heard(said, work.lane.clock.now()));
    if status != Status::of(&row) {
        status::put(work.conn, row.num, status.as_ref())?;
    }
    if let Some(old) = row.avatar.as_deref().filter(|_| profile.avatar.is_none()) {
        drop_portrait(work, row.num, old)?;
    }
    let row = users::by_num(work.conn, row.num)?;
    if let Some(row) = &row {
        accounts::tell_profile(work, row.num, show::user(row));
    }
    Ok(row.and_then(|row| row.avatar))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(n: usize, server: &str) -> UserId {
        format!("@u{n}:{server}").parse().expect("an id")
    }

    /// One question at a time about a person: who is wanted again meanwhile is asked about once more after that.
    #[test]
    fn nobody_is_asked_about_twice_at_a_time() {
        let questions = Questions::default();
        let server = user(1, "a.test").server();
        assert!(questions.want(user(1, "a.test")));
        assert_eq!(questions.next(&server), Some(user(1, "a.test")));
        // Two more changes while the answer is under way: one more question.
        assert!(questions.want(user(1, "a.test")));
        assert!(!questions.want(user(1, "a.test")));
        assert_eq!(questions.next(&server), None);
        questions.done(&server, &user(1, "a.test"));
        assert_eq!(questions.next(&server), Some(user(1, "a.test")));
        questions.done(&server, &user(1, "a.test"));
        assert_eq!(questions.next(&server), None);
        assert!(questions.0.lock().expect("them").servers.is_empty());
    }

    /// A server has so many askers and so many who wait, and no other is kept waiting by it.
    #[test]
    fn who_is_asked_about_is_bounded() {
        let questions = Questions::default();
        let began = (0..5_000).filter(|n| questions.want(user(*n, "a.test"))).count();
        assert_eq!(began, ASKED_PER_SERVER_MAX);
        assert_eq!(questions.0.lock().expect("them").waiting, WAITING_PER_SERVER_MAX);
        assert!(questions.want(user(1, "b.test")));
        assert_eq!(questions.next(&user(1, "b.test").server()), Some(user(1, "b.test")));
        for server in 0..50 {
            for n in 0..2_000 {
                questions.want(user(n, &format!("s{server}.test")));
            }
        }
        assert_eq!(questions.0.lock().expect("them").waiting, WAITING_MAX);
    }
}
