//! Sends mail of our own. Writes none of it, and keeps no message back for another's sake.
//!
//! One that a node held when it died is sent by another when its lease runs out: perhaps twice, which harms nobody.

use jiff::SignedDuration;
use jiff::Timestamp;
use tokio::sync::watch;

use super::LOOK;
use super::lanes::Lanes;
use super::office::Office;
use super::office::again;
use super::office::later;
use super::stopped;
use crate::config::notice;
use crate::connector;
use crate::connector::mail::Envelope;
use crate::connector::mail::Handed;
use crate::connector::mail::Refusal;
use crate::connector::smtp;
use crate::connector::smtp::Smtp;
use crate::connector::smtp::Who;
use crate::connector::source::Source;
use crate::connector::web::Trust;
use crate::connector::web::Unusable;
use crate::store;
use crate::store::notice::Notice;
use crate::store::retrying;

/// Longer than a server may take for a message.
const LEASE: SignedDuration = SignedDuration::from_mins(30);
/// Messages on their way at a time.
const AT_A_TIME: usize = 4;
/// All go to one server.
const LANE: &str = "notice";

/// Sends until the jobs stop; does nothing where no server is configured.
pub(super) async fn run(office: Office, mut stop: watch::Receiver<bool>) {
    let server = match server(&office.app.config().notice) {
        Ok(Some(server)) => server,
        Ok(None) => return,
        Err(error) => return tracing::error!(%error, "mail of our own cannot be sent"),
    };
    let mut lanes = Lanes::new(AT_A_TIME);
    loop {
        if let Err(error) = start_due(&office, &server, &mut lanes).await {
            tracing::warn!(%error, "cannot look for notices that are due");
        }
        tokio::select! {
            () = stopped(&mut stop) => break,
            () = lanes.ended() => {}
            () = tokio::time::sleep(LOOK) => {}
        }
    }
    lanes.drain().await;
}

fn server(settings: &notice::Notice) -> Result<Option<Smtp>, Unusable> {
    let Some(url) = settings.smtp.clone() else { return Ok(None) };
    let log_in = match (&settings.user, &settings.password) {
        (Some(user), Some(password)) => Who::relay(user, password.reveal()),
        _ => Who::Nobody,
    };
    let trust = Trust { verify: settings.verify_tls, authority: settings.authority.clone() };
    Smtp::new(smtp::Settings { url, log_in }, &trust).map(Some)
}

async fn start_due(office: &Office, server: &Smtp, lanes: &mut Lanes) -> store::Result<()> {
    let now = office.app.now();
    let free = i64::try_from(lanes.free(LANE)).unwrap_or(0);
    if free == 0 {
        return Ok(());
    }
    let due = store::notice::due(&mut *office.app.store().glance().await?, now, free).await?;
    for notice in due {
        if retrying(|| take(office, &notice, now)).await? {
            let (office, server) = (office.clone(), server.clone());
            lanes.start(LANE, async move { one(&office, &server, notice).await });
        }
    }
    Ok(())
}

async fn take(office: &Office, notice: &Notice, now: Timestamp) -> store::Result<bool> {
    let mut tx = office.app.store().begin().await?;
    let taken = store::notice::take(&mut tx, notice, later(now, LEASE)).await?;
    tx.commit().await?;
    Ok(taken)
}

async fn one(office: &Office, server: &Smtp, notice: Notice) {
    let account = notice.account;
    let outcome = if notice.last_at <= office.app.now() {
        Outcome::Over(Some("it came too late".to_owned()))
    } else {
        match crate::notice::message(&office.app, &notice) {
            Some(message) => send(office, server, &notice, &message).await,
            None => Outcome::Over(Some("another key is in the data folder".to_owned())),
        }
    };
    match &outcome {
        Outcome::Over(Some(reason)) => tracing::warn!(%account, %reason, "a notice was not delivered"),
        Outcome::Again(reason) => tracing::info!(%account, %reason, "a notice waits to be delivered"),
        Outcome::Over(None) => {}
    }
    if let Err(error) = retrying(|| note(office, &notice, &outcome)).await {
        tracing::warn!(%account, %error, "what became of a notice could not be noted");
    }
}

/// What became of one.
enum Outcome {
    /// There is no more to do; why it did not arrive, if it did not.
    Over(Option<String>),
    /// It is tried again, for this reason.
    Again(String),
}

async fn send(office: &Office, server: &Smtp, notice: &Notice, message: &str) -> Outcome {
    let from = office.app.config().notice.from.clone();
    let envelope = Envelope { from, to: vec![notice.recipient.clone()] };
    let nobody = || Err(connector::Error::LogIn("nobody logs in by himself".to_owned()));
    let ready = Box::pin(async { Ok(()) });
    let handed = server.submit(nobody, &envelope, Source::Bytes(message.as_bytes()), ready).await;
    match handed {
        Ok(Handed::Over(refused)) => match refused.into_iter().next() {
            None => Outcome::Over(None),
            Some(Refusal { is_final: true, reply, .. }) => Outcome::Over(Some(reply)),
            Some(Refusal { reply, .. }) => Outcome::Again(reply),
        },
        // Twice is better than not at all.
        Ok(Handed::Unsure(reason)) => Outcome::Again(reason),
        Err(connector::Error::Refused(reason)) => Outcome::Over(Some(reason)),
        Err(error) => Outcome::Again(error.to_string()),
    }
}

async fn note(office: &Office, notice: &Notice, outcome: &Outcome) -> store::Result<()> {
    let mut tx = office.app.store().begin().await?;
    match outcome {
        Outcome::Over(_) => store::notice::done(&mut tx, notice).await?,
        Outcome::Again(_) => {
            let next_at = again(office.app.now(), notice.attempts.saturating_add(1), None, rand::random());
            store::notice::postpone(&mut tx, notice, next_at).await?;
        }
    }
    tx.commit().await
}
