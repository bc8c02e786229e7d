//! Reads a request's body, within its limits of size and time. Understands none of it.

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
use crate::spool::Spool;

/// A body slower than this on average, after its first half minute, is an attack or a dead line.
const SLOWEST: u64 = 2 * 1024;

/// Reads all of it, `most` bytes: 413 when it is larger, 408 when it is too slow, 400 when it breaks off.
pub(super) async fn read(body: Body, most: usize, limits: &Limits) -> Result<Bytes, StatusCode> {
    let mut coming = Coming::new(body, most, limits)?;
    // Not a list of the pieces: one byte sent alone would cost 32 there.
    let mut whole = BytesMut::new();
    while let Some(data) = coming.next().await? {
        whole.extend_from_slice(&data);
    }
    Ok(whole.freeze())
}

/// The same for one that may be too large for memory. 507 when there is no room for it.
pub(super) async fn spool(
    body: Body,
    most: usize,
    limits: &Limits,
    mut spool: Spool,
) -> Result<Spool, StatusCode> {
    let no_room = |error: std::io::Error| {
        tracing::error!(%error, "cannot spool a message");
        StatusCode::INSUFFICIENT_STORAGE
    };
    let mut coming = Coming::new(body, most, limits)?;
    while let Some(data) = coming.next().await? {
        spool.write(&data).await.map_err(no_room)?;
    }
    spool.finish().await.map_err(no_room)?;
    Ok(spool)
}

/// A body as it comes in.
struct Coming {
    body: Body,
    most: usize,
    head_time: Duration,
    start: Instant,
    end: Instant,
    length: usize,
}

impl Coming {
    fn new(body: Body, most: usize, limits: &Limits) -> Result<Self, StatusCode> {
        let announced = body.size_hint().lower();
        if usize::try_from(announced).map_or(true, |announced| announced > most) {
            return Err(StatusCode::PAYLOAD_TOO_LARGE);
        }
        let start = Instant::now();
        Ok(Self { body, most, head_time: limits.head_time, start, end: start + limits.body_time, length: 0 })
    }

    /// The next piece; none at its end.
    async fn next(&mut self) -> Result<Option<Bytes>, StatusCode> {
        loop {
            let earned = Duration::from_secs(u64::try_from(self.length).unwrap_or(u64::MAX) / SLOWEST);
            let deadline = (self.start + self.head_time + earned).min(self.end);
            let frame = match tokio::time::timeout_at(deadline, self.body.frame()).await {
                Err(_) => return Err(StatusCode::REQUEST_TIMEOUT),
                Ok(None) => return Ok(None),
                Ok(Some(Err(_))) => return Err(StatusCode::BAD_REQUEST),
                Ok(Some(Ok(frame))) => frame,
            };
            let Ok(data) = frame.into_data() else { continue };
            if data.len() > self.most - self.length {
                return Err(StatusCode::PAYLOAD_TOO_LARGE);
            }
            self.length += data.len();
            return Ok(Some(data));
        }
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
