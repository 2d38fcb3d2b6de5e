//! Links that let people register, made by who sits at the server's machine.

use std::sync::Arc;

use clap::{Subcommand, value_parser};
use loggia::config::{Config, Registration};
use loggia::domain::invites::{self, INVITE_DAYS_MAX, INVITE_USES_MAX};
use loggia::server;
use loggia::storage::users::InviteRow;

use super::operator::date;

#[derive(Subcommand)]
pub enum InviteCommand {
    /// Make a link that lets people register, and print it.
    Create {
        /// How many people it lets in.
        #[arg(long, value_name = "N", default_value_t = 1, value_parser = value_parser!(i64).range(1..=INVITE_USES_MAX))]
        uses: i64,
        /// For how many days; without it, until it is used up or revoked.
        #[arg(long, value_name = "N", value_parser = value_parser!(i64).range(1..=INVITE_DAYS_MAX))]
        expires_days: Option<i64>,
    },
    /// Print the links that still let somebody in, whoever made them, the newest first: each with how many people it lets in,
    /// and until when.
    List,
    /// Make a link worthless.
    Revoke {
        /// A link, or the code at its end.
        #[arg(value_name = "LINK|CODE")]
        link: String,
    },
}

const DAY_S: i64 = 24 * 3_600;

type Outcome = Result<bool, Box<dyn std::error::Error>>;

pub async fn run(command: InviteCommand, config: Arc<Config>) -> Outcome {
    let registration = config.settings.accounts.registration;
    if registration == Registration::Closed && matches!(command, InviteCommand::Create { .. }) {
        return Err(
            "accounts.registration is \"closed\", so no link lets anybody in: set it to \"invite\" and restart the server, or make the account yourself with `loggia user create NAME`"
                .into(),
        );
    }
    let (domain, _writers) = server::open_domain(&config)?;
    match command {
        InviteCommand::Create { uses, expires_days } => {
            let seconds = expires_days.map(|days| days * DAY_S);
            let invite = domain.create_invite_by(None, Some(uses), seconds).await?;
            println!("{}", invites::link(&config.public_url(), &invite.code));
            if registration == Registration::Open {
                eprintln!("accounts.registration is \"open\": nobody needs a link to register.");
            }
            if config.settings.server.public_url.is_empty() {
                eprintln!("server.public_url is not set, so the link leads to this machine.");
            }
        }
        InviteCommand::List => {
            for invite in domain.all_invites().await? {
                println!("{} {}", invites::link(&config.public_url(), &invite.code), standing(&invite));
            }
        }
        InviteCommand::Revoke { link } => {
            domain.delete_invite_by(None, invites::code_of(&link).to_owned()).await?;
            println!("the link lets nobody in any more");
        }
    }
    Ok(true)
}

fn standing(invite: &InviteRow) -> String {
    let people = if invite.uses_left == 1 { "person" } else { "people" };
    let until = invite.expires_ts.map(|until| format!(" until {}", date(until))).unwrap_or_default();
    format!("for {} {people}{until}", invite.uses_left)
}
