//! `lomme device`: the phones of an account, and what an administrator may do to them.

use clap::Args;
use clap::Subcommand;
use clap::ValueEnum;

use super::Configured;
use super::Failure;
use super::Outcome;
use super::say;
use crate::app::App;
use crate::command::provision::Provisioned;
use crate::command::provision::Wipe;
use crate::store;
use crate::store::device;
use crate::store::device::Column;
use crate::store::device::Device;
use crate::store::retrying;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List the devices of an account, or of all
    List {
        /// The account's address
        email: Option<String>,
        #[command(flatten)]
        at: Configured,
    },
    /// Make a device fetch everything anew
    Resync(One),
    /// Serve a device no more
    Block(One),
    /// Serve it again
    Allow(One),
    /// End the partnership; the device may come back as a new one
    Remove(One),
    /// Have the device wipe itself, or this account, when it next asks
    Wipe {
        #[command(flatten)]
        one: One,
        /// What it is to wipe: there is no way back
        #[arg(long)]
        what: What,
    },
}

/// What a device is to wipe.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum What {
    /// The account alone; understood by ActiveSync 16.1
    Account,
    /// All that is on the device
    Device,
}

#[derive(Debug, Args)]
pub(super) struct One {
    /// The account's address
    email: String,
    /// The device's id, as `lomme device list` shows it
    device: String,
    #[command(flatten)]
    at: Configured,
}

#[derive(Clone, Copy, Debug)]
enum Act {
    Resync,
    Block,
    Allow,
    Remove,
    Wipe(Wipe),
}

pub(super) async fn run(command: Command) -> Outcome {
    match command {
        Command::List { email, at } => list(email.as_deref(), &at).await,
        Command::Resync(one) => act(&one, Act::Resync).await,
        Command::Block(one) => act(&one, Act::Block).await,
        Command::Allow(one) => act(&one, Act::Allow).await,
        Command::Remove(one) => act(&one, Act::Remove).await,
        Command::Wipe { one, what: What::Account } => act(&one, Act::Wipe(Wipe::Account)).await,
        Command::Wipe { one, what: What::Device } => act(&one, Act::Wipe(Wipe::Device)).await,
    }
}

async fn list(email: Option<&str>, at: &Configured) -> Outcome {
    let app = super::open(at).await?;
    let accounts = match email {
        Some(email) => vec![super::account(&app, email).await?],
        None => store::account::list(&mut *app.store().read().await?).await?,
    };
    let mut reader = app.store().read().await?;
    for account in accounts {
        for device in device::list(&mut reader, account.id).await? {
            let state = if device.blocked_at.is_some() { "blocked" } else { "allowed" };
            let seen = device.seen_at.strftime("%Y-%m-%d %H:%M UTC");
            say(&format!("{}\t{}\t{}\t{state}\tseen {seen}", account.email, device.id, device.kind))?;
        }
    }
    Ok(())
}

async fn act(one: &One, act: Act) -> Outcome {
    let app = super::open(&one.at).await?;
    let account = super::account(&app, &one.email).await?;
    let devices = device::list(&mut *app.store().read().await?, account.id).await?;
    // The same id may come with several types: the person means the thing, so all of them.
    let meant: Vec<Device> = devices.into_iter().filter(|device| device.id == one.device).collect();
    if meant.is_empty() {
        return Err(Failure::new(format!("{} has no device {}", account.email, one.device)));
    }
    for device in meant {
        retrying(|| apply(&app, &device, act)).await?;
        let done = match act {
            Act::Resync => "will fetch everything anew",
            Act::Block => "is blocked",
            Act::Allow => "is allowed",
            Act::Remove => "is removed",
            Act::Wipe(Wipe::Account) => "will wipe this account when it next asks",
            Act::Wipe(Wipe::Device) => "will wipe itself when it next asks",
        };
        say(&format!("{} ({}) {done}", device.id, device.kind))?;
    }
    Ok(())
}

async fn apply(app: &App, device: &Device, act: Act) -> Result<(), store::Error> {
    let mut tx = app.store().begin().await?;
    let (account, number) = (device.account, device.number);
    match act {
        Act::Resync => device::resync(&mut tx, account, number).await?,
        Act::Block => device::set_blocked(&mut tx, account, number, Some(app.now())).await?,
        Act::Allow => device::set_blocked(&mut tx, account, number, None).await?,
        Act::Remove => device::remove(&mut tx, account, number).await?,
        Act::Wipe(wipe) => {
            let provisioned = Provisioned { wipe: Some(wipe), ..Provisioned::read(&device.provision) };
            device::set(&mut tx, account, number, Column::Provision, &provisioned.write()).await?;
        }
    }
    tx.commit().await
}
