//! A body that is sent piece by piece, out of memory and files. Knows no answer.

use std::io;

use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream;
use futures_util::stream::BoxStream;

use crate::command::request::Piece;

/// Read at a time; a multiple of three, so that base64 needs no padding in between.
const LENGTH: usize = 48 * 1024;

/// A body, and how many bytes it has.
pub(super) fn body(first: Vec<u8>, rest: Vec<Piece>) -> (Body, u64) {
    let length = rest.iter().fold(first.len() as u64, |sum, piece| sum.saturating_add(piece.length()));
    let first = stream::once(async move { Ok(Bytes::from(first)) });
    let rest = stream::iter(rest).flat_map(read);
    (Body::from_stream(first.chain(rest)), length)
}

fn read(piece: Piece) -> BoxStream<'static, io::Result<Bytes>> {
    match piece {
        Piece::Bytes(bytes) => stream::once(async move { Ok(Bytes::from(bytes)) }).boxed(),
        Piece::File { file, place, is_base64: false } => file.pieces(place, LENGTH).boxed(),
        Piece::File { file, place, is_base64: true } => {
            let encoded = |bytes: Bytes| Bytes::from(STANDARD.encode(bytes));
            file.pieces(place, LENGTH).map(move |piece| piece.map(encoded)).boxed()
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::spool::Spool;

    #[tokio::test]
    async fn a_body_has_the_length_that_it_says() {
        let folder = tempfile::tempdir().unwrap();
        let data = b"blueberry".repeat(40_000);
        for length in [0, 1, 2, 1000, 300_001] {
            let mut spool = Spool::within(folder.path());
            spool.write(&data[..length]).await.unwrap();
            spool.finish().await.unwrap();
            let file = Arc::new(spool);
            let place = 0..length as u64;
            let plain = Piece::File { file: Arc::clone(&file), place: place.clone(), is_base64: false };
            let encoded = Piece::File { file, place, is_base64: true };
            let expected =
                [b"<", &data[..length], b"|", STANDARD.encode(&data[..length]).as_bytes(), b">"].concat();
            let rest = vec![plain, Piece::Bytes(b"|".to_vec()), encoded, Piece::Bytes(b">".to_vec())];
            let (body, said) = body(b"<".to_vec(), rest);
            let sent = axum::body::to_bytes(body, usize::MAX).await.unwrap();
            assert!(sent == expected && said == sent.len() as u64, "{length}");
        }
    }
}
