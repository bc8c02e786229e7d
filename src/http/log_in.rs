//! Who may come in: by an encrypted way, with the right password. Knows no path.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::HeaderMap;
use axum::http::StatusCode;
use axum::http::header;

use super::origin::Origin;
use super::reply;
use crate::app::App;
use crate::auth::Auth;
use crate::auth::Refusal;
use crate::auth::credentials::Credentials;
use crate::store::account::Account;

/// The account that the headers name for a device, where it is known which, or what to answer instead.
pub(super) async fn check(
    app: &App,
    auth: &Auth,
    headers: &HeaderMap,
    (origin, device): (Origin, Option<&str>),
) -> Result<Arc<Account>, hyper::Response<Body>> {
    if !origin.may_log_in(&app.config().server) {
        return Err(reply::plain(
            StatusCode::FORBIDDEN,
            "use https, or see plain_http in the configuration\n",
        ));
    }
    let header = headers.get(header::AUTHORIZATION);
    let credentials = header.and_then(|value| Credentials::from_header(value.as_bytes()));
    let Some(credentials) = credentials else { return Err(reply::log_in()) };
    auth.check_phone(app, &credentials, device, origin.address).await.map_err(|refusal| refused(&refusal))
}

fn refused(refusal: &Refusal) -> hyper::Response<Body> {
    /// The store is back by then, or it takes an administrator.
    const STORE_FAILED: Duration = Duration::from_secs(30);
    match refusal {
        Refusal::Wrong => reply::log_in(),
        Refusal::Busy { after } => reply::busy(*after),
        Refusal::Store(_) | Refusal::Failed => {
            tracing::error!(error = %refusal, "a log-in could not be checked");
            reply::busy(STORE_FAILED)
        }
    }
}
