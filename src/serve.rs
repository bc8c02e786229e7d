//! Runs the server: opens, listens, works, stops. Parses no command line.

use std::future::Future;

use crate::app;
use crate::app::App;
use crate::app::Connections;
use crate::config::Config;
use crate::http::Front;
use crate::http::listen;
use crate::http::listen::Addresses;
use crate::http::listen::Listeners;

/// What keeps the server from running.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Something it needs cannot be opened.
    #[error(transparent)]
    App(#[from] app::Error),
    /// An address is not to be had.
    #[error(transparent)]
    Listen(#[from] listen::Error),
}

/// Opens what the configuration names.
pub async fn open(config: Config) -> Result<App, Error> {
    Ok(App::open(config, Connections::new()).await?)
}

/// Serves until `shutdown` ends, then stops within five seconds. `ready` hears where, once all is open.
pub async fn run(
    app: App,
    ready: impl FnOnce(Addresses),
    shutdown: impl Future<Output = ()>,
) -> Result<(), Error> {
    let listeners = Listeners::bind(app.config(), app.now()).await?;
    ready(listeners.addresses());
    let serving = listeners.serve(Front::new(app.clone()));
    let stop = async {
        shutdown.await;
        app.stop();
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
