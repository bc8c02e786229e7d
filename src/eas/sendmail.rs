//! `SendMail`, `SmartReply` and `SmartForward` as values, which differ only in what they start from: as a message with a
//! query string up to 12.1, as a document from 14.0 on. Sends nothing.

use jiff::Timestamp;
use wbxml::Element;
use wbxml::Version;
use wbxml::airsyncbase;
use wbxml::composemail as tag;
use wbxml::rightsmanagement;

use crate::eas::command::Command;
use crate::eas::date;
use crate::eas::element;
use crate::eas::name::ItemName;
use crate::eas::query::Query;
use crate::eas::status::Common;
use crate::mime::address::Mailbox;

/// MS-ASCMD 2.2.3.28.1 (ClientId): 40 characters. A phone that takes more is known by more, within reason.
const LONGEST_CLIENT_ID: usize = 255;
/// More people than any meeting is forwarded to.
const MOST_FORWARDEES: usize = 500;

/// What a phone wants sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submission<'a> {
    /// The phone's own name for it, by which one that comes again is known; from 14.0 on.
    pub client_id: Option<&'a str>,
    /// The account it is to go from, if not the only one.
    pub account_id: Option<&'a str>,
    /// The rights it is to be sent with.
    pub template_id: Option<&'a str>,
    /// Whether it is kept among what was sent.
    pub save_in_sent: bool,
    /// What it starts from; nothing if it is new.
    pub source: Option<Source>,
    /// What is in it.
    pub content: Content<'a>,
}

/// What a message starts from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// What is done with it.
    pub action: Action,
    /// Which item; none where what the phone says is no name of ours.
    pub item: Option<ItemName>,
    /// Which occurrence of a series.
    pub instance: Option<Timestamp>,
    /// Whether the phone has put all of it that is to be sent into its message.
    pub is_replaced: bool,
}

/// What is done with another message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// It is answered.
    Reply,
    /// It is passed on.
    Forward,
}

/// What is in a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content<'a> {
    /// A message as it goes over the wire, but for what a server adds.
    Mime(&'a [u8]),
    /// A meeting that is passed on, from 16.0 on.
    Meeting {
        /// To whom.
        forwardees: Vec<Mailbox>,
        /// With which words.
        words: Option<Words<'a>>,
    },
}

/// What is said to a meeting that is passed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words<'a> {
    /// The words.
    pub text: &'a str,
    /// Whether they are HTML.
    pub is_html: bool,
}

impl<'a> Submission<'a> {
    /// Reads a message and what its query string says of it, up to 12.1.
    pub fn of_query(command: Command, query: &Query, mime: &'a [u8]) -> Result<Self, Common> {
        let names = Names {
            folder: query.collection_id.as_deref(),
            item: query.item_id.as_deref(),
            long: query.long_id.as_deref(),
            instance: query.occurrence.as_deref(),
        };
        Ok(Self {
            client_id: None,
            account_id: None,
            template_id: None,
            save_in_sent: query.save_in_sent,
            source: action(command).map(|action| names.source(action, false)).transpose()?,
            content: Content::of(mime)?,
        })
    }

    /// Reads a document, from 14.0 on.
    pub fn parse(command: Command, root: Element<'a>, version: Version) -> Result<Self, Common> {
        let text = |tag| element::text(root, tag).filter(|text| !text.is_empty());
        let client_id = text(tag::CLIENT_ID);
        if client_id.is_some_and(|id| id.chars().count() > LONGEST_CLIENT_ID) {
            return Err(Common::INVALID_XML);
        }
        let source = action(command).map(|action| {
            let source = root.child(tag::SOURCE).ok_or(Common::INVALID_XML)?;
            Names::of(source).source(action, root.has(tag::REPLACE_MIME))
        });
        Ok(Self {
            client_id,
            account_id: text(tag::ACCOUNT_ID),
            template_id: text(rightsmanagement::TEMPLATE_ID),
            save_in_sent: root.has(tag::SAVE_IN_SENT_ITEMS),
            source: source.transpose()?,
            content: Content::parse(command, root, version)?,
        })
    }
}

fn action(command: Command) -> Option<Action> {
    match command {
        Command::SmartReply => Some(Action::Reply),
        Command::SmartForward => Some(Action::Forward),
        _ => None,
    }
}

/// What a phone calls the message it starts from.
struct Names<'a> {
    folder: Option<&'a str>,
    item: Option<&'a str>,
    long: Option<&'a str>,
    instance: Option<&'a str>,
}

impl<'a> Names<'a> {
    fn of(source: Element<'a>) -> Self {
        let text = |tag| element::text(source, tag);
        Self {
            folder: text(tag::FOLDER_ID),
            item: text(tag::ITEM_ID),
            long: text(tag::LONG_ID),
            instance: text(tag::INSTANCE_ID),
        }
    }

    fn source(&self, action: Action, is_replaced: bool) -> Result<Source, Common> {
        let filled = |text: Option<&'a str>| text.map(str::trim).filter(|text| !text.is_empty());
        let item = match (filled(self.long), filled(self.item)) {
            // MS-ASCMD 2.2.3.98.4 (LongId): alone, if at all.
            (Some(_), Some(_)) => return Err(Common::INVALID_COMBINATION_OF_IDS),
            (Some(id), None) => id.parse().ok(),
            (None, Some(id)) => id.parse().ok().filter(|name: &ItemName| {
                // What the folder is called must not differ, nor need it be said: the item's name has it too.
                filled(self.folder).is_none_or(|folder| folder == name.folder.to_string())
            }),
            (None, None) => return Err(Common::INVALID_XML),
        };
        let instant = |text: &str| date::parse(text).and_then(date::instant);
        // MS-ASCMD 2.2.1.19 (SmartForward): 104 for an occurrence that is no time.
        let instance = filled(self.instance).map(|text| instant(text).ok_or(Common::INVALID_DATE_TIME));
        Ok(Source { action, item, instance: instance.transpose()?, is_replaced })
    }
}

impl<'a> Content<'a> {
    fn of(mime: &'a [u8]) -> Result<Self, Common> {
        if mime.is_empty() { Err(Common::INVALID_MIME) } else { Ok(Self::Mime(mime)) }
    }

    fn parse(command: Command, root: Element<'a>, version: Version) -> Result<Self, Common> {
        let forwardees = root.child(tag::FORWARDEES);
        let body = root.child(airsyncbase::BODY);
        let is_meeting = forwardees.is_some() || body.is_some();
        if !is_meeting || command != Command::SmartForward || version < Version::V16_0 {
            return Self::of(root.child(tag::MIME).ok_or(Common::INVALID_XML)?.bytes());
        }
        // MS-ASCMD 2.2.3.169 (SmartForward): not beside these.
        let others = [tag::MIME, tag::SAVE_IN_SENT_ITEMS, tag::REPLACE_MIME, rightsmanagement::TEMPLATE_ID];
        if others.into_iter().any(|other| root.has(other)) {
            return Err(Common::INVALID_MIME_BODY_COMBINATION);
        }
        let children = forwardees.into_iter().flat_map(Element::children);
        let forwardees: Vec<Mailbox> = children
            .filter(|child| child.tag() == tag::FORWARDEE)
            .take(MOST_FORWARDEES)
            .map(forwardee)
            .collect::<Option<_>>()
            .ok_or(Common::INVALID_SMART_FORWARD_PARAMETERS)?;
        if forwardees.is_empty() {
            return Err(Common::INVALID_SMART_FORWARD_PARAMETERS);
        }
        let words = body.map(|body| words(body).ok_or(Common::INVALID_SMART_FORWARD_PARAMETERS));
        Ok(Self::Meeting { forwardees, words: words.transpose()? })
    }
}

fn forwardee(element: Element<'_>) -> Option<Mailbox> {
    let text = |tag| element::text(element, tag).map(str::trim).filter(|text| !text.is_empty());
    let address = text(tag::FORWARDEE_EMAIL).filter(|address| address.contains('@'))?;
    Some(Mailbox { name: text(tag::FORWARDEE_NAME).map(str::to_owned), address: address.to_owned() })
}

// MS-ASAIRS 2.2.2.9 (Body): here with its type and data alone.
fn words(body: Element<'_>) -> Option<Words<'_>> {
    let text = element::text(body, airsyncbase::DATA).unwrap_or_default();
    match element::number::<u8>(body, airsyncbase::TYPE)? {
        1 => Some(Words { text, is_html: false }),
        2 => Some(Words { text, is_html: true }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use wbxml::Document;

    use super::*;
    use crate::eas::name::Which;
    use crate::model::id::FolderId;
    use crate::model::id::ItemId;

    const MIME: &str = "To: kari@fjord.example\r\n\r\nhei";

    fn document(root: &str, xml: &str) -> Document {
        let names = "xmlns=\"ComposeMail\" xmlns:b=\"AirSyncBase\" xmlns:r=\"RightsManagement\"";
        Document::from_xml(&format!("<{root} {names}>{xml}</{root}>")).unwrap()
    }

    fn item() -> ItemName {
        ItemName { folder: FolderId(5), item: Which::Held(ItemId(17)) }
    }

    fn source(action: Action) -> Source {
        Source { action, item: Some(item()), instance: None, is_replaced: false }
    }

    fn mime(source: Option<Source>) -> Submission<'static> {
        Submission {
            client_id: None,
            account_id: None,
            template_id: None,
            save_in_sent: false,
            source,
            content: Content::Mime(MIME.as_bytes()),
        }
    }

    #[track_caller]
    fn check_query(query: &str, expected: &Result<Submission<'_>, Common>) {
        let read = Query::parse(query).unwrap();
        let command = read.command.unwrap();
        assert_eq!(&Submission::of_query(command, &read, MIME.as_bytes()), expected, "{query}");
    }

    #[test]
    fn a_query_string_says_what_a_message_starts_from() {
        check_query("Cmd=SendMail", &Ok(mime(None)));
        check_query("Cmd=SendMail&SaveInSent=T", &Ok(Submission { save_in_sent: true, ..mime(None) }));
        check_query("Cmd=SmartReply&CollectionId=5&ItemId=5%3a17", &Ok(mime(Some(source(Action::Reply)))));
        check_query("Cmd=SmartForward&ItemId=5:17", &Ok(mime(Some(source(Action::Forward)))));
        check_query("Cmd=SmartReply&LongId=5:17", &Ok(mime(Some(source(Action::Reply)))));
        let unknown = Source { item: None, ..source(Action::Reply) };
        check_query("Cmd=SmartReply&CollectionId=6&ItemId=5:17", &Ok(mime(Some(unknown.clone()))));
        check_query("Cmd=SmartReply&CollectionId=5&ItemId=x", &Ok(mime(Some(unknown))));
        let instance = Some("2026-11-22T12:00:00Z".parse().unwrap());
        let occurrence = Source { instance, ..source(Action::Forward) };
        for told in ["20261122T120000Z", "2026-11-22T12:00:00.000Z"] {
            let query = format!("Cmd=SmartForward&ItemId=5:17&Occurrence={told}");
            check_query(&query, &Ok(mime(Some(occurrence.clone()))));
        }
        check_query("Cmd=SmartForward&ItemId=5:17&Occurrence=soon", &Err(Common::INVALID_DATE_TIME));
        check_query("Cmd=SmartForward&ItemId=5:17&LongId=5:17", &Err(Common::INVALID_COMBINATION_OF_IDS));
        check_query("Cmd=SmartForward&CollectionId=5", &Err(Common::INVALID_XML));
        assert_eq!(
            Submission::of_query(Command::SendMail, &Query::default(), b""),
            Err(Common::INVALID_MIME)
        );
    }

    #[track_caller]
    fn check(command: Command, xml: &str, version: Version, expected: &Result<Submission<'_>, Common>) {
        let document = document(command.as_str(), xml);
        assert_eq!(&Submission::parse(command, document.root(), version), expected, "{xml}");
    }

    /// Quirk any-order.
    #[test]
    fn a_document_says_the_same_in_any_order() {
        let body = format!("<Mime>{MIME}</Mime>").replace("\r\n", "&#13;\n");
        let all = format!("{body}<AccountId>a</AccountId><SaveInSentItems/><ClientId>1</ClientId>");
        let full =
            Submission { client_id: Some("1"), account_id: Some("a"), save_in_sent: true, ..mime(None) };
        check(Command::SendMail, &all, Version::V14_1, &Ok(full));
        check(Command::SendMail, &body, Version::V14_0, &Ok(mime(None)));
        let held = "<Source><FolderId>5</FolderId><ItemId>5:17</ItemId></Source>";
        check(
            Command::SmartReply,
            &format!("{held}{body}"),
            Version::V14_0,
            &Ok(mime(Some(source(Action::Reply)))),
        );
        let replaced = Source { is_replaced: true, ..source(Action::Forward) };
        let xml = format!("<Source><LongId>5:17</LongId></Source><ReplaceMime/>{body}");
        check(Command::SmartForward, &xml, Version::V14_0, &Ok(mime(Some(replaced))));
        check(Command::SmartForward, &body, Version::V14_0, &Err(Common::INVALID_XML));
        check(Command::SendMail, "<ClientId>1</ClientId>", Version::V14_0, &Err(Common::INVALID_XML));
        check(Command::SendMail, "<Mime/>", Version::V14_0, &Err(Common::INVALID_MIME));
        let long = format!("<ClientId>{}</ClientId>{body}", "1".repeat(256));
        check(Command::SendMail, &long, Version::V14_0, &Err(Common::INVALID_XML));
    }

    #[test]
    fn a_meeting_is_passed_on_without_a_message() {
        let held = "<Source><ItemId>5:17</ItemId></Source>";
        let to = "<Forwardees><Forwardee><ForwardeeEmail>per@fjord.example</ForwardeeEmail>\
            <ForwardeeName>Per</ForwardeeName></Forwardee></Forwardees>";
        let body = "<b:Body><b:Type>1</b:Type><b:Data>se her</b:Data></b:Body>";
        let per = Mailbox { name: Some("Per".to_owned()), address: "per@fjord.example".to_owned() };
        let words = Some(Words { text: "se her", is_html: false });
        let meeting = |words| Submission {
            content: Content::Meeting { forwardees: vec![per.clone()], words },
            ..mime(Some(source(Action::Forward)))
        };
        let xml = |rest: &str| format!("{held}{rest}");
        let forward = Command::SmartForward;
        check(forward, &xml(&format!("{to}{body}")), Version::V16_0, &Ok(meeting(words)));
        check(forward, &xml(to), Version::V16_1, &Ok(meeting(None)));
        let both = Err(Common::INVALID_MIME_BODY_COMBINATION);
        check(forward, &xml(&format!("{to}<Mime>x</Mime>")), Version::V16_0, &both);
        check(forward, &xml(&format!("{to}<SaveInSentItems/>")), Version::V16_0, &both);
        let malformed = Err(Common::INVALID_SMART_FORWARD_PARAMETERS);
        check(forward, &xml(body), Version::V16_0, &malformed);
        check(forward, &xml("<Forwardees><Forwardee/></Forwardees>"), Version::V16_0, &malformed);
        check(forward, &xml(&format!("{to}<b:Body><b:Type>4</b:Type></b:Body>")), Version::V16_0, &malformed);
        check(forward, &xml(to), Version::V14_1, &Err(Common::INVALID_XML));
    }

    #[test]
    fn bytes_that_are_no_text_come_as_they_are() {
        let mut writer = wbxml::Writer::new();
        writer.open(tag::SEND_MAIL);
        writer.opaque(tag::MIME, b"Subject: \xE5\r\n\r\n\0");
        let document = Document::decode(writer.finish(), &wbxml::Limits::default()).unwrap();
        let read = Submission::parse(Command::SendMail, document.root(), Version::V14_1).unwrap();
        assert_eq!(read.content, Content::Mime(b"Subject: \xE5\r\n\r\n\0"));
    }
}
