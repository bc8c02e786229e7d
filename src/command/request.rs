//! A request for a command, as HTTP hands it over, and what goes back. Not a socket, not a header more than commands need.

use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;

use crate::eas::query::Query;
use crate::mailbox::find::File;
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// Further headers.
    pub headers: Vec<(&'static str, String)>,
    /// `Content-Type`, for a body that is not empty.
    pub content_type: Cow<'static, str>,
    /// The body; may be empty.
    pub body: Vec<u8>,
}

impl Response {
    /// What WBXML travels as.
    pub const WBXML: &'static str = "application/vnd.ms-sync.wbxml";

    /// What a document with its parts behind it travels as (MS-ASCMD 2.2.1.10.1).
    pub const PARTS: &'static str = "application/vnd.ms-sync.multipart";

    /// 200 with a document.
    pub fn wbxml(body: Vec<u8>) -> Self {
        Self { status: 200, headers: Vec::new(), content_type: Cow::Borrowed(Self::WBXML), body }
    }

    /// 200 with a document and its parts behind it.
    pub fn in_parts(body: Vec<u8>) -> Self {
        Self { content_type: Cow::Borrowed(Self::PARTS), ..Self::wbxml(body) }
    }

    /// 200 with a file.
    pub fn file(file: File) -> Self {
        Self { content_type: Cow::Owned(file.content_type), ..Self::wbxml(file.data) }
    }

    /// A status alone.
    pub fn status(status: u16) -> Self {
        Self { status, headers: Vec::new(), content_type: Cow::Borrowed("text/plain"), body: Vec::new() }
    }
}
