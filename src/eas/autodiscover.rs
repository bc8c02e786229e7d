//! Autodiscover as values: a request in, the address of the server out, as XML and as JSON. Finds nobody; the mail
//! address in a request says nothing that the log-in does not.

use quick_xml::Reader;
use quick_xml::escape::escape;
use quick_xml::events::Event;
use serde::Serialize;

/// What a phone asks for in XML (MS-ASCMD 2.2.1.1 Autodiscover).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// The form of answer that it understands; none where it does not say.
    pub schema: Option<String>,
    /// Whether it is the request of Outlook, which asks for more than phones do.
    pub is_for_outlook: bool,
    /// Whether there is something that is no XML.
    pub is_broken: bool,
}

/// What only requests of Outlook's own form have in them.
const OUTLOOK: &str = "/outlook/requestschema";
/// The form of answer that phones understand.
const MOBILE: &str = "http://schemas.microsoft.com/exchange/autodiscover/mobilesync/responseschema/2006";
/// The form around each form of answer.
const COMMON: &str = "http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006";

impl Request {
    /// Reads a request; one without a body asks for nothing in particular.
    pub fn parse(body: &str) -> Self {
        let mut request = Self::default();
        let mut reader = Reader::from_str(body);
        let mut name = String::new();
        let mut text = String::new();
        let (mut depth, mut is_empty) = (0_usize, true);
        loop {
            let Ok(event) = reader.read_event() else {
                request.is_broken = true;
                return request;
            };
            match event {
                Event::Eof => break,
                Event::Empty(start) => {
                    request.is_for_outlook |= start.attributes_raw().contains(OUTLOOK);
                    is_empty = false;
                }
                Event::Start(start) => {
                    request.is_for_outlook |= start.attributes_raw().contains(OUTLOOK);
                    name = start.local_name().as_ref().to_ascii_lowercase();
                    text.clear();
                    (depth, is_empty) = (depth + 1, false);
                }
                Event::Text(part) => text.push_str(&part),
                Event::GeneralRef(reference) => text.extend(resolved(&reference)),
                Event::End(end) => {
                    depth = depth.saturating_sub(1);
                    if end.local_name().as_ref().eq_ignore_ascii_case(&name) {
                        request.take(&name, text.trim());
                    }
                }
                _ => {}
            }
        }
        request.is_broken = depth > 0 || is_empty && !body.trim().is_empty();
        request
    }

    fn take(&mut self, name: &str, text: &str) {
        if name == "acceptableresponseschema" && !text.is_empty() {
            self.schema = Some(text.to_owned());
        }
    }

    /// What keeps it from being answered.
    // MS-ASCMD 2.2.3.1 (AcceptableResponseSchema): one form only.
    pub fn failure(&self) -> Option<Failure> {
        if self.is_for_outlook || self.is_broken {
            return Some(Failure::InvalidRequest);
        }
        let is_served = self.schema.as_deref().is_none_or(|schema| schema.eq_ignore_ascii_case(MOBILE));
        (!is_served).then_some(Failure::NoProvider)
    }
}

/// The character that a reference in a text means; entities of the document's own are none.
fn resolved(reference: &quick_xml::events::BytesRef<'_>) -> Option<char> {
    if let Ok(Some(character)) = reference.resolve_char_ref() {
        return Some(character);
    }
    match reference.as_ref() {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => None,
    }
}

/// Where a user's server is, in XML.
pub fn found(email: &str, display_name: &str, url: &str) -> String {
    let (email, display_name, url) = (escape(email), escape(display_name), escape(url));
    format!(
        r#"<?xml version="1.0" encoding="utf-8"?>
<Autodiscover xmlns="{COMMON}">
  <Response xmlns="{MOBILE}">
    <Culture>en:us</Culture>
    <User>
      <DisplayName>{display_name}</DisplayName>
      <EMailAddress>{email}</EMailAddress>
    </User>
    <Action>
      <Settings>
        <Server>
          <Type>MobileSync</Type>
          <Url>{url}</Url>
          <Name>{url}</Name>
        </Server>
      </Settings>
    </Action>
  </Response>
</Autodiscover>
"#
    )
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The request makes no sense.
    InvalidRequest,
    /// Nobody here gives answers in that form.
    NoProvider,
}

/// Why there is no answer, in XML. `now` is the time of day, as `15:04:05.0000000`.
// MS-ASCMD 2.2.3.64 (ErrorCode): 600 invalid request, 601 nobody gives that form of answer.
pub fn failed(failure: Failure, now: &str) -> String {
    let (code, message) = match failure {
        Failure::InvalidRequest => (600, "Invalid Request"),
        Failure::NoProvider => (601, "Provider is not available"),
    };
    let now = escape(now);
    format!(
        r#"<?xml version="1.0" encoding="utf-8"?>
<Autodiscover xmlns="{COMMON}">
  <Response>
    <Error Time="{now}" Id="0">
      <ErrorCode>{code}</ErrorCode>
      <Message>{message}</Message>
      <DebugData/>
    </Error>
  </Response>
</Autodiscover>
"#
    )
}

/// Where a user's server is, or why not, in JSON: the second version of Autodiscover.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Answer {
    /// There it is.
    #[serde(rename_all = "PascalCase")]
    Found {
        /// What is spoken there.
        protocol: &'static str,
        /// Its address.
        url: String,
    },
    /// That is not to be had; goes with HTTP 400.
    #[serde(rename_all = "PascalCase")]
    Refused {
        /// What is wrong.
        error_code: &'static str,
        /// The same for people.
        error_message: String,
    },
}

/// Answers for a protocol by name, letter case ignored.
pub fn answer(protocol: Option<&str>, sync_url: &str, xml_url: &str) -> Answer {
    let Some(name) = protocol.filter(|name| !name.is_empty()) else {
        return Answer::Refused {
            error_code: "MandatoryParameterMissing",
            error_message: "A valid value must be provided for the query parameter 'Protocol'.".to_owned(),
        };
    };
    let known = [("ActiveSync", sync_url), ("AutodiscoverV1", xml_url)];
    match known.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(name)) {
        Some((protocol, url)) => Answer::Found { protocol, url: url.to_owned() },
        None => Answer::Refused {
            error_code: "InvalidProtocol",
            error_message: "The protocol is not served here; ActiveSync and AutodiscoverV1 are.".to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eas::golden::check_text;

    #[test]
    fn a_phone_asks_for_its_server() {
        let request = Request::parse(
            r#"<?xml version="1.0"?><a:Autodiscover xmlns:a="http://schemas.microsoft.com/exchange/autodiscover/mobilesync/requestschema/2006">
            <a:Request><a:EMailAddress> kari&#43;telefon@fjord.example </a:EMailAddress>
            <a:AcceptableResponseSchema> http://schemas.microsoft.com/exchange/autodiscover/&#109;obilesync/responseschema/2006 </a:AcceptableResponseSchema>
            </a:Request></a:Autodiscover>"#,
        );
        assert_eq!(request.schema.as_deref(), Some(MOBILE));
        assert_eq!(request.failure(), None);
    }

    #[test]
    fn outlook_asks_for_another_form() {
        let request = |namespace: &str| {
            Request::parse(&format!(
                r#"<Autodiscover xmlns="{namespace}"><Request><EMailAddress>ola@fjord.example</EMailAddress>
                <AcceptableResponseSchema>http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a
                </AcceptableResponseSchema></Request></Autodiscover>"#
            ))
        };
        let outlook =
            request("http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006");
        assert_eq!(outlook.failure(), Some(Failure::InvalidRequest));
        let phone =
            request("http://schemas.microsoft.com/exchange/autodiscover/mobilesync/requestschema/2006");
        assert_eq!(phone.failure(), Some(Failure::NoProvider));
    }

    #[test]
    fn a_body_may_be_empty_but_not_junk() {
        for body in ["", " \r\n", "<EMailAddress/>", "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"] {
            assert_eq!(Request::parse(body), Request::default(), "{body}");
        }
        for body in ["<", "<x", "<a>", "<a><b></a>", "{}", "&#xFFFFFFFF;", "kari@fjord.example"] {
            assert_eq!(Request::parse(body).failure(), Some(Failure::InvalidRequest), "{body}");
        }
    }

    #[test]
    fn answers_in_xml_escape_what_they_quote() {
        let url = "https://sync.fjord.example/Microsoft-Server-ActiveSync";
        check_text("autodiscover/found.xml", &found("kari@fjord.example", "Kari <& Nordmann>", url));
        check_text("autodiscover/no-provider.xml", &failed(Failure::NoProvider, "15:04:05.0000000"));
        check_text("autodiscover/invalid-request.xml", &failed(Failure::InvalidRequest, "15:04:05.0000000"));
    }

    #[track_caller]
    fn check(protocol: Option<&str>, expected: &str) {
        let answer = answer(
            protocol,
            "https://s/Microsoft-Server-ActiveSync",
            "https://s/autodiscover/autodiscover.xml",
        );
        assert_eq!(serde_json::to_string(&answer).unwrap(), expected);
    }

    #[test]
    fn answers_in_json_know_two_protocols() {
        check(
            Some("activesync"),
            r#"{"Protocol":"ActiveSync","Url":"https://s/Microsoft-Server-ActiveSync"}"#,
        );
        check(
            Some("AutodiscoverV1"),
            r#"{"Protocol":"AutodiscoverV1","Url":"https://s/autodiscover/autodiscover.xml"}"#,
        );
        let refused = answer(Some("Ews"), "", "");
        assert!(matches!(refused, Answer::Refused { error_code: "InvalidProtocol", .. }));
        assert!(matches!(
            answer(None, "", ""),
            Answer::Refused { error_code: "MandatoryParameterMissing", .. }
        ));
    }
}
