//! `lomme pull`: asks the running server to pull now, and tells how it went. Pulls nothing itself: phones that wait
//! are woken by the process they wait at.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use super::Configured;
use super::Failure;
use super::Outcome;
use super::say;
use crate::app::App;
use crate::govern;
use crate::store;
use crate::store::access;
use crate::store::account::Account;
use crate::store::log;
use crate::store::pull;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The account's address; without it all accounts
    email: Option<String>,
    #[command(flatten)]
    at: Configured,
}

const LOOK_EVERY: Duration = Duration::from_millis(200);
/// A running server looks every second.
const BEGUN_WITHIN: Duration = Duration::from_secs(15);
/// Longer pulls go on without us.
const DONE_WITHIN: Duration = Duration::from_mins(2);

pub(super) async fn run(arguments: &Arguments) -> Outcome {
    let app = super::open(&arguments.at).await?;
    let accounts = match &arguments.email {
        Some(email) => vec![super::account(&app, email).await?],
        None => store::account::list(&mut *app.store().read().await?).await?,
    };
    let asked_at = app.now();
    govern::pull::ask(&app, &accounts, asked_at).await?;
    let start = tokio::time::Instant::now();
    let mut all = None;
    loop {
        let left = left(&app, &accounts, asked_at).await?;
        if left == 0 {
            break;
        }
        let nothing_happened = *all.get_or_insert(left) == left;
        if nothing_happened && start.elapsed() > BEGUN_WITHIN {
            return Err(Failure::new("noted, but no server has done it yet: does `lomme serve` run?"));
        }
        if start.elapsed() > DONE_WITHIN {
            return Err(Failure::new("the pull takes long; it goes on in the server"));
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    let mut failed = 0;
    for account in &accounts {
        failed += tell(&app, account, asked_at).await?;
    }
    if failed > 0 { Err(Failure::new(format!("failed for {failed} collections or log-ins"))) } else { Ok(()) }
}

/// How many pulls are not over yet.
async fn left(app: &App, accounts: &[Account], asked_at: Timestamp) -> Result<usize, Failure> {
    let mut reader = app.store().read().await?;
    let mut left = 0;
    for account in accounts {
        let pulls = pull::of_account(&mut reader, account.id).await?;
        left += pulls.iter().filter(|pull| pull.next_at <= asked_at).count();
    }
    Ok(left)
}

/// Prints what an account's pulls did; how many of its collections and log-ins fail.
async fn tell(app: &App, account: &Account, asked_at: Timestamp) -> Result<usize, Failure> {
    const RUNS: i64 = 1_000;
    let mut reader = app.store().read().await?;
    let mut sums = BTreeMap::<String, (i64, i64, Vec<String>)>::new();
    for run in log::runs(&mut reader, account.id, RUNS).await? {
        if run.ended_at >= asked_at {
            let (pulled, removed, messages) = sums.entry(run.connection).or_default();
            *pulled += run.pulled;
            *removed += run.removed;
            if !run.message.is_empty() && !messages.contains(&run.message) {
                messages.push(run.message);
            }
        }
    }
    for (connection, (pulled, removed, messages)) in sums {
        let messages = messages.join("; ");
        let line = format!("{}\t{connection}\t{pulled} pulled, {removed} removed", account.email);
        say(&if messages.is_empty() { line } else { format!("{line}: {messages}") })?;
    }
    let paused = access::of_account(&mut reader, account.id).await?;
    let paused = paused.iter().filter(|access| access.paused_at.is_some()).count();
    let pulls = pull::of_account(&mut reader, account.id).await?;
    Ok(paused + pulls.iter().filter(|pull| pull.failures > 0).count())
}
