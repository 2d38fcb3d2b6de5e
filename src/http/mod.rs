//! What the three interfaces share: who asks (`auth`), bodies and paths (`extract`), problem
//! documents (`problem`), parts of files (`ranges`), rate limits (`limits`), what every request gets (`context`), the OpenAPI
//! base (`openapi`), and the web client that is built into the program (`web_client`).

mod attempts;
pub mod auth;
pub mod context;
pub mod cors;
pub mod extract;
pub mod limits;
pub mod openapi;
pub mod problem;
pub mod ranges;
pub mod revalidation;
pub mod stream_doc;
pub mod web_client;

use std::sync::Arc;

use actix_web::web;

pub use auth::{Auth, TokenCache, WriteAuth};
pub use extract::{Body, Params};
pub use problem::Problem;

use crate::domain::Domain;
use crate::domain::reports::Report;
use crate::domain::status;
use crate::domain::view::{Channel, Member, Presence, User};
use crate::unfurl::Unfurler;
use limits::Limits;

/// What every handler has at hand.
pub struct Shared {
    pub domain: Arc<Domain>,
    pub tokens: Arc<TokenCache>,
    pub limits: Limits,
    pub unfurler: Unfurler,
}

pub type App = web::Data<Shared>;

impl Shared {
    /// Says how the person is now: whether they are connected, and what they do unless that is over.
    pub fn with_presence(&self, user: User) -> User {
        let mut user = status::current(user, self.domain.clock.now());
        if self.domain.presences.is_online(&user.id) {
            user.presence = Presence::Online;
        }
        user
    }

    pub fn users_with_presence(&self, users: Vec<User>) -> Vec<User> {
        users.into_iter().map(|user| self.with_presence(user)).collect()
    }

    pub fn member_with_presence(&self, member: Member) -> Member {
        Member { user: self.with_presence(member.user), ..member }
    }

    pub fn report_with_presence(&self, report: Report) -> Report {
        let now = |user: Option<User>| user.map(|user| self.with_presence(user));
        Report {
            author: self.with_presence(report.author),
            reporter: now(report.reporter),
            handled_by: now(report.handled_by),
            closed_by: now(report.closed_by),
            ..report
        }
    }

    pub fn channel_with_presence(&self, channel: Channel) -> Channel {
        let invited_by = channel.invited_by.map(|user| self.with_presence(user));
        Channel { people: self.users_with_presence(channel.people), invited_by, ..channel }
    }
}
