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

/// Reads all of it, `most` bytes: 413 when it is larger, 408 when it is too slow, 400 when it breaks off.
pub(super) async fn read(mut body: Body, most: usize, limits: &Limits) -> Result<Bytes, StatusCode> {
    let announced = body.size_hint().lower();
    if usize::try_from(announced).map_or(true, |announced| announced > most) {
        return Err(StatusCode::PAYLOAD_TOO_LARGE);
    }
    let start = Instant::now();
    let end = start + limits.body_time;
    // Not a list of the pieces: one byte sent alone would cost 32 there.
    let mut whole = BytesMut::new();
    loop {
        let earned = Duration::from_secs(u64::try_from(whole.len()).unwrap_or(u64::MAX) / SLOWEST);
        let deadline = (start + limits.head_time + earned).min(end);
        let frame = match tokio::time::timeout_at(deadline, body.frame()).await {
            Err(_) => return Err(StatusCode::REQUEST_TIMEOUT),
            Ok(None) => return Ok(whole.freeze()),
            Ok(Some(Err(_))) => return Err(StatusCode::BAD_REQUEST),
            Ok(Some(Ok(frame))) => frame,
        };
        let Ok(data) = frame.into_data() else { continue };
        if data.len() > most - whole.len() {
            return Err(StatusCode::PAYLOAD_TOO_LARGE);
        }
        whole.extend_from_slice(&data);
    }
}

/// Takes a small body off the line before a refusal, so that the connection can be used again.
pub(super) async fn discard(mut body: Body, headers: &HeaderMap) {
    const SMALL: u64 = 64 * 1024;
    const PATIENCE: Duration = Duration::from_secs(2);
    let length = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length <= SMALL) {
        let drop_all = async { while let Some(Ok(_)) = body.frame().await {} };
        // If it fails, hyper closes the connection, which is right.
        let _ = tokio::time::timeout(PATIENCE, drop_all).await;
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use futures_util::stream;

    use super::*;

    /// A body of so many pieces of one byte each.
    fn crumbs(count: usize) -> Body {
        let piece = Ok::<_, Infallible>(Bytes::from_static(b"x"));
        Body::from_stream(stream::iter(vec![piece; count]))
    }

    #[tokio::test]
    async fn a_body_in_crumbs_is_read_up_to_its_limit() {
        let limits = Limits::default();
        assert_eq!(read(crumbs(100), 100, &limits).await.map(|body| body.len()), Ok(100));
        assert_eq!(read(crumbs(101), 100, &limits).await, Err(StatusCode::PAYLOAD_TOO_LARGE));
        assert_eq!(read(Body::from("xx"), 1, &limits).await, Err(StatusCode::PAYLOAD_TOO_LARGE));
        assert_eq!(read(Body::empty(), 0, &limits).await, Ok(Bytes::new()));
    }
}
