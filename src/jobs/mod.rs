//! What the server does by itself: pulls, pushes, sends, sweeps. Owns its tasks and stops them; serves no phone.
//!
//! Several nodes share the work through leases in the store: whoever takes a row by a conditional update does it,
//! and a lease that a dead node held runs out. Nothing that must survive is kept here.

pub mod nudge;
pub mod pull;
pub mod push;
mod absence;
mod apply;
mod arrivals;
mod collections;
mod conflict;
mod draft;
mod finish;
mod folder;
mod lanes;
mod lookout;
mod mailboxes;
mod node;
mod notice;
mod office;
mod people;
mod position;
mod relocate;
mod send;
mod settle;
mod sweep;
mod tallies;
mod wanted;
#[cfg(test)]
mod tests;

use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;

use self::lanes::Lanes;
use self::office::Office;
use crate::app::App;
use crate::app::new_key;
use crate::govern::order;
use crate::govern::service;
use crate::spool;
use crate::store::retrying;

/// The running jobs of this node.
#[derive(Debug)]
pub struct Jobs {
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
}

/// How long nobody may have looked for work; another node may have left some.
const LOOK: Duration = Duration::from_secs(1);
/// Pulls at a time over one connection.
const PULLS: usize = 8;
/// Pushes at a time over one connection; a phone's user waits for them.
const PUSHES: usize = 16;
/// Messages on their way at a time over one connection; each may take long.
const SENDS: usize = 8;
/// The lane of the directory; no connection is called so.
const DIRECTORY: &str = "";
/// From one look for accounts without access to the next.
const ENROL: Duration = Duration::from_secs(20);
/// From one sweep to the next.
const SWEEP: Duration = Duration::from_hours(1);
/// The first sweep waits until phones and pulls have had their turn.
const FIRST_SWEEP: Duration = Duration::from_mins(2);

impl Jobs {
    /// Starts the jobs. What this node held when it died is taken up at once.
    pub fn start(app: &App) -> Self {
        spool::clear(&app.config().store.data);
        let node = node::name(&app.config().store.data, &new_key());
        let office = Office::new(app.clone(), &node);
        let stop = watch::Sender::new(false);
        let mut tasks = JoinSet::new();
        tasks.spawn(begin(office.clone(), stop.subscribe()));
        tasks.spawn(pushes(office.clone(), stop.subscribe()));
        tasks.spawn(lookout::run(office.clone(), stop.subscribe()));
        tasks.spawn(absence::run(office.clone(), stop.subscribe()));
        tasks.spawn(notice::run(office.clone(), stop.subscribe()));
        tasks.spawn(orders(office.clone(), stop.subscribe()));
        tasks.spawn(tallies::run(office.clone(), stop.subscribe()));
        tasks.spawn(sweeps(office, stop.subscribe()));
        Self { stop, tasks }
    }

    /// Takes nothing new and waits for what runs; after `within` it is broken off, which loses nothing.
    pub async fn stop(mut self, within: Duration) {
        self.stop.send_replace(true);
        let all = async { while self.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(within, all).await.is_err() {
            tracing::info!("jobs broken off; they go on at the next start");
        }
        self.tasks.shutdown().await;
    }
}

/// Ends when the jobs are to stop.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    // The sender lives as long as the jobs; should it not, that is the end as well.
    let _ = stop.wait_for(|stop| *stop).await;
}

async fn begin(office: Office, stop: watch::Receiver<bool>) {
    if let Err(error) = retrying(|| office.take_up()).await {
        tracing::warn!(%error, "cannot take up what was left at the last stop");
    }
    pulls(office, stop).await;
}

async fn pulls(office: Office, mut stop: watch::Receiver<bool>) {
    let mut lanes = Lanes::new(PULLS);
    let mut enrol = tokio::time::interval(ENROL);
    loop {
        if let Err(error) = office.app.refresh_connections().await {
            tracing::warn!(%error, "cannot look for connections that were added");
        }
        if let Err(error) = pull::start_due(&office, &mut lanes).await {
            tracing::warn!(%error, "cannot look for pulls that are due");
        }
        tokio::select! {
            () = stopped(&mut stop) => break,
            _ = enrol.tick() => {
                if let Err(error) = office.enrol().await {
                    tracing::warn!(%error, "cannot give accounts their access");
                }
                if let Err(error) = retrying(|| office.resume(office.app.now())).await {
                    tracing::warn!(%error, "cannot try log-ins again that were refused");
                }
                if lanes.free(DIRECTORY) == PULLS {
                    lanes.start(DIRECTORY, people::pull(office.clone()));
                }
            }
            () = office.app.store().work().asked() => {}
            () = lanes.ended() => {}
            () = tokio::time::sleep(LOOK) => {}
        }
    }
    lanes.drain().await;
}

async fn pushes(office: Office, mut stop: watch::Receiver<bool>) {
    // A slow message keeps no item waiting.
    let (mut lanes, mut sends) = (Lanes::new(PUSHES), Lanes::new(SENDS));
    loop {
        if let Err(error) = push::start_due(&office, &mut lanes).await {
            tracing::warn!(%error, "cannot look for pushes that are due");
        }
        if let Err(error) = send::start_due(&office, &mut sends).await {
            tracing::warn!(%error, "cannot look for messages that are due");
        }
        tokio::select! {
            () = stopped(&mut stop) => break,
            () = office.app.store().work().owed() => {}
            () = lanes.ended() => {}
            () = sends.ended() => {}
            () = tokio::time::sleep(LOOK) => {}
        }
    }
    lanes.drain().await;
    sends.drain().await;
}

/// Sees how far devices are with what they were ordered, and to what administrators switch off.
async fn orders(office: Office, mut stop: watch::Receiver<bool>) {
    loop {
        if let Err(error) = order::follow(&office.app).await {
            tracing::warn!(%error, "cannot see what devices did that they were ordered");
        }
        if let Err(error) = service::follow(&office.app).await {
            tracing::warn!(%error, "cannot bring folders in line with what is switched off");
        }
        tokio::select! {
            () = stopped(&mut stop) => break,
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

async fn sweeps(office: Office, mut stop: watch::Receiver<bool>) {
    let mut wait = FIRST_SWEEP;
    loop {
        tokio::select! {
            () = stopped(&mut stop) => return,
            () = tokio::time::sleep(wait) => {}
        }
        tokio::select! {
            () = stopped(&mut stop) => return,
            outcome = sweep::all(office.app.store(), &office.app.config().retention, office.app.now()) => {
                if let Err(error) = outcome {
                    tracing::warn!(%error, "the sweep stopped; it goes on at the next");
                }
            }
        }
        wait = SWEEP;
    }
}
