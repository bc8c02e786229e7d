//! The little that a mail's kind and text need of the iCalendar in it. Reads no event; that is a connector's.

/// What a message about a meeting asks for or says (RFC 5546).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheduling {
    /// Come.
    Request,
    /// It is off.
    Cancel,
    /// I come.
    Accepted,
    /// I may come.
    Tentative,
    /// I do not come.
    Declined,
}

/// What the method says, of the type of the part or else of its text; none of what is but told (`PUBLISH`).
pub fn scheduling(method: &str, text: &str) -> Option<Scheduling> {
    match method_of(method, text)?.as_str() {
        "REQUEST" | "ADD" => Some(Scheduling::Request),
        "CANCEL" => Some(Scheduling::Cancel),
        "REPLY" => Some(answer(text)),
        // Another time is asked for: Outlook has it as a doubtful answer.
        "COUNTER" => Some(Scheduling::Tentative),
        _ => None,
    }
}

/// Whether another time is proposed.
pub fn is_proposal(method: &str, text: &str) -> bool {
    method_of(method, text).is_some_and(|method| method == "COUNTER")
}

fn method_of(said: &str, text: &str) -> Option<String> {
    let found = || values(text, "METHOD").into_iter().next().map(|(_, value)| value);
    let said = Some(said).filter(|said| !said.trim().is_empty()).map(str::to_owned);
    said.or_else(found).map(|method| method.trim().to_ascii_uppercase())
}

fn answer(text: &str) -> Scheduling {
    let attendees = values(text, "ATTENDEE").into_iter();
    let mut said = attendees.filter_map(|(parameters, _)| {
        let parameters = parameters.to_ascii_uppercase();
        let (_, said) = parameters.split_once("PARTSTAT=")?;
        let end = said.find(|c: char| !c.is_ascii_alphabetic() && c != '-').unwrap_or(said.len());
        said.get(..end).map(str::to_owned)
    });
    match said.next_back().as_deref() {
        Some("ACCEPTED") => Scheduling::Accepted,
        Some("DECLINED") => Scheduling::Declined,
        _ => Scheduling::Tentative,
    }
}

/// What an invitation without any other text says.
pub fn description(text: &str) -> String {
    let first = |name: &str| {
        values(text, name).into_iter().map(|(_, value)| unescape(&value)).find(|value| !value.is_empty())
    };
    first("DESCRIPTION").or_else(|| first("SUMMARY")).unwrap_or_default()
}

/// Every value of a property, with its parameters.
fn values(text: &str, name: &str) -> Vec<(String, String)> {
    // RFC 5545 3.1: a line goes on in the next that begins with a space.
    let unfolded = text.replace("\r\n", "\n").replace("\n ", "").replace("\n\t", "");
    let lines = unfolded.lines().filter(|line| has_name(line, name));
    let parts = lines.filter_map(|line| {
        let mut is_quoted = false;
        let colon = line.find(|c: char| {
            is_quoted ^= c == '"';
            c == ':' && !is_quoted
        })?;
        let (head, value) = line.split_at(colon);
        Some((head.to_owned(), value.get(1..).unwrap_or_default().to_owned()))
    });
    parts.collect()
}

fn has_name(line: &str, name: &str) -> bool {
    let head = line.split([':', ';']).next().unwrap_or_default();
    head.eq_ignore_ascii_case(name)
}

fn unescape(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let mut rest = value.chars();
    while let Some(character) = rest.next() {
        match character {
            '\\' => match rest.next() {
                Some('n' | 'N') => text.push('\n'),
                other => text.extend(other),
            },
            character => text.push(character),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::Scheduling;
    use super::description;
    use super::scheduling;

    #[track_caller]
    fn check(method: &str, text: &str, expected: Option<Scheduling>) {
        assert_eq!(scheduling(method, text), expected, "{method} {text}");
    }

    #[test]
    fn the_method_is_that_of_the_part_or_of_its_text() {
        check("request", "", Some(Scheduling::Request));
        check("", "BEGIN:VCALENDAR\r\nMETHOD:CANCEL\r\n", Some(Scheduling::Cancel));
        check("PUBLISH", "METHOD:REQUEST", None);
        check("", "", None);
        check(
            "REPLY",
            "ATTENDEE;CN=\"a: b\";PARTSTAT=ACC\n EPTED;X=1:mailto:a@b",
            Some(Scheduling::Accepted),
        );
        check("REPLY", "ATTENDEE;PARTSTAT=DECLINED:mailto:a@b", Some(Scheduling::Declined));
        check("REPLY", "ATTENDEE;PARTSTAT=TENTATIVE:mailto:a@b", Some(Scheduling::Tentative));
        check("COUNTER", "", Some(Scheduling::Tentative));
        assert!(super::is_proposal("", "METHOD:Counter") && !super::is_proposal("REQUEST", "METHOD:COUNTER"));
    }

    #[test]
    fn an_invitation_alone_says_what_it_is_about() {
        assert_eq!(
            description("SUMMARY:Lunch\nDESCRIPTION;LANGUAGE=nb:Bring\\, a\\n c\n ake"),
            "Bring, a\n cake"
        );
        assert_eq!(description("SUMMARY:Lunch\nDESCRIPTION:\n"), "Lunch");
        assert_eq!(description(""), "");
    }
}
