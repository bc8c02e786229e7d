//! A request for a command, as HTTP hands it over, and what goes back. Not a socket, not a header more than commands need.

use std::borrow::Cow;
use std::net::IpAddr;
use std::ops::Range;
use std::sync::Arc;
use std::sync::OnceLock;

use bytes::Bytes;

use crate::eas::itemoperations::shown;
use crate::eas::query::Query;
use crate::mailbox::find::File;
use crate::model::id::DeviceNumber;
use crate::spool::Spool;
use crate::store::account::Account;

/// A POST to `/Microsoft-Server-ActiveSync` by somebody whose password was right.
#[derive(Clone, Debug)]
pub struct Request {
    /// Who.
    pub account: Arc<Account>,
    /// What the request line says; its version and policy key stand behind those of the headers.
    pub query: Query,
    /// `MS-ASProtocolVersion`, as sent.
    pub version: Option<String>,
    /// `X-MS-PolicyKey`, as sent.
    pub policy_key: Option<String>,
    /// `User-Agent`, as sent.
    pub user_agent: Option<String>,
    /// `Content-Type`, as sent: old versions send messages as `message/rfc822`.
    pub content_type: Option<String>,
    /// Whether `MS-ASAcceptMultiPart` says so.
    pub accept_multipart: bool,
    /// From where.
    pub address: IpAddr,
    /// The device, where what it asks and is told is written down; known once it is admitted.
    pub traced: OnceLock<DeviceNumber>,
    /// A Sync that waits keeps it: it is far smaller than what is read from it.
    pub body: Body,
}

/// The body of a request.
#[derive(Clone, Debug)]
pub enum Body {
    /// All of it, in memory.
    Whole(Bytes),
    /// That of a command that sends mail: it may be large.
    Spooled(Arc<Spool>),
}

/// What goes back. Gzip, `Content-Length` and `Date` are not its business.
#[derive(Clone, Debug)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// Further headers.
    pub headers: Vec<(&'static str, String)>,
    /// `Content-Type`, for a body that is not empty.
    pub content_type: Cow<'static, str>,
    /// The body, or its beginning; may be empty.
    pub body: Vec<u8>,
    /// What follows, piece by piece: it may be more than fits in memory.
    pub rest: Vec<Piece>,
}

/// A piece of a body.
#[derive(Clone, Debug)]
pub enum Piece {
    /// Bytes.
    Bytes(Vec<u8>),
    /// A part of a file.
    File {
        /// The file.
        file: Arc<Spool>,
        /// Which part.
        place: Range<u64>,
        /// Whether it is sent in base64.
        is_base64: bool,
    },
}

impl Piece {
    /// How many bytes are sent.
    pub fn length(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::File { place, is_base64, .. } => {
                let length = place.end.saturating_sub(place.start);
                if *is_base64 { length.div_ceil(3).saturating_mul(4) } else { length }
            }
        }
    }

    /// A file as it is.
    fn whole(file: Arc<Spool>) -> Self {
        let place = 0..file.length();
        Self::File { file, place, is_base64: false }
    }
}

impl Response {
    /// What WBXML travels as.
    pub const WBXML: &'static str = "application/vnd.ms-sync.wbxml";

    /// What a document with its parts behind it travels as (MS-ASCMD 2.2.1.10.1).
    pub const PARTS: &'static str = "application/vnd.ms-sync.multipart";

    /// 200 with a document.
    pub fn wbxml(body: Vec<u8>) -> Self {
        let (headers, rest) = (Vec::new(), Vec::new());
        Self { status: 200, headers, content_type: Cow::Borrowed(Self::WBXML), body, rest }
    }

    /// 200 with a document in which files are, or which they stand behind.
    pub fn with_files(pieces: Vec<shown::Piece>, files: &[Arc<Spool>], in_parts: bool) -> Self {
        let piece = |piece| match piece {
            shown::Piece::Here(bytes) => Some(Piece::Bytes(bytes)),
            shown::Piece::Elsewhere { place, is_base64 } => {
                let (first, length) = (place.first as u64, place.length as u64);
                let file = Arc::clone(files.get(place.file)?);
                Some(Piece::File { file, place: first..first.saturating_add(length), is_base64 })
            }
        };
        let mut rest: Vec<Piece> = pieces.into_iter().filter_map(piece).collect();
        let mut body = Vec::new();
        // What is small is sent as it always was.
        while let Some(Piece::Bytes(bytes)) = rest.first_mut() {
            body.append(bytes);
            rest.remove(0);
        }
        let content_type = Cow::Borrowed(if in_parts { Self::PARTS } else { Self::WBXML });
        Self { content_type, rest, ..Self::wbxml(body) }
    }

    /// 200 with a file.
    pub fn file(file: File) -> Self {
        let rest = vec![Piece::whole(file.data)];
        Self { content_type: Cow::Owned(file.content_type), rest, ..Self::wbxml(Vec::new()) }
    }

    /// A status alone.
    pub fn status(status: u16) -> Self {
        Self { status, content_type: Cow::Borrowed("text/plain"), ..Self::wbxml(Vec::new()) }
    }
}
