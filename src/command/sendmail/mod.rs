//! `SendMail`, `SmartReply` and `SmartForward`: a message is made ready and taken. Sends nothing: `jobs/send` does.
//!
//! A phone that hears that its message is taken throws its own copy away, so it is in the store by then; a phone that
//! does not hear it asks again, so what it asked for is remembered and not sent twice.

pub(super) mod accept;
pub mod asked;
mod forward;
pub mod mime;
mod original;

use jiff::SignedDuration;
use jiff::Timestamp;
use sha2::Digest as _;
use wbxml::Version;

use self::accept::Accepting;
use self::accept::Mark;
use self::asked::Asked;
use self::original::Found;
use crate::app::App;
use crate::app::new_key;
use crate::command::phone::Phone;
use crate::command::status::Refusal;
use crate::eas::status::Common;
use crate::error::Error;
use crate::mime::address::Mailbox;
use crate::mime::compose;
use crate::mime::compose::Answer;
use crate::mime::compose::Original;
use crate::mime::compose::Outgoing;
use crate::mime::compose::Rules;
use crate::mime::field;
use crate::mime::headers::Headers;
use crate::mime::text::LineEnds;
use crate::model::class::Class;
use crate::model::folder::default_of;
use crate::model::id::OutgoingId;
use crate::model::message::Verb;
use crate::model::outgoing::Progress;
use crate::model::outgoing::Todo;
use crate::store::folder;
use crate::store::outgoing;

/// What has no `ClientId` is asked for again within so long, if the answer was lost; sooner nobody writes the same to
/// the same people twice.
const SAME_BODY: SignedDuration = SignedDuration::from_mins(10);

/// Takes a message to be sent.
pub async fn sendmail(app: &App, phone: &Phone, asked: &Asked) -> Result<(), Refusal> {
    // MS-ASCMD 2.2.3.3.1 (AccountId): the one account there is has no id.
    if phone.version >= Version::V14_1 && asked.account_id.as_deref().is_some_and(|id| !id.trim().is_empty())
    {
        return Err(Common::INVALID_ACCOUNT_ID.into());
    }
    if asked.has_rights {
        return Err(Common::IRM_FEATURE_DISABLED.into());
    }
    if let Some(meeting) = &asked.meeting {
        return Box::pin(forward::forward(app, phone, asked, meeting)).await;
    }
    let head = &asked.head;
    if field::fields(head).next().is_none() {
        return Err(Common::INVALID_MIME.into());
    }
    let now = app.now();
    let request = Request::of(asked, &Headers::read(head), now).await?;
    let mut glance = app.store().glance().await?;
    let is_repeated = outgoing::was_asked(&mut glance, phone.who(), &request.name, request.since).await?;
    drop(glance);
    if is_repeated {
        return Ok(());
    }
    let connection = connection(app, phone).await?;
    let found = match &asked.source {
        Some(source) => Some(original::find(app, phone, source).await?),
        None => None,
    };
    let outgoing = composed(phone, asked, found.as_ref(), now).await?;
    if outgoing.recipients.is_empty() {
        return Err(Common::MESSAGE_HAS_NO_RECIPIENT.into());
    }
    let row = row(app, phone, connection, asked.save_in_sent, &outgoing, now);
    let mut accepting = Accepting::new(app, phone.who(), row, outgoing.header());
    match found.as_ref().filter(|_| !asked.is_whole()) {
        Some(found) => found.body(&outgoing, &mut accepting).await?,
        None => as_written(asked, &mut accepting).await?,
    }
    let mark = found.and_then(|found| Some(Mark::Verb { verb: verb(&found, &outgoing), of: found.place()? }));
    accepting.end(&request, mark).await?;
    Ok(())
}

/// Over which connection an account's mail goes out.
async fn connection(app: &App, phone: &Phone) -> Result<String, Refusal> {
    let inbox = match default_of(Class::Email) {
        Some(inbox) => folder::find(&mut *app.store().glance().await?, phone.device.account, inbox).await?,
        None => None,
    };
    Ok(inbox.and_then(|inbox| inbox.folder.connection).ok_or(Common::USER_HAS_NO_MAILBOX)?)
}

/// What a phone asked for, to be known again.
#[derive(Clone, Debug)]
pub(super) struct Request {
    /// Its fingerprint.
    pub(super) name: String,
    /// It is the same if it was asked for since then.
    pub(super) since: Timestamp,
}

impl Request {
    /// By the phone's own name for it, with whom it goes to and what it is about: MS-ASCMD 2.2.3.30.2 (ClientId) lets
    /// it be a counter, which begins anew when the account is set up again. Without one by every byte.
    async fn of(asked: &Asked, headers: &Headers, now: Timestamp) -> Result<Self, Error> {
        let ago = |by: SignedDuration| now.checked_sub(by).unwrap_or(Timestamp::MIN);
        let Some(id) = asked.client_id.as_deref().map(str::trim).filter(|id| !id.is_empty()) else {
            let mut digest = sha2::Sha256::new();
            digest.update(format!("{:?}", asked.source));
            let mut pieces = asked.mime.pieces(0).await?;
            while let Some(piece) = pieces.next().await? {
                digest.update(piece);
            }
            return Ok(Self { name: format!("body {}", hex(&digest.finalize())), since: ago(SAME_BODY) });
        };
        Ok(Self::named(id, headers, now))
    }

    /// By a name that the phone has for it.
    pub(super) fn named(id: &str, headers: &Headers, now: Timestamp) -> Self {
        let mut digest = sha2::Sha256::new();
        digest.update(id);
        for mailbox in headers.to.iter().chain(&headers.cc).chain(&headers.bcc) {
            digest.update([0]);
            digest.update(&mailbox.address);
        }
        digest.update([0, 0]);
        digest.update(headers.subject.as_deref().unwrap_or_default());
        let remembered = SignedDuration::try_from(outgoing::REMEMBERED).unwrap_or(SAME_BODY);
        let since = now.checked_sub(remembered).unwrap_or(Timestamp::MIN);
        Self { name: format!("client {}", hex(&digest.finalize())), since }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What follows the header, with CRLF where a line ends.
async fn as_written(asked: &Asked, to: &mut Accepting<'_>) -> Result<(), Error> {
    let mut ends = LineEnds::default();
    let mut pieces = asked.mime.pieces(asked.head.len()).await?;
    while let Some(piece) = pieces.next().await? {
        to.add(&ends.settle(&piece)).await?;
    }
    to.add(ends.end()).await
}

/// The message but for what follows its header, if that goes as it was written.
async fn composed(
    phone: &Phone,
    asked: &Asked,
    found: Option<&Found>,
    now: Timestamp,
) -> Result<Outgoing, Error> {
    let sender = Sender::of(phone);
    let rules = sender.rules(now);
    match found {
        Some(Found { letter, answer, .. }) if !asked.is_whole() => {
            let original = Original { letter, answer: *answer, is_replaced: false };
            Ok(compose::compose(&asked.mime.bytes().await?, Some(original), &rules))
        }
        found => {
            let answers = found.map(|found| (found.letter.headers(), found.answer));
            Ok(compose::head(&asked.head, answers, &rules))
        }
    }
}

/// Whom what a phone writes is from.
#[derive(Debug)]
pub(super) struct Sender {
    mailbox: Mailbox,
    owned: [String; 1],
    id: String,
}

impl Sender {
    /// The owner of the account.
    pub(super) fn of(phone: &Phone) -> Self {
        let owner = &phone.owner;
        let name = Some(owner.name.clone()).filter(|name| !name.is_empty());
        let mailbox = Mailbox { name, address: owner.email.clone() };
        Self { mailbox, owned: [owner.email.clone()], id: new_key() }
    }

    /// What is ours to say of one message.
    pub(super) fn rules(&self, now: Timestamp) -> Rules<'_> {
        let host = self.mailbox.address.rsplit_once('@').map_or("localhost", |(_, host)| host);
        Rules { sender: &self.mailbox, owned: &self.owned, now, id: &self.id, host }
    }
}

/// A message as the store has it while it is on its way.
pub(super) fn row(
    app: &App,
    phone: &Phone,
    connection: String,
    save_in_sent: bool,
    outgoing: &Outgoing,
    now: Timestamp,
) -> outgoing::Outgoing {
    let copy = if save_in_sent { Todo::Open } else { Todo::Done };
    outgoing::Outgoing {
        account: phone.device.account,
        id: OutgoingId(app.new_id()),
        connection,
        sender: outgoing.sender.clone(),
        message_id: outgoing.message_id.clone(),
        unseen: String::from_utf8_lossy(outgoing.unseen()).into_owned(),
        progress: Progress { recipients: outgoing.recipients.clone(), copy, ..Progress::default() },
        attempts: 0,
        next_at: now,
        created_at: now,
    }
}

/// What was done with the original. Who answers more people than wrote it answers all.
fn verb(found: &Found, outgoing: &Outgoing) -> Verb {
    if found.answer == Answer::Forward {
        return Verb::Forward;
    }
    let original = found.letter.headers();
    let asked = if original.reply_to.is_empty() { &original.from } else { &original.reply_to };
    let is_asked = |address: &String| asked.iter().any(|one| one.address.eq_ignore_ascii_case(address));
    if outgoing.recipients.iter().all(is_asked) { Verb::Reply } else { Verb::ReplyToAll }
}
