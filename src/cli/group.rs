//! `lomme group`: groups of accounts, and who administers them.

use clap::Subcommand;

use super::Failure;
use super::Outcome;
use super::Within;
use super::say;
use crate::app::App;
use crate::govern::actor::Actor;
use crate::govern::group;
use crate::govern::group::Place;
use crate::model::id::OrganisationId;
use crate::store::group::Group;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List the groups with the number of their accounts
    List(Within),
    /// Add a group
    Add {
        /// Its name
        name: String,
        #[command(flatten)]
        within: Within,
    },
    /// Remove a group; its accounts stay
    Remove {
        /// Its name
        name: String,
        #[command(flatten)]
        within: Within,
    },
    /// Put an account into a group
    Join {
        /// The group's name
        name: String,
        /// The account's address
        email: String,
        /// Make it administer the group
        #[arg(long)]
        admin: bool,
        #[command(flatten)]
        within: Within,
    },
    /// Take an account out of a group
    Leave {
        /// The group's name
        name: String,
        /// The account's address
        email: String,
        #[command(flatten)]
        within: Within,
    },
}

pub(super) async fn run(command: Command) -> Outcome {
    let actor = Actor::command_line();
    match command {
        Command::List(within) => {
            let (app, organisation) = super::within(&within).await?;
            for group in group::list(&app, &actor, organisation.id).await? {
                say(&format!("{}\t{}\t{}", group.name, group.members, group.id))?;
            }
        }
        Command::Add { name, within } => {
            let (app, organisation) = super::within(&within).await?;
            group::add(&app, &actor, organisation.id, &name).await?;
            say(&format!("added {name}"))?;
        }
        Command::Remove { name, within } => {
            let (app, organisation) = super::within(&within).await?;
            let group = named(&app, organisation.id, &name).await?;
            group::remove(&app, &actor, organisation.id, group.id).await?;
            say(&format!("removed {name}"))?;
        }
        Command::Join { name, email, admin, within } => {
            let place = if admin { Place::Administrator } else { Place::Member };
            let words = if admin { "administers" } else { "is in" };
            put(&within, (&name, &email), place, words).await?;
        }
        Command::Leave { name, email, within } => {
            put(&within, (&name, &email), Place::Outside, "is not in").await?;
        }
    }
    Ok(())
}

async fn put(within: &Within, (name, email): (&str, &str), place: Place, words: &str) -> Outcome {
    let (app, organisation) = super::within(within).await?;
    let group = named(&app, organisation.id, name).await?;
    let account = super::account(&app, email).await?;
    group::place(&app, &Actor::command_line(), group.id, account.id, place).await?;
    say(&format!("{} {words} {name}", account.email))?;
    Ok(())
}

/// The group of that name.
pub(super) async fn named(app: &App, organisation: OrganisationId, name: &str) -> Result<Group, Failure> {
    let groups = group::list(app, &Actor::command_line(), organisation).await?;
    let found = groups.into_iter().find(|group| group.name == name);
    found.ok_or_else(|| Failure::new(format!("there is no group {name}")))
}
