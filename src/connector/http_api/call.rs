//! One call: its address, log-in and headers, and what each status means. Reads no item.

use std::fmt;
use std::time::Duration;

use reqwest::Client;
use reqwest::Method;
use reqwest::RequestBuilder;
use reqwest::Response;
use reqwest::StatusCode;
use reqwest::Url;
use reqwest::header::ETAG;
use reqwest::header::IF_MATCH;
use serde_json::Value;
use serde_json::json;
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::connector::Error;
use crate::connector::Remote;
use crate::connector::Result;
use crate::connector::User;
use crate::connector::http_api::LogIn;
use crate::connector::http_api::read;
use crate::connector::web;
use crate::connector::web::Trust;
use crate::connector::web::Unusable;
use crate::model::class::Class;
use crate::model::content::Content;

/// More than a page of contacts with pictures; less than hurts.
const ANSWER_MAX: usize = 32 << 20;

/// What people are shown of a refusal.
const MESSAGE_MAX: usize = 300;

/// A token is not used in its last moments: the answer could come after its end.
const TOKEN_MARGIN: Duration = Duration::from_secs(30);

/// For a token server that does not say how long.
const TOKEN_SECONDS: u64 = 300;

/// A day is long enough for any token, and added to any instant is one.
const TOKEN_SECONDS_MAX: u64 = 86_400;

/// Who calls: the client, the address and the log-in.
pub(super) struct Caller {
    client: Client,
    base: Url,
    log_in: LogIn,
    token: Mutex<Option<Token>>,
}

struct Token {
    value: String,
    until: Instant,
}

impl fmt::Debug for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Caller").field("base", &self.base.as_str()).finish_non_exhaustive()
    }
}

impl fmt::Debug for LogIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bearer(_) => "Bearer(…)",
            Self::Basic { .. } => "Basic(…)",
            Self::PerUser => "PerUser",
            Self::OAuth { .. } => "OAuth(…)",
        })
    }
}

/// What is asked.
#[derive(Clone, Debug)]
pub(super) struct Call<'a> {
    method: Method,
    path: Vec<&'a str>,
    id: Option<&'a str>,
    class: Option<Class>,
    query: Vec<(&'static str, String)>,
    key: Option<&'a str>,
    etag: Option<&'a str>,
    data: Option<Value>,
}

impl<'a> Call<'a> {
    /// GET of a path below `/v1`.
    pub(super) fn new(path: &'a str) -> Self {
        let path = path.split('/').filter(|part| !part.is_empty()).collect();
        let (method, query) = (Method::GET, Vec::new());
        Self { method, path, id: None, class: None, query, key: None, etag: None, data: None }
    }

    pub(super) fn method(self, method: Method) -> Self {
        Self { method, ..self }
    }

    pub(super) fn path(mut self, part: &'a str) -> Self {
        self.path.push(part);
        self
    }

    /// The class of what a conflict returns.
    pub(super) fn about(self, class: Class) -> Self {
        Self { class: Some(class), ..self }
    }

    /// Names an item. Some ids cannot stand in a path, whatever is done to them.
    pub(super) fn item(mut self, id: &'a str) -> Result<Self> {
        if matches!(id, "" | "." | ".." | "changes") {
            return Err(Error::Protocol(format!("`{id}` cannot be the id of an item")));
        }
        self.path.push(id);
        Ok(Self { id: Some(id), ..self })
    }

    pub(super) fn id(&self) -> Option<&'a str> {
        self.id
    }

    pub(super) fn query(mut self, name: &'static str, value: Option<&str>) -> Self {
        self.query.extend(value.map(|value| (name, value.to_owned())));
        self
    }

    pub(super) fn key(self, key: &'a str) -> Self {
        Self { key: Some(key), ..self }
    }

    pub(super) fn if_match(self, etag: &'a str) -> Self {
        Self { etag: Some(etag), ..self }
    }

    pub(super) fn data(self, content: &Content) -> Self {
        Self { data: Some(json!({"data": content.to_value()})), ..self }
    }
}

impl Caller {
    pub(super) fn new(url: &str, log_in: LogIn, trust: &Trust) -> std::result::Result<Self, Unusable> {
        let base = web::address(url.trim_end_matches('/').trim_end_matches("/v1"))?;
        if let LogIn::OAuth { token_url, .. } = &log_in {
            web::address(token_url)?;
        }
        let client = web::client(&base, trust)?;
        Ok(Self { client, base, log_in, token: Mutex::new(None) })
    }

    /// Makes a call. A token that was refused is fetched anew once.
    pub(super) async fn send(&self, user: &User, call: Call<'_>) -> Result<Value> {
        let token = self.fetched(None).await?;
        match self.send_once(user, &call, token.as_deref()).await {
            Err(Error::LogIn(_)) if token.is_some() => {
                let fresh = self.fetched(token.as_deref()).await?;
                self.send_once(user, &call, fresh.as_deref()).await
            }
            answer => answer,
        }
    }

    async fn send_once(&self, user: &User, call: &Call<'_>, token: Option<&str>) -> Result<Value> {
        let mut request = self.client.request(call.method.clone(), self.url(user, call)?);
        request = self.logged_in(user, request, token)?;
        if let Some(key) = call.key {
            request = request.header("Idempotency-Key", key);
        }
        if let Some(etag) = call.etag {
            request = request.header(IF_MATCH, format!("\"{etag}\""));
        }
        if let Some(data) = &call.data {
            request = request.json(data);
        }
        let response = request.send().await.map_err(web::unanswered)?;
        if !response.status().is_success() {
            return Err(refusal(response, call).await);
        }
        let etag = response.headers().get(ETAG).and_then(|etag| etag.to_str().ok()).map(str::to_owned);
        let body = web::body(response, ANSWER_MAX).await?;
        if body.is_empty() {
            return Ok(json!({"rev": etag.map(|etag| etag.trim_matches('"').to_owned())}));
        }
        serde_json::from_slice(&body).map_err(|error| Error::Protocol(format!("not JSON: {error}")))
    }

    fn url(&self, user: &User, call: &Call<'_>) -> Result<Url> {
        let mut url = self.base.clone();
        let no_path = |()| Error::Protocol("the address can have no path".to_owned());
        url.path_segments_mut().map_err(no_path)?.pop_if_empty().push("v1").extend(&call.path);
        if !call.path.is_empty() {
            let mut query = url.query_pairs_mut();
            query.append_pair("user", &user.email);
            if let Some(identity) = &user.identity {
                query.append_pair("identity", identity);
            }
            query.extend_pairs(&call.query);
        }
        Ok(url)
    }

    fn logged_in(&self, user: &User, request: RequestBuilder, token: Option<&str>) -> Result<RequestBuilder> {
        match &self.log_in {
            LogIn::Bearer(token) => Ok(request.bearer_auth(token)),
            LogIn::Basic { user, password } => Ok(request.basic_auth(user, Some(password))),
            LogIn::PerUser => match (&user.name, &user.password) {
                (Some(name), Some(password)) => Ok(request.basic_auth(name, Some(password))),
                _ => Err(Error::LogIn("this account has no log-in for the back office yet".to_owned())),
            },
            LogIn::OAuth { .. } => Ok(request.bearer_auth(token.unwrap_or_default())),
        }
    }

    /// The token that is fetched by OAuth; none where the log-in is another. Of many calls that were refused
    /// the same token, or find none, one fetches the next.
    async fn fetched(&self, refused: Option<&str>) -> Result<Option<String>> {
        let LogIn::OAuth { token_url, client_id, client_secret, scope } = &self.log_in else {
            return Ok(None);
        };
        let mut kept = self.token.lock().await;
        let is_good = |token: &&Token| token.until > Instant::now() && Some(&*token.value) != refused;
        if let Some(token) = kept.as_ref().filter(is_good) {
            return Ok(Some(token.value.clone()));
        }
        let credentials = [("client_id", client_id), ("client_secret", client_secret)];
        let token = self.token(token_url, credentials, scope).await?;
        Ok(Some(kept.insert(token).value.clone()))
    }

    /// RFC 6749 4.4.2: the credentials travel in the form, which more servers take than Basic.
    async fn token(&self, url: &str, credentials: [(&str, &String); 2], scope: &str) -> Result<Token> {
        let mut form = Url::parse("form:").map_err(|error| Error::Protocol(error.to_string()))?;
        form.query_pairs_mut().append_pair("grant_type", "client_credentials").extend_pairs(credentials);
        if !scope.is_empty() {
            form.query_pairs_mut().append_pair("scope", scope);
        }
        let request = self.client.post(url).header("Content-Type", "application/x-www-form-urlencoded");
        let request = request.body(form.query().unwrap_or_default().to_owned());
        let response = request.send().await.map_err(web::unanswered)?;
        match response.status() {
            status if status.is_success() => {}
            StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                return Err(Error::LogIn("the token server refused our id and secret".to_owned()));
            }
            status => {
                let message = format!("the token server answered {status}");
                return Err(Error::Later { after: web::retry_after(&response), message });
            }
        }
        let body = web::body(response, ANSWER_MAX).await?;
        let answer: Value = serde_json::from_slice(&body).unwrap_or_default();
        let value = answer.get("access_token").and_then(Value::as_str);
        let value = value.ok_or_else(|| Error::Protocol("the token server gave no token".to_owned()))?;
        let lasts = lasts(answer.get("expires_in").and_then(Value::as_u64));
        Ok(Token { value: value.to_owned(), until: Instant::now() + lasts })
    }
}

/// How long a token is used whose server says that it is good for so many seconds.
fn lasts(seconds: Option<u64>) -> Duration {
    Duration::from_secs(seconds.unwrap_or(TOKEN_SECONDS).min(TOKEN_SECONDS_MAX)).saturating_sub(TOKEN_MARGIN)
}

/// What an answer that is no success means.
async fn refusal(response: Response, call: &Call<'_>) -> Error {
    let status = response.status();
    let after = web::retry_after(&response);
    let body = web::body(response, ANSWER_MAX).await.unwrap_or_default();
    meaning(status, &serde_json::from_slice(&body).unwrap_or_default(), after, call)
}

/// What a status that is no success means, with what came with it.
fn meaning(status: StatusCode, body: &Value, after: Option<Duration>, call: &Call<'_>) -> Error {
    let message = message(status, body);
    let is_changes = call.path.last() == Some(&"changes");
    let is_spoken = body.get("error").is_some_and(Value::is_string);
    match status {
        StatusCode::UNAUTHORIZED => Error::LogIn(message),
        StatusCode::PRECONDITION_FAILED => Error::Conflict(current(call, body).map(Box::new)),
        // 409: another attempt of the same write is under way.
        StatusCode::REQUEST_TIMEOUT | StatusCode::CONFLICT | StatusCode::TOO_MANY_REQUESTS => {
            Error::Later { after, message }
        }
        status if status.is_server_error() => Error::Later { after, message },
        // A page of some proxy does not speak for the back office: for it nothing is undone or taken for gone.
        _ if !is_spoken => Error::Protocol(message),
        StatusCode::GONE if is_changes => Error::CursorExpired,
        StatusCode::NOT_FOUND | StatusCode::GONE => Error::Gone,
        status if status.is_client_error() => Error::Refused(message),
        _ => Error::Protocol(message),
    }
}

fn current(call: &Call<'_>, body: &Value) -> Option<Remote> {
    read::version(call.class?, call.id?, body.get("current")?).ok()
}

/// The sentence for people, else the code, else the status.
fn message(status: StatusCode, body: &Value) -> String {
    let text = |name| body.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    match text("message").or_else(|| text("error")) {
        Some(text) => text.chars().filter(|letter| !letter.is_control()).take(MESSAGE_MAX).collect(),
        None => format!("the back office answered {status}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(status: u16, body: &Value, expected: &str) {
        let call = Call::new("tasks").path("7");
        let meaning = meaning(StatusCode::from_u16(status).unwrap(), body, None, &call);
        assert_eq!(format!("{meaning:?}"), expected, "{status} {body}");
    }

    #[test]
    fn the_back_office_refuses_in_the_form_of_the_contract() {
        let said = json!({"error": "refused", "message": "The customer is blocked."});
        for status in [400, 403, 405, 413, 422] {
            check(status, &said, "Refused(\"The customer is blocked.\")");
        }
        check(404, &json!({"error": "not_found"}), "Gone");
        check(410, &json!({"error": "gone"}), "Gone");
        check(401, &said, "LogIn(\"The customer is blocked.\")");
        check(412, &json!({"error": "conflict"}), "Conflict(None)");
        check(409, &said, "Later { after: None, message: \"The customer is blocked.\" }");
    }

    #[test]
    fn a_page_of_a_proxy_refuses_nothing() {
        // A page is no JSON; others answer JSON of their own.
        for body in [Value::Null, json!({"fault": {"code": 900}}), json!({"error": {"code": 403}})] {
            check(400, &body, "Protocol(\"the back office answered 400 Bad Request\")");
            check(403, &body, "Protocol(\"the back office answered 403 Forbidden\")");
            check(404, &body, "Protocol(\"the back office answered 404 Not Found\")");
            check(413, &body, "Protocol(\"the back office answered 413 Payload Too Large\")");
        }
        check(302, &Value::Null, "Protocol(\"the back office answered 302 Found\")");
    }

    #[test]
    fn a_token_is_used_until_shortly_before_its_end() {
        let rows = [(Some(3600), 3570), (None, 270), (Some(30), 0), (Some(7), 0), (Some(u64::MAX), 86_370)];
        for (told, seconds) in rows {
            assert_eq!(lasts(told), Duration::from_secs(seconds), "{told:?}");
        }
    }
}
