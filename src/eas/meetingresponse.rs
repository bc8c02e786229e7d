//! The `MeetingResponse` command as values. Answers no invitation.

use jiff::Timestamp;
use wbxml::Element;
use wbxml::Version;
use wbxml::Writer;
use wbxml::airsyncbase;
use wbxml::meetingresponse as tag;
use wbxml::search;

use crate::eas::date;
use crate::eas::element;
use crate::eas::status::Common;
use crate::model::calendar::ParticipationStatus;

// MS-ASCMD 2.2.3.177.9 (Status, of MeetingResponse).
crate::eas::status::statuses! { command
    /// How an answer fared.
    Status {
        /// It is given.
        SUCCESS = 1,
        /// There is nothing to be answered; the phone stops asking.
        INVALID_REQUEST = 2,
        /// The mailbox failed; the phone tries again.
        MAILBOX_ERROR = 3,
        /// Something failed here; the phone tries again.
        SERVER_ERROR = 4,
    }
}

/// An answer to one invitation.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// Accepted, tentative or declined.
    pub answer: ParticipationStatus,
    /// What is answered.
    pub item: Item,
    /// The occurrence that is meant, if not all of the series; a time, as the phone wrote it.
    pub instance_id: Option<String>,
    /// What the organizer is told; none: nothing, or the phone tells it by itself.
    pub message: Option<Message>,
}

/// What is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// An item of a folder.
    Of {
        /// The folder.
        collection_id: String,
        /// The item.
        request_id: String,
    },
    /// An item that a search found.
    Found(String),
}

/// What the organizer is told beside the answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    /// Words; empty: none.
    pub words: String,
    /// Whether they are HTML.
    pub is_html: bool,
    /// When the meeting should be instead.
    pub proposed: Option<(Timestamp, Timestamp)>,
}

/// A request that makes no sense, as its reply has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// What it was to answer, as the phone named it.
    pub request_id: Option<String>,
    /// Why not.
    pub status: Status,
}

/// Reads a `MeetingResponse` element.
pub fn parse(root: Element<'_>, version: Version) -> Vec<Result<Request, Unreadable>> {
    let requests = root.children().filter(|child| child.tag() == tag::REQUEST);
    requests.map(|request| Request::parse(request, version)).collect()
}

impl Request {
    fn parse(element: Element<'_>, version: Version) -> Result<Self, Unreadable> {
        let request_id = element::string(element, tag::REQUEST_ID);
        let wrong = |status: Status| Unreadable { request_id: request_id.clone(), status };
        let invalid = || wrong(Status::INVALID_REQUEST);
        // MS-ASCMD 2.2.3.194 (UserResponse).
        let answer = match element::number::<u8>(element, tag::USER_RESPONSE) {
            Some(1) => ParticipationStatus::Accepted,
            Some(2) => ParticipationStatus::Tentative,
            Some(3) => ParticipationStatus::Declined,
            _ => return Err(invalid()),
        };
        let collection_id = element::string(element, tag::COLLECTION_ID);
        let instance_id = element::string(element, tag::INSTANCE_ID);
        // MS-ASCMD 2.2.3.98.2 (LongId): instead of the others.
        let item = match (element::string(element, search::LONG_ID), collection_id, request_id.clone()) {
            (Some(id), None, None) => Item::Found(id),
            (None, Some(collection_id), Some(request_id)) => Item::Of { collection_id, request_id },
            _ => return Err(invalid()),
        };
        if let Some(id) = &instance_id {
            // MS-ASCMD 2.2.3.92.1 (InstanceId): from 14.1 on.
            if version < Version::V14_1 {
                return Err(invalid());
            }
            date::parse(id)
                .filter(|_| id.contains('T'))
                .ok_or_else(|| wrong(Common::INVALID_DATE_TIME.into()))?;
        }
        // MS-ASCMD 2.2.3.163 (SendResponse): from 16.0 on; before, the phone sends its own.
        let message = element.child(tag::SEND_RESPONSE).filter(|_| version >= Version::V16_0);
        let message = message.map(|message| Message::parse(message, version)).transpose().map_err(wrong)?;
        Ok(Self { answer, item, instance_id, message })
    }

    /// What is answered, as the phone named it, if it has a name in the reply.
    pub fn request_id(&self) -> Option<&str> {
        match &self.item {
            Item::Of { request_id, .. } => Some(request_id),
            Item::Found(_) => None,
        }
    }
}

impl Message {
    fn parse(element: Element<'_>, version: Version) -> Result<Self, Status> {
        let body = element.child(airsyncbase::BODY);
        let words = body.and_then(|body| element::string(body, airsyncbase::DATA)).unwrap_or_default();
        let is_html = body.and_then(|body| element::number::<u8>(body, airsyncbase::TYPE)) == Some(2);
        let time = |tag| {
            let text = element::text(element, tag).filter(|_| version >= Version::V16_1);
            text.map(|text| date::parse(text).and_then(date::instant).ok_or(Common::INVALID_DATE_TIME))
                .transpose()
                .map_err(Status::from)
        };
        // MS-ASCMD 2.2.3.140, 2.2.3.141 (ProposedEndTime, ProposedStartTime): one is nothing without the other.
        let proposed = match (time(tag::PROPOSED_START_TIME)?, time(tag::PROPOSED_END_TIME)?) {
            (Some(start), Some(end)) if start < end => Some((start, end)),
            (None, None) => None,
            _ => return Err(Status::INVALID_REQUEST),
        };
        Ok(Self { words, is_html, proposed })
    }
}

/// How one answer fared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Given {
    /// What was answered, as the phone named it.
    pub request_id: Option<String>,
    /// How it fared.
    pub status: Status,
    /// The event that came of it, unless it was declined.
    pub calendar_id: Option<String>,
}

impl Default for Status {
    fn default() -> Self {
        Self::SUCCESS
    }
}

/// Writes the answer.
pub fn encode(results: &[Given]) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.open(tag::MEETING_RESPONSE);
    for result in results {
        writer.open(tag::RESULT);
        if let Some(id) = &result.request_id {
            writer.text(tag::REQUEST_ID, id);
        }
        writer.number(tag::STATUS, result.status);
        if let Some(id) = &result.calendar_id {
            writer.text(tag::CALENDAR_ID, id);
        }
        writer.close();
    }
    writer.finish()
}

#[cfg(test)]
mod tests {
    use wbxml::Document;

    use super::*;

    fn read(xml: &str, version: Version) -> Result<Request, Unreadable> {
        let names = "xmlns=\"MeetingResponse\" xmlns:s=\"Search\" xmlns:b=\"AirSyncBase\"";
        let xml = format!("<MeetingResponse {names}><Request>{xml}</Request></MeetingResponse>");
        parse(Document::from_xml(&xml).unwrap().root(), version).remove(0)
    }

    const NAMED: &str = "<CollectionId>5</CollectionId><RequestId>5:7</RequestId>";

    #[test]
    fn an_answer_says_what_to_what_and_what_the_organizer_hears() {
        let sent = "<SendResponse><b:Body><b:Type>2</b:Type><b:Data>&lt;p&gt;Ja&lt;/p&gt;</b:Data></b:Body>\
            <ProposedStartTime>20261201T090000Z</ProposedStartTime><ProposedEndTime>20261201T100000Z</ProposedEndTime>\
            </SendResponse>";
        let request = format!("<UserResponse>2</UserResponse>{NAMED}{sent}");
        let read = |version| read(&request, version).unwrap();
        let newest = read(Version::V16_1);
        assert_eq!((newest.answer, newest.request_id()), (ParticipationStatus::Tentative, Some("5:7")));
        let message = newest.message.unwrap();
        assert_eq!((message.words.as_str(), message.is_html), ("<p>Ja</p>", true));
        let (start, end) = message.proposed.unwrap();
        assert_eq!(
            (start.to_string().as_str(), end.to_string().as_str()),
            ("2026-12-01T09:00:00Z", "2026-12-01T10:00:00Z")
        );
        assert_eq!(read(Version::V16_0).message.unwrap().proposed, None);
        assert_eq!(read(Version::V14_1).message, None);
        let found =
            self::read("<UserResponse>1</UserResponse><s:LongId>5:~x</s:LongId>", Version::V12_0).unwrap();
        assert_eq!((found.item.clone(), found.request_id()), (Item::Found("5:~x".to_owned()), None));
    }

    #[test]
    fn what_makes_no_sense_is_refused_by_its_name() {
        for (xml, version, status) in [
            ("<UserResponse>4</UserResponse>", Version::V14_1, 2),
            ("", Version::V14_1, 2),
            ("<UserResponse>1</UserResponse><s:LongId>x</s:LongId>", Version::V14_1, 2),
            (
                "<UserResponse>1</UserResponse><InstanceId>2026-12-01T09:00:00.000Z</InstanceId>",
                Version::V14_0,
                2,
            ),
            ("<UserResponse>1</UserResponse><InstanceId>tomorrow</InstanceId>", Version::V14_1, 104),
            (
                "<UserResponse>1</UserResponse><SendResponse><ProposedStartTime>20261201T090000Z</ProposedStartTime>\
                 </SendResponse>",
                Version::V16_1,
                2,
            ),
        ] {
            let refused = read(&format!("{NAMED}{xml}"), version).unwrap_err();
            assert_eq!((refused.status.0, refused.request_id.as_deref()), (status, Some("5:7")), "{xml}");
        }
        assert_eq!(
            read("<UserResponse>1</UserResponse><RequestId>5:7</RequestId>", Version::V14_1)
                .unwrap_err()
                .status
                .0,
            2
        );
    }

    #[test]
    fn a_reply_names_what_was_answered_and_what_came_of_it() {
        let given = Given {
            request_id: Some("5:7".to_owned()),
            calendar_id: Some("1:9".to_owned()),
            ..Given::default()
        };
        let document = Document::decode(encode(&[given]), &wbxml::Limits::default()).unwrap();
        let told: Vec<&str> =
            document.root().children().flat_map(Element::children).map(Element::text).collect();
        assert_eq!(told, ["5:7", "1", "1:9"]);
    }
}
