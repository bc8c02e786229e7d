//! `/api/v1`: what administrators do, for programs, in JSON; `schema/api.yaml` describes it. Decides nothing.
//!
//! A program shows a token, which belongs to one organisation. What goes wrong is a problem (RFC 9457).

mod accounts;
mod connections;
mod devices;
mod groups;
mod organisation;
mod policies;
mod problem;
mod request;
mod tokens;

use axum::Router;
use axum::http::header;
use axum::middleware;
use axum::response::IntoResponse;
use axum::response::Response;
use axum::routing::delete;
use axum::routing::get;
use axum::routing::post;
use axum::routing::put;

use self::problem::Problem;
use crate::app::App;

/// The description, as it is served.
const DESCRIPTION: &str = include_str!("../../schema/api.yaml");

/// Everything below `/api/v1`.
pub fn router(app: App) -> Router {
    let routes = Router::new()
        .route("/openapi.yaml", get(description))
        .route("/organisation", get(organisation::show))
        .route("/organisation/access", put(organisation::set_access))
        .route("/organisation/whole-wipe", put(organisation::set_whole_wipe))
        .route("/organisation/conflict/{class}", put(organisation::set_conflict))
        .route("/organisation/own-conflict", put(organisation::set_own_conflict))
        .route("/organisation/services", put(organisation::set_services))
        .route("/accounts", get(accounts::list).post(accounts::add))
        .route("/accounts/{id}", get(accounts::show).delete(accounts::remove))
        .route("/accounts/{id}/export", get(accounts::export))
        .route("/accounts/{id}/services", get(accounts::services).put(accounts::set_services))
        .route("/accounts/{id}/password", post(accounts::reset_password))
        .route("/accounts/{id}/{change}", post(accounts::change))
        .route("/connections", get(connections::list))
        .route("/connections/{name}", get(connections::show).put(connections::put))
        .route("/connections/{name}", delete(connections::remove))
        .route("/connections/{name}/{act}", post(connections::act))
        .route("/groups", get(groups::list).post(groups::add))
        .route("/groups/{id}", delete(groups::remove))
        .route("/groups/{id}/members/{account}", put(groups::join).delete(groups::leave))
        .route("/devices", get(devices::list))
        .route("/devices/{id}", get(devices::show))
        .route("/devices/{id}/trace", get(devices::trace).put(devices::start_trace))
        .route("/devices/{id}/trace", delete(devices::remove_trace))
        .route("/plans", post(devices::plan))
        .route("/actions", post(devices::submit))
        .route("/policies/{owner}", get(policies::show).put(policies::set).delete(policies::clear))
        .route("/policies/{owner}/preview", get(policies::preview))
        .route("/audit", get(organisation::audit))
        .route("/audit/check", get(organisation::check))
        .route("/tokens", get(tokens::list).post(tokens::add))
        .route("/tokens/{id}", delete(tokens::revoke))
        .fallback(|| async { Problem::not_found("there is no such path") })
        .method_not_allowed_fallback(|| async { Problem::wrong_method() })
        .layer(middleware::map_response(as_problem))
        .with_state(app);
    Router::new().nest("/api/v1", routes)
}

/// The longest body at a path in lower case; none where nothing of ours is.
pub fn body_limit(path: &str) -> Option<usize> {
    /// Room for the numbers of thousands of devices.
    const BODY: usize = 512 * 1024;
    path.starts_with("/api/").then_some(BODY)
}

/// What the paths themselves refuse, a number that is none, is told like everything else.
async fn as_problem(response: Response) -> Response {
    let status = response.status();
    if !status.is_client_error() || problem::is_one(&response) {
        return response;
    }
    Problem::of_status(status).into_response()
}

async fn description() -> Response {
    ([(header::CONTENT_TYPE, "application/yaml")], DESCRIPTION).into_response()
}
