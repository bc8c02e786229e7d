//! The small values in elements: texts, numbers, flags. Knows no element by name.

use std::str::FromStr;

use wbxml::Element;
use wbxml::Tag;

/// The text of a child; none when there is no such child.
pub(crate) fn text<'a>(parent: Element<'a>, tag: Tag) -> Option<&'a str> {
    parent.child(tag).map(Element::text)
}

/// The text of a child as an owned string; none when there is no such child.
pub(crate) fn string(parent: Element<'_>, tag: Tag) -> Option<String> {
    text(parent, tag).map(str::to_owned)
}

/// The number in a child; none when there is no such child or it holds no such number.
pub(crate) fn number<T: FromStr>(parent: Element<'_>, tag: Tag) -> Option<T> {
    text(parent, tag)?.trim().parse().ok()
}

/// The flag in a child; none when there is no such child.
// MS-ASDTYPE 2.1 (boolean): 0 or 1. An empty element says yes, as `GetChanges` does.
pub(crate) fn flag(parent: Element<'_>, tag: Tag) -> Option<bool> {
    text(parent, tag).map(is_yes)
}

/// What the text of a flag says.
pub(crate) fn is_yes(text: &str) -> bool {
    !matches!(text.trim(), "0" | "false" | "False" | "FALSE")
}
