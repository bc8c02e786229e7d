//! The reference back office: all of the pull contract over one small SQLite file, for `lomme demo`, the
//! tests, and whoever wants to see how a back office answers. No part of a running `lomme serve`.

mod answer;
mod check;
pub mod company;
pub mod guard;
pub mod nudge;
mod routes;
pub mod store;

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::backoffice::company::Company;
use crate::backoffice::guard::Fault;
use crate::backoffice::guard::Faults;
use crate::backoffice::nudge::Hook;
use crate::backoffice::store::Store;
use crate::backoffice::store::Version;

/// Why a call was not done; `answer.rs` says what the caller hears.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Something the contract does not allow.
    #[error("{0}")]
    Malformed(String),
    /// Nobody we know.
    #[error("the log-in is missing or wrong")]
    LogIn,
    /// Somebody we know who may not.
    #[error("{0}")]
    Forbidden(String),
    /// Not there, nor was it ever.
    #[error("{0}")]
    NotFound(&'static str),
    /// Not there any more.
    #[error("the object was deleted")]
    Gone,
    /// Deletes after it may have been forgotten.
    #[error("the cursor is too old: begin without one and reconcile")]
    CursorExpired,
    /// Somebody else was faster; this is what is there.
    #[error("the object changed meanwhile")]
    Conflict(Box<Version>),
    /// The key belongs to another request.
    #[error("this Idempotency-Key was used for another request")]
    KeyReused,
    /// More than an item may be.
    #[error("a request may not be larger than {0} bytes")]
    TooLarge(usize),
    /// The data make no sense.
    #[error("{0}")]
    Refused(String),
    /// Right path, wrong verb.
    #[error("this path does not know this method")]
    Method,
    /// Trouble that a test asked for.
    #[error("out of order, as the test asked")]
    Fault(Fault),
    /// The file.
    #[error("the store failed: {0}")]
    Database(#[from] sqlx::Error),
    /// What the file holds.
    #[error("an object in the store is damaged: {0}")]
    Damaged(#[from] serde_json::Error),
    /// The port.
    #[error("cannot listen: {0}")]
    Listen(#[from] io::Error),
}

/// The result of everything here.
pub type Result<T> = std::result::Result<T, Error>;

/// Tells the time.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// How to run it.
pub struct Options {
    /// The file; none: in memory, gone at the end.
    pub path: Option<PathBuf>,
    /// What opens everything: `Authorization: Bearer TOKEN`.
    pub token: String,
    /// Log-ins (name, password) that open the data of the user of that name only, by Basic.
    pub log_ins: Vec<(String, String)>,
    /// Whom to nudge after a change.
    pub hook: Option<Hook>,
    /// What to get wrong, one request each; only tests do that.
    pub faults: Vec<Fault>,
    /// Tells the time.
    pub clock: Clock,
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options").field("path", &self.path).finish_non_exhaustive()
    }
}

/// What the routes share.
struct Office {
    store: Store,
    token: String,
    log_ins: Vec<(String, String)>,
    faults: Faults,
    changed: Notify,
    clock: Clock,
}

/// A back office that answers, until it is stopped.
pub struct Running {
    /// Where.
    pub address: SocketAddr,
    store: Store,
    clock: Clock,
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
}

impl fmt::Debug for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Running").field("address", &self.address).finish_non_exhaustive()
    }
}

/// How long open connections may take to end.
const STOP_WITHIN: Duration = Duration::from_secs(1);

/// How often the deleted and the remembered answers are gone through.
const FORGET_EVERY: Duration = Duration::from_secs(3600);

/// Opens the store, lets the company move into a new one, and answers on this listener.
pub async fn start(
    options: Options,
    listener: TcpListener,
    company: impl FnOnce() -> Company,
) -> Result<Running> {
    let store = Store::open(options.path.as_deref(), (options.clock)(), company).await?;
    let address = listener.local_addr()?;
    let office = Arc::new(Office {
        store: store.clone(),
        token: options.token,
        log_ins: options.log_ins,
        faults: Faults::new(options.faults),
        changed: Notify::new(),
        clock: Arc::clone(&options.clock),
    });
    let (stop, stopped) = watch::channel(false);
    let mut tasks = JoinSet::new();
    tasks.spawn(serve(listener, Arc::clone(&office), stopped.clone()));
    tasks.spawn(forget(Arc::clone(&office), stopped.clone()));
    if let Some(hook) = options.hook {
        tasks.spawn(nudge::run(hook, office, stopped));
    }
    Ok(Running { address, store, clock: options.clock, stop, tasks })
}

impl Running {
    /// Its address as connections are given it.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Forgets what was deleted long enough ago; done every hour anyhow.
    pub async fn forget(&self) -> Result<()> {
        self.store.forget((self.clock)()).await
    }

    /// Stops answering and closes the file.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        let all = async { while self.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(STOP_WITHIN, all).await.is_err() {
            tracing::info!("the reference back office broke off its last answers");
        }
        self.tasks.shutdown().await;
        self.store.close().await;
    }
}

async fn serve(listener: TcpListener, office: Arc<Office>, mut stopped: watch::Receiver<bool>) {
    let end = async move {
        let _ = stopped.wait_for(|stop| *stop).await;
    };
    if let Err(error) = axum::serve(listener, routes::router(office)).with_graceful_shutdown(end).await {
        tracing::error!(%error, "the reference back office stopped");
    }
}

async fn forget(office: Arc<Office>, mut stopped: watch::Receiver<bool>) {
    loop {
        if let Err(error) = office.store.forget((office.clock)()).await {
            tracing::warn!(%error, "the reference back office could not forget the deleted");
        }
        tokio::select! {
            () = tokio::time::sleep(FORGET_EVERY) => {}
            _ = stopped.wait_for(|stop| *stop) => return,
        }
    }
}
