//! IMAP's flags and the keywords of JMAP (RFC 8621 4.1.1), one as the other. Stores none.
//!
//! What people call their categories is any text; a flag is an atom in ASCII. A space becomes `_`, as Thunderbird has it,
//! and what else cannot be said is in the form in which IMAP writes names of mailboxes: `Rød kategori (2)` is
//! `R&APg-d_kategori_&ACg-2&ACk-`. Programs that do not know that show most of the word, and every word comes back.

use super::folder_name;
use crate::connector::mail;
use crate::model::object::Set;
use crate::model::object::members;

/// Flags that are called otherwise, or that several programs call several things.
const NAMES: &[(&str, &str)] = &[
    ("\\Seen", "$seen"),
    ("\\Answered", "$answered"),
    ("\\Flagged", "$flagged"),
    ("\\Draft", "$draft"),
    ("$Forwarded", "$forwarded"),
    ("Forwarded", "$forwarded"),
    ("$Junk", "$junk"),
    ("Junk", "$junk"),
    ("$NotJunk", "$notjunk"),
    ("NonJunk", "$notjunk"),
    ("NotJunk", "$notjunk"),
];

/// The flag of a message that is as good as gone.
pub const DELETED: &str = "\\Deleted";

/// Longer ones are refused by most servers.
const LONGEST: usize = 100;

/// The keyword of a flag; none: it says nothing about the message itself.
pub fn keyword(flag: &str) -> Option<String> {
    if let Some((_, keyword)) = NAMES.iter().find(|(name, _)| name.eq_ignore_ascii_case(flag)) {
        return Some((*keyword).to_owned());
    }
    if flag.starts_with('\\') {
        return None;
    }
    // What begins with a dollar is a program's; the rest are people's categories.
    let is_ours = flag.starts_with('$');
    Some(if is_ours { flag.to_ascii_lowercase() } else { folder_name::decode(&flag.replace('_', " ")) })
}

/// The flag of a keyword; none: there is no way to write it.
pub fn flag(keyword: &str) -> Option<String> {
    if let Some((name, _)) = NAMES.iter().find(|(_, known)| *known == keyword) {
        return Some((*name).to_owned());
    }
    // A category that is called as a flag is none; one that begins with a dollar is a program's.
    let is_flag = NAMES.iter().any(|(name, _)| name.eq_ignore_ascii_case(keyword));
    // RFC 3501 9 (atom). What is `_` by itself is no space.
    let is_atom = |c: char| c.is_ascii_graphic() && !"(){%*\"\\]_".contains(c);
    let is_plain = |place: usize, c: char| is_atom(c) && !(is_flag && place == 0);
    let words: Vec<String> = keyword.split(' ').map(|word| folder_name::encode_but(word, is_plain)).collect();
    let flag = words.join("_");
    (!flag.is_empty() && flag.len() <= LONGEST).then_some(flag)
}

/// The keywords of flags.
pub fn keywords(flags: &[String]) -> Set {
    flags.iter().filter_map(|flag| keyword(flag)).map(|keyword| (keyword, true)).collect()
}

/// What tells whether flags changed.
pub fn etag(flags: &[String]) -> String {
    mail::etag(&keywords(flags))
}

/// The flags to add and those to take away, so that a message has these keywords.
pub fn difference(flags: &[String], wanted: &Set) -> (Vec<String>, Vec<String>) {
    let has = keywords(flags);
    let is_wanted = |keyword: &str| members(wanted).any(|wanted| wanted == keyword);
    let add = members(wanted).filter(|keyword| !has.contains_key(*keyword)).filter_map(flag).collect();
    let is_superfluous = |flag: &&String| keyword(flag).is_some_and(|keyword| !is_wanted(&keyword));
    (add, flags.iter().filter(is_superfluous).cloned().collect())
}

#[cfg(test)]
mod tests {
    use super::difference;
    use super::etag;
    use super::flag;
    use super::keyword;
    use crate::model::object::set_of;

    #[track_caller]
    fn check(name: &str, expected: Option<&str>) {
        assert_eq!(keyword(name).as_deref(), expected, "{name}");
    }

    #[test]
    fn flags_are_keywords_and_back() {
        check("\\seen", Some("$seen"));
        check("\\Recent", None);
        check("\\Deleted", None);
        check("NonJunk", Some("$notjunk"));
        check("$MDNSent", Some("$mdnsent"));
        check("R&APg-d_kategori", Some("Rød kategori"));
        for word in
            ["$seen", "$forwarded", "$mdnsent", "Rød kategori", "Work", "junk", "\\Seen", "a_b  c ", "100 %"]
        {
            assert_eq!(keyword(&flag(word).unwrap()).as_deref(), Some(word));
        }
        assert_eq!(flag("Rød kategori (2)").as_deref(), Some("R&APg-d_kategori_&ACg-2&ACk-"));
        assert_eq!(flag("Kunder & venner").as_deref(), Some("Kunder_&-_venner"));
        for impossible in ["", &"x".repeat(101)] {
            assert_eq!(flag(impossible), None, "{impossible}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_category_comes_back(word in "[^$\\pC]\\PC{0,20}") {
            if let Some(flag) = flag(&word) {
                proptest::prop_assert_eq!(keyword(&flag), Some(word));
                let is_atom = flag.bytes().all(|byte| byte.is_ascii_graphic() && !b"(){%*\"\\]".contains(&byte));
                proptest::prop_assert!(is_atom);
            }
        }
    }

    fn flags(words: &[&str]) -> Vec<String> {
        words.iter().map(|&word| word.to_owned()).collect()
    }

    #[test]
    fn only_what_differs_is_stored() {
        let there = flags(&["\\Recent", "\\Seen", "Junk", "Work"]);
        let wanted = set_of(&["$seen", "$flagged", "Rød", &"x".repeat(101)]);
        let (add, remove) = difference(&there, &wanted);
        assert_eq!((add, remove), (flags(&["\\Flagged", "R&APg-d"]), flags(&["Junk", "Work"])));
    }

    #[test]
    fn the_order_of_flags_says_nothing() {
        assert_eq!(etag(&flags(&["\\Seen", "a"])), etag(&flags(&["a", "\\Recent", "\\SEEN"])));
        assert_ne!(etag(&flags(&["\\Seen"])), etag(&flags(&[])));
        assert_eq!(etag(&[]).len(), 16);
    }
}
