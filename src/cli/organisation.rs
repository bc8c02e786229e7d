//! `lomme organisation`: the companies, and what their administrators set over the configuration.

use clap::Subcommand;

use super::Configured;
use super::Failure;
use super::Outcome;
use super::say;
use crate::app::App;
use crate::model::class::Class;
use crate::store;
use crate::store::organisation;
use crate::store::organisation::Organisation;
use crate::store::retrying;
use crate::sync::conflict::Policy;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List the organisations with what is set for them
    List {
        #[command(flatten)]
        at: Configured,
    },
    /// Say who wins where two sides changed an item; it counts at once
    Conflict {
        /// The organisation's name, as `lomme organisation list` shows it
        name: String,
        /// calendar, contacts, tasks or notes
        #[arg(value_parser = class)]
        class: Class,
        /// "device decides", server, device, newest or merge; `default` for what the configuration says
        #[arg(value_parser = choice)]
        policy: Choice,
        #[command(flatten)]
        at: Configured,
    },
}

/// A policy, or none of the organisation's own.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Choice(Option<Policy>);

/// What has conflicts at all.
const CLASSES: [Class; 4] = [Class::Calendar, Class::Contacts, Class::Tasks, Class::Notes];

pub(super) async fn run(command: Command) -> Outcome {
    match command {
        Command::List { at } => list(&super::open(&at).await?).await,
        Command::Conflict { name, class, policy, at } => {
            set(&super::open(&at).await?, &name, class, policy).await
        }
    }
}

async fn list(app: &App) -> Outcome {
    for organisation in organisation::list(&mut *app.store().read().await?).await? {
        let policies: Vec<String> = CLASSES
            .iter()
            .map(|class| {
                let own = organisation.settings.conflict.get(class);
                let policy = own.copied().unwrap_or_else(|| app.config().conflict.policy(*class));
                let whose = if own.is_some() { "" } else { " (default)" };
                format!("{}: {}{whose}", class.as_str().to_lowercase(), policy.as_str())
            })
            .collect();
        say(&format!("{}\t{}", organisation.name, policies.join(", ")))?;
    }
    Ok(())
}

async fn set(app: &App, name: &str, class: Class, Choice(policy): Choice) -> Outcome {
    if !retrying(|| store(app, name, class, policy)).await? {
        return Err(Failure::new(format!("there is no organisation {name}")));
    }
    let class = class.as_str().to_lowercase();
    match policy {
        Some(policy) => say(&format!("{name}: {class}: {}", policy.as_str()))?,
        None => say(&format!("{name}: {class}: as configured"))?,
    }
    Ok(())
}

/// False: there is no organisation of that name.
async fn store(app: &App, name: &str, class: Class, policy: Option<Policy>) -> store::Result<bool> {
    let mut tx = app.store().begin().await?;
    let all = organisation::list(&mut tx).await?;
    let Some(Organisation { id, mut settings, .. }) = all.into_iter().find(|one| one.name == name) else {
        return Ok(false);
    };
    match policy {
        Some(policy) => settings.conflict.insert(class, policy),
        None => settings.conflict.remove(&class),
    };
    organisation::set_settings(&mut tx, id, &settings).await?;
    tx.commit().await?;
    Ok(true)
}

fn class(text: &str) -> Result<Class, String> {
    let found = CLASSES.into_iter().find(|class| class.as_str().eq_ignore_ascii_case(text));
    found.ok_or_else(|| "write calendar, contacts, tasks or notes".to_owned())
}

fn choice(text: &str) -> Result<Choice, String> {
    if text == "default" {
        return Ok(Choice(None));
    }
    let found = Policy::ALL.into_iter().find(|policy| policy.as_str() == text.replace('-', " "));
    let wrong = || "write \"device decides\", server, device, newest, merge or default".to_owned();
    found.map(|policy| Choice(Some(policy))).ok_or_else(wrong)
}
