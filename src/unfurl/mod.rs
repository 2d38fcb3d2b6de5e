//! Looks at pages for those who write of them: once for each message, and for a while once for all. The addresses are chosen by
//! anybody with an account, so nothing is asked but what anybody could ask from anywhere: public addresses, by name, at the
//! usual ports, and of an answer only the beginning is read.

mod page;

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reqwest::header::{ACCEPT, CONTENT_TYPE, LOCATION};
use reqwest::{Client, Response};
use tokio::sync::Semaphore;
use tokio::time::Instant;
use url::{Host, Url};

use crate::config::PreviewAccess;
use crate::domain::link_previews::{LinkPreview, is_link};
use crate::domain::pace::Pace;
use crate::net::{self, Authorities, ClientError};

/// How long a preview may take, with all that it leads through.
const DEADLINE: Duration = Duration::from_secs(6);
/// How often a page may send on to another.
const HOPS_MAX: usize = 4;
/// How much of a page is read.
const PAGE_BYTES_MAX: usize = 1024 * 1024;
/// How many pages are looked at at once; who comes then waits, within the deadline.
const AT_ONCE_MAX: usize = 16;
/// Requests per minute to one host.
const OF_HOST_PER_MINUTE: u32 = 30;
/// How many answers are kept, and for how long: with a preview, and without.
const KEPT_MAX: usize = 1_000;
const KEPT: Duration = Duration::from_secs(3_600);
const NONE_KEPT: Duration = Duration::from_secs(300);

/// Why there is no preview.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unseen {
    /// The operator wants none.
    Off,
    /// It is no address of the web.
    NoLink,
    /// There is nothing to be shown, or it can't be had.
    Nothing,
}

/// What looks at pages.
pub struct Unfurler {
    /// None: the operator wants none.
    client: Option<Client>,
    places: Semaphore,
    hosts: Pace<String>,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    known: HashMap<String, (Instant, Option<LinkPreview>)>,
    /// The oldest first.
    order: VecDeque<String>,
}

/// What reaches pages, or says what is wrong with the settings.
///
/// # Errors
/// An authority that can't be read.
pub fn client(access: &PreviewAccess) -> Result<Client, ClientError> {
    net::browsing_client(access.resolve.clone(), Authorities::of("previews", access.extra_root_ca.as_deref()))
}

impl Unfurler {
    /// # Errors
    /// As [`client`].
    pub fn new(access: &PreviewAccess) -> Result<Unfurler, ClientError> {
        Ok(Unfurler {
            client: access.enabled.then(|| client(access)).transpose()?,
            places: Semaphore::new(AT_ONCE_MAX),
            hosts: Pace::per_minute(OF_HOST_PER_MINUTE),
            kept: Mutex::default(),
        })
    }

    /// What is to be found there.
    ///
    /// # Errors
    /// Why there is nothing.
    pub async fn preview(&self, link: &str) -> Result<LinkPreview, Unseen> {
        let client = self.client.as_ref().ok_or(Unseen::Off)?;
        let page = Some(link).filter(|link| is_link(link)).and_then(|link| Url::parse(link).ok());
        let page = page.ok_or(Unseen::NoLink)?;
        if let Some(known) = self.known(link) {
            return known.ok_or(Unseen::Nothing);
        }
        let until = Instant::now() + DEADLINE;
        let place = tokio::time::timeout_at(until, self.places.acquire()).await;
        // That others are asking for so much says nothing of the page.
        let (Ok(Ok(_place)), Ok(())) = (place, self.turn(&page)) else { return Err(Unseen::Nothing) };
        let looked = tokio::time::timeout_at(until, self.look(client, page)).await;
        let said = looked.unwrap_or_default().and_then(|said| {
            let (title, url) = (said.title?, link.to_owned());
            LinkPreview { url, title, description: said.description, site: said.site }.cut()
        });
        self.keep(link, said.clone());
        said.ok_or(Unseen::Nothing)
    }

    /// Counts a request to the host, if it may be asked at all.
    fn turn(&self, page: &Url) -> Result<(), Duration> {
        may_be_asked(page).map_or(Ok(()), |host| self.hosts.check(&host.to_owned()).map(drop))
    }

    /// Follows the link to a page, whose host has been counted.
    async fn look(&self, client: &Client, mut page: Url) -> Option<page::Said> {
        for hop in 0..=HOPS_MAX {
            may_be_asked(&page)?;
            if hop > 0 {
                self.turn(&page).ok()?;
            }
            let request = client.get(page.clone()).header(ACCEPT, "text/html, application/xhtml+xml;q=0.9");
            let response = request.send().await.ok()?;
            let field =
                |name| response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
            let status = response.status();
            if status.is_redirection() {
                page = page.join(&field(LOCATION)?).ok()?;
                continue;
            }
            let media_type = field(CONTENT_TYPE)?;
            let kind = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
            if !status.is_success() || !matches!(&*kind, "text/html" | "application/xhtml+xml") {
                return None;
            }
            return Some(page::read(&beginning(response).await, page::charset_of(&media_type)));
        }
        None
    }

    fn known(&self, link: &str) -> Option<Option<LinkPreview>> {
        let kept = self.lock();
        let (until, known) = kept.known.get(link)?;
        (*until > Instant::now()).then(|| known.clone())
    }

    fn keep(&self, link: &str, preview: Option<LinkPreview>) {
        let until = Instant::now() + if preview.is_some() { KEPT } else { NONE_KEPT };
        let mut kept = self.lock();
        if kept.known.insert(link.to_owned(), (until, preview)).is_none() {
            kept.order.push_back(link.to_owned());
        }
        if kept.order.len() > KEPT_MAX
            && let Some(oldest) = kept.order.pop_front()
        {
            kept.known.remove(&oldest);
        }
    }

    /// Lets go of what says nothing any more, so that memory stays bounded.
    pub fn forget_quiet(&self) {
        self.hosts.forget_quiet();
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The host, if it may be asked: by its name, which is looked up as `net` does it; an address that stands in the link itself would
/// be connected to without that.
fn may_be_asked(page: &Url) -> Option<&str> {
    let is_usual = matches!(page.scheme(), "http" | "https") && page.port().is_none();
    let is_open = page.username().is_empty() && page.password().is_none();
    match page.host() {
        Some(Host::Domain(name)) if is_usual && is_open => Some(name),
        _ => None,
    }
}

/// A page up to the end of its head, or as much of it as is read. What comes before the connection breaks off counts.
async fn beginning(mut response: Response) -> Vec<u8> {
    const END: &[u8] = b"</head";
    let mut bytes: Vec<u8> = Vec::new();
    while bytes.len() < PAGE_BYTES_MAX
        && let Ok(Some(part)) = response.chunk().await
    {
        let fresh = bytes.len().saturating_sub(END.len());
        bytes.extend_from_slice(&part);
        let mut windows = bytes.get(fresh..).unwrap_or_default().windows(END.len());
        if windows.any(|window| window.eq_ignore_ascii_case(END)) {
            break;
        }
    }
    bytes.truncate(PAGE_BYTES_MAX);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_anybody_could_ask_is_asked() {
        let host = |url: &str| may_be_asked(&Url::parse(url).expect("a URL")).map(str::to_owned);
        for (url, name) in [
            ("https://a.test/x", "a.test"),
            ("http://A.test:80/", "a.test"),
            ("https://a.test:443", "a.test"),
        ] {
            assert_eq!(host(url).as_deref(), Some(name), "{url}");
        }
        for url in [
            "http://127.0.0.1/",
            "http://0x7f.1/",
            "http://2130706433/",
            "http://[::1]/",
            "http://[::ffff:10.0.0.1]/",
            "https://a.test:8443/",
            "http://a.test:443/",
            "https://ann:secret@a.test/",
            "https://ann@a.test/",
            "ftp://a.test/",
        ] {
            assert_eq!(host(url), None, "{url}");
        }
    }
}
