//! A request to send something: what it says, and the message, which may be too large for memory. Decides nothing.

use std::sync::Arc;

use bytes::Bytes;
use wbxml::Document;
use wbxml::Excerpt;
use wbxml::Limits;
use wbxml::Version;

use super::mime::Mime;
use crate::command::request::Body;
use crate::command::request::Request;
use crate::command::status;
use crate::command::status::Refusal;
use crate::eas::command::Command;
use crate::eas::sendmail::Content;
use crate::eas::sendmail::Source;
use crate::eas::sendmail::Submission;
use crate::eas::status::Common;
use crate::error::Error;
use crate::mime::address::Mailbox;
use crate::spool::Spool;

/// A message that is to be sent.
#[derive(Debug)]
pub struct Asked {
    /// The phone's own name for it, from 14.0 on.
    pub client_id: Option<String>,
    /// The account it is to be sent from, if not the only one.
    pub account_id: Option<String>,
    /// Whether it is to be sent with rights.
    pub has_rights: bool,
    /// Whether a copy is kept.
    pub save_in_sent: bool,
    /// What it starts from; none if it is new.
    pub source: Option<Source>,
    /// A meeting that is passed on; then nothing is written besides.
    pub meeting: Option<Meeting>,
    /// Its header, with the empty line at its end.
    pub head: Vec<u8>,
    /// All of it.
    pub mime: Mime,
}

/// A meeting that is passed on.
#[derive(Clone, Debug)]
pub struct Meeting {
    /// To whom.
    pub guests: Vec<Mailbox>,
    /// With which words.
    pub words: String,
    /// Whether those are HTML.
    pub is_html: bool,
}

/// A longer message stays where it is spooled.
const LONGEST: u32 = 64 * 1024;

impl Asked {
    /// Reads a request: up to 12.1 the message is its body, from then on it is in its document.
    pub async fn read(request: &Request, command: Command, version: Version) -> Result<Self, Refusal> {
        let Body::Spooled(spool) = &request.body else { return Err(Common::INVALID_CONTENT.into()) };
        if spool.length() == 0 {
            return Err(Common::INVALID_CONTENT.into());
        }
        if version >= Version::V14_0 {
            return Self::of_document(spool, command, version).await;
        }
        // MS-ASCMD 2.2.2 (Common Status Codes): 101 for WBXML in a version that sends the message itself.
        if request.content_type.as_deref().is_some_and(|kind| kind.contains("wbxml")) {
            return Err(Common::INVALID_CONTENT.into());
        }
        let mime = Mime::spooled(spool, 0..spool.length());
        let head = mime.head().await?;
        Ok(Self::new(&Submission::of_query(command, &request.query, &head)?, head.clone(), mime))
    }

    async fn of_document(spool: &Arc<Spool>, command: Command, version: Version) -> Result<Self, Refusal> {
        let excerpt = excerpt(spool).await?;
        let document = Document::decode(excerpt.kept(), &Limits::default());
        let document = document.map_err(|_| Common::INVALID_WBXML)?;
        if status::root(command).is_none_or(|(tag, _)| tag != document.root().tag()) {
            return Err(Common::INVALID_XML.into());
        }
        let submission = Submission::parse(command, document.root(), version)?;
        let bytes = match &submission.content {
            Content::Mime(bytes) => *bytes,
            Content::Meeting { forwardees, words } => {
                let meeting = Meeting {
                    guests: forwardees.clone(),
                    words: words.map(|words| words.text.to_owned()).unwrap_or_default(),
                    is_html: words.is_some_and(|words| words.is_html),
                };
                let nothing = Mime::whole(Bytes::new());
                return Ok(Self { meeting: Some(meeting), ..Self::new(&submission, Vec::new(), nothing) });
            }
        };
        let mime = match excerpt.cut() {
            [] => Mime::whole(Bytes::copy_from_slice(bytes)),
            [place] if u32::try_from(bytes.len()) == Ok(LONGEST) => Mime::spooled(spool, place.clone()),
            _ => return Err(Common::INVALID_XML.into()),
        };
        let head = mime.head().await?;
        Ok(Self::new(&submission, head, mime))
    }

    fn new(submission: &Submission<'_>, head: Vec<u8>, mime: Mime) -> Self {
        Self {
            client_id: submission.client_id.map(str::to_owned),
            account_id: submission.account_id.map(str::to_owned),
            has_rights: submission.template_id.is_some(),
            save_in_sent: submission.save_in_sent,
            source: submission.source.clone(),
            meeting: None,
            head,
            mime,
        }
    }

    /// Whether all that is to be sent after the header is what the phone wrote.
    pub fn is_whole(&self) -> bool {
        self.source.as_ref().is_none_or(|source| source.is_replaced)
    }
}

/// The document, with no more than the beginning of a long message.
async fn excerpt(spool: &Spool) -> Result<Excerpt, Refusal> {
    let mut excerpt = Excerpt::new(LONGEST);
    let mut reader = spool.source().open().await.map_err(Error::from)?;
    while let Some(piece) = reader.next().await.map_err(Error::from)? {
        excerpt.push(piece);
    }
    // Data that ends before it should.
    let is_short = excerpt.cut().last().is_some_and(|place| place.end > spool.length());
    if is_short { Err(Common::INVALID_WBXML.into()) } else { Ok(excerpt) }
}
