//! What an operator does to people: accounts of this server, and those of others who are kept off it.

use std::sync::Arc;

use clap::{Subcommand, ValueEnum};
use loggia::config::Config;
use loggia::domain::accounts::NewAccount;
use loggia::domain::view::AccountRole;
use loggia::protocol::ids::UserId;
use loggia::server;

use super::terminal;

#[derive(Subcommand)]
pub enum UserCommand {
    /// Make an account; the password is read from standard input unless given.
    Create {
        username: String,
        #[arg(long)]
        password: Option<String>,
        /// The name that others see; without it, the username.
        #[arg(long)]
        display_name: Option<String>,
        #[arg(long)]
        admin: bool,
        /// A program writes in its name, which is shown beside it.
        #[arg(long)]
        bot: bool,
    },
    /// Set a password and end all sessions; it is read from standard input unless given.
    Passwd {
        username: String,
        #[arg(long)]
        password: Option<String>,
    },
    /// Let somebody log in without one-time codes, who has lost device and recovery codes.
    TotpOff { username: String },
    /// Say what an account may do on this server.
    Role { username: String, role: RoleName },
    /// Say whether a program writes in an account's name, which is shown beside it.
    Bot { username: String, is: Switch },
    /// Keep somebody out of their account, which stays as it is; all its sessions end.
    Disable { username: String },
    /// Let somebody into their account again.
    Enable { username: String },
    /// Delete an account for good, as an administrator can, while the server is stopped: it leaves its channels, and what
    /// it wrote stays.
    Delete {
        username: String,
        /// Why, for the record and for administrators alone.
        #[arg(long)]
        reason: Option<String>,
        /// Don't ask.
        #[arg(long)]
        yes: bool,
    },
    /// Keep somebody of another server off this one: `@name:server`. Again, to change the reason.
    Exclude {
        user: UserId,
        /// Why, for administrators alone.
        #[arg(long)]
        reason: Option<String>,
    },
    /// Keep somebody of another server off this one no more.
    Readmit { user: UserId },
}

#[derive(Clone, Copy, ValueEnum)]
pub enum RoleName {
    User,
    Admin,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
pub enum Switch {
    On,
    Off,
}

/// A running server believes for so long what it knows of a session, and of who is kept off it.
const WITHIN: &str = " (a running server knows it within ten seconds)";

type Outcome = Result<bool, Box<dyn std::error::Error>>;

pub async fn run(command: UserCommand, config: Arc<Config>) -> Outcome {
    // Channels are left by it, which nobody else may write into meanwhile.
    let is_alone = matches!(command, UserCommand::Delete { .. });
    let _alone = is_alone.then(|| server::claim_alone(&config)).transpose()?;
    let (domain, _writers) = server::open_domain(&config)?;
    match command {
        UserCommand::Create { username, password, display_name, admin, bot } => {
            let password = password.map_or_else(terminal::read_password, Ok)?;
            let role = if admin { AccountRole::Admin } else { AccountRole::User };
            let new = NewAccount { username, password, display_name, invite: None, bot };
            let user = domain.create_account(new, role, None).await?;
            println!("{} was made", user.id);
        }
        UserCommand::Passwd { username, password } => {
            let password = password.map_or_else(terminal::read_password, Ok)?;
            domain.reset_password(&username, password).await?;
            println!("the password was set, and all sessions have ended{WITHIN}");
        }
        UserCommand::TotpOff { username } => {
            domain.take_totp_of(&username).await?;
            println!("{username} logs in with the password alone");
        }
        UserCommand::Role { username, role } => {
            let role = match role {
                RoleName::User => AccountRole::User,
                RoleName::Admin => AccountRole::Admin,
            };
            domain.set_account_role(&username, role).await?;
            println!("{username} is {} now{WITHIN}", role.as_str());
        }
        UserCommand::Bot { username, is } => {
            let is_bot = is == Switch::On;
            domain.set_account_bot(&username, is_bot).await?;
            println!("{username} is {} now", if is_bot { "a bot" } else { "no bot" });
        }
        UserCommand::Disable { username } => {
            domain.set_account_disabled(&username, true).await?;
            println!("{username} is kept out, and all sessions have ended{WITHIN}");
        }
        UserCommand::Enable { username } => {
            domain.set_account_disabled(&username, false).await?;
            println!("{username} can log in");
        }
        UserCommand::Delete { username, reason, yes } => {
            let account = domain.operator_of(&username).await?.person.id;
            if !yes && !terminal::confirm(&format!("Delete {account} for good?"))? {
                return Err(format!("{account} was not deleted").into());
            }
            domain.delete_named(&username, reason).await?;
            println!("{account} was deleted");
        }
        UserCommand::Exclude { user, reason } => {
            let excluded = domain.exclude_by(None, user, reason).await?;
            println!("{} is kept off this server{WITHIN}", excluded.user.id);
        }
        UserCommand::Readmit { user } => match domain.readmit_by(None, user.clone()).await? {
            true => println!("{user} is kept off this server no more{WITHIN}"),
            false => return Err(format!("{user} was not kept off this server").into()),
        },
    }
    Ok(true)
}
