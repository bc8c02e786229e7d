//! Keeps an account's folders in step with the collections of a connection. Pulls no item.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::SignedDuration;
use jiff::Timestamp;
use serde::Deserialize;
use serde::Serialize;

use super::mailboxes;
use super::office::Office;
use super::office::Stop;
use super::office::Watch;
use super::office::answer;
use super::office::later;
use super::pull::Done;
use super::pull::LEASE;
use super::pull::Tally;
use crate::app::new_key;
use crate::connector::Collection;
use crate::model::class::Class;
use crate::model::folder::FIRST_FURTHER;
use crate::model::folder::FolderKind;
use crate::model::folder::default_of;
use crate::model::id::AccountId;
use crate::model::id::FolderId;
use crate::model::service::Off;
use crate::model::service::Service;
use crate::store;
use crate::store::Tx;
use crate::store::folder;
use crate::store::folder::Row;
use crate::store::moved;
use crate::store::outbox;
use crate::store::pull;
use crate::store::pull::Due;
use crate::store::retrying;
use crate::store::service;

/// What the last look at the list left, as kept in `pull.cursor`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Position {
    /// Collections that are missing, since when in microseconds; one that stays missing is gone.
    missing: BTreeMap<String, i64>,
}

/// A collection with the place that it has among the folders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) collection: Collection,
    /// The folder that every account has for it.
    pub(super) fixed: Option<FolderId>,
    /// What it is beside that.
    pub(super) kind: FolderKind,
    /// The collection it lies in.
    pub(super) parent: Option<String>,
    /// Whether there can be anything in it.
    pub(super) holds_items: bool,
}

impl Wanted {
    /// Whether it is of a service that is switched off.
    fn is_in(&self, off: &Off) -> bool {
        match self.fixed {
            // The default one of its class.
            Some(_) if self.kind == FolderKind::USER_CALENDAR => off.has(Service::Calendar),
            Some(_) | None => off.covers(self.kind),
        }
    }
}

/// A collection must be missing for so long: a back office that restarts may list nothing for a while.
const MISSING: SignedDuration = SignedDuration::from_mins(10);
/// What a phone wrote waits for its collection so long.
const MISSING_AND_OWED: SignedDuration = SignedDuration::from_hours(24);

/// Items that lived here before their folder was connected are sent after the first pull, which may know them.
const AFTER_THE_FIRST_PULL: SignedDuration = SignedDuration::from_mins(1);

/// Looks at the collections; makes, renames and removes folders.
pub(super) async fn pull(office: &Office, due: &Due, watch: &Watch, tally: &mut Tally) -> Result<Done, Stop> {
    let desk = office.desk(due.account, &due.connection).await?;
    let connection = &office.connection(&due.connection).ok_or(Stop::Gone)?.settings;
    let mut listed = Vec::new();
    if connection.classes.iter().any(|class| *class != Class::Email) {
        listed = answer(desk.connector.collections(&desk.user)).await?;
        listed.retain(|one| connection.classes.contains(&one.class) && one.class != Class::Email);
        choose_defaults(&mut listed);
    }
    let mut wanted: Vec<Wanted> = listed.into_iter().filter_map(wanted).collect();
    if connection.classes.contains(&Class::Email)
        && let Some(mail) = Arc::clone(&desk.connector).mail()
    {
        wanted.extend(mailboxes::wanted(answer(mail.mailboxes(&desk.user)).await?));
    }
    let last: Position =
        due.cursor.as_deref().and_then(|cursor| serde_json::from_str(cursor).ok()).unwrap_or_default();
    let (missing, removed) = retrying(|| write(office, due, watch, &wanted, &last)).await?;
    tally.removed += removed;
    let cursor = serde_json::to_string(&Position { missing }).unwrap_or_default();
    Ok(Done { cursor, ..Done::default() })
}

/// One default of each class, whatever the back office says: phones that sync one folder a class need it.
fn choose_defaults(listed: &mut [Collection]) {
    for class in Class::ALL {
        let of: Vec<usize> =
            listed.iter().enumerate().filter(|(_, one)| one.class == class).map(|(index, _)| index).collect();
        let at = |index: &usize| listed.get(*index);
        let said = of.iter().find(|index| at(index).is_some_and(|one| one.default));
        let writable = of.iter().find(|index| at(index).is_some_and(|one| !one.read_only));
        let chosen = said.or(writable).or_else(|| of.first()).copied();
        for index in of {
            if let Some(one) = listed.get_mut(index) {
                one.default = Some(index) == chosen;
            }
        }
    }
}

async fn write(
    office: &Office,
    due: &Due,
    watch: &Watch,
    wanted: &[Wanted],
    last: &Position,
) -> Result<(BTreeMap<String, i64>, i64), Stop> {
    let now = watch.now();
    let mut tx = office.app.store().begin().await?;
    if !pull::hold(&mut tx, due, office.lease(now, LEASE)).await? {
        return Err(Stop::Lost);
    }
    let off = service::of_account(&mut tx, due.account).await?.all();
    let rows = folder::list(&mut tx, due.account).await?;
    let mut work = Work { tx: &mut tx, due, rows: &rows, off: &off, places: BTreeMap::new(), now };
    for wanted in wanted.iter().filter(|wanted| !wanted.is_in(&off)) {
        work.come(wanted).await?;
    }
    let outcome = work.leave(wanted, last).await?;
    tx.commit().await?;
    Ok(outcome)
}

struct Work<'a> {
    tx: &'a mut Tx,
    due: &'a Due,
    rows: &'a [Row],
    /// What the account does not use.
    off: &'a Off,
    /// The mailboxes that have their folder by now.
    places: BTreeMap<String, FolderId>,
    now: Timestamp,
}

impl Work<'_> {
    fn account(&self) -> AccountId {
        self.due.account
    }

    fn is_ours(&self, row: &Row) -> bool {
        row.folder.connection.as_ref() == Some(&self.due.connection)
    }

    /// The folder that is filled from a collection now.
    fn present(&self, collection: &Collection) -> Option<&Row> {
        self.rows.iter().find(|row| {
            self.is_ours(row)
                && row.folder.class == collection.class
                && row.folder.remote_id.as_ref() == Some(&collection.id)
        })
    }

    async fn come(&mut self, wanted: &Wanted) -> store::Result<()> {
        let id = self.settle(wanted).await?;
        if wanted.collection.class != Class::Email {
            return Ok(());
        }
        self.places.insert(wanted.collection.id.clone(), id);
        let parent = wanted.parent.as_ref().and_then(|parent| self.places.get(parent)).copied();
        let parent = parent.filter(|_| id >= FIRST_FURTHER);
        let known = self.rows.iter().find(|row| row.folder.id == id).and_then(|row| row.folder.parent);
        if parent != known {
            folder::put(self.tx, self.account(), id, parent).await?;
        }
        Ok(())
    }

    /// The folder of a collection, which is made or tied to it where it was not.
    async fn settle(&mut self, wanted: &Wanted) -> store::Result<FolderId> {
        let collection = &wanted.collection;
        let fixed = wanted.fixed.and_then(|id| self.rows.iter().find(|row| row.folder.id == id));
        // The default folder of a class stays with the collection it was first tied to, while there is one: another
        // default there would exchange all that phones have.
        let is_free = |row: &&Row| row.folder.connection.is_none();
        let mut fixed = fixed.filter(is_free).cloned();
        let present = self.present(collection).cloned();
        if let Some(present) = &present
            && self.owes(present).await?
        {
            // It moves when all that was written to it is there.
            fixed = None;
        }
        match (fixed, present) {
            (Some(fixed), present) => {
                if let Some(present) = present {
                    self.remove(&present).await?;
                }
                self.connect(&fixed, collection).await?;
                Ok(fixed.folder.id)
            }
            (None, Some(present)) => {
                let is_default = present.folder.id < FIRST_FURTHER;
                let name = if is_default { &present.folder.name } else { &collection.name };
                self.keep(&present, name, wanted).await?;
                Ok(present.folder.id)
            }
            (None, None) => self.create(wanted).await,
        }
    }

    /// Whether something that was written to a folder is not there yet.
    async fn owes(&mut self, row: &Row) -> store::Result<bool> {
        let owed = outbox::of_folder(self.tx, self.due.account, row.folder.id).await?;
        Ok(!owed.is_empty())
    }

    async fn keep(&mut self, row: &Row, name: &str, wanted: &Wanted) -> store::Result<()> {
        let read_only = wanted.collection.read_only;
        if row.folder.name != name || row.folder.read_only != read_only {
            let read_only_at = read_only.then_some(self.now);
            folder::change(self.tx, self.account(), row.folder.id, name, read_only_at).await?;
        }
        self.plan(row.folder.id, wanted).await
    }

    async fn plan(&mut self, folder: FolderId, wanted: &Wanted) -> store::Result<()> {
        if !wanted.holds_items {
            return Ok(());
        }
        pull::plan(self.tx, self.account(), &self.due.connection, folder, self.now).await
    }

    /// Ties a default folder to its collection; what lived in it alone goes to the back office.
    async fn connect(&mut self, row: &Row, collection: &Collection) -> store::Result<()> {
        let (account, id) = (self.account(), row.folder.id);
        let connection = self.due.connection.as_str();
        folder::connect(self.tx, account, id, Some(connection), Some(&collection.id)).await?;
        if row.folder.read_only != collection.read_only {
            let read_only_at = collection.read_only.then_some(self.now);
            folder::change(self.tx, account, id, &row.folder.name, read_only_at).await?;
        }
        // A mail that lives here alone is nowhere: there is nothing that could be sent.
        if !collection.read_only && collection.class != Class::Email {
            let all = outbox::OweAll {
                account,
                folder: id,
                connection,
                key: &new_key(),
                now: self.now,
                next_at: later(self.now, AFTER_THE_FIRST_PULL),
            };
            outbox::owe_all(self.tx, all).await?;
        }
        pull::restart(self.tx, account, connection, id, self.now).await
    }

    async fn create(&mut self, wanted: &Wanted) -> store::Result<FolderId> {
        let collection = &wanted.collection;
        let new = folder::New {
            id: None,
            name: &collection.name,
            kind: wanted.kind,
            connection: Some(&self.due.connection),
            remote_id: Some(&collection.id),
            read_only_at: collection.read_only.then_some(self.now),
        };
        let id = folder::create(self.tx, self.account(), new).await?;
        self.plan(id, wanted).await?;
        Ok(id)
    }

    /// Removes what has been missing for long; returns what is missing for now.
    async fn leave(
        &mut self,
        wanted: &[Wanted],
        last: &Position,
    ) -> store::Result<(BTreeMap<String, i64>, i64)> {
        let mut missing = BTreeMap::new();
        let mut removed = 0;
        let ours: Vec<Row> = self.rows.iter().filter(|row| self.is_ours(row)).cloned().collect();
        for row in &ours {
            let Some(id) = &row.folder.remote_id else { continue };
            if self.off.covers(row.folder.kind) {
                // It goes as what is switched off does.
                service::settle(self.tx, self.account(), Some(self.now)).await?;
                continue;
            }
            let is_it = |one: &Collection| one.class == row.folder.class && one.id == *id;
            if wanted.iter().any(|wanted| is_it(&wanted.collection)) {
                continue;
            }
            let name = format!("{} {id}", row.folder.class);
            let since = last.missing.get(&name).copied().unwrap_or(self.now.as_microsecond());
            let wait = if self.owes(row).await? { MISSING_AND_OWED } else { MISSING };
            let until = Timestamp::from_microsecond(since).map_or(self.now, |since| later(since, wait));
            if until <= self.now {
                self.remove(row).await?;
                removed += 1;
            } else {
                missing.insert(name, since);
            }
        }
        Ok((missing, removed))
    }

    /// A further folder goes; a default one stays with what is in it, and lives here alone.
    async fn remove(&mut self, row: &Row) -> store::Result<()> {
        let (account, id) = (self.account(), row.folder.id);
        pull::forget(self.tx, account, &self.due.connection, id).await?;
        let is_default = id < FIRST_FURTHER;
        if !is_default {
            // What was moved here and never arrived is lost with the folder unless it goes back.
            moved::undo_all(self.tx, account, id, &new_key(), self.now).await?;
        }
        outbox::forget(self.tx, account, id).await?;
        if is_default {
            folder::connect(self.tx, account, id, None, None).await
        } else {
            folder::delete(self.tx, account, id, self.now).await
        }
    }
}

/// A collection of anything but mail: the default one has its folder, the others one each beside that.
fn wanted(collection: Collection) -> Option<Wanted> {
    let kind = match collection.class {
        Class::Calendar => FolderKind::USER_CALENDAR,
        Class::Contacts => FolderKind::USER_CONTACTS,
        Class::Tasks => FolderKind::USER_TASKS,
        Class::Notes => FolderKind::USER_NOTES,
        Class::Email => return None,
    };
    let fixed = default_of(collection.class).filter(|_| collection.default);
    Some(Wanted { collection, fixed, kind, parent: None, holds_items: true })
}
