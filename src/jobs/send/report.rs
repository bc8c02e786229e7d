//! What its sender is told of a message that some did not get, or perhaps did not. Pure.

use jiff::Timestamp;

use crate::mime::address::Mailbox;
use crate::mime::compose::Rules;
use crate::mime::compose::bounce;
use crate::model::outgoing::Failure;
use crate::model::outgoing::Report;

/// The message id of a new report.
pub(super) fn id(key: &str, sender: &str) -> String {
    let host = sender.rsplit_once('@').map_or("localhost", |(_, host)| host);
    format!("{key}@{host}")
}

/// The report, of a message with this header.
pub(super) fn write(report: &Report, header: &[u8], to: &str, now: Timestamp) -> Vec<u8> {
    let (id, host) = report.id.split_once('@').unwrap_or((&report.id, "localhost"));
    let to = Mailbox::bare(to);
    let rules = Rules { sender: &to, owned: &[], now, id, host };
    let failures: Vec<bounce::Failure> = report.failures.iter().map(failure).collect();
    if report.is_unsure {
        bounce::unsure(header, &failures, &to, &rules)
    } else {
        bounce::write(header, &failures, &to, &rules)
    }
}

fn failure(failure: &Failure) -> bounce::Failure {
    bounce::Failure {
        recipient: failure.recipient.clone(),
        status: status(&failure.reply).unwrap_or_else(|| "5.0.0".to_owned()),
        diagnostic: failure.reply.clone(),
    }
}

/// The status of RFC 3463 in a reply, as in `550 5.1.1 no such user`.
fn status(reply: &str) -> Option<String> {
    let mut words = reply.split_whitespace();
    let code = words.next()?;
    let class = code.get(..1).filter(|class| code.len() == 3 && "245".contains(class))?;
    let is_status = |word: &&str| {
        let mut numbers = word.split('.');
        let is_number =
            |text: &str| (1..=3).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        numbers.clone().count() == 3 && numbers.all(is_number) && word.starts_with(class)
    };
    let said = words.next().filter(is_status);
    // A server that is tried no more has failed, whatever it said.
    Some(said.map_or_else(|| "5.0.0".to_owned(), |said| format!("5{}", said.get(1..).unwrap_or_default())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(reply: &str, expected: Option<&str>) {
        assert_eq!(status(reply).as_deref(), expected, "{reply}");
    }

    #[test]
    fn a_status_is_what_the_server_said_where_it_said_one() {
        check("550 5.1.1 no such user", Some("5.1.1"));
        check("451 4.7.1 greylisted", Some("5.7.1"));
        check("550 no such user", Some("5.0.0"));
        check("550 1.2.3.4 is listed", Some("5.0.0"));
        check("550 9.1.1 odd", Some("5.0.0"));
        check("cannot connect", None);
        check("", None);
    }
}
