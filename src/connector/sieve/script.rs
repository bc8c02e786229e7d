//! The script by which a mail server answers for somebody who is away (RFC 5228, 5230, 5260, 6609). Pure.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::connector::mail::Vacation;
use crate::connector::mail::Words;

/// Stands on top, for whoever finds it.
const TITLE: &str = "# By Lomme, which answers so while its user is away. What is changed here is lost.";

/// A script that does nothing.
pub const NOTHING: &str = "# By Lomme: nobody is away.\r\n";

/// Stands before the name of the script that goes on beside ours.
const INCLUDE: &str = "include :personal :optional ";

/// Nobody reads what is sent there.
const ROBOTS: &str = "[\"*noreply*\", \"*no-reply*\", \"*donotreply*\", \"*do-not-reply*\", \"bounce*\"]";

/// Writes the script. `own` goes on beside it; without dates it answers from now on until it is taken away.
pub fn write(vacation: &Vacation, own: Option<&str>, has_dates: bool) -> String {
    let since = vacation.since.filter(|_| has_dates && !vacation.is_on);
    let until = vacation.until.filter(|_| has_dates);
    let mut needed = vec!["vacation", "envelope"];
    if own.is_some() {
        needed.push("include");
    }
    if since.or(until).is_some() {
        needed.extend(["date", "relational"]);
    }
    let mut lines = vec![TITLE.to_owned(), format!("require {};", list(&needed))];
    if let Some(own) = own {
        lines.push(format!("{INCLUDE}{};", quoted(own)));
    }
    let mut tests = vec![
        format!("not envelope :localpart :matches \"from\" {ROBOTS}"),
        "not header :matches \"X-Spam-Flag\" \"YES*\"".to_owned(),
    ];
    tests.extend(since.map(|since| beside(since, "gt", "ge")));
    tests.extend(until.map(|until| beside(until, "lt", "lt")));
    lines.push(format!("if allof ({}) {{", tests.join(", ")));
    let colleagues = [
        format!("envelope :domain :is \"from\" {}", list(&vacation.domains)),
        format!("envelope :all :is \"from\" {}", list(&vacation.colleagues)),
    ];
    lines.push(format!("if anyof ({}) {{", colleagues.join(", ")));
    lines.extend(action(vacation, vacation.internal.as_ref(), "internal"));
    if vacation.known != vacation.unknown && !vacation.contacts.is_empty() {
        lines.push(format!("}} elsif envelope :all :is \"from\" {} {{", list(&vacation.contacts)));
        lines.extend(action(vacation, vacation.known.as_ref(), "known"));
    }
    lines.push("} else {".to_owned());
    lines.extend(action(vacation, vacation.unknown.as_ref(), "unknown"));
    lines.push("}\r\n}\r\n".to_owned());
    lines.join("\r\n")
}

/// The answer; those who are told nothing have none.
fn action(vacation: &Vacation, words: Option<&Words>, whom: &str) -> Option<String> {
    let words = words?;
    // RFC 5230 4.7: who was answered under another name is answered again.
    let handle = quoted(&format!("lomme {} {whom} {}", vacation.name, words.name));
    let mime = if words.is_mime { ":mime " } else { "" };
    let addresses = list(&vacation.addresses);
    let (days, text) = (vacation.days, quoted(&words.text));
    Some(format!("vacation :days {days} :handle {handle} :addresses {addresses} {mime}{text};"))
}

/// Whether it is before or after a time. Both are written in UTC, and compared as they are written.
fn beside(time: Timestamp, day: &str, hour: &str) -> String {
    let time = time.to_zoned(TimeZone::UTC);
    let (date, clock) = (time.strftime("%Y-%m-%d"), time.strftime("%H:%M:%S"));
    let now = "currentdate :zone \"+0000\"";
    format!(
        "anyof ({now} :value \"{day}\" \"date\" \"{date}\", \
         allof ({now} :is \"date\" \"{date}\", {now} :value \"{hour}\" \"time\" \"{clock}\"))"
    )
}

/// The script that goes on beside this one, or that this one has go on beside it.
pub fn included(script: &str) -> Option<String> {
    let mut lines = script.lines().map(str::trim);
    let text = lines.find_map(|line| line.strip_prefix("include ")?.split_once('"'))?.1;
    let mut name = String::new();
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => name.extend(letters.next()),
            '"' => return Some(name),
            letter => name.push(letter),
        }
    }
    None
}

/// Whether a script says that it needs an extension.
pub fn requires(script: &str, extension: &str) -> bool {
    let code: Vec<&str> = script.lines().filter(|line| !line.trim_start().starts_with('#')).collect();
    let code = code.join("\n").to_ascii_lowercase();
    let needs = |rest: &str| {
        let end = rest.find(';').unwrap_or(rest.len());
        rest.get(..end).is_some_and(|names| names.contains(&format!("\"{extension}\"")))
    };
    code.split("require").skip(1).any(needs)
}

fn list<T: AsRef<str>>(texts: &[T]) -> String {
    // A list has one text at least; nobody's address is empty.
    let all: Vec<String> = texts.iter().map(|text| quoted(text.as_ref())).collect();
    if all.is_empty() { "\"\"".to_owned() } else { format!("[{}]", all.join(", ")) }
}

/// RFC 5228 2.4.2: a text, which may have several lines.
fn quoted(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n").replace('\0', "");
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\r\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vacation() -> Vacation {
        let words = |text: &str| Some(Words { name: "1".to_owned(), text: text.to_owned(), is_mime: false });
        Vacation {
            name: "7".to_owned(),
            days: 7,
            addresses: vec!["kari@fjord.example".to_owned()],
            domains: vec!["fjord.example".to_owned()],
            internal: words("Sier \"ha det\"\n\\o/"),
            known: words("Hei"),
            unknown: None,
            contacts: vec!["kunde@other.example".to_owned()],
            is_on: false,
            since: Some("2026-12-24T11:00:00Z".parse().unwrap()),
            until: Some("2027-01-02T07:00:00Z".parse().unwrap()),
            ..Vacation::default()
        }
    }

    #[test]
    fn a_script_says_whom_it_answers_when_and_what() {
        let text = write(&vacation(), Some("my \"own\""), true);
        for expected in [
            "require [\"vacation\", \"envelope\", \"include\", \"date\", \"relational\"];\r\n",
            "include :personal :optional \"my \\\"own\\\"\";\r\n",
            "currentdate :zone \"+0000\" :value \"ge\" \"time\" \"11:00:00\"",
            "currentdate :zone \"+0000\" :value \"lt\" \"date\" \"2027-01-02\"",
            "envelope :domain :is \"from\" [\"fjord.example\"]",
            "\"Sier \\\"ha det\\\"\r\n\\\\o/\";\r\n} elsif envelope :all :is \"from\" [\"kunde@other.example\"] {\r\n",
            "} else {\r\n}\r\n}\r\n",
        ] {
            assert!(text.contains(expected), "{expected}: {text}");
        }
        assert_eq!(included(&text).as_deref(), Some("my \"own\""));
        let plain = write(&Vacation { is_on: true, until: None, ..vacation() }, None, true);
        assert!(!plain.contains("currentdate") && !plain.contains("include"), "{plain}");
        assert_eq!(included(&plain), None);
    }

    #[test]
    fn what_a_script_needs_is_seen() {
        assert!(requires("require [\"fileinto\",\r\n \"vacation\"];\r\nkeep;", "vacation"));
        assert!(requires("require \"Vacation\";", "vacation"));
        assert!(!requires(
            "# require \"vacation\";\nrequire [\"fileinto\"];\nfileinto \"vacation\";",
            "vacation"
        ));
    }
}
