//! `lomme log`: what became of an account's changes on their way to and from its back offices, and what its phones cannot
//! be told. Changes nothing.

use jiff::Timestamp;

use super::Configured;
use super::Outcome;
use super::say;
use crate::model::id::FolderId;
use crate::model::id::server_id;
use crate::store::Reader;
use crate::store::account::Account;
use crate::store::device;
use crate::store::device::Device;
use crate::store::folder;
use crate::store::log;
use crate::store::log::Entry;
use crate::store::log::Run;
use crate::store::state;
use crate::store::state::Unsaid;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The account's address
    email: String,
    /// How many of the newest lines
    #[arg(long, default_value_t = 50)]
    count: u16,
    #[command(flatten)]
    at: Configured,
}

pub(super) async fn run(arguments: &Arguments) -> Outcome {
    let app = super::open(&arguments.at).await?;
    let account = super::account(&app, &arguments.email).await?;
    let mut reader = app.store().read().await?;
    let count = usize::from(arguments.count);
    let mut lines = Vec::new();
    let devices = device::list(&mut reader, account.id).await?;
    for entry in log::list(&mut reader, account.id, None, i64::from(arguments.count)).await? {
        let line = match entry.device {
            Some(number) => of_order(devices.iter().find(|device| device.number == number), &entry),
            None => of_item(&mut reader, &account, &entry).await?,
        };
        lines.push((entry.at, line));
    }
    for unsaid in state::unsaid(&mut reader, account.id, i64::from(arguments.count)).await? {
        let device = devices.iter().find(|device| device.number == unsaid.device);
        lines.push((unsaid.at, of_device(&mut reader, &account, device, &unsaid).await?));
    }
    for run in log::runs(&mut reader, account.id, i64::from(arguments.count)).await? {
        lines.push((run.ended_at, of_run(&run)));
    }
    // Read like a log file: the newest last.
    lines.sort_by_key(|(at, _)| *at);
    for (at, line) in lines.iter().skip(lines.len().saturating_sub(count)) {
        say(format!("{}\t{line}", time(*at)).trim_end())?;
    }
    Ok(())
}

fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

async fn of_item(reader: &mut Reader, account: &Account, entry: &Entry) -> Result<String, super::Failure> {
    let connection = entry.connection.as_deref().unwrap_or("-");
    let name = match entry.folder {
        Some(id) => folder_name(reader, account, id).await?,
        None => String::new(),
    };
    let item = match (entry.folder, entry.item) {
        (Some(folder), Some(item)) => format!(" {folder}:{item}"),
        _ => String::new(),
    };
    Ok(format!("{connection}\t{}\t{}\t{name}{item}\t{}", entry.direction, entry.outcome, entry.message))
}

/// What a device was ordered, and what came of it.
fn of_order(device: Option<&Device>, entry: &Entry) -> String {
    let device = device.map_or_else(|| "-".to_owned(), |device| format!("{} ({})", device.kind, device.id));
    format!("{device}\t{}\t{}\t\t{}", entry.direction, entry.outcome, entry.message)
}

/// An item that a phone cannot be told.
async fn of_device(
    reader: &mut Reader,
    account: &Account,
    device: Option<&Device>,
    unsaid: &Unsaid,
) -> Result<String, super::Failure> {
    let name = folder_name(reader, account, unsaid.folder).await?;
    let item = server_id(unsaid.folder, unsaid.item);
    let device = device.map_or_else(|| "-".to_owned(), |device| format!("{} ({})", device.kind, device.id));
    Ok(format!("{device}\tphone\taside\t{name} {item}\t{}", unsaid.reason))
}

async fn folder_name(reader: &mut Reader, account: &Account, id: FolderId) -> Result<String, super::Failure> {
    let row = folder::find(reader, account.id, id).await?;
    Ok(row.map_or_else(|| id.to_string(), |row| row.folder.name))
}

fn of_run(run: &Run) -> String {
    let Run { connection, pulled, removed, conflicts, errors, message, .. } = run;
    let (conflicts, errors) = (counted(*conflicts, "conflict"), counted(*errors, "error"));
    format!("{connection}\tpull\t{pulled} pulled, {removed} removed, {conflicts}, {errors}\t\t{message}")
}

fn counted(count: i64, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}
