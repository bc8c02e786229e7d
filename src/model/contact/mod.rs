//! A person or company: JSContact `Card` (RFC 9553). Knows no protocol.
//!
//! Phones have a fixed number of named places, a card has maps of any size. This is where each place is:
//!
//! | on the phone | in the card | by |
//! |---|---|---|
//! | `Email1Address` … 3 | `emails`, by preference then key | [`email`](Contact::email) |
//! | telephone numbers | `phones`, by features, contexts, else label (`Car`, `Radio`, `Assistant`, `MMS`) | [`phone`](Contact::phone) |
//! | `IMAddress` … 3 | `onlineServices` that are chat (a chat scheme, or `vCardName` `impp`) | [`im_address`](Contact::im_address) |
//! | home, business, other address | `addresses` with context `private`, `work`, neither | [`address_part`](Contact::address_part) |
//! | name parts | `name.components`; split from `full` where there are none | [`name_part`](Contact::name_part) |
//! | Yomi names | `phonetic` of the component; the company's `lomme.app:yomiCompanyName` | [`phonetic`](Contact::phonetic) |
//! | `FileAs` | `lomme.app:fileAs`, else `name.full` | [`file_as`](Contact::file_as) |
//! | `NickName`, `WebPage`, body | first of `nicknames`, `links`, `notes` | [`nickname`](Contact::nickname), … |
//! | company, department | first of `organizations`, first of its `units` | [`company`](Contact::company), … |
//! | `JobTitle` | first of `titles` that is no role | [`job_title`](Contact::job_title) |
//! | `Birthday`, `Anniversary` | `anniversaries` of kind `birth`, `wedding` | [`anniversary`](Contact::anniversary) |
//! | `Picture` | first of `media` that is a photo in a `data:` URI | [`photo`](Contact::photo) |
//! | `Spouse`, `Children` | keys of `relatedTo` that are names, not URIs | [`spouse`](Contact::spouse), … |
//! | `Categories` | `keywords` | [`categories`](Contact::categories) |
//! | the rest | properties of our own | [`property`](Contact::property), [`property::ContactProperty`] |
//!
//! A setter touches its own entry only, and none at all when the value is already there ([`crate::model::slot`]).

pub mod address;
pub mod chat;
pub mod entries;
pub mod name;
pub mod photo;
pub mod property;
pub mod work;

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::model::calendar::Relation;
use crate::model::object::Set;
use crate::model::object::object;

object! {
    /// A card. Entries of its maps keep their keys for life.
    pub struct Contact {
        /// The same for ever and everywhere.
        uid: Option<String> = "uid",
        /// `individual` (default), `org`, `group`, `location`, `device`, `application`.
        kind: Option<String> = "kind",
        /// What it is called.
        name: Option<Name> = "name",
        /// What friends call it.
        nicknames: BTreeMap<String, Nickname> = "nicknames",
        /// Where somebody works.
        organizations: BTreeMap<String, Organization> = "organizations",
        /// As what somebody works.
        titles: BTreeMap<String, Title> = "titles",
        /// E-mail addresses.
        emails: BTreeMap<String, Email> = "emails",
        /// Telephone numbers.
        phones: BTreeMap<String, Phone> = "phones",
        /// Chat addresses and accounts.
        online_services: BTreeMap<String, OnlineService> = "onlineServices",
        /// Postal addresses.
        addresses: BTreeMap<String, Address> = "addresses",
        /// Birthday and wedding day.
        anniversaries: BTreeMap<String, Anniversary> = "anniversaries",
        /// Family and colleagues, by uid or by name.
        related_to: BTreeMap<String, Relation> = "relatedTo",
        /// Pictures and sounds.
        media: BTreeMap<String, Media> = "media",
        /// Web pages.
        links: BTreeMap<String, Link> = "links",
        /// Free text.
        notes: BTreeMap<String, Remark> = "notes",
        /// Categories.
        keywords: Set = "keywords",
        /// When it was made.
        created: Option<Timestamp> = "created",
        /// When it was last changed.
        updated: Option<Timestamp> = "updated",
    }
}

object! {
    /// A name, whole and in parts.
    pub struct Name {
        /// The whole name.
        full: Option<String> = "full",
        /// Its parts.
        components: Vec<NameComponent> = "components",
        /// How to sort by a kind of part.
        sort_as: BTreeMap<String, String> = "sortAs",
    }
}

object! {
    /// A part of a name.
    pub struct NameComponent {
        /// `title`, `given`, `given2`, `surname`, `surname2`, `credential`, `generation`, `separator`.
        kind: Option<String> = "kind",
        /// The text.
        value: Option<String> = "value",
        /// How it is said.
        phonetic: Option<String> = "phonetic",
    }
}

object! {
    /// A nickname.
    pub struct Nickname {
        /// The name.
        name: Option<String> = "name",
        /// 1 is the most preferred.
        pref: Option<u32> = "pref",
    }
}

object! {
    /// A company and the part of it one works in.
    pub struct Organization {
        /// The name of the company.
        name: Option<String> = "name",
        /// Departments, largest first.
        units: Vec<OrganizationUnit> = "units",
        /// What it sorts as.
        sort_as: Option<String> = "sortAs",
        /// `work` or `private`.
        contexts: Set = "contexts",
    }
}

object! {
    /// A department.
    pub struct OrganizationUnit {
        /// Its name.
        name: Option<String> = "name",
    }
}

object! {
    /// A job title or role.
    pub struct Title {
        /// The text.
        name: Option<String> = "name",
        /// `title` (default) or `role`.
        kind: Option<String> = "kind",
    }
}

object! {
    /// An e-mail address.
    pub struct Email {
        /// The address.
        address: Option<String> = "address",
        /// `work`, `private`.
        contexts: Set = "contexts",
        /// 1 is the most preferred.
        pref: Option<u32> = "pref",
        /// What people call it.
        label: Option<String> = "label",
    }
}

object! {
    /// A telephone number.
    pub struct Phone {
        /// The number.
        number: Option<String> = "number",
        /// `mobile`, `voice`, `text`, `video`, `main-number`, `textphone`, `fax`, `pager`.
        features: Set = "features",
        /// `work`, `private`.
        contexts: Set = "contexts",
        /// 1 is the most preferred.
        pref: Option<u32> = "pref",
        /// What people call it.
        label: Option<String> = "label",
    }
}

object! {
    /// A chat address or an account somewhere.
    pub struct OnlineService {
        /// Where, such as `Mastodon`.
        service: Option<String> = "service",
        /// The address as a URI.
        uri: Option<String> = "uri",
        /// The name of the account.
        user: Option<String> = "user",
        /// `work`, `private`.
        contexts: Set = "contexts",
        /// 1 is the most preferred.
        pref: Option<u32> = "pref",
        /// What people call it.
        label: Option<String> = "label",
    }
}

object! {
    /// A postal address.
    pub struct Address {
        /// Its parts.
        components: Vec<AddressComponent> = "components",
        /// Whether the parts stand in the order they are written in.
        is_ordered: Option<bool> = "isOrdered",
        /// The whole address.
        full: Option<String> = "full",
        /// ISO 3166-1.
        country_code: Option<String> = "countryCode",
        /// `work`, `private`, `billing`, `delivery`.
        contexts: Set = "contexts",
        /// 1 is the most preferred.
        pref: Option<u32> = "pref",
        /// What people call it.
        label: Option<String> = "label",
    }
}

object! {
    /// A part of an address.
    pub struct AddressComponent {
        /// `name` (of the street), `number`, `locality`, `region`, `postcode`, `country` …
        kind: Option<String> = "kind",
        /// The text.
        value: Option<String> = "value",
    }
}

object! {
    /// A day to remember every year.
    pub struct Anniversary {
        /// `birth`, `death` or `wedding`.
        kind: Option<String> = "kind",
        /// The day.
        date: Option<AnniversaryDate> = "date",
    }
}

object! {
    /// A `PartialDate`, or a `Timestamp` with its time.
    pub struct AnniversaryDate {
        /// The year, if known.
        year: Option<u32> = "year",
        /// 1 to 12.
        month: Option<u32> = "month",
        /// 1 to 31.
        day: Option<u32> = "day",
        /// The very time.
        utc: Option<Timestamp> = "utc",
    }
}

object! {
    /// A picture, sound or logo.
    pub struct Media {
        /// `photo`, `sound` or `logo`.
        kind: Option<String> = "kind",
        /// Where it is, or the thing itself as a `data:` URI.
        uri: Option<String> = "uri",
        /// Such as `image/jpeg`.
        media_type: Option<String> = "mediaType",
        /// 1 is the most preferred.
        pref: Option<u32> = "pref",
    }
}

object! {
    /// A web page.
    pub struct Link {
        /// Where.
        uri: Option<String> = "uri",
        /// `contact` for a page to write to somebody; else none.
        kind: Option<String> = "kind",
        /// `work`, `private`.
        contexts: Set = "contexts",
        /// 1 is the most preferred.
        pref: Option<u32> = "pref",
        /// What people call it.
        label: Option<String> = "label",
    }
}

object! {
    /// Free text about somebody, which the standard calls a note.
    pub struct Remark {
        /// The text.
        note: Option<String> = "note",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::Contact;
    use crate::model::object::Shape;

    #[expect(clippy::needless_pass_by_value, reason = "tests write `card(json!(…))`")]
    pub(super) fn card(value: Value) -> Contact {
        Contact::read(&value).unwrap()
    }
}
