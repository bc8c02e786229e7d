//! Mail of the server's own to one person. Knows no reason to write one.

use crate::mime::address::Mailbox;
use crate::mime::compose::Rules;
use crate::mime::compose::header;
use crate::mime::compose::part;
use crate::mime::words;

/// Writes it; `text` has its lines end as it likes.
pub fn write(subject: &str, text: &str, to: &Mailbox, rules: &Rules<'_>) -> Vec<u8> {
    let mut message = Vec::new();
    header::add(&mut message, "From", &rules.sender.encode());
    header::add(&mut message, "To", &to.encode());
    let subject = subject.split_whitespace().collect::<Vec<_>>().join(" ");
    header::add(&mut message, "Subject", &words::encode(&subject));
    header::add(&mut message, "Date", &header::date(rules.now));
    header::add(&mut message, "Message-ID", &format!("<{}@{}>", rules.id, rules.host));
    // RFC 3834 5, and the same for Exchange: so that no program answers it.
    header::add(&mut message, "Auto-Submitted", "auto-generated");
    header::add(&mut message, "X-Auto-Response-Suppress", "All");
    header::add(&mut message, "MIME-Version", "1.0");
    message.extend_from_slice(&part::text("plain", &text.replace("\r\n", "\n").replace('\n', "\r\n")));
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_has_what_every_mail_needs_and_asks_for_no_answer() {
        let sender = Mailbox::bare("lomme@fjord.example");
        let now = "2026-11-23T12:00:00Z".parse().unwrap();
        let rules = Rules { sender: &sender, owned: &[], now, id: "1", host: "fjord.example" };
        let to = Mailbox::bare("kari@fjord.example");
        let message = write("Nytt\r\npassord", "Hei\nKari\n", &to, &rules);
        let text = String::from_utf8(message).unwrap();
        for line in [
            "From: lomme@fjord.example\r\n",
            "To: kari@fjord.example\r\n",
            "Subject: Nytt passord\r\n",
            "Message-ID: <1@fjord.example>\r\n",
            "Auto-Submitted: auto-generated\r\n",
        ] {
            assert!(text.contains(line), "{text}");
        }
        assert!(text.contains("\r\n\r\nHei\r\nKari"), "{text}");
    }
}
