//! What items and files are called for a phone, which hands the names back as they are. Opens nothing.
//!
//! `FOLDER:ITEM` is an item of the journal, as in every `ServerId`; `FOLDER:~REMOTE` is one that only its mailbox has,
//! as a search finds it beyond every filter (`LongId`). A part behind either makes it a file (`FileReference`, and
//! `AttName` before 12.0): the section of a mail, the key in an event. A form that comes later begins with a letter.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::mime::section::Section;
use crate::model::id::FolderId;
use crate::model::id::ItemId;

/// No name of ours is longer (MS-ASCMD 2.2.3.98 `LongId`: 256 characters).
const LONGEST: usize = 512;
/// Sets apart what the journal does not have.
const REMOTE: char = '~';
/// Begins the name of an occurrence, which no key in an event can begin with.
const OCCURRENCE: char = '@';

/// A text that is no name of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a name of ours")]
pub struct Unknown;

/// What an item is called.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ItemName {
    /// Its folder.
    pub folder: FolderId,
    /// Which of its items.
    pub item: Which,
}

/// Where an item of a folder is to be found.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Which {
    /// In the journal.
    Held(ItemId),
    /// In its mailbox, by the name it has there.
    Remote(String),
}

/// What an occurrence is called where files of it are named: `at` is its `InstanceId`, which has no colon in it.
pub fn occurrence(item: &str, at: &str) -> String {
    format!("{item}:{OCCURRENCE}{at}")
}

/// What a file is called.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FileReference {
    /// The item it belongs to.
    pub item: ItemName,
    /// Which of its files.
    pub part: String,
}

impl FileReference {
    /// The reference of a part, by the item's name as a text.
    pub fn of(item: &str, part: impl fmt::Display) -> String {
        format!("{item}:{part}")
    }

    /// The occurrence whose file it is, if it is of one alone, and what the event calls the file.
    pub fn of_occurrence(&self) -> (Option<&str>, &str) {
        let named = self.part.strip_prefix(OCCURRENCE).and_then(|part| part.split_once(':'));
        named.map_or((None, self.part.as_str()), |(at, key)| (Some(at), key))
    }

    /// The part of a mail that it means, if it means one; never the whole mail.
    pub fn section(&self) -> Option<Section> {
        self.part.parse().ok().filter(|section: &Section| !section.is_whole())
    }
}

impl fmt::Display for ItemName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.item {
            Which::Held(item) => write!(f, "{}:{item}", self.folder),
            Which::Remote(id) => write!(f, "{}:{REMOTE}{}", self.folder, URL_SAFE_NO_PAD.encode(id)),
        }
    }
}

impl fmt::Display for FileReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.item, self.part)
    }
}

impl FromStr for ItemName {
    type Err = Unknown;

    fn from_str(text: &str) -> Result<Self, Unknown> {
        let text = text.trim();
        let (folder, item) = text.split_once(':').filter(|_| text.len() <= LONGEST).ok_or(Unknown)?;
        let folder = FolderId(number(folder)?);
        let item = match item.strip_prefix(REMOTE) {
            None => Which::Held(ItemId(number(item)?)),
            Some(id) => Which::Remote(
                URL_SAFE_NO_PAD.decode(id).ok().and_then(|id| String::from_utf8(id).ok()).ok_or(Unknown)?,
            ),
        };
        Ok(Self { folder, item })
    }
}

impl FromStr for FileReference {
    type Err = Unknown;

    fn from_str(text: &str) -> Result<Self, Unknown> {
        let text = text.trim();
        // The key of an event's file may be anything.
        let (at, _) = text.match_indices(':').nth(1).ok_or(Unknown)?;
        let (item, part) = text.split_at_checked(at).filter(|_| text.len() <= LONGEST).ok_or(Unknown)?;
        let part = part.strip_prefix(':').filter(|part| !part.is_empty()).ok_or(Unknown)?;
        Ok(Self { item: item.parse()?, part: part.to_owned() })
    }
}

fn number(text: &str) -> Result<i64, Unknown> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_number).ok_or(Unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held() -> ItemName {
        ItemName { folder: FolderId(5), item: Which::Held(ItemId(17)) }
    }

    fn remote() -> ItemName {
        ItemName { folder: FolderId(105), item: Which::Remote("1700000000.42".to_owned()) }
    }

    #[test]
    fn a_name_handed_back_means_what_it_meant() {
        assert_eq!(held().to_string(), "5:17");
        assert_eq!(remote().to_string(), "105:~MTcwMDAwMDAwMC40Mg");
        for item in [held(), remote()] {
            assert_eq!(item.to_string().parse(), Ok(item.clone()));
            for part in ["2.1", "a1b2", "with:colon", "æ", "@20261203T080000Z:a1b2"] {
                let file = FileReference { item: item.clone(), part: part.to_owned() };
                assert_eq!(file.to_string().parse(), Ok(file.clone()));
                assert_eq!(FileReference::of(&item.to_string(), part), file.to_string());
            }
        }
    }

    #[test]
    fn a_file_of_a_mail_is_a_section_of_it() {
        let section = |text: &str| text.parse::<FileReference>().unwrap().section().map(|s| s.to_string());
        assert_eq!(section("5:17:2.1").as_deref(), Some("2.1"));
        assert_eq!(section("5:17:a1b2"), None);
        assert_eq!(section("5:17:0"), None);
    }

    #[test]
    fn what_is_no_name_of_ours_is_refused() {
        for text in ["", ":", "5", "5:", ":17", "a:17", "5:+1", "5:-1", "5:~*", "-5:1", "5:17:2"] {
            assert_eq!(text.parse::<ItemName>(), Err(Unknown), "{text}");
        }
        for text in ["", "5:17", "5:17:", "5:x:1", "::", "5%3a17%3a2"] {
            assert_eq!(text.parse::<FileReference>(), Err(Unknown), "{text}");
        }
        assert_eq!(format!("5:17:{}", "1".repeat(LONGEST)).parse::<FileReference>(), Err(Unknown));
    }

    #[test]
    fn a_file_of_an_occurrence_says_which() {
        let file = |text: &str| text.parse::<FileReference>().unwrap();
        let named = FileReference::of(&occurrence("5:17", "20261203T080000Z"), "a:b");
        assert_eq!(file(&named).of_occurrence(), (Some("20261203T080000Z"), "a:b"));
        assert_eq!(file("5:17:a:b").of_occurrence(), (None, "a:b"));
        assert_eq!(file("5:17:@a").of_occurrence(), (None, "@a"));
    }
}
