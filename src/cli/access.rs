//! `lomme access`: which devices an organisation lets in.

use clap::Subcommand;

use super::Failure;
use super::Outcome;
use super::Within;
use super::say;
use crate::govern::actor::Actor;
use crate::govern::organisation;
use crate::govern::organisation::Setting;
use crate::model::access::Rule;
use crate::model::access::Rules;
use crate::model::access::Trait;
use crate::model::access::Verdict;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Show the rules, the first that fits decides
    Show(Within),
    /// Say what is done with a new device that no rule fits
    New {
        /// allow, block or quarantine
        #[arg(value_parser = verdict)]
        then: Verdict,
        /// How many devices a person may have before a further one waits for an administrator; 0 for any number
        #[arg(long)]
        devices: Option<u32>,
        #[command(flatten)]
        within: Within,
    },
    /// Add a rule after those that are there
    Add {
        /// allow, block or quarantine
        #[arg(value_parser = verdict)]
        then: Verdict,
        /// family, model, version, type, system or agent
        #[arg(value_parser = attribute)]
        of: Trait,
        /// What that has to be, letter case ignored; `*` at the end stands for anything
        is: String,
        #[command(flatten)]
        within: Within,
    },
    /// Remove a rule by its number
    Remove {
        /// As `lomme access show` has it
        number: usize,
        #[command(flatten)]
        within: Within,
    },
}

pub(super) async fn run(command: Command) -> Outcome {
    match command {
        Command::Show(within) => {
            let (_, organisation) = super::within(&within).await?;
            show(&organisation.settings.access)
        }
        Command::New { then, devices, within } => {
            change(&within, |rules| {
                rules.new_devices = then;
                if let Some(devices) = devices {
                    rules.devices_per_person = (devices > 0).then_some(devices);
                }
                Ok(())
            })
            .await
        }
        Command::Add { then, of, is, within } => {
            change(&within, |rules| {
                rules.rules.push(Rule { of, is, then });
                Ok(())
            })
            .await
        }
        Command::Remove { number, within } => {
            change(&within, |rules| {
                let place = number.checked_sub(1).filter(|place| *place < rules.rules.len());
                let place = place.ok_or_else(|| Failure::new(format!("there is no rule {number}")))?;
                rules.rules.remove(place);
                Ok(())
            })
            .await
        }
    }
}

async fn change(within: &Within, change: impl FnOnce(&mut Rules) -> Outcome) -> Outcome {
    let (app, organisation) = super::within(within).await?;
    let mut rules = organisation.settings.access;
    change(&mut rules)?;
    let setting = Setting::Access(rules.clone());
    organisation::set(&app, &Actor::command_line(), organisation.id, &setting).await?;
    show(&rules)
}

fn show(rules: &Rules) -> Outcome {
    for (number, rule) in (1..).zip(&rules.rules) {
        say(&format!("{number}\t{}\t{}\t{}", rule.then.as_str(), rule.of.as_str(), rule.is))?;
    }
    let most = rules.devices_per_person.map_or_else(|| "any number".to_owned(), |most| most.to_string());
    say(&format!("new devices\t{}\tdevices of a person: {most}", rules.new_devices.as_str()))?;
    Ok(())
}

fn verdict(text: &str) -> Result<Verdict, String> {
    let found = Verdict::ALL.into_iter().find(|verdict| verdict.as_str() == text);
    found.ok_or_else(|| "write allow, block or quarantine".to_owned())
}

fn attribute(text: &str) -> Result<Trait, String> {
    let found = Trait::ALL.into_iter().find(|attribute| attribute.as_str() == text);
    found.ok_or_else(|| "write family, model, version, type, system or agent".to_owned())
}
