//! Writes down what a device asked and was told, where an administrator has that looked into. Decides for whom in nothing.

use wbxml::Version;

use super::request::Body;
use super::request::Request;
use super::request::Response;
use crate::app::App;
use crate::eas::command::Command;
use crate::eas::trace::masked;
use crate::model::id::AccountId;
use crate::model::id::DeviceNumber;
use crate::store;
use crate::store::retrying;
use crate::store::trace;
use crate::store::trace::Line;

/// A device whose requests are written down, with the command that it is at.
#[derive(Clone, Copy, Debug)]
pub struct Traced {
    account: AccountId,
    device: DeviceNumber,
    command: Command,
}

impl Traced {
    /// The device of a request, once it is known and if it is one.
    pub(super) fn of(request: &Request, command: Command) -> Option<Self> {
        let device = *request.traced.get()?;
        Some(Self { account: request.account.id, device, command })
    }

    /// Writes down what was asked.
    pub(super) async fn asked(self, app: &App, request: &Request, version: Version) {
        let text = match &request.body {
            Body::Whole(body) => shown(body),
            Body::Spooled(spool) => format!("(a message of {} bytes)", spool.length()),
        };
        self.write(app, format!("phone: {} {version}", self.command), text).await;
    }

    /// Writes down what was answered.
    pub(super) async fn told(self, app: &App, response: &Response) {
        let mut text = match &*response.content_type {
            Response::WBXML => shown(&response.body),
            other => format!("({other}, {} bytes)", response.body.len()),
        };
        if !response.rest.is_empty() {
            let bytes: u64 = response.rest.iter().map(super::request::Piece::length).sum();
            text.push_str(&format!("({bytes} bytes of files)"));
        }
        self.write(app, format!("server: {} {}", self.command, response.status), text).await;
    }

    async fn write(self, app: &App, heading: String, text: String) {
        let line = Line { at: app.now(), heading, text };
        if let Err(error) = retrying(|| self.written(app, &line)).await {
            tracing::warn!(account = %self.account, %error, "a trace has a gap");
        }
    }

    async fn written(self, app: &App, line: &Line) -> store::Result<()> {
        let mut tx = app.store().begin().await?;
        trace::add(&mut tx, (self.account, self.device), line).await?;
        tx.commit().await
    }
}

fn shown(body: &[u8]) -> String {
    if body.is_empty() {
        return "(nothing)".to_owned();
    }
    masked(body).unwrap_or_else(|| format!("(no WBXML, {} bytes)", body.len()))
}
