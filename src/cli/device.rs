//! `lomme device`: the phones of an account, and what an administrator may do to them.

use clap::Args;
use clap::Subcommand;
use clap::ValueEnum;

use super::Configured;
use super::Failure;
use super::Outcome;
use super::say;
use crate::app::App;
use crate::govern::action::Action;
use crate::govern::actor::Actor;
use crate::govern::bulk;
use crate::govern::bulk::Target;
use crate::govern::device;
use crate::govern::organisation;
use crate::govern::trace;
use crate::model::id::FolderId;
use crate::store::device::Device;
use crate::store::roster::Filter;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List the devices of an account, or of all
    List {
        /// The account's address
        email: Option<String>,
        /// Only those with this in their owner's name or address, id, type, model or name
        #[arg(long, default_value = "")]
        search: String,
        /// Only those that are allowed, blocked, quarantined, or ordered to do something
        #[arg(long, default_value = "")]
        state: String,
        #[command(flatten)]
        at: Configured,
    },
    /// Make a device fetch everything anew, or one folder
    Resync {
        #[command(flatten)]
        one: One,
        /// The folder's number, as `lomme device show` has it
        #[arg(long)]
        folder: Option<i64>,
    },
    /// Ask a device to take the policy once more
    Policy(One),
    /// Serve a device no more
    Block(One),
    /// Serve it again, whatever the access rules say
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
    /// Take back what a device was ordered and has not done yet
    Cancel(One),
    /// Print what a device and the server said to each other while that was written down
    Trace {
        #[command(flatten)]
        one: One,
        /// Write it down for an hour from now on; names, addresses and texts get stand-ins
        #[arg(long, conflicts_with = "off")]
        on: bool,
        /// Write no more down, and remove what was
        #[arg(long)]
        off: bool,
    },
    /// Show what is known of a device
    Show(One),
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

pub(super) async fn run(command: Command) -> Outcome {
    match command {
        Command::List { email: Some(email), at, .. } => list_of(&email, &at).await,
        Command::List { email: None, search, state, at } => {
            list(Filter { search, state, ..Filter::default() }, &at).await
        }
        Command::Resync { one, folder: None } => act(&one, Action::Resync).await,
        Command::Resync { one, folder: Some(folder) } => act(&one, Action::Folder(FolderId(folder))).await,
        Command::Policy(one) => act(&one, Action::Policy).await,
        Command::Block(one) => act(&one, Action::Block).await,
        Command::Allow(one) => act(&one, Action::Allow).await,
        Command::Remove(one) => act(&one, Action::SignOut).await,
        Command::Wipe { one, what: What::Account } => act(&one, Action::WipeAccount).await,
        Command::Wipe { one, what: What::Device } => act(&one, Action::WipeDevice).await,
        Command::Cancel(one) => act(&one, Action::Cancel).await,
        Command::Trace { one, on, off } => trace(&one, on, off).await,
        Command::Show(one) => show(&one).await,
    }
}

async fn list_of(email: &str, at: &Configured) -> Outcome {
    let app = super::open(at).await?;
    let (account, devices) = device::of_account(&app, &Actor::command_line(), email).await?;
    for device in devices {
        let (state, seen) = (device.standing.as_str(), device.seen_at.strftime(SEEN));
        say(&format!("{}\t{}\t{}\t{state}\tseen {seen}", account.email, device.id, device.kind))?;
    }
    Ok(())
}

const SEEN: &str = "%Y-%m-%d %H:%M UTC";

async fn list(filter: Filter, at: &Configured) -> Outcome {
    const AT_A_TIME: usize = 1_000;
    let (app, actor) = (super::open(at).await?, Actor::command_line());
    for organisation in organisation::list(&app, &actor).await? {
        let mut after = None;
        loop {
            let page = device::page(&app, &actor, organisation.id, &filter, after, AT_A_TIME).await?;
            for entry in &page.devices {
                let (state, seen) = (entry.standing.as_str(), entry.place.seen_at.strftime(SEEN));
                say(&format!("{}\t{}\t{}\t{state}\tseen {seen}", entry.email, entry.id, entry.kind))?;
            }
            after = page.next;
            if after.is_none() {
                break;
            }
        }
    }
    Ok(())
}

/// The devices that a person means: the same id may come with several types.
async fn meant(app: &App, one: &One) -> Result<Vec<Device>, Failure> {
    let (account, mut devices) = device::of_account(app, &Actor::command_line(), &one.email).await?;
    devices.retain(|device| device.id == one.device);
    if devices.is_empty() {
        return Err(Failure::new(format!("{} has no device {}", account.email, one.device)));
    }
    Ok(devices)
}

async fn act(one: &One, action: Action) -> Outcome {
    let app = super::open(&one.at).await?;
    let meant = meant(&app, one).await?;
    let targets: Vec<Target> = meant.iter().map(Target::of).collect();
    let told = bulk::submit(&app, &Actor::command_line(), action, &targets).await?;
    let mut refused = None;
    for (device, told) in meant.iter().zip(told) {
        match told.outcome {
            Ok(()) => say(&format!("{} ({}) {}", device.id, device.kind, done(action)))?,
            Err(reason) => refused = Some(format!("{} ({}): {reason}", device.id, device.kind)),
        }
    }
    refused.map_or(Ok(()), |words| Err(Failure::new(words)))
}

fn done(action: Action) -> &'static str {
    match action {
        Action::Resync => "will fetch everything anew",
        Action::Folder(_) => "will fetch the folder anew",
        Action::Policy => "will be asked to take the policy",
        Action::Block => "is blocked",
        Action::Allow => "is allowed",
        Action::SignOut => "is removed",
        Action::WipeAccount => "will wipe this account when it next asks",
        Action::WipeDevice => "will wipe itself when it next asks",
        Action::Cancel => "is not to do anything any more",
    }
}

async fn trace(one: &One, on: bool, off: bool) -> Outcome {
    let (app, actor) = (super::open(&one.at).await?, Actor::command_line());
    for device in meant(&app, one).await? {
        let target = Target::of(&device);
        if on {
            trace::change(&app, &actor, target, trace::Change::Start).await?;
            say(&format!("{} ({}): what it says is written down for an hour", device.id, device.kind))?;
        } else if off {
            trace::change(&app, &actor, target, trace::Change::Remove).await?;
            say(&format!("{} ({}): nothing is written down any more", device.id, device.kind))?;
        } else {
            say(trace::text(&trace::find(&app, &actor, target).await?.lines).trim_end())?;
        }
    }
    Ok(())
}

async fn show(one: &One) -> Outcome {
    let app = super::open(&one.at).await?;
    for device in meant(&app, one).await? {
        let detail = device::find(&app, &Actor::command_line(), Target::of(&device)).await?;
        let (said, traits) = (&detail.said, detail.said.traits(&device.kind));
        say(&format!("{} ({})\t{}\t{}", device.id, device.kind, traits.family, detail.owner.email))?;
        for (name, value) in [
            ("model", traits.model),
            ("system", traits.system),
            ("version", traits.version),
            ("agent", said.user_agent.as_deref().unwrap_or_default()),
            ("state", device.standing.as_str()),
        ] {
            say(&format!("  {name}\t{value}"))?;
        }
        say(&format!("  seen\t{}", device.seen_at.strftime(SEEN)))?;
        if let Some((kind, progress)) = detail.order {
            say(&format!("  ordered\t{}: {progress:?}", kind.as_str()))?;
        }
        for folder in detail.folders.iter().filter(|folder| folder.is_synced) {
            let state = if folder.is_behind { "behind" } else { "up to date" };
            say(&format!(
                "  folder {}\t{}\t{state}\t{} set aside",
                folder.id,
                folder.name,
                folder.aside.len()
            ))?;
        }
        for entry in &detail.log {
            say(&format!("  {}\t{}\t{}", entry.at.strftime(SEEN), entry.outcome, entry.message))?;
        }
    }
    Ok(())
}
