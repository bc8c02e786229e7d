//! Runs the server: opens, listens, works, stops. Parses no command line.

use std::future::Future;
use std::time::Duration;

use crate::app;
use crate::app::App;
use crate::config::Config;
use crate::connections::Connectors;
use crate::connections::connector::connector;
use crate::connector::web::Unusable;
use crate::http::Front;
use crate::http::listen;
use crate::http::listen::Addresses;
use crate::http::listen::Listeners;
use crate::jobs::Jobs;

/// What keeps the server from running.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Something it needs cannot be opened.
    #[error(transparent)]
    App(#[from] app::Error),
    /// A back office cannot be spoken to as configured.
    #[error("connection `{name}`: {reason}")]
    Connection {
        /// Which.
        name: String,
        /// Why not.
        reason: Unusable,
    },
    /// An address is not to be had.
    #[error(transparent)]
    Listen(#[from] listen::Error),
}

/// Opens what the configuration names.
pub async fn open(config: Config) -> Result<App, Error> {
    let connectors = connectors(&config)?;
    Ok(App::open(config, connectors).await?)
}

/// What speaks to the back offices of the configuration.
fn connectors(config: &Config) -> Result<Connectors, Error> {
    let mut connectors = Connectors::new();
    for connection in &config.connections {
        let made = connector(connection, &config.store.data, app::now)
            .map_err(|reason| Error::Connection { name: connection.name.clone(), reason })?;
        if let Some(made) = made {
            connectors.insert(connection.name.clone(), made);
        }
    }
    Ok(connectors)
}

/// The rest of the five seconds is for the phones.
const JOBS_STOP_WITHIN: Duration = Duration::from_secs(4);

/// Serves until `shutdown` ends, then stops within five seconds. `ready` hears where, once all is open.
pub async fn run(
    app: App,
    ready: impl FnOnce(Addresses),
    shutdown: impl Future<Output = ()>,
) -> Result<(), Error> {
    let listeners = Listeners::bind(app.config(), app.now()).await?;
    ready(listeners.addresses());
    let serving = listeners.serve(Front::new(app.clone()));
    let jobs = Jobs::start(&app);
    let stop = async {
        shutdown.await;
        app.stop();
        jobs.stop(JOBS_STOP_WITHIN).await;
    };
    tokio::join!(serving, stop);
    app.store().close().await;
    Ok(())
}

/// Ends at SIGTERM or SIGINT.
pub async fn signals() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::SignalKind;
        use tokio::signal::unix::signal;
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = interrupt.await;
}
