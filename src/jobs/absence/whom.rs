//! Whether a message is answered for somebody who is away, to whom, and as what kind of people (RFC 3834). Pure.

use std::collections::BTreeSet;

use crate::mime::field;
use crate::mime::headers::Headers;
use crate::model::absence::Audience;

/// What is known of the one who is away.
#[derive(Clone, Debug, Default)]
pub(super) struct Owner {
    /// Addresses that are the owner's, in small letters.
    pub(super) owned: Vec<String>,
    /// Those of the people in the owner's contacts.
    pub(super) known: BTreeSet<String>,
    /// Colleagues with an address of another domain than the owner's.
    pub(super) colleagues: BTreeSet<String>,
}

impl Owner {
    /// What kind of people has an address.
    pub(super) fn audience(&self, address: &str) -> Audience {
        if self.colleagues.contains(address) || self.owned.iter().any(|own| domain(own) == domain(address)) {
            Audience::Internal
        } else if self.known.contains(address) {
            Audience::Known
        } else {
            Audience::Unknown
        }
    }
}

fn domain(address: &str) -> Option<&str> {
    address.rsplit_once('@').map(|(_, domain)| domain)
}

/// Who is answered, in small letters; none: nobody is.
pub(super) fn whom(header: &[u8], headers: &Headers, owned: &[String]) -> Option<String> {
    if is_of_a_program(header, headers) {
        return None;
    }
    // RFC 3834 4: to where the message came from by its envelope, which says less easily what is not so.
    let sender = match field::fields(header).find(|field| field.is("Return-Path")) {
        Some(path) => field::mailboxes(path.value, None).into_iter().next().map(|mailbox| mailbox.address)?,
        None => headers.from.first()?.address.clone(),
    };
    let sender = sender.to_lowercase();
    let from = headers.from.first().map(|from| from.address.to_lowercase()).unwrap_or_default();
    let is_wrong = |c: char| c.is_control() || c.is_whitespace() || "<>,".contains(c);
    let is_address = sender.split_once('@').is_some_and(|(user, host)| !user.is_empty() && !host.is_empty())
        && !sender.contains(is_wrong);
    let is_own = |address: &String| owned.contains(address);
    if !is_address || is_own(&sender) || is_own(&from) || is_robot(&sender) || is_robot(&from) {
        return None;
    }
    // RFC 3834 2: who is named in no field was not meant, but is on some list.
    let mut named = headers.to.iter().chain(&headers.cc).map(|mailbox| mailbox.address.to_lowercase());
    named.any(|address| owned.contains(&address)).then_some(sender)
}

// RFC 3834 2, RFC 5230 4.6.
fn is_of_a_program(header: &[u8], headers: &Headers) -> bool {
    let says =
        |value: &[u8], word: &str| value.trim_ascii().to_ascii_lowercase().starts_with(word.as_bytes());
    headers.is_automatic
        || headers.is_from_list
        || field::fields(header).any(|field| {
            let name = String::from_utf8_lossy(field.name).to_ascii_lowercase();
            match name.as_str() {
                "x-spam-flag" => says(field.value, "yes"),
                "content-type" => says(field.value, "multipart/report"),
                "x-loop" | "x-autoreply" | "x-autorespond" | "x-mailing-list" | "mailing-list" => true,
                name => name.starts_with("list-"),
            }
        })
}

/// Whether nobody reads what is sent there.
fn is_robot(address: &str) -> bool {
    let user = address.split('@').next().unwrap_or_default();
    let plain = user.replace(['-', '_', '.'], "");
    let whole =
        ["mailerdaemon", "postmaster", "listserv", "majordomo", "noreply", "donotreply", "bounce", "bounces"];
    let is_of_list = |end: &str| user.strip_suffix(end).is_some_and(|list| !list.is_empty());
    whole.contains(&plain.as_str())
        || ["noreply", "donotreply"].iter().any(|word| plain.starts_with(word) || plain.ends_with(word))
        || user.starts_with("owner-")
        || ["-request", "-owner", "-bounces", "-bounce"].into_iter().any(is_of_list)
        || ["bounce+", "bounces+", "bounce-", "bounces-"].iter().any(|start| user.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: [&str; 2] = ["kari@fjord.example", "k@fjord.example"];

    #[track_caller]
    fn check(header: &str, expected: Option<&str>) {
        let owned = OWN.map(str::to_owned);
        let header = header.replace('\n', "\r\n");
        let found = whom(header.as_bytes(), &Headers::read(header.as_bytes()), &owned);
        assert_eq!(found.as_deref(), expected, "{header}");
    }

    fn letter(more: &str) -> String {
        format!("From: Ola <Ola@Other.example>\nTo: Kari <KARI@fjord.example>\n{more}\n")
    }

    #[test]
    fn whoever_writes_to_the_owner_is_answered() {
        check(&letter(""), Some("ola@other.example"));
        check(&letter("Return-Path: <ola+x@other.example>\n"), Some("ola+x@other.example"));
        check(&letter("Auto-Submitted: no\n"), Some("ola@other.example"));
        check(
            "From: ola@other.example\nTo: liv@x.example\nCc: k@fjord.example\n\n",
            Some("ola@other.example"),
        );
    }

    #[test]
    fn programs_and_lists_are_not_answered() {
        for more in [
            "Return-Path: <>\n",
            "Return-Path: <MAILER-DAEMON@x.example>\n",
            "Auto-Submitted: auto-replied\n",
            "Auto-Submitted: auto-generated (rejected)\n",
            "X-Auto-Response-Suppress: OOF\n",
            "List-Id: <all.fjord.example>\n",
            "List-Help: <mailto:x@y>\n",
            "Precedence: bulk\n",
            "Precedence: junk\n",
            "X-Spam-Flag: YES\n",
            "Content-Type: multipart/report; boundary=a\n",
        ] {
            check(&letter(more), None);
        }
        for from in [
            "noreply",
            "no-reply",
            "Do_Not_Reply",
            "mailer-daemon",
            "news-noreply",
            "owner-all",
            "all-request",
            "bounce-17",
        ] {
            check(&format!("From: {from}@x.example\nTo: kari@fjord.example\n\n"), None);
        }
        check("From: reply@x.example\nTo: kari@fjord.example\n\n", Some("reply@x.example"));
        check("From: -request@x.example\nTo: kari@fjord.example\n\n", Some("-request@x.example"));
    }

    #[test]
    fn who_did_not_mean_the_owner_and_the_owner_are_not_answered() {
        check("From: ola@other.example\nTo: all@fjord.example\n\n", None);
        check("From: ola@other.example\n\n", None);
        check("From: K@fjord.example\nTo: kari@fjord.example\n\n", None);
        check("To: kari@fjord.example\n\n", None);
        check("From: Ola\nTo: kari@fjord.example\n\n", None);
        check(&letter("Return-Path: <kari@fjord.example>\n"), None);
    }

    #[test]
    fn people_are_colleagues_known_or_unknown() {
        let set = |address: &str| BTreeSet::from([address.to_owned()]);
        let owned = OWN.map(str::to_owned).to_vec();
        let owner = Owner { owned, known: set("kunde@other.example"), colleagues: set("per@dahl.example") };
        let audience = |address| owner.audience(address);
        assert_eq!(audience("ola@fjord.example"), Audience::Internal);
        assert_eq!(audience("per@dahl.example"), Audience::Internal);
        assert_eq!(audience("kunde@other.example"), Audience::Known);
        assert_eq!(audience("ola@sub.fjord.example"), Audience::Unknown);
    }
}
