//! The `Find` command as values, from 16.1 on: what is sought in mailbox or directory, and what was found. Seeks nothing.

use wbxml::Element;
use wbxml::Fragment;
use wbxml::Writer;
use wbxml::airsync;
use wbxml::email2;
use wbxml::find as tag;
use wbxml::itemoperations;

use crate::eas::class::View;
use crate::eas::class::email;
use crate::eas::class::email::Mail;
use crate::eas::element;
use crate::eas::search::Picture;
use crate::eas::search::Range;
use crate::mime::address::Mailbox;

// MS-ASCMD 2.2.3.177.2 (Status, of Find).
crate::eas::status::statuses! { command
    /// How the request, or looking there, fared.
    Status {
        /// All is well, whether or not anything was found.
        SUCCESS = 1,
        /// The request makes no sense.
        INVALID_REQUEST = 2,
        /// The list of folders changed: the phone asks for it.
        FOLDER_SYNC_REQUIRED = 3,
        /// A search begins at its first result.
        START_WITH_RANGE_ZERO = 4,
    }
}

/// So much of a mail is told of its words.
const PREVIEW: usize = 255;
/// Longer words are in no mail, and of nobody.
const LONGEST: usize = 1024;

/// A request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// What the phone calls the search: the same while it goes through the results.
    pub search_id: String,
    /// Which of the results; none for the first hundred.
    pub range: Option<Range>,
    /// What is sought.
    pub sought: Sought,
}

/// What is sought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sought {
    /// Mails.
    Mails {
        /// The words, wherever they are.
        text: String,
        /// The class they are of; none: any.
        class: Option<String>,
        /// The folder they are in; none: all.
        folder: Option<String>,
        /// Whether the folders within it are looked through as well.
        is_deep: bool,
    },
    /// People of the directory.
    People {
        /// What they are called.
        text: String,
        /// Whether pictures are wanted, and how many and how large.
        picture: Option<Picture>,
    },
}

impl Request {
    /// Reads a `Find` element.
    pub fn parse(root: Element<'_>) -> Result<Self, Status> {
        let search_id = element::string(root, tag::SEARCH_ID).filter(|id| !id.is_empty());
        let search = root.child(tag::EXECUTE_SEARCH).ok_or(Status::INVALID_REQUEST)?;
        let mails = search.child(tag::MAIL_BOX_SEARCH_CRITERION);
        let (criterion, sought) = match (mails, search.child(tag::GAL_SEARCH_CRITERION)) {
            (Some(mails), None) => (mails, Sought::mails(mails)),
            (None, Some(people)) => (people, Sought::people(people)),
            _ => return Err(Status::INVALID_REQUEST),
        };
        let range = criterion.child(tag::OPTIONS).and_then(|options| element::text(options, tag::RANGE));
        let range = range.map(|text| Range::parse(text).ok_or(Status::INVALID_REQUEST));
        Ok(Self {
            search_id: search_id.ok_or(Status::INVALID_REQUEST)?,
            range: range.transpose()?,
            sought: sought.ok_or(Status::INVALID_REQUEST)?,
        })
    }
}

impl Sought {
    fn mails(criterion: Element<'_>) -> Option<Self> {
        let query = criterion.child(tag::QUERY)?;
        let filled = |tag| element::string(query, tag).filter(|text| !text.is_empty());
        let options = criterion.child(tag::OPTIONS);
        Some(Self::Mails {
            text: words(element::text(query, tag::FREE_TEXT)?)?,
            class: filled(airsync::CLASS),
            folder: filled(airsync::COLLECTION_ID).filter(|id| id != "0"),
            is_deep: options.is_some_and(|options| options.has(tag::DEEP_TRAVERSAL)),
        })
    }

    fn people(criterion: Element<'_>) -> Option<Self> {
        let picture = criterion.child(tag::OPTIONS).and_then(|options| options.child(tag::PICTURE));
        let picture = picture.map(|picture| Picture {
            max_size: element::number(picture, tag::MAX_SIZE),
            max_pictures: element::number(picture, tag::MAX_PICTURES),
        });
        Some(Self::People { text: words(element::text(criterion, tag::QUERY)?)?, picture })
    }
}

fn words(text: &str) -> Option<String> {
    Some(text.trim()).filter(|text| !text.is_empty() && text.len() <= LONGEST).map(str::to_owned)
}

/// An entry that was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Its class; an entry of the directory has none.
    pub class: Option<&'static str>,
    /// What it is called.
    pub server_id: Option<String>,
    /// Its folder.
    pub collection_id: Option<String>,
    /// The children of its `Properties`.
    pub properties: Fragment,
}

/// What is told of a mail that was found.
pub fn properties(mail: &Mail<'_>, view: &View<'_>) -> Fragment {
    Fragment::build(|writer| {
        email::write_brief(mail, view, writer);
        let headers = mail.letter.headers();
        for (tag, list) in [(tag::DISPLAY_CC, &headers.cc), (tag::DISPLAY_BCC, &headers.bcc)] {
            let names: Vec<&str> = list.iter().map(Mailbox::display_name).collect();
            if !names.is_empty() {
                writer.text(tag, &names.join("; "));
            }
        }
        writer.number(email2::IS_DRAFT, u8::from(mail.message.is_draft()));
        let preview = mail.letter.preview(PREVIEW);
        if !preview.is_empty() {
            writer.text(tag::PREVIEW, &preview);
        }
        writer.number(tag::HAS_ATTACHMENTS, u8::from(!mail.letter.attachments().is_empty()));
    })
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Response {
    /// It was looked there, or could not be.
    Looked {
        /// How that fared.
        status: Status,
        /// What was found.
        results: Vec<Found>,
        /// Which of the results these are; none when there are none.
        range: Option<Range>,
        /// How many there are in all; none when nobody looked.
        total: Option<usize>,
    },
    /// The request could not be read.
    Failure(Status),
}

impl Response {
    /// Writes the answer.
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.open(tag::FIND);
        match self {
            Self::Failure(status) => writer.number(tag::STATUS, status),
            Self::Looked { status, results, range, total } => {
                writer.number(tag::STATUS, Status::SUCCESS);
                writer.open(tag::RESPONSE);
                let is_mail = results.iter().any(|found| found.server_id.is_some());
                if !results.is_empty() {
                    writer.text(itemoperations::STORE, if is_mail { "Mailbox" } else { "GAL" });
                }
                writer.number(tag::STATUS, status);
                results.iter().for_each(|found| found.write(&mut writer));
                if let Some(range) = range {
                    writer.number(tag::RANGE, range);
                }
                if let Some(total) = total {
                    writer.number(tag::TOTAL, total);
                }
            }
        }
        writer.finish()
    }
}

impl Found {
    fn write(&self, writer: &mut Writer) {
        writer.open(tag::RESULT);
        let names = [
            (airsync::CLASS, self.class),
            (airsync::SERVER_ID, self.server_id.as_deref()),
            (airsync::COLLECTION_ID, self.collection_id.as_deref()),
        ];
        for (tag, name) in names {
            if let Some(name) = name {
                writer.text(tag, name);
            }
        }
        writer.open(tag::PROPERTIES);
        writer.append(&self.properties);
        writer.close();
        writer.close();
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use wbxml::Document;
    use wbxml::Version;

    use super::*;
    use crate::eas::class::testing::Phone;
    use crate::eas::golden::check;
    use crate::mime::letter::Letter;
    use crate::model::message::Message;

    fn parse(xml: &str) -> Result<Request, Status> {
        let xml = format!(
            "<Find xmlns=\"Find\" xmlns:a=\"AirSync\"><SearchId>7</SearchId><ExecuteSearch>{xml}</ExecuteSearch></Find>"
        );
        Request::parse(Document::from_xml(&xml).unwrap().root())
    }

    fn mails(query: &str) -> Result<Request, Status> {
        parse(&format!(
            "<MailBoxSearchCriterion><Query>{query}</Query><Options><Range>0-9</Range><DeepTraversal/></Options>\
             </MailBoxSearchCriterion>"
        ))
    }

    #[test]
    fn mails_are_sought_by_their_words() {
        let expected = |folder: Option<&str>| Request {
            search_id: "7".to_owned(),
            range: Some(Range { first: 0, last: 9 }),
            sought: Sought::Mails {
                text: "lunsj".to_owned(),
                class: Some("Email".to_owned()),
                folder: folder.map(str::to_owned),
                is_deep: true,
            },
        };
        let words = "<FreeText> lunsj </FreeText><a:Class>Email</a:Class>";
        assert_eq!(mails(&format!("{words}<a:CollectionId>5</a:CollectionId>")), Ok(expected(Some("5"))));
        assert_eq!(mails(words), Ok(expected(None)));
        assert_eq!(mails("<a:Class>Email</a:Class>"), Err(Status::INVALID_REQUEST));
        assert_eq!(mails("<FreeText> </FreeText>"), Err(Status::INVALID_REQUEST));
        assert_eq!(parse(""), Err(Status::INVALID_REQUEST));
    }

    #[test]
    fn people_are_sought_by_their_names() {
        let options = "<Options><Range>5-1</Range></Options>";
        let people = |rest: &str| {
            parse(&format!("<GALSearchCriterion><Query>kari</Query>{rest}</GALSearchCriterion>"))
        };
        let picture =
            "<Options><Picture><MaxSize>1000</MaxSize><MaxPictures>2</MaxPictures></Picture></Options>";
        let expected = Request {
            search_id: "7".to_owned(),
            range: None,
            sought: Sought::People {
                text: "kari".to_owned(),
                picture: Some(Picture { max_size: Some(1000), max_pictures: Some(2) }),
            },
        };
        assert_eq!(people(picture), Ok(expected));
        assert_eq!(people(options), Err(Status::INVALID_REQUEST));
    }

    #[test]
    fn what_was_found_is_told_in_brief() {
        let raw = "From: Kari <kari@fjord.example>\r\nTo: ola@fjord.example\r\nCc: Per <per@fjord.example>\r\n\
            Subject: Lunsj\r\n\r\nKlokken tolv";
        let letter = Letter::read(Bytes::from_static(raw.as_bytes()));
        let message = Message { received_at: "2026-11-22T11:00:05Z".parse().ok(), ..Message::default() };
        let phone = Phone::new(Version::V16_1);
        let mail = Mail { message: &message, letter: &letter, meeting: None };
        let found = Found {
            class: Some("Email"),
            server_id: Some("5:17".to_owned()),
            collection_id: Some("5".to_owned()),
            properties: properties(&mail, &phone.view()),
        };
        let response = Response::Looked {
            status: Status::SUCCESS,
            results: vec![found],
            range: Some(Range { first: 0, last: 0 }),
            total: Some(1),
        };
        check("find/mailbox", &response.encode());
        let nothing =
            Response::Looked { status: Status::SUCCESS, results: vec![], range: None, total: Some(0) };
        check("find/nothing", &nothing.encode());
        check("find/failure", &Response::Failure(Status::INVALID_REQUEST).encode());
    }
}
