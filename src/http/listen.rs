//! Listeners and connections: accepted up to a number, each a task with an owner, all ended in time.

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use super::Front;
use super::connection;
use super::origin::Origin;
use super::places::Places;
use super::tls;
use crate::config::Config;

/// Why we cannot listen.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address.
    #[error("cannot listen on {address}: {reason}")]
    Address {
        /// Which.
        address: SocketAddr,
        /// Why not.
        reason: io::Error,
    },
    /// The certificate.
    #[error(transparent)]
    Tls(#[from] tls::Error),
}

/// Where we listen.
pub struct Listeners {
    plain: Option<TcpListener>,
    encrypted: Option<(TcpListener, TlsAcceptor, Arc<tls::Certificates>)>,
}

/// The addresses in use, which may differ from those asked for in their port.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Addresses {
    /// Of plain HTTP.
    pub plain: Option<SocketAddr>,
    /// Of HTTPS.
    pub encrypted: Option<SocketAddr>,
}

/// How long connections have to end of themselves when the program stops.
const GRACE: Duration = Duration::from_secs(3);

impl std::fmt::Debug for Listeners {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Listeners").field(&self.addresses()).finish()
    }
}

impl Listeners {
    /// Takes the configured addresses.
    pub async fn bind(config: &Config, now: jiff::Timestamp) -> Result<Self, Error> {
        let plain = match config.server.listen {
            Some(address) => Some(listen(address).await?),
            None => None,
        };
        let encrypted = match config.server.listen_tls {
            Some(address) => {
                let certificates = tls::Certificates::load(config, now)?;
                let acceptor = TlsAcceptor::from(Arc::new(certificates.server_config()?));
                Some((listen(address).await?, acceptor, certificates))
            }
            None => None,
        };
        Ok(Self { plain, encrypted })
    }

    /// Where that is.
    pub fn addresses(&self) -> Addresses {
        let of = |listener: &TcpListener| listener.local_addr().ok();
        Addresses {
            plain: self.plain.as_ref().and_then(of),
            encrypted: self.encrypted.as_ref().and_then(|(listener, ..)| of(listener)),
        }
    }

    /// Serves until the program stops, then ends every connection.
    pub async fn serve(self, front: Front) {
        let places = Places::new(front.inner.app.config());
        let mut loops = JoinSet::new();
        if let Some(listener) = self.plain {
            loops.spawn(accept(front.clone(), listener, None, places.clone()));
        }
        let mut renewing = JoinSet::new();
        if let Some((listener, acceptor, certificates)) = self.encrypted {
            renewing.spawn(certificates.keep_fresh());
            loops.spawn(accept(front, listener, Some(acceptor), places));
        }
        while loops.join_next().await.is_some() {}
    }
}

async fn listen(address: SocketAddr) -> Result<TcpListener, Error> {
    TcpListener::bind(address).await.map_err(|reason| Error::Address { address, reason })
}

async fn accept(front: Front, listener: TcpListener, tls: Option<TlsAcceptor>, places: Places) {
    let mut connections = JoinSet::new();
    let app = front.inner.app.clone();
    let mut stopping = pin!(app.stopping());
    loop {
        // A place first: who finds none waits in the kernel's queue and costs us nothing.
        let next = async {
            let place = places.free().await;
            (listener.accept().await, place)
        };
        tokio::select! {
            biased;
            () = &mut stopping => break,
            Some(ended) = connections.join_next() => {
                report(ended);
            }
            (accepted, place) = next => match accepted {
                Ok((stream, peer)) => {
                    // Closed without a word: to say it over TLS costs more than most of what is asked.
                    let Some(of_address) = places.of(peer.ip()) else {
                        app.metrics().turned_away();
                        continue;
                    };
                    let (front, tls) = (front.clone(), tls.clone());
                    connections.spawn(async move {
                        let _places = (place, of_address);
                        let _counted = front.inner.app.metrics().connected();
                        serve(&front, stream, peer, tls).await;
                    });
                }
                Err(error) => {
                    // Out of file descriptors, mostly. Connections that end give some back.
                    tracing::warn!(%error, "cannot accept a connection");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            },
        }
    }
    drop(listener);
    let all_ended = async {
        while let Some(ended) = connections.join_next().await {
            report(ended);
        }
    };
    if tokio::time::timeout(GRACE, all_ended).await.is_err() {
        connections.shutdown().await;
    }
}

fn report(ended: Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended
        && error.is_panic()
    {
        tracing::error!("a request made the program fail; its connection was closed");
    }
}

async fn serve(front: &Front, stream: TcpStream, peer: SocketAddr, tls: Option<TlsAcceptor>) {
    // Answers are written in one piece; waiting for more would only delay them.
    let _ = stream.set_nodelay(true);
    let origin = Origin::new(peer.ip(), tls.is_some());
    let Some(tls) = tls else { return connection::serve(front, stream, origin).await };
    let patience = front.inner.app.config().limits.head_time;
    // Boxed: the handshake's state is not carried along for as long as the connection lives, and what comes of it is
    // moved as a pointer: a future keeps room for each place that a value was moved through.
    let handshake = Box::pin(async { tls.accept(stream).await.map(Box::new) });
    match tokio::time::timeout(patience, handshake).await {
        Ok(Ok(stream)) => connection::serve(front, stream, origin).await,
        // Scanners and phones that do not trust our certificate; they know why.
        Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake failed"),
        Err(_) => tracing::debug!("a TLS handshake took too long"),
    }
}
