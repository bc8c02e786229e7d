//! HTTP and TLS: connections in, answers out. Decides nothing that a command decides.

mod active_sync;
mod agents;
mod body;
mod connection;
mod discovery;
mod hooks;
pub mod listen;
mod log_in;
mod origin;
mod patience;
mod places;
mod reply;
mod stream;
mod router;
pub mod tls;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::body::Bytes;
use hyper::body::Incoming;
use tower::ServiceExt as _;

use self::active_sync::Later;
use self::agents::Agents;
use self::origin::Origin;
use crate::app::App;
use crate::auth::Auth;

/// What every connection shares. Cloning shares it.
#[derive(Clone, Debug)]
pub struct Front {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    app: App,
    auth: Auth,
    agents: Agents,
    router: Router,
}

/// What a request came to.
enum Answer {
    Now(hyper::Response<Body>),
    Later(Later),
}

/// Where the protocol is spoken, letter case ignored; some clients name the old script too.
const ACTIVE_SYNC: [&str; 3] = [
    "/microsoft-server-activesync",
    "/microsoft-server-activesync/",
    "/microsoft-server-activesync/default.eas",
];

impl Front {
    /// A front for the program, with no connection yet.
    pub fn new(app: App) -> Self {
        let auth = Auth::new(&app);
        let router = router::new(app.clone(), auth.clone());
        Self { inner: Arc::new(Inner { app, auth, agents: Agents::default(), router }) }
    }

    /// Answers one request, or says that it waits.
    async fn answer(self, request: hyper::Request<Incoming>, origin: Origin) -> Answer {
        let origin = origin.behind_proxy(request.headers(), &self.inner.app.config().server);
        let path = request.uri().path().to_ascii_lowercase();
        if ACTIVE_SYNC.contains(&path.as_str()) {
            return active_sync::answer(self, request, origin).await;
        }
        let (parts, body) = request.into_parts();
        let body = Body::new(body);
        let body = if let Some(most) = router::body_limit(&path) {
            match body::read(body, most, &self.inner.app.config().limits).await {
                Ok(body) => body,
                Err(status) => {
                    let refusal = reply::plain(status, "the request's body was not taken\n");
                    return Answer::Now(reply::closing(refusal));
                }
            }
        } else {
            body::discard(body, &parts.headers).await;
            Bytes::new()
        };
        let mut request = hyper::Request::from_parts(parts, Body::from(body));
        // The others are answered by exact path, but for discovery phones write it as they like.
        if path.starts_with("/autodiscover/") {
            router::set_path(&mut request, &path);
        }
        request.extensions_mut().insert(origin);
        request.extensions_mut().insert(origin.visitor(&self.inner.app.config().server));
        match self.inner.router.clone().oneshot(request).await {
            Ok(response) => Answer::Now(response),
            Err(never) => match never {},
        }
    }
}
