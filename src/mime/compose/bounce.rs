//! The report on a message that could not be delivered (RFC 3464). Decides nothing about that.

use crate::mime::address::Mailbox;
use crate::mime::compose::Rules;
use crate::mime::compose::header;
use crate::mime::compose::part;
use crate::mime::field;
use crate::mime::headers::Headers;
use crate::mime::words;

/// An address that did not get a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The address.
    pub recipient: String,
    /// The status of RFC 3463, as `5.1.1`.
    pub status: String,
    /// What the server said.
    pub diagnostic: String,
}

/// The note to the sender that nobody knows whether a message was sent: for people, who may ask those it was for.
pub fn unsure(message: &[u8], failures: &[Failure], to: &Mailbox, rules: &Rules<'_>) -> Vec<u8> {
    let headers = Headers::read(message.get(..field::end_of_header(message)).unwrap_or(message));
    let mut note = head("Perhaps not sent", &headers, to, rules);
    let mut words = String::from(
        "The connection broke while your message was sent. It may have been sent, or not; it is not sent again by \
         itself, so that nobody gets it twice. Please ask:\r\n\r\n",
    );
    for failure in failures {
        words.push_str(&format!("  {}\r\n", failure.recipient));
    }
    if let Some(reason) = failures.first().map(|failure| line(&failure.diagnostic)) {
        words.push_str(&format!("\r\n{reason}\r\n"));
    }
    note.extend_from_slice(&part::text("plain", &words));
    note
}

/// The report to the sender: what went wrong for whom, for people and for programs, and the header of the message.
pub fn write(message: &[u8], failures: &[Failure], to: &Mailbox, rules: &Rules<'_>) -> Vec<u8> {
    let original = message.get(..field::end_of_header(message)).unwrap_or(message);
    let headers = Headers::read(original);
    let boundary = format!("=_{}", rules.id);
    let mut report = head("Undeliverable", &headers, to, rules);
    let media_type = format!("multipart/report; report-type=delivery-status; boundary=\"{boundary}\"");
    header::add(&mut report, "Content-Type", &media_type);
    report.extend_from_slice(b"\r\n");
    let parts =
        [part::text("plain", &explanation(failures)).to_vec(), status(failures, rules), returned(original)];
    for part in parts {
        report.extend_from_slice(format!("--{boundary}\r\n").as_bytes());
        report.extend_from_slice(part.trim_ascii_end());
        report.extend_from_slice(b"\r\n\r\n");
    }
    report.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    report
}

/// The header of a report, but for what it consists of.
fn head(what: &str, original: &Headers, to: &Mailbox, rules: &Rules<'_>) -> Vec<u8> {
    let mut report = Vec::new();
    header::add(&mut report, "From", &format!("Mail Delivery System <MAILER-DAEMON@{}>", rules.host));
    header::add(&mut report, "To", &to.encode());
    let subject = original.subject.as_deref().unwrap_or_default();
    header::add(&mut report, "Subject", &words::encode(format!("{what}: {subject}").trim_end()));
    header::add(&mut report, "Date", &header::date(rules.now));
    header::add(&mut report, "Message-ID", &format!("<{}@{}>", rules.id, rules.host));
    if let Some(id) = &original.message_id {
        header::add(&mut report, "In-Reply-To", &format!("<{id}>"));
        header::add(&mut report, "References", &format!("<{id}>"));
    }
    // RFC 3834 5: so that no program answers it.
    header::add(&mut report, "Auto-Submitted", "auto-replied");
    header::add(&mut report, "MIME-Version", "1.0");
    report
}

fn explanation(failures: &[Failure]) -> String {
    let mut words = String::from("Your message could not be delivered to:\r\n\r\n");
    for failure in failures {
        words.push_str(&format!("  {}\r\n  {}\r\n\r\n", failure.recipient, line(&failure.diagnostic)));
    }
    words
}

// RFC 3464 2: fields of the message, then a group for each recipient.
fn status(failures: &[Failure], rules: &Rules<'_>) -> Vec<u8> {
    let mut status = b"Content-Type: message/delivery-status\r\n\r\n".to_vec();
    header::add(&mut status, "Reporting-MTA", &format!("dns; {}", rules.host));
    for failure in failures {
        status.extend_from_slice(b"\r\n");
        header::add(&mut status, "Final-Recipient", &format!("rfc822; {}", line(&failure.recipient)));
        header::add(&mut status, "Action", "failed");
        header::add(&mut status, "Status", &line(&failure.status));
        header::add(&mut status, "Diagnostic-Code", &format!("smtp; {}", line(&failure.diagnostic)));
    }
    status
}

/// The header of the message, as far as one looks at it.
fn returned(original: &[u8]) -> Vec<u8> {
    let mut part = b"Content-Type: text/rfc822-headers\r\n\r\n".to_vec();
    let fields = field::fields(original).filter(|field| !field.is("Bcc"));
    for field in fields {
        part.extend_from_slice(field.raw.trim_ascii_end());
        part.extend_from_slice(b"\r\n");
    }
    part
}

/// What a server said, on one line of a field.
fn line(text: &str) -> String {
    let text: String = text.chars().map(|c| if c.is_control() || !c.is_ascii() { ' ' } else { c }).collect();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    text.chars().take(LONGEST_LINE).collect()
}

/// RFC 5322 2.1.1: a line has no more than 998 letters.
const LONGEST_LINE: usize = 900;
