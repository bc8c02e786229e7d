//! Watches the mailboxes that phones wait on, so that mail is there when it comes and not at the next pull. One line to
//! the mail server for a folder of an account, whoever waits on it; it is kept for a while after the last one left.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::office::Desk;
use super::office::Office;
use super::office::Stop;
use super::position::Position;
use super::pull::round;
use super::stopped;
use crate::connector::Collection;
use crate::connector::mail::Mail;
use crate::model::class::Class;
use crate::model::id::AccountId;
use crate::model::id::FolderId;
use crate::store::folder;
use crate::store::pull;
use crate::store::pull::Due;

/// From one look who waits to the next.
const LOOK: Duration = Duration::from_millis(500);
/// A phone that was sent off comes again within this time, or it will not.
const KEEP: Duration = Duration::from_secs(10 * 60);
/// Lines for one account: mail servers allow a user about ten.
const LINES: usize = 4;
/// From one pull to the next of a folder that has no line.
const ASK_EVERY: Duration = Duration::from_secs(60);
/// Waits after failures in a row: from the first to the longest.
const AGAIN: Duration = Duration::from_secs(2);
const AGAIN_AT_MOST: Duration = Duration::from_secs(5 * 60);

type Watched = (AccountId, FolderId);

/// What is known of a folder that somebody waits on.
#[derive(Clone, Copy, Debug)]
struct Known {
    /// Until when that holds, unless somebody waits on it again.
    until: Instant,
    /// Whether it is watched; what is no mail folder is looked at again when the time is over.
    is_watched: bool,
}

/// What is watched on this node.
#[derive(Clone, Debug, Default)]
struct Lookout(Arc<Mutex<HashMap<Watched, Known>>>);

impl Lookout {
    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Watched, Known>> {
        // A panic elsewhere leaves the map usable: it is changed by single inserts and removals.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Somebody waits on a folder; whether it has to be looked at what that is.
    fn meets(&self, watched: Watched, now: Instant) -> bool {
        match self.lock().get_mut(&watched) {
            Some(known) if known.is_watched => known.until = now + KEEP,
            Some(known) if known.until > now => {}
            Some(_) | None => return true,
        }
        false
    }

    fn note(&self, watched: Watched, is_watched: bool, now: Instant) {
        self.lock().insert(watched, Known { until: now + KEEP, is_watched });
    }

    /// How many folders of the account are watched.
    fn of_account(&self, account: AccountId) -> usize {
        self.lock().iter().filter(|((of, _), known)| *of == account && known.is_watched).count()
    }

    fn goes_on(&self, watched: Watched, now: Instant) -> bool {
        self.lock().get(&watched).is_some_and(|known| known.until > now)
    }

    fn forget(&self, watched: Watched) {
        self.lock().remove(&watched);
    }

    /// Nobody waits any more on what is no mail folder.
    fn tidy(&self, now: Instant) {
        self.lock().retain(|_, known| known.is_watched || known.until > now);
    }
}

/// Watches until the jobs stop.
pub(super) async fn run(office: Office, mut stop: watch::Receiver<bool>) {
    let lookout = Lookout::default();
    let mut lines = JoinSet::new();
    loop {
        tokio::select! {
            () = stopped(&mut stop) => break,
            () = tokio::time::sleep(LOOK) => {}
        }
        if !office.connections().iter().any(|one| one.settings.classes.contains(&Class::Email)) {
            continue;
        }
        while lines.try_join_next().is_some() {}
        lookout.tidy(Instant::now());
        for watched in office.app.waiters().folders() {
            if !lookout.meets(watched, Instant::now()) {
                continue;
            }
            let is_mail = ready(&office, watched).await.is_ok();
            let has_line = lookout.of_account(watched.0) < LINES;
            lookout.note(watched, is_mail, Instant::now());
            if is_mail {
                lines.spawn(line(office.clone(), watched, has_line, lookout.clone()));
            }
        }
    }
    lines.shutdown().await;
}

/// Watches one folder for as long as somebody waits on it, or did a while ago.
async fn line(office: Office, watched: Watched, has_line: bool, lookout: Lookout) {
    let mut failures: u32 = 0;
    while lookout.goes_on(watched, Instant::now()) {
        match once(&office, watched, has_line).await {
            Ok(()) => failures = 0,
            Err(Stop::Gone) => break,
            Err(error) => {
                let (account, folder) = watched;
                let wait = AGAIN.saturating_mul(1 << failures.min(10)).min(AGAIN_AT_MOST);
                failures = failures.saturating_add(1);
                let seconds = wait.as_secs();
                tracing::info!(%account, %folder, %error, seconds, "a mailbox cannot be watched; again later");
                tokio::time::sleep(wait).await;
            }
        }
    }
    lookout.forget(watched);
}

/// Waits until something happens in the mailbox, and pulls it.
async fn once(office: &Office, watched: Watched, has_line: bool) -> Result<(), Stop> {
    let (account, folder) = watched;
    let Ready { desk, mail, mailbox, since } = ready(office, watched).await?;
    // Of a server that counts no changes nobody knows what happened before the line was there.
    let is_sure = has_line && since.is_some();
    let happened = async {
        if has_line {
            mail.watch(&desk.user, &mailbox, since.as_deref()).await
        } else {
            std::future::pending().await
        }
    };
    match tokio::time::timeout(if is_sure { KEEP } else { ASK_EVERY }, happened).await {
        Ok(told) => told?,
        Err(_) if is_sure => return Ok(()),
        Err(_) => {}
    }
    let is_it = |due: &Due| due.folder == folder;
    round(office, account, is_it, office.app.now()).await?;
    let mut reader = office.app.store().read().await?;
    let position = pull::position(&mut reader, account, folder).await?;
    drop(reader);
    if is_sure && Position::read(position.as_deref()).cursor == since {
        // Another node pulls it just now, or it failed: the same is told again at once.
        tokio::time::sleep(AGAIN).await;
    }
    Ok(())
}

/// What it takes to watch a folder.
struct Ready {
    desk: Desk,
    mail: Arc<dyn Mail>,
    mailbox: Collection,
    /// After what it was pulled last.
    since: Option<String>,
}

async fn ready(office: &Office, (account, id): Watched) -> Result<Ready, Stop> {
    let mut reader = office.app.store().read().await?;
    let row = folder::find(&mut reader, account, id).await?;
    let position = pull::position(&mut reader, account, id).await?;
    drop(reader);
    let row = row.filter(|row| !row.deleted && row.folder.class == Class::Email).ok_or(Stop::Gone)?;
    let mailbox = Collection::behind(&row.folder).ok_or(Stop::Gone)?;
    let desk = office.desk(account, row.folder.connection.as_deref().unwrap_or_default()).await?;
    let mail = Arc::clone(&desk.connector).mail().ok_or(Stop::Gone)?;
    Ok(Ready { desk, mail, mailbox, since: Position::read(position.as_deref()).cursor })
}
