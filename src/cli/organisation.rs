//! `lomme organisation`: the companies, and what their administrators set over the configuration.

use clap::Subcommand;
use clap::ValueEnum;

use super::Configured;
use super::Outcome;
use super::say;
use crate::app::App;
use crate::govern;
use crate::govern::actor::Actor;
use crate::govern::operator;
use crate::govern::organisation;
use crate::govern::organisation::CLASSES;
use crate::govern::organisation::Setting;
use crate::model::class::Class;
use crate::model::service::Off;
use crate::model::service::Service;
use crate::store::organisation::Organisation;
use crate::sync::conflict::Policy;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List the organisations with what is set for them
    List {
        #[command(flatten)]
        at: Configured,
    },
    /// Add one
    Add {
        /// Its name
        name: String,
        #[command(flatten)]
        at: Configured,
    },
    /// Call one otherwise
    Rename {
        /// The organisation's name, as `lomme organisation list` shows it
        name: String,
        /// What it is called from now on
        to: String,
        #[command(flatten)]
        at: Configured,
    },
    /// Have an account govern every organisation on the pages, or not
    Operator {
        /// The account's address
        email: String,
        /// Whether it does
        is: Switch,
        #[command(flatten)]
        at: Configured,
    },
    /// Have administrators need a second factor on the pages, or not
    Factor {
        /// The organisation's name, as `lomme organisation list` shows it
        name: String,
        /// Whether they do
        is: Switch,
        #[command(flatten)]
        at: Configured,
    },
    /// Say what nobody of it uses: it is not fetched, phones are not told of it, and its copy here goes
    SwitchOff {
        /// The organisation's name, as `lomme organisation list` shows it
        name: String,
        /// mail, calendar, shared-calendars, tasks, contacts, notes, directory; none: everything is used
        #[arg(value_parser = service)]
        services: Vec<Service>,
        #[command(flatten)]
        at: Configured,
    },
    /// Let administrators have whole devices wiped, or not
    WholeWipe {
        /// The organisation's name, as `lomme organisation list` shows it
        name: String,
        /// Whether they may
        may: Switch,
        #[command(flatten)]
        at: Configured,
    },
    /// Let people say for themselves who wins where two sides changed an item, or not
    OwnConflict {
        /// The organisation's name, as `lomme organisation list` shows it
        name: String,
        /// Whether they may
        may: Switch,
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

/// On or off.
#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
pub(super) enum Switch {
    /// It is so
    On,
    /// It is not
    Off,
}

/// A policy, or none of the organisation's own.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Choice(Option<Policy>);

pub(super) async fn run(command: Command) -> Outcome {
    match command {
        Command::List { at } => list(&super::open(&at).await?).await,
        Command::Add { name, at } => add(&super::open(&at).await?, &name).await,
        Command::Rename { name, to, at } => rename(&super::open(&at).await?, &name, &to).await,
        Command::Operator { email, is, at } => operator(&super::open(&at).await?, &email, is).await,
        Command::Conflict { name, class, policy: Choice(policy), at } => {
            set(&super::open(&at).await?, &name, Setting::Conflict(class, policy)).await
        }
        Command::Factor { name, is, at } => {
            set(&super::open(&at).await?, &name, Setting::Factor(is == Switch::On)).await
        }
        Command::SwitchOff { name, services, at } => {
            switch_off(&super::open(&at).await?, &name, services.into_iter().collect()).await
        }
        Command::OwnConflict { name, may, at } => {
            set(&super::open(&at).await?, &name, Setting::OwnConflict(may == Switch::On)).await
        }
        Command::WholeWipe { name, may, at } => {
            set(&super::open(&at).await?, &name, Setting::WholeWipe(may == Switch::On)).await
        }
    }
}

async fn list(app: &App) -> Outcome {
    for Organisation { name, settings, .. } in organisation::list(app, &Actor::command_line()).await? {
        let policies: Vec<String> = CLASSES
            .iter()
            .map(|class| {
                let own = settings.conflict.get(class);
                let policy = own.copied().unwrap_or_else(|| app.config().conflict.policy(*class));
                let whose = if own.is_some() { "" } else { " (default)" };
                format!("{}: {}{whose}", class.as_str().to_lowercase(), policy.as_str())
            })
            .collect();
        say(&format!("{name}\t{}", policies.join(", ")))?;
    }
    Ok(())
}

async fn add(app: &App, name: &str) -> Outcome {
    let made = organisation::add(app, &Actor::command_line(), name).await?;
    say(&format!("added {}", made.name))?;
    Ok(())
}

async fn rename(app: &App, name: &str, to: &str) -> Outcome {
    let actor = Actor::command_line();
    let found = organisation::named(app, &actor, name).await?;
    organisation::rename(app, &actor, found.id, to).await?;
    say(&format!("{name} is called {to}"))?;
    Ok(())
}

async fn operator(app: &App, email: &str, is: Switch) -> Outcome {
    let actor = Actor::command_line();
    if is == Switch::On {
        let account = operator::add(app, &actor, email).await?;
        say(&format!("{} governs every organisation", account.email))?;
    } else {
        let account = super::account(app, email).await?;
        operator::remove(app, &actor, account.id).await?;
        say(&format!("{} governs every organisation no more", account.email))?;
    }
    Ok(())
}

async fn set(app: &App, name: &str, setting: Setting) -> Outcome {
    let actor = Actor::command_line();
    let found = organisation::named(app, &actor, name).await?;
    organisation::set(app, &actor, found.id, &setting).await?;
    match setting {
        Setting::Conflict(class, policy) => {
            let policy = policy.map_or("as configured", Policy::as_str);
            say(&format!("{name}: {}: {policy}", class.as_str().to_lowercase()))?;
        }
        Setting::Factor(is_on) => {
            let need = if is_on { "need" } else { "do not need" };
            say(&format!("{name}: administrators {need} a second factor"))?;
        }
        Setting::OwnConflict(is_on) => {
            let may = if is_on { "may" } else { "may not" };
            say(&format!("{name}: people {may} say for themselves who wins"))?;
        }
        Setting::WholeWipe(is_on) => {
            let may = if is_on { "may" } else { "may not" };
            say(&format!("{name}: administrators {may} have whole devices wiped"))?;
        }
        Setting::Access(_) => say(&format!("{name}: has other access rules"))?,
    }
    Ok(())
}

async fn switch_off(app: &App, name: &str, off: Off) -> Outcome {
    let actor = Actor::command_line();
    let found = organisation::named(app, &actor, name).await?;
    govern::service::set_all(app, &actor, found.id, &off).await?;
    say(&format!("{name}: {}", switched(&off)))?;
    Ok(())
}

/// What is switched off, in words.
pub(super) fn switched(off: &Off) -> String {
    if off.is_empty() { "nothing is switched off".to_owned() } else { format!("switched off: {off}") }
}

/// Reads the name of something that can be switched off.
pub(super) fn service(text: &str) -> Result<Service, String> {
    let names = Service::ALL.map(Service::as_str).join(", ");
    Service::from_name(text).ok_or_else(|| format!("write some of {names}"))
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
