//! Handing a message over: to the mailboxes that are here, and where nobody here can be given it, to where its sender
//! sees it. Sends nothing anywhere.

use jiff::Timestamp;
use jiff::fmt::rfc2822;

use super::files::Written;
use super::folders;
use super::index::Tx;
use super::write;
use crate::connector::Result;
use crate::connector::mail::Envelope;
use crate::connector::mail::Refusal;
use crate::connector::mail::Role;
use crate::model::message::Message;
use crate::model::object::set_of;

/// Who gets a message, and who cannot be given it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sorted {
    /// Have a mailbox here.
    pub here: Vec<String>,
    /// Are somewhere else.
    pub elsewhere: Vec<String>,
    /// Are nobody.
    pub refused: Vec<Refusal>,
}

/// Finds out who of the recipients is here.
pub async fn sort(tx: &mut Tx, envelope: &Envelope) -> Result<Sorted> {
    let mut sorted = Sorted::default();
    for recipient in &envelope.to {
        let address = recipient.to_lowercase();
        if !is_address(recipient) {
            let reply = "550 this is no address".to_owned();
            sorted.refused.push(Refusal { recipient: recipient.clone(), is_final: true, reply });
        } else if !folders::is_known(tx, &address).await? {
            sorted.elsewhere.push(recipient.clone());
        } else if !sorted.here.contains(&address) {
            sorted.here.push(address);
        }
    }
    Ok(sorted)
}

/// Whether it can stand in a line of the header and is nothing else.
fn is_address(text: &str) -> bool {
    let is_plain = |c: char| !c.is_control() && !c.is_whitespace() && !"<>,".contains(c);
    text.chars().all(is_plain)
        && text.split_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty())
}

/// The lines that a server puts before a message it delivers.
// RFC 5321 4.4: where it came from, and where it goes back to.
pub fn trace(envelope: &Envelope, now: Timestamp) -> String {
    format!("Return-Path: <{}>\r\nReceived: by localhost (Lomme); {}\r\n", plain(&envelope.from), date(now))
}

/// The line put before a message that stays here, so that it is known who did not get it: those who are not named in
/// it too.
pub fn note(elsewhere: &[String]) -> String {
    format!("X-Not-Sent-To: {}\r\n", elsewhere.join(",\r\n "))
}

fn plain(address: &str) -> &str {
    if is_address(address) { address } else { "" }
}

fn date(now: Timestamp) -> String {
    rfc2822::to_string(&now.to_zoned(jiff::tz::TimeZone::UTC)).unwrap_or_default()
}

/// Puts a message into the inboxes of those who are here.
pub async fn deliver(tx: &mut Tx, here: &[String], written: &Written, now: Timestamp) -> Result<Vec<i64>> {
    let mut places = Vec::new();
    for address in here {
        let inbox = folders::with_role(tx, address, Role::Inbox).await?;
        write::insert(tx, &inbox, written, &Message::default(), now).await?;
        places.push(inbox.number);
    }
    Ok(places)
}

/// Puts a message where its sender sees that it was not sent.
pub async fn keep(tx: &mut Tx, sender: &str, written: &Written, now: Timestamp) -> Result<i64> {
    folders::settle(tx, sender, now).await?;
    let place = folders::unsent(tx, sender, now).await?;
    let seen = Message { keywords: set_of(&["$seen"]), ..Message::default() };
    write::insert(tx, &place, written, &seen, now).await?;
    Ok(place.number)
}
