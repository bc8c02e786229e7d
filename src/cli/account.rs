//! `lomme account`: who may log in, and with what at the back office.

use std::fs;
use std::path::PathBuf;

use clap::Args;
use clap::Subcommand;
use futures_util::StreamExt as _;
use futures_util::stream;
use zeroize::Zeroizing;

use super::Configured;
use super::Failure;
use super::Outcome;
use super::organisation::service;
use super::organisation::switched;
use super::say;
use crate::govern;
use crate::govern::access;
use crate::govern::access::Given;
use crate::govern::access::Pulled;
use crate::govern::account;
use crate::govern::account::Change;
use crate::govern::account::New;
use crate::govern::actor::Actor;
use crate::govern::actor::Role;
use crate::govern::person;
use crate::model::service::Off;
use crate::model::service::Service;
use crate::store;
use crate::store::group;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Add an account; without --password-stdin a password is made and printed
    Add(Add),
    /// Add many: lines of email,name,password
    Import {
        /// The file, in UTF-8
        file: PathBuf,
        #[command(flatten)]
        at: Configured,
    },
    /// List the accounts
    List(Configured),
    /// Remove an account with its folders, items and devices
    Remove(One),
    /// Give an account another password, or take the one it has away
    Password {
        #[command(flatten)]
        one: One,
        /// Read it from standard input instead of making one
        #[arg(long)]
        password_stdin: bool,
        /// Leave it without one: it logs in with that of its mailbox (`log_in.by` in the configuration)
        #[arg(long, conflicts_with = "password_stdin")]
        none: bool,
    },
    /// Switch ActiveSync off for an account
    Disable(One),
    /// Switch it on again
    Enable(One),
    /// Make an account an administrator of its organisation
    Promote(One),
    /// Make an administrator a user
    Demote(One),
    /// Take the second factor from an account, whose owner lost it
    ResetFactor(One),
    /// Say what an account does not use: it is not fetched, its phones are not told of it, and its copy here goes
    SwitchOff {
        #[command(flatten)]
        one: One,
        /// mail, calendar, shared-calendars, tasks, contacts, notes, directory; none: everything is used
        #[arg(value_parser = service)]
        services: Vec<Service>,
    },
    /// Write everything that is kept of a person, as JSON
    Export(One),
    /// Give an account its own log-in at a connection; the password comes from standard input
    Connect {
        #[command(flatten)]
        one: One,
        /// The connection's name in the configuration
        connection: String,
        /// The log-in name there
        #[arg(long)]
        user: String,
        /// Which of the user's companies, where there are several
        #[arg(long)]
        identity: Option<String>,
    },
    /// End an account's use of a connection; what was pulled stays, unless --purge is said
    Disconnect {
        #[command(flatten)]
        one: One,
        /// The connection's name in the configuration
        connection: String,
        /// Remove what was pulled, here and so on the phones; the back office keeps its own
        #[arg(long)]
        purge: bool,
    },
}

#[derive(Debug, Args)]
pub(super) struct Add {
    #[command(flatten)]
    one: One,
    /// The person's name
    #[arg(long, default_value = "")]
    name: String,
    /// Make it an administrator
    #[arg(long)]
    admin: bool,
    /// Read the password from standard input
    #[arg(long)]
    password_stdin: bool,
    /// Give it none: it logs in with that of its mailbox (`log_in.by` in the configuration)
    #[arg(long, conflicts_with = "password_stdin")]
    no_password: bool,
}

#[derive(Debug, Args)]
pub(super) struct One {
    /// The account's address
    email: String,
    #[command(flatten)]
    at: Configured,
}

pub(super) async fn run(command: Command) -> Outcome {
    match command {
        Command::Add(add) => self::add(&add).await,
        Command::Import { file, at } => import(&file, &at).await,
        Command::List(at) => list(&at).await,
        Command::Remove(one) => remove(&one).await,
        Command::Password { one, none: true, .. } => no_password(&one).await,
        Command::Password { one, password_stdin, .. } => password(&one, password_stdin).await,
        Command::Disable(one) => change(&one, Change::Disable).await,
        Command::Enable(one) => change(&one, Change::Enable).await,
        Command::Promote(one) => change(&one, Change::Promote).await,
        Command::Demote(one) => change(&one, Change::Demote).await,
        Command::ResetFactor(one) => reset_factor(&one).await,
        Command::Export(one) => export(&one).await,
        Command::SwitchOff { one, services } => switch_off(&one, services.into_iter().collect()).await,
        Command::Connect { one, connection, user, identity } => {
            connect(&one, &connection, user, identity).await
        }
        Command::Disconnect { one, connection, purge } => {
            let pulled = if purge { Pulled::Goes } else { Pulled::Stays };
            disconnect(&one, &connection, pulled).await
        }
    }
}

async fn add(add: &Add) -> Outcome {
    account::checked(&add.one.email)?;
    let app = super::open(&add.one.at).await?;
    let password = if add.password_stdin { Some(super::password_from_stdin()?) } else { None };
    let new = New {
        email: add.one.email.clone(),
        name: add.name.clone(),
        password,
        has_no_password: add.no_password,
        is_administrator: add.admin,
    };
    let made = account::add(&app, &Actor::command_line(), &new).await?;
    match made.password {
        None => say(&format!("added {}", made.email))?,
        Some(password) => say(&format!("added {} with the password {password}", made.email))?,
    }
    Ok(())
}

async fn import(file: &PathBuf, at: &Configured) -> Outcome {
    let cannot = |error| Failure::new(format!("cannot read {}: {error}", file.display()));
    let text = fs::read_to_string(file).map_err(cannot)?;
    let rows =
        account::rows(&text).map_err(|error| Failure::from(error).at(&format!("{}, ", file.display())))?;
    let app = super::open(at).await?;
    let actor = Actor::command_line();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    // Hashing is what takes time; the file's order is kept for the messages.
    let mut added_or_not = stream::iter(rows)
        .map(|row| {
            let (app, actor) = (&app, &actor);
            async move { (account::add(app, actor, &row.new).await, row.line) }
        })
        .buffered(cores);
    let (mut added, mut there) = (0_u64, 0_u64);
    while let Some((outcome, line)) = added_or_not.next().await {
        match outcome {
            Ok(_) => added += 1,
            Err(error @ govern::Error::Taken { .. }) => {
                say(&format!("line {line}: {error}"))?;
                there += 1;
            }
            Err(error) => return Err(error.into()),
        }
    }
    say(&format!("added {added}, left {there} as they were"))?;
    Ok(())
}

async fn list(at: &Configured) -> Outcome {
    let app = super::open(at).await?;
    let mut reader = app.store().read().await?;
    for account in store::account::list(&mut reader).await? {
        let role = Role::of(&account, &group::of_account(&mut reader, account.id).await?).as_str();
        let state = if account.is_disabled { "disabled" } else { "enabled" };
        // The number is what the log calls it.
        let mut line = format!("{}\t{}\t{role}\t{state}\t{}", account.email, account.name, account.id);
        for access in store::access::of_account(&mut reader, account.id).await? {
            let state = if access.paused_at.is_some() { "is paused" } else { "has trouble" };
            if let Some(notice) = access.notice {
                line.push_str(&format!("\t{} {state}: {notice}", access.connection));
            }
        }
        say(&line)?;
    }
    Ok(())
}

async fn remove(one: &One) -> Outcome {
    let app = super::open(&one.at).await?;
    let account = super::account(&app, &one.email).await?;
    person::erase(&app, &Actor::command_line(), account.id).await?;
    say(&format!("removed {}", account.email))?;
    Ok(())
}

async fn export(one: &One) -> Outcome {
    let app = super::open(&one.at).await?;
    let account = super::account(&app, &one.email).await?;
    let all = person::export(&app, &Actor::command_line(), account.id).await?;
    say(&serde_json::to_string_pretty(&all)?)?;
    Ok(())
}

async fn switch_off(one: &One, off: Off) -> Outcome {
    let app = super::open(&one.at).await?;
    let account = super::account(&app, &one.email).await?;
    govern::service::set(&app, &Actor::command_line(), account.id, &off).await?;
    say(&format!("{}: {}", account.email, switched(&off)))?;
    Ok(())
}

async fn password(one: &One, from_stdin: bool) -> Outcome {
    let app = super::open(&one.at).await?;
    let account = super::account(&app, &one.email).await?;
    let given = if from_stdin { Some(super::password_from_stdin()?) } else { None };
    let made = account::reset_password(&app, &Actor::command_line(), account.id, given.as_deref()).await?;
    match made {
        None => say(&format!("{} has another password", account.email))?,
        Some(password) => say(&format!("{} has the password {password}", account.email))?,
    }
    Ok(())
}

async fn no_password(one: &One) -> Outcome {
    let app = super::open(&one.at).await?;
    let account = super::account(&app, &one.email).await?;
    account::remove_password(&app, &Actor::command_line(), account.id).await?;
    say(&format!("{} logs in with the password of its mailbox", account.email))?;
    Ok(())
}

async fn reset_factor(one: &One) -> Outcome {
    let app = super::open(&one.at).await?;
    let account = super::account(&app, &one.email).await?;
    account::reset_factor(&app, &Actor::command_line(), account.id).await?;
    say(&format!("{} logs in with the password alone", account.email))?;
    Ok(())
}

async fn change(one: &One, change: Change) -> Outcome {
    let app = super::open(&one.at).await?;
    let account = super::account(&app, &one.email).await?;
    account::change(&app, &Actor::command_line(), account.id, change).await?;
    let words = match change {
        Change::Disable => "disabled",
        Change::Enable => "enabled",
        Change::Promote => "an administrator",
        Change::Demote => "a user",
    };
    say(&format!("{} is {words}", account.email))?;
    Ok(())
}

async fn connect(one: &One, name: &str, user: String, identity: Option<String>) -> Outcome {
    let app = super::open(&one.at).await?;
    let account = super::account(&app, &one.email).await?;
    let password = Zeroizing::new(super::password_from_stdin()?);
    let given = Given { user, password, identity };
    if let Some(error) = access::connect(&app, &account, name, &given).await? {
        say(&format!("could not try the log-in: {error}"))?;
    }
    say(&format!("{} uses {name} as {}", account.email, given.user))?;
    Ok(())
}

async fn disconnect(one: &One, name: &str, pulled: Pulled) -> Outcome {
    let app = super::open(&one.at).await?;
    let account = super::account(&app, &one.email).await?;
    access::disconnect(&app, account.id, name, pulled).await?;
    say(&format!("{} does not use {name} any more", account.email))?;
    Ok(())
}
