//! The client API, a file a subject. What every answer must keep (it is documented, and never a 500) is
//! checked where requests are sent, in `support::Person`.

mod accounts;
mod administration;
mod attention;
mod blocks;
mod channels;
mod clock;
mod cookies;
mod coverage;
mod databases;
mod deletion;
mod descriptions;
mod directory;
mod dms;
mod edits;
mod email;
mod ended;
mod exclusions;
mod export;
mod figures;
pub mod files;
mod forgetting;
mod full;
mod kept;
mod leaving;
mod limits;
mod log;
mod me;
mod membership;
mod messages;
mod migrations;
mod moderation;
mod notifications;
mod origins;
mod paging;
mod pins;
mod previews;
mod problems;
mod push;
mod reactions;
mod registration;
mod reminders;
mod reports;
mod retention;
mod revalidation;
mod roles;
mod saved;
mod scan;
mod scheduled;
mod search;
mod sessions;
mod settings;
mod shared;
mod slow_mode;
mod statuses;
mod stored;
mod sync;
mod threads;
mod totp;
mod unread;
mod unreadable;
mod unsent;
mod uploads;
mod users;
mod webhooks;

use std::path::Path;

use serde_json::Value;

use crate::support::{Database, Person, TestServer};

/// A server with these settings on each database that there is.
async fn servers_with(settings: &[(&str, &str)]) -> Vec<TestServer> {
    let mut servers = vec![TestServer::start(None, settings).await];
    if let Some(database) = Database::create().await {
        servers.push(TestServer::start(Some(database), settings).await);
    }
    servers
}

/// Whether any file below the directory has these bytes in it.
fn files_contain(directory: &Path, needle: &str) -> bool {
    let entries =
        std::fs::read_dir(directory).expect("a directory").map(|entry| entry.expect("an entry").path());
    entries.into_iter().any(|path| {
        if path.is_dir() {
            return files_contain(&path, needle);
        }
        let bytes = std::fs::read(&path).unwrap_or_default();
        bytes.windows(needle.len()).any(|window| window == needle.as_bytes())
    })
}

/// The ids of a list, in its order.
fn ids(list: &Value) -> Vec<String> {
    let items = list.as_array().expect("a list");
    items.iter().map(|item| item["id"].as_str().expect("an id").to_owned()).collect()
}

/// Follows `Link: rel="next"` from a first page to the last, and answers each page's items.
async fn walk(person: &Person, first: &str, key: &str) -> Vec<Vec<Value>> {
    let mut pages = Vec::new();
    let mut path = first.to_owned();
    loop {
        let answer = person.get(&path).await;
        let link = answer.headers.get("link").map(|link| link.to_str().expect("text").to_owned());
        let page = answer.expect(200);
        assert_eq!(link.is_some(), page["next"].is_string(), "header and body agree: {link:?}");
        pages.push(page[key].as_array().expect("items").clone());
        assert!(pages.len() < 1_000, "pages without an end");
        let Some(link) = link else { return pages };
        let next = link.strip_prefix("</api/v1").and_then(|link| link.strip_suffix(">; rel=\"next\""));
        next.expect("a link below the API").clone_into(&mut path);
        assert!(path.contains(&format!("cursor={}", page["next"].as_str().expect("a cursor"))));
    }
}

/// Numbers that look random and are the same each time (SplitMix64).
struct Dice(u64);

impl Dice {
    fn new(seed: u64) -> Dice {
        Dice(seed)
    }

    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let mixed = usize::try_from((mixed ^ (mixed >> 31)) >> 33).expect("31 bits");
        mixed % most
    }
}
