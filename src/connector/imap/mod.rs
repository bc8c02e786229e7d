//! Mail of any server that speaks IMAP (RFC 3501, RFC 9051), sent by SMTP. Keeps conversations, nothing of their content.
//!
//! The client is our own. async-imap was tried: it reads an answer as a whole, up to 512 MB, before it is parsed, so
//! that a hostile server decides how much memory we need; what the server tells by the way goes through a channel
//! that drops what does not fit; COPYUID does not reach the caller, and there is no ESEARCH. What remains of a client
//! once sessions, limits and answers are our own is the values in `token`.

pub mod changes;
pub mod command;
pub mod flag;
pub mod folder_name;
pub mod folders;
pub mod log_in;
pub mod pool;
pub mod position;
pub mod read;
pub mod response;
pub mod role;
pub mod row;
pub mod search;
pub mod session;
pub mod set;
pub mod structure;
pub mod token;
pub mod watch;
pub mod write;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream;
use futures_util::stream::BoxStream;
use jiff::Timestamp;

use super::Collection;
use super::Connector;
use super::Error;
use super::Found;
use super::Page;
use super::Remote;
use super::Result;
use super::Stored;
use super::Strategy;
use super::User;
use super::Write;
use super::mail;
use super::mail::Envelope;
use super::mail::Handed;
use super::mail::Mail;
use super::mail::Mailbox;
use super::mail::Outline;
use super::mail::Piece;
use super::mail::Query;
use super::mail::Ready;
use super::mail::Taken;
use super::mail::Vacation;
use super::mail::Wanted;
use super::mail::Window;
use super::sasl::Kind;
use super::sasl::LogIn;
use super::sieve::Sieve;
use super::smtp;
use super::smtp::Smtp;
use super::source::Source;
use super::web::Trust;
use super::web::Unusable;
use super::wire::Address;
use super::wire::Server;
use super::wire::Service;
use crate::mime::section::Section;
use crate::model::content::Content;
use crate::model::message::Message;
use pool::Loan;
use pool::Pool;
use pool::Purpose;

/// What an IMAP server speaks.
pub const IMAP: Service = Service { scheme: "imap", tls_port: 993, port: 143 };

/// A mail server: IMAP for what is there, SMTP for what goes out.
#[derive(Clone, Debug)]
pub struct Imap {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    pool: Pool,
    settings: Settings,
    smtp: Option<Smtp>,
    sieve: Option<Sieve>,
}

/// Where it is and what is wanted of it.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The IMAP server, as `imaps://mail.example`.
    pub url: String,
    /// Who logs in.
    pub log_in: LogIn,
    /// With a password or a token.
    pub secret: Kind,
    /// Only the mailboxes the user subscribed to, and those with a role.
    pub only_subscribed: bool,
    /// From one question to the next while a mailbox is watched on a server without IDLE.
    pub ask_every: Duration,
    /// Whose certificates are believed.
    pub trust: Trust,
    /// Where mail is handed over; none: it cannot be sent.
    pub smtp: Option<smtp::Settings>,
    /// Where scripts are taken, as `sieve+starttls://mail.example`; none: the server answers for nobody.
    pub sieve: Option<String>,
}

impl Imap {
    /// Sets it up without asking the server anything.
    pub fn new(settings: Settings) -> std::result::Result<Self, Unusable> {
        let server = Server::new(Address::parse(&settings.url, IMAP)?, &settings.trust)?;
        let smtp = settings.smtp.clone().map(|smtp| Smtp::new(smtp, &settings.trust)).transpose()?;
        let sieve = settings.sieve.as_deref().map(|url| Sieve::new(url, &settings.trust)).transpose()?;
        Ok(Self { inner: Arc::new(Inner { pool: Pool::new(server), settings, smtp, sieve }) })
    }

    async fn open(&self, user: &User) -> Result<Loan> {
        self.inner.open(user, Purpose::Question).await
    }
}

impl Inner {
    async fn open(&self, user: &User, purpose: Purpose) -> Result<Loan> {
        let credentials = self.settings.log_in.credentials(user, self.settings.secret)?;
        self.pool.open(&credentials, purpose).await
    }
}

#[async_trait]
impl Connector for Imap {
    async fn collections(&self, user: &User) -> Result<Vec<Collection>> {
        Ok(self.mailboxes(user).await?.into_iter().filter_map(mail::collection).collect())
    }

    /// By cursor where the server counts changes (CONDSTORE), else by comparing all flags.
    async fn strategy(&self, user: &User, _: &Collection) -> Result<Strategy> {
        let session = self.open(user).await?;
        Ok(if session.offers("CONDSTORE") { Strategy::Cursor } else { Strategy::List })
    }

    async fn changes(
        &self,
        user: &User,
        collection: &Collection,
        since: Option<&str>,
        limit: usize,
    ) -> Result<Page> {
        self.changes_within(user, collection, Window::default(), since, limit).await
    }

    async fn modified(&self, _: &User, _: &Collection, _: Timestamp) -> Result<Vec<Remote>> {
        Err(Error::Protocol("IMAP counts changes, or has none; it has no times of them".to_owned()))
    }

    async fn list(&self, user: &User, collection: &Collection) -> Result<Vec<(String, String)>> {
        self.list_within(user, collection, Window::default()).await
    }

    async fn fetch(&self, user: &User, collection: &Collection, ids: &[String]) -> Result<Vec<Remote>> {
        changes::fetch(&mut *self.open(user).await?, &collection.id, ids).await
    }

    /// A message is more than its row: it is stored by [`Mail::append`].
    async fn create(&self, _: &User, _: Write<'_>, _: &Content) -> Result<Stored> {
        Err(Error::Refused("a mail cannot be made of its marks alone".to_owned()))
    }

    async fn update(
        &self,
        user: &User,
        write: Write<'_>,
        id: &str,
        etag: &str,
        content: &Content,
    ) -> Result<Stored> {
        let refused = || Error::Refused("a mailbox holds mail only".to_owned());
        let message = mail::message(content).ok_or_else(refused)?;
        write::update(&mut *self.open(user).await?, &write.collection.id, id, etag, message).await
    }

    /// Whatever its flags are by now: who deletes a mail means the mail.
    async fn delete(&self, user: &User, write: Write<'_>, id: &str, _: &str) -> Result<()> {
        write::delete(&mut *self.open(user).await?, &write.collection.id, &[id.to_owned()]).await
    }

    async fn search(&self, _: &User, _: &str, _: usize, _: usize) -> Result<Option<Found>> {
        Ok(None)
    }

    fn mail(self: Arc<Self>) -> Option<Arc<dyn Mail>> {
        Some(self)
    }
}

/// A server ends a conversation that has a folder open which is gone or is called otherwise, at the next word in it, so
/// another one is tried. More of them than these seldom lie ready.
const TRIES: usize = 4;

#[async_trait]
impl Mail for Imap {
    async fn check_log_in(&self, user: &User) -> Result<()> {
        let settings = &self.inner.settings;
        self.inner.pool.check(&settings.log_in.credentials(user, settings.secret)?).await
    }

    async fn check_password(&self, user: &User) -> Result<()> {
        self.inner.pool.check(&LogIn::PerUser.credentials(user, Kind::Password)?).await
    }

    async fn mailboxes(&self, user: &User) -> Result<Vec<Mailbox>> {
        folders::list(&mut *self.open(user).await?, self.inner.settings.only_subscribed).await
    }

    async fn changes_within(
        &self,
        user: &User,
        mailbox: &Collection,
        window: Window,
        since: Option<&str>,
        limit: usize,
    ) -> Result<Page> {
        changes::changes(&mut *self.open(user).await?, &mailbox.id, window, since, limit).await
    }

    async fn list_within(
        &self,
        user: &User,
        mailbox: &Collection,
        window: Window,
    ) -> Result<Vec<(String, String)>> {
        changes::list(&mut *self.open(user).await?, &mailbox.id, window).await
    }

    async fn outlines(&self, user: &User, mailbox: &Collection, ids: &[String]) -> Result<Vec<Outline>> {
        read::outlines(&mut *self.open(user).await?, &mailbox.id, ids).await
    }

    async fn sections(&self, user: &User, mailbox: &Collection, wanted: &[Wanted]) -> Result<Vec<Piece>> {
        read::sections(&mut *self.open(user).await?, &mailbox.id, wanted).await
    }

    /// Each piece is a question of its own: a slow phone holds no conversation, and a broken one is taken up.
    async fn stream(
        &self,
        user: &User,
        mailbox: &Collection,
        id: &str,
        section: &Section,
    ) -> Result<BoxStream<'static, Result<Bytes>>> {
        let (inner, user, mailbox) = (Arc::clone(&self.inner), user.clone(), mailbox.id.clone());
        let (id, section) = (id.to_owned(), section.clone());
        let first = read::piece(&mut *self.open(&user).await?, &mailbox, &id, &section, 0).await?;
        let rest = stream::try_unfold((first, 0_u32), move |((bytes, may_go_on), offset)| {
            let (inner, user, mailbox) = (Arc::clone(&inner), user.clone(), mailbox.clone());
            let (id, section) = (id.clone(), section.clone());
            async move {
                if bytes.is_empty() {
                    return Ok(None);
                }
                let offset = offset.saturating_add(u32::try_from(bytes.len()).unwrap_or(u32::MAX));
                if !may_go_on {
                    return Ok(Some((bytes, ((Bytes::new(), false), offset))));
                }
                let mut session = inner.open(&user, Purpose::Question).await?;
                let next = read::piece(&mut session, &mailbox, &id, &section, offset).await?;
                Ok(Some((bytes, (next, offset))))
            }
        });
        Ok(rest.boxed())
    }

    async fn relocate(
        &self,
        user: &User,
        from: &Collection,
        ids: &[String],
        to: &Collection,
    ) -> Result<Vec<Option<String>>> {
        write::relocate(&mut *self.open(user).await?, &from.id, ids, &to.id).await
    }

    async fn remove(&self, user: &User, mailbox: &Collection, ids: &[String]) -> Result<()> {
        write::delete(&mut *self.open(user).await?, &mailbox.id, ids).await
    }

    async fn append(
        &self,
        user: &User,
        mailbox: &Collection,
        source: Source<'_>,
        message: &Message,
    ) -> Result<Stored> {
        write::append(&mut *self.open(user).await?, &mailbox.id, source, message).await
    }

    async fn find(&self, user: &User, mailbox: &Collection, query: &Query) -> Result<Vec<String>> {
        let mut session = self.open(user).await?;
        let selected = session.select(&mailbox.id).await?;
        let found = search::query(&mut session, query).await?;
        Ok(found.newest_first().map(|uid| row::id(selected.uid_validity, uid)).collect())
    }

    async fn create_folder(&self, user: &User, parent: Option<&str>, name: &str) -> Result<String> {
        folders::create(&mut *self.open(user).await?, parent, name).await
    }

    async fn rename_folder(&self, user: &User, id: &str, parent: Option<&str>, name: &str) -> Result<String> {
        let mut failed = Err(Error::Gone);
        for attempt in 0..TRIES {
            let mut session = self.open(user).await?;
            failed = folders::rename(&mut session, id, (parent, name), attempt > 0).await;
            if !matches!(failed, Err(Error::Later { .. })) {
                break;
            }
        }
        failed
    }

    async fn delete_folder(&self, user: &User, id: &str) -> Result<()> {
        let mut failed = Ok(());
        for _ in 0..TRIES {
            failed = folders::delete(&mut *self.open(user).await?, id).await;
            if !matches!(failed, Err(Error::Later { .. })) {
                break;
            }
        }
        failed
    }

    async fn watch(&self, user: &User, mailbox: &Collection, since: Option<&str>) -> Result<()> {
        let mut session = self.inner.open(user, Purpose::Watch).await?;
        watch::watch(&mut session, &mailbox.id, since, self.inner.settings.ask_every).await
    }

    async fn answer(&self, user: &User, wanted: Option<&Vacation>) -> Result<Taken> {
        let settings = &self.inner.settings;
        match &self.inner.sieve {
            Some(sieve) => sieve.answer(&settings.log_in.credentials(user, settings.secret)?, wanted).await,
            None => Ok(Taken::Not(None)),
        }
    }

    async fn submit(
        &self,
        user: &User,
        envelope: &Envelope,
        source: Source<'_>,
        ready: Ready<'_>,
    ) -> Result<Handed> {
        let none = || Error::Refused("no server is known that takes mail to send".to_owned());
        let settings = &self.inner.settings;
        let smtp = self.inner.smtp.as_ref().ok_or_else(none)?;
        let own = || settings.log_in.credentials(user, settings.secret);
        smtp.submit(own, envelope, source, ready).await
    }
}
