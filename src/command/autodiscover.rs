//! Autodiscover: every account is here, so whoever logged in is told this server's own address.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::eas::autodiscover;
use crate::eas::autodiscover::Answer;
use crate::eas::autodiscover::Request;
use crate::store::account::Account;

/// The path that phones sync at.
const SYNC: &str = "/Microsoft-Server-ActiveSync";
/// The path of the first version of Autodiscover.
const XML: &str = "/autodiscover/autodiscover.xml";

/// The answer to a POST by somebody who logged in. `origin` is `https://HOST` as the phone wrote it.
///
/// It is for whoever logged in, whatever address it asks for: a phone must not set up one that does not exist.
pub fn xml(account: &Account, body: &[u8], origin: &str, now: Timestamp) -> String {
    let request = Request::parse(&String::from_utf8_lossy(body));
    match request.failure() {
        Some(failure) => {
            let time = now.to_zoned(TimeZone::UTC).strftime("%H:%M:%S.0000000").to_string();
            autodiscover::failed(failure, &time)
        }
        None => autodiscover::found(&account.email, &account.name, &format!("{origin}{SYNC}")),
    }
}

/// The answer to a GET of the second version, which asks for no log-in: HTTP status and JSON.
pub fn json(protocol: Option<&str>, origin: &str) -> (u16, String) {
    let answer = autodiscover::answer(protocol, &format!("{origin}{SYNC}"), &format!("{origin}{XML}"));
    let status = match answer {
        Answer::Found { .. } => 200,
        Answer::Refused { .. } => 400,
    };
    (status, serde_json::to_string(&answer).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::id::AccountId;
    use crate::model::id::OrganisationId;

    fn kari() -> Account {
        Account {
            id: AccountId(1),
            organisation: OrganisationId(1),
            email: "kari@fjord.example".to_owned(),
            name: "Kari Nordmann".to_owned(),
            password: None,
            is_administrator: false,
            zone: None,
            is_disabled: false,
            has_factor: false,
        }
    }

    /// Quirk no-request.
    #[test]
    fn a_request_without_a_body_is_for_who_logged_in() {
        let answer = xml(&kari(), b"", "https://sync.fjord.example", Timestamp::UNIX_EPOCH);
        assert!(answer.contains("<EMailAddress>kari@fjord.example</EMailAddress>"));
        assert!(answer.contains("<Url>https://sync.fjord.example/Microsoft-Server-ActiveSync</Url>"));
    }

    #[test]
    fn an_address_of_nobody_s_is_not_given_back() {
        let body = b"<Autodiscover><Request><EMailAddress>nobody@fjord.example</EMailAddress></Request></Autodiscover>";
        let answer = xml(&kari(), body, "https://sync.fjord.example", Timestamp::UNIX_EPOCH);
        assert!(answer.contains("<EMailAddress>kari@fjord.example</EMailAddress>"), "{answer}");
    }

    /// Quirk outlook-schema.
    #[test]
    fn outlook_s_own_request_is_refused() {
        let body = br#"<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006"/>"#;
        let answer = xml(&kari(), body, "https://sync.fjord.example", Timestamp::UNIX_EPOCH);
        assert!(answer.contains("<ErrorCode>600</ErrorCode>"), "{answer}");
    }

    #[test]
    fn json_needs_no_log_in() {
        let (status, answer) = json(Some("ActiveSync"), "https://sync.fjord.example");
        assert_eq!(status, 200);
        assert_eq!(
            answer,
            r#"{"Protocol":"ActiveSync","Url":"https://sync.fjord.example/Microsoft-Server-ActiveSync"}"#
        );
        assert_eq!(json(Some("Ews"), "").0, 400);
    }
}
