//! How elements are named in XML, those that have no name included. Neither reads nor writes XML.

use std::borrow::Cow;

use crate::code_pages;
use crate::tag::Tag;

/// The namespace of a code page: `AirSync`, or `Page1B` for an unknown one.
pub(crate) fn namespace(page: u8) -> Cow<'static, str> {
    code_pages::page(page).map_or_else(|| format!("Page{page:02X}").into(), |page| page.namespace.into())
}

/// The name of a tag in its namespace: `Sync`, or `Tag3F` for an unknown one.
pub(crate) fn local_name(tag: Tag) -> Cow<'static, str> {
    tag.name().map_or_else(|| format!("Tag{:02X}", tag.token()).into(), Cow::from)
}

/// The tag with these names, which may be those of an unknown one.
pub(crate) fn tag(namespace: &str, name: &str) -> Option<Tag> {
    // The schemas of 2.5 write `AirSync:`.
    let namespace = namespace.trim_end_matches(':');
    if let Some(tag) = Tag::named(namespace, name) {
        return Some(tag);
    }
    let page = code_pages::PAGES.iter().find(|page| page.namespace == namespace);
    let page = page.map_or_else(|| hexadecimal(namespace, "Page"), |page| Some(page.number))?;
    let token = hexadecimal(name, "Tag")?;
    Tag::of_byte(page, token).filter(|tag| tag.token() == token)
}

fn hexadecimal(text: &str, prefix: &str) -> Option<u8> {
    u8::from_str_radix(text.strip_prefix(prefix)?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::airsync;

    #[test]
    fn every_tag_is_found_by_its_name() {
        for page in 0..=u8::MAX {
            for token in 0x05..=0x3F {
                let there = Tag::new(page, token);
                assert_eq!(tag(&namespace(page), &local_name(there)), Some(there));
            }
        }
        assert_eq!(tag("AirSync:", "Sync"), Some(airsync::SYNC));
    }

    #[test]
    fn other_names_are_no_tag() {
        for (namespace, name) in [
            ("AirSync", "sync"),
            ("", "Sync"),
            ("AirSync", "Tag04"),
            ("AirSync", "Tag40"),
            ("Page100", "Tag05"),
        ] {
            assert_eq!(tag(namespace, name), None, "{namespace}:{name}");
        }
    }
}
