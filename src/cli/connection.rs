//! `lomme connection`: the back offices that administrators set up for an organisation, beside those of the configuration.

use std::io::Read as _;

use clap::Args;
use clap::Subcommand;
use serde_json::Map;
use serde_json::Value;

use super::Failure;
use super::Outcome;
use super::Within;
use super::say;
use crate::govern::actor::Actor;
use crate::govern::connection;
use crate::govern::connection::Known;
use crate::govern::connection::Trial;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List the connections that an organisation may use
    List(Within),
    /// Set one up, or change one: reads the keys of `[[connection]]` as TOML from standard input
    Add(Within),
    /// Ask one whether it answers
    Test(Named),
    /// Pull one now, for every account of the organisation
    Pull(Named),
    /// Let one rest: what phones do meanwhile waits
    Pause(Named),
    /// Let one go on
    Resume(Named),
    /// Take one away; what accounts have of it stays with them
    Remove(Named),
}

#[derive(Debug, Args)]
pub(super) struct Named {
    /// What it is called
    name: String,
    #[command(flatten)]
    of: Within,
}

pub(super) async fn run(command: Command) -> Outcome {
    match command {
        Command::List(of) => list(&of).await,
        Command::Add(of) => add(&of).await,
        Command::Test(one) => test(&one).await,
        Command::Pull(one) => pull(&one).await,
        Command::Pause(one) => pause(&one, true).await,
        Command::Resume(one) => pause(&one, false).await,
        Command::Remove(one) => remove(&one).await,
    }
}

async fn list(of: &Within) -> Outcome {
    let (app, organisation) = super::within(of).await?;
    for known in connection::list(&app, &Actor::command_line(), organisation.id).await? {
        say(&line(&known))?;
    }
    Ok(())
}

fn line(known: &Known) -> String {
    let Known { name, settings, keys, is_paused, used } = known;
    let (kind, classes) = match settings {
        Some(settings) => {
            let classes: Vec<String> =
                settings.classes.iter().map(|class| class.as_str().to_lowercase()).collect();
            (settings.kind.as_str(), classes.join(", "))
        }
        None => ("cannot be read: give its secrets again", String::new()),
    };
    let origin = if keys.is_some() { "added" } else { "configured" };
    let state = if *is_paused { "paused" } else { "in use" };
    let refused = if used.refused > 0 { format!(", {} refused", used.refused) } else { String::new() };
    format!("{name}\t{kind}\t{classes}\t{origin}\t{state}\t{} accounts{refused}", used.accounts)
}

async fn add(of: &Within) -> Outcome {
    /// Far more than the keys of one connection.
    const MOST: u64 = 64 * 1024;
    let (app, organisation) = super::within(of).await?;
    let mut text = String::new();
    std::io::stdin().take(MOST).read_to_string(&mut text)?;
    let keys: Map<String, Value> =
        toml::from_str(&text).map_err(|error| Failure::new(error.message().to_owned()))?;
    let made = connection::put(&app, &Actor::command_line(), organisation.id, keys).await?;
    say(&format!("{} is set up", made.name))?;
    Ok(())
}

async fn test(one: &Named) -> Outcome {
    let (app, organisation) = super::within(&one.of).await?;
    let trial = connection::try_known(&app, &Actor::command_line(), organisation.id, &one.name).await?;
    let said = match trial {
        Trial::Answers(collections) => format!("{} answers, with {collections} collections", one.name),
        Trial::NotTried => {
            "not tried: each account has a log-in of its own, see `lomme account connect`".to_owned()
        }
        Trial::Failed(message) => return Err(Failure::new(format!("{}: {message}", one.name))),
    };
    say(&said)?;
    Ok(())
}

async fn pull(one: &Named) -> Outcome {
    let (app, organisation) = super::within(&one.of).await?;
    let accounts = connection::pull_now(&app, &Actor::command_line(), organisation.id, &one.name).await?;
    say(&format!("{} is pulled for {accounts} accounts", one.name))?;
    Ok(())
}

async fn pause(one: &Named, is_paused: bool) -> Outcome {
    let (app, organisation) = super::within(&one.of).await?;
    connection::pause(&app, &Actor::command_line(), organisation.id, (&one.name, is_paused)).await?;
    say(&format!("{} {}", one.name, if is_paused { "is paused" } else { "goes on" }))?;
    Ok(())
}

async fn remove(one: &Named) -> Outcome {
    let (app, organisation) = super::within(&one.of).await?;
    let accounts = connection::remove(&app, &Actor::command_line(), organisation.id, &one.name).await?;
    say(&format!("removed {}, which {accounts} accounts used", one.name))?;
    Ok(())
}
