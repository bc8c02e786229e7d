//! What a phone seeks in its mailbox, and how it wants it shown (MS-ASCMD 2.2.3.142.2 `Query`). Seeks nothing.

use jiff::Timestamp;
use wbxml::Element;
use wbxml::Tag;
use wbxml::airsync;
use wbxml::airsyncbase;
use wbxml::email;
use wbxml::search as tag;

use crate::eas::date;
use crate::eas::element;
use crate::eas::preference::BodyPreference;
use crate::eas::search::Status;

/// More words than anybody seeks; folders, too.
const MOST: usize = 100;
/// MS-ASCMD 2.2.3.196 (Value): 1,024 bytes. Longer words are in no mail.
const LONGEST: usize = 1024;

/// What is sought. All of it has to be so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// Words that are in the mail, wherever.
    pub text: Vec<String>,
    /// The classes it may be of; none: any.
    pub classes: Vec<String>,
    /// The folders it may be in; none: all.
    pub folders: Vec<String>,
    /// The conversation it is in.
    pub conversation: Option<Vec<u8>>,
    /// It came after this.
    pub after: Option<Timestamp>,
    /// It came before this.
    pub before: Option<Timestamp>,
}

/// What a search in the mailbox says beside what every search says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mailbox {
    /// What is sought.
    pub query: Query,
    /// Whether the folders within those named are looked through as well.
    pub is_deep: bool,
    /// Which are shown as whole messages: 0 none, 1 signed ones, 2 all.
    pub mime_support: u8,
    /// The forms of a body, best first.
    pub body: Vec<BodyPreference>,
    /// The form of what is new in a conversation.
    pub body_part: Option<BodyPreference>,
}

impl Mailbox {
    /// Reads the `Store` of a search.
    pub(super) fn parse(store: Element<'_>) -> Result<Self, Status> {
        let query = store.child(tag::QUERY).ok_or(Status::INVALID_REQUEST)?;
        let mut read = Self { query: Query::parse(query)?, ..Self::default() };
        if let Some(options) = store.child(tag::OPTIONS) {
            read.is_deep = options.has(tag::DEEP_TRAVERSAL);
            read.mime_support = element::number(options, airsync::MIME_SUPPORT).unwrap_or(0);
            read.body = BodyPreference::parse_all(options);
            read.body_part = options.child(airsyncbase::BODY_PART_PREFERENCE).and_then(BodyPreference::parse);
        }
        Ok(read)
    }
}

impl Query {
    fn parse(query: Element<'_>) -> Result<Self, Status> {
        let mut read = Self::default();
        // MS-ASCMD 2.2.3.10 (And): one; what stands beside it, or in another place, asks too much.
        let mut children = query.children();
        let and = match (children.next(), children.next()) {
            (None, _) => return read.take_text(query).map(|()| read),
            (Some(and), None) if and.tag() == tag::AND => and,
            _ => return Err(Status::TOO_COMPLEX),
        };
        for child in and.children().take(MOST) {
            read.take(child)?;
        }
        if read == Self::default() { Err(Status::INVALID_REQUEST) } else { Ok(read) }
    }

    fn take(&mut self, child: Element<'_>) -> Result<(), Status> {
        let text = child.text().trim();
        match child.tag() {
            tag::FREE_TEXT => self.take_text(child)?,
            airsync::CLASS => self.classes.push(text.to_owned()),
            // Outlook on phones says 0 for all.
            airsync::COLLECTION_ID if text == "0" || text.is_empty() => {}
            airsync::COLLECTION_ID => self.folders.push(text.to_owned()),
            tag::CONVERSATION_ID => self.conversation = Some(child.bytes().to_vec()),
            tag::GREATER_THAN => self.after = Some(received(child)?),
            tag::LESS_THAN => self.before = Some(received(child)?),
            tag::AND | tag::OR | tag::EQUAL_TO => return Err(Status::TOO_COMPLEX),
            _ => return Err(Status::INVALID_REQUEST),
        }
        Ok(())
    }

    fn take_text(&mut self, element: Element<'_>) -> Result<(), Status> {
        let text = element.text().trim();
        if text.is_empty() || text.len() > LONGEST {
            return Err(Status::INVALID_REQUEST);
        }
        self.text.push(text.to_owned());
        Ok(())
    }
}

// MS-ASCMD 2.2.3.86 (GreaterThan), 2.2.3.96 (LessThan): of the date it came, which is named before the value.
fn received(element: Element<'_>) -> Result<Timestamp, Status> {
    let children: Vec<Tag> = element.children().map(Element::tag).collect();
    if children != [email::DATE_RECEIVED, tag::VALUE] {
        return Err(Status::INVALID_REQUEST);
    }
    let value = element::text(element, tag::VALUE).and_then(date::parse).and_then(date::instant);
    value.ok_or(Status::INVALID_REQUEST)
}

#[cfg(test)]
mod tests {
    use wbxml::Document;

    use super::*;
    use crate::eas::preference::BodyType;

    fn parse(xml: &str) -> Result<Mailbox, Status> {
        let names = "xmlns=\"Search\" xmlns:a=\"AirSync\" xmlns:b=\"AirSyncBase\" xmlns:e=\"Email\"";
        let document = Document::from_xml(&format!("<Store {names}>{xml}</Store>")).unwrap();
        Mailbox::parse(document.root())
    }

    #[track_caller]
    fn check(query: &str, expected: &Result<Query, Status>) {
        let read = parse(&format!("<Query>{query}</Query>")).map(|mailbox| mailbox.query);
        assert_eq!(&read, expected, "{query}");
    }

    fn words(text: &str) -> Query {
        Query { text: vec![text.to_owned()], ..Query::default() }
    }

    /// Quirk all-folders.
    #[test]
    fn a_query_is_one_and() {
        let time = |tag: &str, value: &str| format!("<{tag}><e:DateReceived/><Value>{value}</Value></{tag}>");
        let (after, before) = ("2026-11-01T00:00:00.000Z", "2026-11-22T00:00:00.000Z");
        let all = format!(
            "<And><a:Class>Email</a:Class><a:CollectionId>5</a:CollectionId><FreeText> lunsj </FreeText>{}{}</And>",
            time("GreaterThan", after),
            time("LessThan", before)
        );
        let expected = Query {
            classes: vec!["Email".to_owned()],
            folders: vec!["5".to_owned()],
            after: Some(after.parse().unwrap()),
            before: Some(before.parse().unwrap()),
            ..words("lunsj")
        };
        check(&all, &Ok(expected));
        check("<And><FreeText>a</FreeText><a:CollectionId>0</a:CollectionId></And>", &Ok(words("a")));
        check("lunsj", &Ok(words("lunsj")));
        let conversation = Query { conversation: Some(b"abc".to_vec()), ..Query::default() };
        check("<And><ConversationId>abc</ConversationId></And>", &Ok(conversation));
    }

    #[test]
    fn what_asks_too_much_or_nothing_is_refused() {
        for complex in [
            "<FreeText>a</FreeText>",
            "<Or><FreeText>a</FreeText></Or>",
            "<And><FreeText>a</FreeText></And><And><FreeText>b</FreeText></And>",
            "<And><And><FreeText>a</FreeText></And></And>",
            "<And><Or><FreeText>a</FreeText></Or></And>",
        ] {
            check(complex, &Err(Status::TOO_COMPLEX));
        }
        for invalid in [
            "",
            "<And/>",
            "<And><FreeText/></And>",
            "<And><GreaterThan><Value>2026-11-01</Value><e:DateReceived/></GreaterThan></And>",
            "<And><GreaterThan><e:DateReceived/><Value>soon</Value></GreaterThan></And>",
            "<And><e:Subject>a</e:Subject></And>",
        ] {
            check(invalid, &Err(Status::INVALID_REQUEST));
        }
        assert_eq!(parse(""), Err(Status::INVALID_REQUEST));
    }

    #[test]
    fn options_say_how_results_are_shown() {
        let options = "<Options><DeepTraversal/><a:MIMESupport>1</a:MIMESupport><b:BodyPreference><b:Type>2</b:Type>\
            </b:BodyPreference></Options>";
        let read = parse(&format!("<Query>a</Query>{options}")).unwrap();
        assert_eq!((read.is_deep, read.mime_support, read.body.len()), (true, 1, 1));
        assert_eq!(read.body.first().map(|wanted| wanted.body_type), Some(BodyType::HTML));
        assert!(!parse("<Query>a</Query>").unwrap().is_deep);
    }
}
