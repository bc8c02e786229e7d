//! What a device and the server say to each other, written down for an hour and downloaded as text.

use axum::extract::Path;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse as _;
use axum::response::Response;

use super::Governor;
use super::Sent;
use crate::govern::bulk::Target;
use crate::govern::trace;
use crate::govern::trace::Change;
use crate::web::Web;
use crate::web::failure::Failure;

pub(super) async fn download(
    State(web): State<Web>,
    by: Governor,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let target = Target::parse(&id).ok_or(Failure::NotFound)?;
    let found = trace::find(&web.app, &by.actor, target).await?;
    let headers = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"trace.txt\""),
    ];
    Ok((headers, trace::text(&found.lines)).into_response())
}

pub(super) async fn change(
    State(web): State<Web>,
    Path(id): Path<String>,
    Sent { by, fields }: Sent,
) -> Result<Response, Failure> {
    let target = Target::parse(&id).ok_or(Failure::NotFound)?;
    let (change, done) = match fields.one("do") {
        "start" => (Change::Start, "trace-started"),
        "stop" => (Change::Stop, "trace-stopped"),
        "remove" => (Change::Remove, "trace-removed"),
        _ => return Err(Failure::Incomplete("do")),
    };
    let outcome = trace::change(&web.app, &by.actor, target, change).await;
    by.told(&format!("/admin/devices/{id}"), outcome, done)
}
