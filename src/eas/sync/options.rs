//! What a phone wants of a folder: how old, how much, in which form. Stored and replaced as a whole.

use serde::Deserialize;
use serde::Serialize;
use wbxml::Element;
use wbxml::Version;
use wbxml::airsync;
use wbxml::airsyncbase;
use wbxml::rightsmanagement;

use crate::eas::element;
use crate::eas::preference::BodyPreference;
use crate::model::class::Class;

/// The class of short messages, which share the Inbox with mail and which no server but Exchange has.
pub const SMS: &str = "SMS";

/// One `Options` element, as sent (MS-ASCMD 2.2.3.125.5).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Options {
    /// The class that these options are for; none for that of the folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// How far back, in the codes of `FilterType`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter_type: Option<u8>,
    /// How much of a body, in the codes of 2.5.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub truncation: Option<u8>,
    /// Who wins: 0 the phone, 1 the server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conflict: Option<u8>,
    /// Whether whole messages: 0 never, 1 signed ones, 2 always.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mime_support: Option<u8>,
    /// How much of a whole message, in its own codes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mime_truncation: Option<u8>,
    /// How many entries of the recipient information cache.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_items: Option<u32>,
    /// The forms of bodies, best first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub body: Vec<BodyPreference>,
    /// The form of the part of a message that is new in its conversation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body_part: Option<BodyPreference>,
    /// Whether the phone obeys rights management.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub rights_management: bool,
}

impl Options {
    /// Reads an `Options` element: children in any order, an empty one is fine.
    pub fn parse(element: Element<'_>) -> Self {
        Self {
            class: element::string(element, airsync::CLASS).filter(|name| !name.is_empty()),
            filter_type: element::number(element, airsync::FILTER_TYPE),
            truncation: element::number(element, airsync::TRUNCATION),
            conflict: element::number(element, airsync::CONFLICT),
            mime_support: element::number(element, airsync::MIME_SUPPORT),
            mime_truncation: element::number(element, airsync::MIME_TRUNCATION),
            max_items: element::number(element, airsync::MAX_ITEMS),
            body: BodyPreference::parse_all(element),
            body_part: element.child(airsyncbase::BODY_PART_PREFERENCE).and_then(BodyPreference::parse),
            rights_management: element::flag(element, rightsmanagement::RIGHTS_MANAGEMENT_SUPPORT)
                .unwrap_or(false),
        }
    }

    /// Whether the filter is one that the class has.
    // MS-ASCMD 2.2.3.68.2 (FilterType): contacts ignore it, and notes have none; nothing has 9 and above.
    pub fn has_valid_filter(&self, class: Class) -> bool {
        let filter = self.filter_type.unwrap_or(0);
        match class {
            Class::Email => filter <= 5,
            Class::Calendar => matches!(filter, 0 | 4..=7),
            Class::Tasks => matches!(filter, 0 | 8),
            Class::Contacts | Class::Notes => filter <= 8,
        }
    }

    /// How many characters of a body `Truncation` allows; none for all of it.
    // MS-ASCMD 2.2.3.185 (Truncation): up to 12.0.
    pub fn truncation_limit(&self) -> Option<usize> {
        const LIMITS: [usize; 9] = [0, 512, 1024, 2048, 5120, 10_240, 20_480, 51_200, 102_400];
        LIMITS.get(usize::from(self.truncation?)).copied()
    }

    /// How many characters of a whole message `MIMETruncation` allows; none for all of it.
    // MS-ASCMD 2.2.3.111 (MIMETruncation).
    pub fn mime_limit(&self) -> Option<usize> {
        const LIMITS: [usize; 8] = [0, 4096, 5120, 7168, 10_240, 20_480, 51_200, 102_400];
        LIMITS.get(usize::from(self.mime_truncation?)).copied()
    }

    /// Whether a body part is asked for in a form that there is none in (Status 164).
    // MS-ASAIRS 2.2.2.11 (BodyPartPreference): HTML only, from 14.1 on.
    pub fn has_bad_body_part(&self, version: Version) -> bool {
        let is_html = |part: &BodyPreference| part.body_type == crate::eas::preference::BodyType::HTML;
        version >= Version::V14_1 && self.body_part.as_ref().is_some_and(|part| !is_html(part))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(class: Class, valid: &[u8]) {
        for filter in 0..=9 {
            let options = Options { filter_type: Some(filter), ..Options::default() };
            assert_eq!(options.has_valid_filter(class), valid.contains(&filter), "{class} {filter}");
        }
    }

    #[test]
    fn each_class_has_its_filters() {
        check(Class::Email, &[0, 1, 2, 3, 4, 5]);
        check(Class::Calendar, &[0, 4, 5, 6, 7]);
        check(Class::Tasks, &[0, 8]);
        check(Class::Contacts, &[0, 1, 2, 3, 4, 5, 6, 7, 8]);
    }

    /// Quirk old-truncation.
    #[test]
    fn truncation_codes_mean_lengths() {
        let options = Options { truncation: Some(4), mime_truncation: Some(8), ..Options::default() };
        assert_eq!((options.truncation_limit(), options.mime_limit()), (Some(5120), None));
        let options = Options { truncation: Some(9), mime_truncation: Some(0), ..Options::default() };
        assert_eq!((options.truncation_limit(), options.mime_limit()), (None, Some(0)));
    }
}
