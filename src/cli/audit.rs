//! `lomme audit`: who did what, and whether that is still as it was written.

use clap::Subcommand;

use super::Failure;
use super::Outcome;
use super::Within;
use super::say;
use crate::govern::actor::Actor;
use crate::govern::audit;
use crate::govern::audit::Verdict;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Show the newest links, the newest last
    List {
        /// How many
        #[arg(long, default_value_t = 50)]
        count: u16,
        #[command(flatten)]
        within: Within,
    },
    /// Check that no link was changed or taken out
    Check(Within),
}

pub(super) async fn run(command: Command) -> Outcome {
    let actor = Actor::command_line();
    match command {
        Command::List { count, within } => {
            let (app, organisation) = super::within(&within).await?;
            let links = audit::page(&app, &actor, organisation.id, None, i64::from(count)).await?;
            for link in links.iter().rev() {
                let at = link.at.strftime("%Y-%m-%d %H:%M:%S UTC");
                let line = format!(
                    "{}\t{at}\t{}\t{}\t{}\t{}",
                    link.id, link.actor, link.action, link.object, link.detail
                );
                say(line.trim_end())?;
            }
            Ok(())
        }
        Command::Check(within) => {
            let (app, organisation) = super::within(&within).await?;
            match audit::check(&app, &actor, organisation.id).await? {
                Verdict::Whole(links) => Ok(say(&format!("whole: {links} links"))?),
                Verdict::BrokenAt(link) => Err(Failure::new(format!(
                    "broken at link {link}: it, or one before it, is not as it was written"
                ))),
            }
        }
    }
}
