//! `lomme token`: the tokens of programs that use the interface under `/api`.

use clap::Subcommand;

use super::Outcome;
use super::Within;
use super::group;
use super::say;
use crate::govern::actor::Actor;
use crate::govern::token;
use crate::govern::token::Scope;
use crate::model::id::TokenId;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make a token and print it: nobody can read it again
    Add {
        /// What it is for
        name: String,
        /// Let it change things; without this it may only look
        #[arg(long)]
        write: bool,
        /// Bind it to a group; may be given more than once
        #[arg(long, value_name = "GROUP")]
        group: Vec<String>,
        #[command(flatten)]
        within: Within,
    },
    /// List the tokens with when each was last used
    List(Within),
    /// Make a token good for nothing
    Revoke {
        /// Its number, as `lomme token list` shows it
        id: i64,
        #[command(flatten)]
        within: Within,
    },
}

pub(super) async fn run(command: Command) -> Outcome {
    let actor = Actor::command_line();
    match command {
        Command::Add { name, write, group, within } => {
            let (app, organisation) = super::within(&within).await?;
            let mut groups = Vec::new();
            for name in &group {
                groups.push(group::named(&app, organisation.id, name).await?.id);
            }
            let scope = Scope { write, groups };
            let (_, secret) = token::add(&app, &actor, organisation.id, &name, &scope).await?;
            say(&secret)?;
        }
        Command::List(within) => {
            let (app, organisation) = super::within(&within).await?;
            for token in token::list(&app, &actor, organisation.id).await? {
                let used =
                    token.used_at.map_or_else(|| "never".to_owned(), |at| at.strftime(TIME).to_string());
                let state = if token.revoked_at.is_some() { "revoked" } else { "good" };
                say(&format!("{}\t{}\t{state}\tused {used}\t{}", token.id, token.name, token.scope))?;
            }
        }
        Command::Revoke { id, within } => {
            let (app, organisation) = super::within(&within).await?;
            token::revoke(&app, &actor, organisation.id, TokenId(id)).await?;
            say(&format!("revoked {id}"))?;
        }
    }
    Ok(())
}

const TIME: &str = "%Y-%m-%d %H:%M UTC";
