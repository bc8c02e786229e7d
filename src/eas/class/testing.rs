//! A phone of any version that shows and edits items in memory. For the tests of the classes only.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use wbxml::Document;
use wbxml::Limits;
use wbxml::Tag;
use wbxml::Version;
use wbxml::Writer;
use wbxml::airsync;

use crate::eas::class;
use crate::eas::class::BirthdayTime;
use crate::eas::class::MailView;
use crate::eas::class::Owner;
use crate::eas::class::Reading;
use crate::eas::class::Unreadable;
use crate::eas::class::View;
use crate::eas::preference::BodyPreference;
use crate::eas::preference::BodyType;
use crate::model::class::Class;
use crate::model::content::Content;
use crate::model::zone;

pub(in crate::eas) struct Phone {
    pub(in crate::eas) version: Version,
    pub(in crate::eas) body: Vec<BodyPreference>,
    pub(in crate::eas) truncation: Option<u32>,
    pub(in crate::eas) supported: Option<Vec<Tag>>,
    pub(in crate::eas) cuts: Vec<u32>,
    pub(in crate::eas) birthday: BirthdayTime,
    pub(in crate::eas) owner: Owner,
}

impl Phone {
    /// A phone in Oslo that takes plain text.
    pub(in crate::eas) fn new(version: Version) -> Self {
        let owner = Owner {
            email: "ola@fjord.example".to_owned(),
            name: "Ola Fjord".to_owned(),
            zone: zone::find("Europe/Oslo").unwrap_or(TimeZone::UTC),
        };
        Self {
            version,
            body: vec![wants(BodyType::TEXT)],
            truncation: None,
            supported: None,
            cuts: Vec::new(),
            birthday: BirthdayTime::default(),
            owner,
        }
    }

    pub(in crate::eas) fn view(&self) -> View<'_> {
        View {
            version: self.version,
            body: &self.body,
            truncation: self.truncation,
            owner: &self.owner,
            birthday: self.birthday,
            server_id: "1:17",
            mail: MailView::default(),
        }
    }

    pub(in crate::eas) fn reading(&self) -> Reading<'_> {
        let supported = self.supported.as_deref();
        Reading { view: self.view(), supported, cuts: &self.cuts, now: now(), uid: "a-new-uid" }
    }

    /// What the phone gets to see: `ApplicationData` in WBXML.
    #[track_caller]
    pub(in crate::eas) fn shows(&self, content: &Content) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.open(airsync::APPLICATION_DATA);
        class::write(content, &self.view(), &mut writer).unwrap();
        writer.finish()
    }

    /// The same as XML without head and root, one element a line.
    #[track_caller]
    pub(in crate::eas) fn xml(&self, content: &Content) -> String {
        let xml = decode(self.shows(content)).to_xml();
        xml.lines()
            .skip(2)
            .filter(|line| *line != "</ApplicationData>")
            .map(|line| format!("{}\n", line.trim()))
            .collect()
    }

    /// What becomes of an item when the phone sends these elements.
    pub(in crate::eas) fn sends(
        &self,
        class: Class,
        base: Option<&Content>,
        xml: &str,
    ) -> Result<Content, Unreadable> {
        let namespaces = ["Contacts", "Contacts2", "Calendar", "Tasks", "Notes", "AirSyncBase"];
        let declared: String =
            namespaces.iter().map(|name| format!(" xmlns:{}=\"{name}\"", name.to_lowercase())).collect();
        let xml = format!("<ApplicationData xmlns=\"AirSync\"{declared}>{xml}</ApplicationData>");
        let document = Document::from_xml(&xml).unwrap();
        class::read(class, document.root(), base, &self.reading())
    }

    /// What becomes of an item when the phone sends back all it was shown of another.
    pub(in crate::eas) fn sends_back(
        &self,
        shown: &Content,
        base: Option<&Content>,
    ) -> Result<Content, Unreadable> {
        let document = decode(self.shows(shown));
        class::read(shown.class(), document.root(), base, &self.reading())
    }
}

/// A body of this form, whole.
pub(in crate::eas) fn wants(body_type: BodyType) -> BodyPreference {
    BodyPreference { body_type, truncation_size: None, all_or_none: false, preview: None }
}

pub(in crate::eas) fn now() -> Timestamp {
    "2026-11-22T16:50:00Z".parse().unwrap()
}

pub(in crate::eas) fn content(class: Class, json: &str) -> Content {
    Content::from_json(class, json).unwrap()
}

#[track_caller]
fn decode(bytes: Vec<u8>) -> Document {
    Document::decode(bytes, &Limits::default()).unwrap()
}

/// What is the server's own to tell, from some version on or always.
const OWN: [&str; 6] =
    ["DtStamp>", "UID>", "LastModifiedDate>", "AttendeeStatus>", "OnlineMeeting", "NativeBodyType>"];

/// The law of every class: what is shown and sent back is what was there, and what was there is shown again.
#[track_caller]
pub(in crate::eas) fn check_law(phone: &Phone, content: &Content) {
    let version = phone.version;
    assert_eq!(
        phone.sends_back(content, Some(content)).as_ref(),
        Ok(content),
        "{version}: an echo changed it"
    );
    let copy = phone.sends_back(content, None).unwrap();
    let own = |line: &&str| !OWN.iter().any(|element| line.contains(element));
    let told = |xml: &str| xml.lines().filter(own).collect::<Vec<_>>().join("\n");
    let (shown, again) = (told(&phone.xml(content)), told(&phone.xml(&copy)));
    assert_eq!(again, shown, "{version}: a copy shows something else");
}
