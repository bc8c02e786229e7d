//! The pages in a browser: the user's settings and what they stand on. Speaks no ActiveSync.
//!
//! A page is a template of `templates/` that extends `page.html` and holds a [`page::Page`]. Its handler takes a
//! [`session::Visit`] (somebody who is logged in) or, for what is sent, a [`fields::Post`], and answers with
//! [`page::show`] or [`session::Visit::go`]. What goes wrong is a [`failure::Failure`], which becomes a page too.

mod admin;
mod assets;
mod code;
pub mod failure;
pub mod fields;
mod forgotten;
mod log_in;
pub mod page;
mod second_factor;
pub mod session;
pub mod setting;
mod start;
pub mod text;

use std::net::IpAddr;

use axum::Router;
use axum::extract::Request;
use axum::http::HeaderName;
use axum::http::HeaderValue;
use axum::http::header;
use axum::middleware;
use axum::middleware::Next;
use axum::response::Redirect;
use axum::response::Response;
use axum::routing::get;
use axum::routing::post;

use crate::app::App;
use crate::auth::Auth;

/// What the handlers share.
#[derive(Clone, Debug)]
pub struct Web {
    /// The running program.
    pub app: App,
    /// Who checks log-ins.
    pub auth: Auth,
}

/// Who asks, as the listener saw it; it is among the extensions of each request.
#[derive(Clone, Copy, Debug)]
pub struct Visitor {
    /// The browser's address.
    pub address: IpAddr,
    /// Whether it came over HTTPS, at least to our proxy.
    pub is_encrypted: bool,
    /// Whether a password may be read from it.
    pub may_log_in: bool,
}

/// All pages, each at its own path.
pub fn router(app: App, auth: Auth) -> Router {
    let web = Web { app, auth };
    Router::new()
        .route("/", get(|| async { Redirect::to("/setting") }))
        .route("/static/{file}", get(assets::serve))
        .route("/start", get(start::form).post(start::found))
        .route("/login", get(log_in::form).post(log_in::log_in))
        .route("/login/code", post(second_factor::check))
        .route("/forgotten", get(forgotten::form).post(forgotten::send))
        .route("/forgotten/link", get(forgotten::open).post(forgotten::set))
        .route("/logout", post(log_in::log_out))
        .route("/language", post(log_in::choose_language))
        .merge(setting::routes())
        .merge(admin::routes())
        .layer(middleware::from_fn(failure::as_page))
        .layer(middleware::from_fn(guard))
        .with_state(web)
}

/// The longest form at a path in lower case; none where no page is.
pub fn body_limit(path: &str) -> Option<usize> {
    /// A form's texts are short; a file of accounts is the longest.
    const FORM: usize = 1024 * 1024;
    let is_ours = ["/start", "/login", "/forgotten", "/logout", "/language", "/setting", "/admin"]
        .iter()
        .any(|own| path.strip_prefix(own).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')));
    is_ours.then_some(FORM)
}

/// What every answer of ours says to the browser: nothing from elsewhere, nothing inline, within no other page.
async fn guard(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in GUARDS {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    // What an account sees is nobody else's, nor is it to be had by the button "back" after it logged out.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

const GUARDS: &[(&str, &str)] = &[
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
         form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    // With `no-referrer` browsers send `Origin: null`, and we could not tell our own forms.
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=()"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_where_a_form_may_be_sent_a_body_is_read() {
        for path in ["/start", "/login", "/setting", "/setting/devices/7", "/admin/accounts"] {
            assert!(body_limit(path).is_some(), "{path}");
        }
        for path in ["/", "/static/x", "/settings", "/loginx"] {
            assert_eq!(body_limit(path), None, "{path}");
        }
    }
}
