//! Who asks: a bearer token, or a browser's cookie together with the right Origin.

use std::collections::{HashMap, HashSet};
use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use actix_web::cookie::time::Duration as CookieDuration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::dev::Payload;
use actix_web::http::{Method, header};
use actix_web::{FromRequest, HttpRequest};

use super::App;
use super::problem::Problem;
use crate::domain::sessions::token_hash;
use crate::domain::{Actor, Domain};

/// The browser's cookie; no script can read it.
pub const COOKIE: &str = "loggia_session";

/// How long a token is believed without asking the database. A session that ends here ends at once;
/// one that a command beside the server ended is noticed after this.
const BELIEVED_FOR: Duration = Duration::from_secs(10);
/// How many tokens are remembered.
const TOKENS_MAX: usize = 50_000;

/// Remembers who tokens belong to, so that not every request asks the database.
#[derive(Default)]
pub struct TokenCache {
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    tokens: HashMap<[u8; 32], (Actor, Instant)>,
    /// Counts the times that sessions ended: an answer that the database gave before one doesn't count
    /// after it.
    endings: u64,
}

impl TokenCache {
    /// Who the token belongs to.
    ///
    /// # Errors
    /// `unauthenticated` for nobody's token.
    pub async fn actor(&self, domain: &Domain, token: &str) -> Result<Actor, Problem> {
        let hash = token_hash(token);
        let endings = {
            let known = self.lock();
            match known.tokens.get(&hash).filter(|(_, since)| since.elapsed() < BELIEVED_FOR) {
                Some((actor, _)) => return Ok(actor.clone()),
                None => known.endings,
            }
        };
        let actor = domain.actor(token).await?.ok_or_else(|| Problem::plain("unauthenticated"))?;
        let mut known = self.lock();
        if known.tokens.len() >= TOKENS_MAX {
            known.tokens.clear();
        }
        if known.endings == endings {
            known.tokens.insert(hash, (actor.clone(), Instant::now()));
        }
        Ok(actor)
    }

    /// These sessions are over.
    pub fn forget(&self, sessions: &[String]) {
        let sessions: HashSet<&String> = sessions.iter().collect();
        let mut known = self.lock();
        known.endings += 1;
        known.tokens.retain(|_, (actor, _)| !sessions.contains(&actor.session));
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The token that a request comes with, and whether a browser sent it by itself.
fn credentials(request: &HttpRequest) -> Option<(String, bool)> {
    let bearer = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let bearer = bearer.and_then(|value| value.split_once(' '));
    if let Some((_, token)) = bearer.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")) {
        return Some((token.trim().to_owned(), false));
    }
    request.cookie(COOKIE).map(|cookie| (cookie.value().to_owned(), true))
}

/// Whether the Origin is this server's own: the configured address, or the one the request was sent to.
pub fn is_own_origin(request: &HttpRequest, domain: &Domain) -> bool {
    let Some(origin) = request.headers().get(header::ORIGIN).and_then(|value| value.to_str().ok()) else {
        return false;
    };
    if origin == domain.config.public_url() {
        return true;
    }
    let host = request.headers().get(header::HOST).and_then(|value| value.to_str().ok());
    let of_origin = origin.split_once("://").map(|(_, host)| host);
    // With a configured address there is one origin, whatever a proxy passes on as Host.
    domain.config.settings.server.public_url.is_empty() && host.is_some() && of_origin == host
}

/// The cookie for a token; `Secure` when people come by https.
pub fn session_cookie(domain: &Domain, token: &str) -> Cookie<'static> {
    let days = i64::from(domain.config.settings.accounts.session_days);
    Cookie::build(COOKIE, token.to_owned())
        .path("/")
        .http_only(true)
        .same_site(SameSite::Strict)
        .secure(domain.config.public_url().starts_with("https://"))
        .max_age(CookieDuration::days(days))
        .finish()
}

/// The cookie that a browser's request came with, for as long as it would last from now on: whoever uses it stays logged in, as
/// whoever comes with a token does.
pub fn renewed_cookie(request: &HttpRequest, domain: &Domain) -> Option<Cookie<'static>> {
    let (token, _) = credentials(request).filter(|(_, by_cookie)| *by_cookie)?;
    Some(session_cookie(domain, &token))
}

/// The cookie that takes the cookie away.
pub fn no_cookie() -> Cookie<'static> {
    let mut cookie = Cookie::build(COOKIE, "").path("/").http_only(true).same_site(SameSite::Strict).finish();
    cookie.make_removal();
    cookie
}

async fn authenticate(request: &HttpRequest) -> Result<(App, Actor), Problem> {
    let app = request.app_data::<App>().cloned().ok_or_else(|| Problem::plain("internal"))?;
    let Some((token, by_cookie)) = credentials(request) else {
        app.limits.anonymous(request)?;
        return Err(Problem::plain("unauthenticated"));
    };
    let reads_only = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if by_cookie && !reads_only && !is_own_origin(request, &app.domain) {
        return Err(Problem::new(
            "bad_origin",
            "A write with a browser's session needs an Origin header, and it must be this server's own address; programs send a token instead.",
        ));
    }
    match app.tokens.actor(&app.domain, &token).await {
        Ok(actor) => Ok((app, actor)),
        Err(problem) => {
            app.limits.anonymous(request)?;
            Err(problem)
        }
    }
}

/// Who asks, for anything but changes in channels.
pub struct Auth(pub Actor);

/// Who asks, for changes in channels, which have a limit of their own.
pub struct WriteAuth(pub Actor);

type Extracting<T> = Pin<Box<dyn Future<Output = Result<T, Problem>>>>;

impl FromRequest for Auth {
    type Error = Problem;
    type Future = Extracting<Auth>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let (app, actor) = authenticate(&request).await?;
            app.limits.request(&request, actor.person.num)?;
            Ok(Auth(actor))
        })
    }
}

impl FromRequest for WriteAuth {
    type Error = Problem;
    type Future = Extracting<WriteAuth>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let (app, actor) = authenticate(&request).await?;
            app.limits.write(&request, actor.person.num)?;
            Ok(WriteAuth(actor))
        })
    }
}
