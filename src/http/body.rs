//! Reads a request's body whole, within its limits of size and time. Understands none of it.

use std::time::Duration;

use axum::body::Body;
use axum::http::HeaderMap;
use axum::http::StatusCode;
use axum::http::header::CONTENT_LENGTH;
use bytes::Bytes;
use bytes::BytesMut;
use http_body_util::BodyExt as _;
use hyper::body::Body as _;
use tokio::time::Instant;

use crate::config::Limits;

/// A body slower than this on average, after its first half minute, is an attack or a dead line.
const SLOWEST: u64 = 2 * 1024;

/// Reads all of it: 413 when it is too large, 408 when it is too slow, 400 when it breaks off.
pub(super) async fn read(mut body: Body, limits: &Limits) -> Result<Bytes, StatusCode> {
    let announced = body.size_hint().lower();
    if usize::try_from(announced).map_or(true, |announced| announced > limits.body) {
        return Err(StatusCode::PAYLOAD_TOO_LARGE);
    }
    let start = Instant::now();
    let end = start + limits.body_time;
    let mut read = Vec::new();
    let mut length = 0_usize;
    loop {
        let earned = Duration::from_secs(u64::try_from(length).unwrap_or(u64::MAX) / SLOWEST);
        let deadline = (start + limits.head_time + earned).min(end);
        let frame = match tokio::time::timeout_at(deadline, body.frame()).await {
            Err(_) => return Err(StatusCode::REQUEST_TIMEOUT),
            Ok(None) => return Ok(joined(read)),
            Ok(Some(Err(_))) => return Err(StatusCode::BAD_REQUEST),
            Ok(Some(Ok(frame))) => frame,
        };
        let Ok(data) = frame.into_data() else { continue };
        length += data.len();
        if length > limits.body {
            return Err(StatusCode::PAYLOAD_TOO_LARGE);
        }
        read.push(data);
    }
}

fn joined(mut pieces: Vec<Bytes>) -> Bytes {
    if pieces.len() <= 1 {
        return pieces.pop().unwrap_or_default();
    }
    let mut whole = BytesMut::with_capacity(pieces.iter().map(Bytes::len).sum());
    pieces.iter().for_each(|piece| whole.extend_from_slice(piece));
    whole.freeze()
}

/// Takes a small body off the line before a refusal, so that the connection can be used again.
pub(super) async fn discard(body: Body, headers: &HeaderMap) {
    const SMALL: u64 = 64 * 1024;
    const PATIENCE: Duration = Duration::from_secs(2);
    let length = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length <= SMALL) {
        // If it fails, hyper closes the connection, which is right.
        let _ = tokio::time::timeout(PATIENCE, body.collect()).await;
    }
}
