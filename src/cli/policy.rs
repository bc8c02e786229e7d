//! `lomme policy`: what phones have to take, of an organisation, a group or an account.

use std::fs;
use std::path::PathBuf;

use clap::Args;
use clap::Subcommand;

use super::Failure;
use super::Outcome;
use super::Within;
use super::group;
use super::say;
use crate::app::App;
use crate::eas;
use crate::govern::actor::Actor;
use crate::govern::policy;
use crate::model::policy::Provisioning;
use crate::store::policy::Owner;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Show what is set, as a file that `lomme policy set` reads
    Show(Whose),
    /// Set what a file says: what [policy] may say in the configuration
    Set {
        /// The file
        file: PathBuf,
        #[command(flatten)]
        whose: Whose,
    },
    /// Take away what is set: what is above it counts
    Clear(Whose),
    /// Show what each version of the protocol is told
    Preview(Whose),
}

/// Whose policy: an account's goes before its group's, that before the organisation's, that before the configuration's.
#[derive(Debug, Args)]
pub(super) struct Whose {
    /// Of a group
    #[arg(long, value_name = "GROUP", conflicts_with = "account")]
    group: Option<String>,
    /// Of an account
    #[arg(long, value_name = "EMAIL")]
    account: Option<String>,
    #[command(flatten)]
    within: Within,
}

pub(super) async fn run(command: Command) -> Outcome {
    let actor = Actor::command_line();
    match command {
        Command::Show(whose) => {
            let (app, owner) = owner(&whose).await?;
            match policy::of(&app, &actor, owner).await? {
                Some(policy) => say(toml::to_string(&policy)?.trim_end())?,
                None => say("# nothing is set here")?,
            }
        }
        Command::Set { file, whose } => {
            let cannot = |error| Failure::new(format!("cannot read {}: {error}", file.display()));
            let text = fs::read_to_string(&file).map_err(cannot)?;
            let policy: Provisioning = toml::from_str(&text)
                .map_err(|error| Failure::from(error).at(&format!("{}: ", file.display())))?;
            let (app, owner) = owner(&whose).await?;
            policy::set(&app, &actor, owner, Some(&policy)).await?;
            say("set: phones are asked to take it when they next come")?;
        }
        Command::Clear(whose) => {
            let (app, owner) = owner(&whose).await?;
            policy::set(&app, &actor, owner, None).await?;
            say("nothing is set here any more")?;
        }
        Command::Preview(whose) => {
            let (app, owner) = owner(&whose).await?;
            let policy = policy::of(&app, &actor, owner).await?;
            preview(&policy.unwrap_or_else(|| app.config().policy.clone()))?;
        }
    }
    Ok(())
}

fn preview(policy: &Provisioning) -> Outcome {
    for told in eas::policy::preview(&policy.settings) {
        say(&format!("{}:", told.version))?;
        for (element, value) in &told.elements {
            say(&format!("  {element}\t{value}"))?;
        }
        if !told.left_out.is_empty() {
            say(&format!("  not told, though set: {}", told.left_out.join(", ")))?;
        }
    }
    Ok(())
}

async fn owner(whose: &Whose) -> Result<(App, Owner), Failure> {
    let (app, organisation) = super::within(&whose.within).await?;
    let owner = match (&whose.group, &whose.account) {
        (Some(name), _) => Owner::Group(organisation.id, group::named(&app, organisation.id, name).await?.id),
        (None, Some(email)) => {
            let account = super::account(&app, email).await?;
            Owner::Account(account.organisation, account.id)
        }
        (None, None) => Owner::Organisation(organisation.id),
    };
    Ok((app, owner))
}
