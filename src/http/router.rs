//! Every path but the protocol's: whether we are ready, what was counted, discovery, and the pages.

use std::time::Duration;

use axum::Extension;
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::Uri;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Response;
use axum::routing::get;
use axum::routing::post;

use super::discovery;
use super::hooks;
use super::origin::Origin;
use crate::api;
use crate::app::App;
use crate::auth::Auth;
use crate::web;

/// What the handlers share.
#[derive(Clone, Debug)]
pub(super) struct Shared {
    pub(super) app: App,
    pub(super) auth: Auth,
}

pub(super) fn new(app: App, auth: Auth) -> Router {
    Router::new()
        .route("/healthz", get(health))
        .route("/metrics", get(metrics))
        .route("/hooks/{connection}", post(hooks::receive))
        .route("/autodiscover/autodiscover.xml", get(discovery::xml).post(discovery::xml))
        .route("/autodiscover/autodiscover.json", get(discovery::json))
        .route("/autodiscover/autodiscover.json/v1.0/{email}", get(discovery::json))
        .with_state(Shared { app: app.clone(), auth: auth.clone() })
        .merge(api::router(app.clone()))
        .merge(web::router(app, auth))
        .fallback(|| async { (StatusCode::NOT_FOUND, "there is nothing here\n") })
}

/// The longest body at a path in lower case; none where nobody reads one. It is taken before anybody has logged in.
pub(super) fn body_limit(path: &str) -> Option<usize> {
    match path {
        "/autodiscover/autodiscover.xml" => Some(discovery::BODY),
        path if path.starts_with("/hooks/") => Some(hooks::BODY),
        path => api::body_limit(path).or_else(|| web::body_limit(path)),
    }
}

/// Replaces the path, keeps the query.
pub(super) fn set_path(request: &mut axum::http::Request<Body>, path: &str) {
    let path_and_query = match request.uri().query() {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    };
    if let Ok(uri) = path_and_query.parse::<Uri>() {
        *request.uri_mut() = uri;
    }
}

/// 200 as long as requests can be served: a balancer asks this.
async fn health(State(shared): State<Shared>) -> Response {
    const PATIENCE: Duration = Duration::from_secs(2);
    let opened = tokio::time::timeout(PATIENCE, shared.app.store().read()).await;
    if shared.app.is_stopping() {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping\n").into_response();
    }
    match opened {
        Ok(Ok(_)) => "ready\n".into_response(),
        Ok(Err(_)) | Err(_) => {
            (StatusCode::SERVICE_UNAVAILABLE, "the store does not answer\n").into_response()
        }
    }
}

async fn metrics(State(shared): State<Shared>, Extension(origin): Extension<Origin>) -> Response {
    if !origin.may_read_metrics(&shared.app.config().server) {
        return (StatusCode::FORBIDDEN, "see metrics_from in the configuration\n").into_response();
    }
    let text = shared.app.metrics().to_text(shared.app.waiters().len());
    ([(header::CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], text)
        .into_response()
}
