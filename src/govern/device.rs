//! Devices as administrators look at them: lists of any length, and one with all that is known of it. Changes none.

use super::Error;
use super::Result;
use super::action::Facts;
use super::actor::Actor;
use super::bulk;
use super::bulk::Target;
use super::description::Information;
use super::order;
use super::order::Kind;
use super::order::Progress;
use super::provisioned::Provisioned;
use crate::app::App;
use crate::model::id::FolderId;
use crate::model::id::OrganisationId;
use crate::store::account::Account;
use crate::store::device;
use crate::store::device::Device;
use crate::store::folder;
use crate::store::log;
use crate::store::log::Entry as Logged;
use crate::store::roster;
use crate::store::roster::Entry;
use crate::store::roster::Filter;
use crate::store::roster::Place;
use crate::store::state;
use crate::sync::state::Cursor;

/// A part of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The devices.
    pub devices: Vec<Entry>,
    /// Where the next part begins; none: this is the last.
    pub next: Option<Place>,
    /// How many there are in all.
    pub total: i64,
}

/// One device.
#[derive(Clone, Debug, PartialEq)]
pub struct Detail {
    /// The device.
    pub device: Device,
    /// Its owner.
    pub owner: Account,
    /// What it says of itself.
    pub said: Information,
    /// What it has of the policy.
    pub provisioned: Provisioned,
    /// What it was ordered, and how far it is.
    pub order: Option<(Kind, Progress)>,
    /// What actions ask of it.
    pub facts: Facts,
    /// Where it stands with each folder.
    pub folders: Vec<FolderState>,
    /// What was done to it and by it, the newest first.
    pub log: Vec<Logged>,
}

/// Where a device stands with a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FolderState {
    /// The folder.
    pub id: FolderId,
    /// What it is called.
    pub name: String,
    /// Whether the device syncs it.
    pub is_synced: bool,
    /// Whether it has not been told yet of all that happened there.
    pub is_behind: bool,
    /// Items that it cannot be told, and why.
    pub aside: Vec<String>,
}

/// Some devices of an organisation that a filter lets through, the one seen last first.
pub async fn page(
    app: &App,
    actor: &Actor,
    organisation: OrganisationId,
    filter: &Filter,
    after: Option<Place>,
    limit: usize,
) -> Result<Page> {
    actor.sees(organisation)?;
    let filter = Filter { groups: actor.groups(), ..filter.clone() };
    let mut reader = app.store().read().await?;
    // One more than asked for tells whether there is more.
    let wanted = i64::try_from(limit.saturating_add(1)).unwrap_or(i64::MAX);
    let mut devices = roster::page(&mut reader, organisation, &filter, after, wanted).await?;
    let has_more = devices.len() > limit;
    devices.truncate(limit);
    let next = if has_more { devices.last().map(|entry| entry.place) } else { None };
    let total = roster::count(&mut reader, organisation, &filter).await?;
    Ok(Page { devices, next, total })
}

/// One device as a list shows it.
pub async fn entry(app: &App, actor: &Actor, target: Target) -> Result<Entry> {
    let mut reader = app.store().read().await?;
    actor.account(&mut reader, target.account).await?;
    let found = roster::one(&mut reader, target.account, target.number).await?;
    found.ok_or_else(|| Error::Missing { what: "device", name: target.to_string() })
}

/// One device with all that is known of it.
pub async fn find(app: &App, actor: &Actor, target: Target) -> Result<Detail> {
    let mut reader = app.store().read().await?;
    let owner = actor.account(&mut reader, target.account).await?;
    let found = device::by_number(&mut reader, target.account, target.number).await?;
    let missing = || Error::Missing { what: "device", name: target.to_string() };
    let device = found.ok_or_else(missing)?;
    let facts = bulk::facts(app, actor, &mut reader, &device, &owner).await?;
    let ordered = crate::store::order::of(&mut reader, device.account, device.number).await?;
    let order = match ordered {
        Some(ordered) => {
            let progress = order::look(&mut reader, &device, &ordered, app.now()).await?;
            Kind::parse(&ordered.kind).map(|kind| (kind, progress))
        }
        None => None,
    };
    let folders = folders(&mut reader, &device).await?;
    let log = log::of_device(&mut reader, device.account, device.number, LOG).await?;
    let said = Information::read(&device.information);
    let provisioned = Provisioned::read(&device.provision);
    Ok(Detail { device, owner, said, provisioned, order, facts, folders, log })
}

/// What a page has room for.
const LOG: i64 = 50;

/// The devices of one account, the one seen last first.
pub async fn of_account(app: &App, actor: &Actor, email: &str) -> Result<(Account, Vec<Device>)> {
    let mut reader = app.store().read().await?;
    let owner = actor.account_by_email(&mut reader, email).await?;
    let devices = device::list(&mut reader, owner.id).await?;
    Ok((owner, devices))
}

async fn folders(
    c: &mut crate::store::Connection,
    device: &Device,
) -> crate::store::Result<Vec<FolderState>> {
    let who = state::Who { account: device.account, device: device.number };
    let states = state::list(c, who).await?;
    let unsaid = state::unsaid(c, device.account, 1_000).await?;
    let rows = folder::list(c, device.account).await?;
    let shown = rows.into_iter().map(|row| {
        let state = states.iter().find(|state| state.folder == row.folder.id);
        let is_behind = match state.map(|state| &state.state.current.cursor) {
            Some(Cursor::At(rev)) => *rev < row.rev,
            Some(Cursor::Walk(_)) => true,
            None => false,
        };
        let aside = unsaid
            .iter()
            .filter(|unsaid| unsaid.device == device.number && unsaid.folder == row.folder.id)
            .map(|unsaid| unsaid.reason.clone())
            .collect();
        FolderState { id: row.folder.id, name: row.folder.name, is_synced: state.is_some(), is_behind, aside }
    });
    Ok(shown.collect())
}
