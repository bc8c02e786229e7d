//! `/Microsoft-Server-ActiveSync`: who may come in, and the way of a request to its command and back.

use std::sync::Arc;
use std::sync::OnceLock;

use axum::body::Body;
use axum::http::HeaderMap;
use axum::http::HeaderValue;
use axum::http::Method;
use axum::http::StatusCode;
use axum::http::header;
use axum::http::request::Parts;
use hyper::body::Incoming;
use wbxml::Version;

use super::Answer;
use super::Front;
use super::body;
use super::log_in;
use super::origin::Origin;
use super::reply;
use super::stream;
use crate::command;
use crate::command::Begun;
use crate::command::Waiting;
use crate::command::device;
use crate::command::request;
use crate::command::request::Request;
use crate::command::request::Response;
use crate::eas::command::Command;
use crate::eas::options;
use crate::eas::query::Query;
use crate::store::account::Account;

/// Answers OPTIONS and POST.
pub(super) async fn answer(front: Front, request: hyper::Request<Incoming>, origin: Origin) -> Answer {
    let accepts_gzip = reply::accepts_gzip(request.headers());
    // Boxed and ended before the command runs.
    let admitted = Box::pin(admit(&front, request, origin)).await;
    match admitted {
        Ok(Admitted::Options) => Answer::Now(counted(&front, "Options", options_answer())),
        Ok(Admitted::Post(request)) => {
            let asked = Asked { command: request.query.command, accepts_gzip };
            match Box::pin(command::begin(&front.inner.app, request)).await {
                Begun::Done(response) => Answer::Now(asked.answer(&front, response)),
                Begun::Waiting(waiting) => Answer::Later(Later { asked, waiting }),
            }
        }
        Err(response) => Answer::Now(counted(&front, "refused", response)),
    }
}

/// A request that waits for news.
pub(super) struct Later {
    asked: Asked,
    waiting: Waiting,
}

impl Later {
    /// Waits for the answer.
    pub(super) async fn answer(self, front: &Front) -> hyper::Response<Body> {
        let response = self.waiting.ended(&front.inner.app).await;
        self.asked.answer(front, response)
    }
}

/// What is to be known of a request to answer it.
struct Asked {
    command: Option<Command>,
    accepts_gzip: bool,
}

impl Asked {
    fn answer(&self, front: &Front, response: Response) -> hyper::Response<Body> {
        let name = self.command.map_or("unknown", Command::as_str);
        counted(front, name, finish(response, self.command, self.accepts_gzip))
    }
}

/// Says who answers, and counts the answer.
fn counted(front: &Front, name: &'static str, mut response: hyper::Response<Body>) -> hyper::Response<Body> {
    let (header, value) = options::SERVER;
    insert(response.headers_mut(), header, value);
    front.inner.app.metrics().request(name, response.status().as_u16());
    response
}

/// What was asked by somebody who may ask.
enum Admitted {
    Options,
    Post(Box<Request>),
}

async fn admit(
    front: &Front,
    request: hyper::Request<Incoming>,
    origin: Origin,
) -> Result<Admitted, hyper::Response<Body>> {
    let (parts, body) = request.into_parts();
    let body = Body::new(body);
    let checked = match check(front, &parts, origin).await {
        Ok(checked) => checked,
        Err(refusal) => {
            body::discard(body, &parts.headers).await;
            return Err(refusal);
        }
    };
    let Some((account, query)) = checked else { return Ok(Admitted::Options) };
    let body = taken(front, body, query.command)
        .await
        .map_err(|status| reply::closing(reply::plain(status, "the request's body was not taken\n")))?;
    let text = |name: &str| header_text(&parts.headers, name);
    Ok(Admitted::Post(Box::new(Request {
        account,
        query,
        version: text("ms-asprotocolversion"),
        policy_key: text("x-ms-policykey"),
        user_agent: text("user-agent"),
        content_type: text("content-type"),
        accept_multipart: text("ms-asacceptmultipart").is_some_and(|value| value.eq_ignore_ascii_case("t")),
        address: origin.address,
        traced: OnceLock::new(),
        body,
    })))
}

/// A message may be large, whatever else a phone asks for is not.
async fn taken(front: &Front, body: Body, command: Option<Command>) -> Result<request::Body, StatusCode> {
    let limits = &front.inner.app.config().limits;
    if command.is_some_and(Command::sends_mail) {
        let spool = body::spool(body, limits.body, limits, front.inner.app.spool()).await?;
        return Ok(request::Body::Spooled(Arc::new(spool)));
    }
    Ok(request::Body::Whole(body::read(body, limits.body, limits).await?))
}

/// All that can be said before the body is read; none in answer to OPTIONS.
async fn check(
    front: &Front,
    parts: &Parts,
    origin: Origin,
) -> Result<Option<(Arc<Account>, Query)>, hyper::Response<Body>> {
    let super::Inner { app, auth, agents, .. } = &*front.inner;
    let query = Query::parse(parts.uri.query().unwrap_or_default());
    let device = query.as_ref().ok().map(|query| query.device_id.as_str());
    let account = log_in::check(app, auth, &parts.headers, (origin, device)).await?;
    if parts.method == Method::OPTIONS {
        return Ok(None);
    }
    if parts.method != Method::POST {
        let mut response = reply::plain(StatusCode::METHOD_NOT_ALLOWED, "phones ask with OPTIONS and POST\n");
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("OPTIONS, POST"));
        return Err(response);
    }
    let query =
        query.map_err(|_| reply::plain(StatusCode::BAD_REQUEST, "the request line is not understood\n"))?;
    if device::fault(&query).is_some() {
        // The command says what is wrong, and nothing is kept of it.
        return Ok(Some((account, query)));
    }
    let agent = header_text(&parts.headers, "user-agent").unwrap_or_default();
    let most = app.config().limits.user_agents;
    match agents.refuse((account.id, &query.device_id), &agent, most, app.now()) {
        Some(after) => Err(reply::busy(after)),
        None => Ok(Some((account, query))),
    }
}

fn header_text(headers: &HeaderMap, name: &str) -> Option<String> {
    // Not `to_str`, which refuses what is not ASCII.
    headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}

fn options_answer() -> hyper::Response<Body> {
    let mut response = hyper::Response::new(Body::empty());
    for (name, value) in options::headers(&Version::ALL) {
        insert(response.headers_mut(), name, &value);
    }
    response
}

fn insert(headers: &mut HeaderMap, name: &'static str, value: &str) {
    let name = axum::http::HeaderName::from_bytes(name.as_bytes());
    if let (Ok(name), Ok(value)) = (name, HeaderValue::from_str(value)) {
        headers.insert(name, value);
    }
}

fn finish(response: Response, command: Option<Command>, accepts_gzip: bool) -> hyper::Response<Body> {
    /// Below this gzip makes it longer as often as shorter.
    const WORTH_IT: usize = 512;
    let Response { status, headers, content_type, body, rest } = response;
    // Whoever tests for gzip looks at FolderSync, however short it is.
    // Files seldom get shorter.
    let is_gzipped = accepts_gzip
        && rest.is_empty()
        && !body.is_empty()
        && (body.len() >= WORTH_IT || command == Some(Command::FolderSync));
    let has_body = !body.is_empty() || !rest.is_empty();
    let mut finished = match (rest.is_empty(), is_gzipped) {
        (true, true) => hyper::Response::new(Body::from(reply::gzipped(&body))),
        (true, false) => hyper::Response::new(Body::from(body)),
        (false, _) => {
            let (body, length) = stream::body(body, rest);
            let mut response = hyper::Response::new(body);
            response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(length));
            response
        }
    };
    *finished.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in headers {
        insert(finished.headers_mut(), name, &value);
    }
    if has_body {
        // A mail may call its files what no header can hold.
        let content_type = HeaderValue::from_str(&content_type)
            .unwrap_or(HeaderValue::from_static("application/octet-stream"));
        finished.headers_mut().insert(header::CONTENT_TYPE, content_type);
    }
    if is_gzipped {
        finished.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    finished
}
