//! Which form of a body a phone wants, and how much of it. Cuts nothing itself.

use serde::Deserialize;
use serde::Serialize;
use wbxml::Element;
use wbxml::airsyncbase;

use crate::eas::element;

/// A form that a body may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BodyType(pub u8);

// MS-ASAIRS 2.2.2.41 (Type).
impl BodyType {
    /// Plain text.
    pub const TEXT: Self = Self(1);
    /// HTML.
    pub const HTML: Self = Self(2);
    /// Rich text, compressed and in base64; never for mail.
    pub const RTF: Self = Self(3);
    /// A whole message.
    pub const MIME: Self = Self(4);
}

/// One form of a body that a phone takes (MS-ASAIRS 2.2.2.12 BodyPreference).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BodyPreference {
    /// The form.
    #[serde(rename = "type")]
    pub body_type: BodyType,
    /// No more of it than so many bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub truncation_size: Option<u32>,
    /// Rather the next form than a part of this one.
    #[serde(default, skip_serializing_if = "is_false")]
    pub all_or_none: bool,
    /// So many characters for the list of messages, from 14.0 on; 255 at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preview: Option<u16>,
}

impl BodyPreference {
    /// A form without any wish beside it.
    pub fn of(body_type: BodyType) -> Self {
        Self { body_type, truncation_size: None, all_or_none: false, preview: None }
    }

    /// Reads a `BodyPreference` or `BodyPartPreference`; none without a type.
    pub fn parse(element: Element<'_>) -> Option<Self> {
        let body_type = BodyType(element::number(element, airsyncbase::TYPE)?);
        Some(Self {
            body_type,
            truncation_size: element::number(element, airsyncbase::TRUNCATION_SIZE),
            all_or_none: element::flag(element, airsyncbase::ALL_OR_NONE).unwrap_or(false),
            preview: element::number::<u16>(element, airsyncbase::PREVIEW).map(|size| size.min(255)),
        })
    }

    /// Every body preference among the children of an element, in their order.
    pub fn parse_all(parent: Element<'_>) -> Vec<Self> {
        parent
            .children()
            .filter(|child| child.tag() == airsyncbase::BODY_PREFERENCE)
            .filter_map(Self::parse)
            .collect()
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_false(flag: &bool) -> bool {
    !flag
}
