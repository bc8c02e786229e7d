//! In which order names stand in the directory: as a Norwegian reader looks for them. Finds nobody.

/// Letters with marks, each under the one that it is sorted as.
const MARKED: &[(&str, &str)] = &[
    ("a", "àáâãāăą"),
    ("c", "çćĉċč"),
    ("d", "ďđð"),
    ("e", "èéêëēĕėęě"),
    ("g", "ĝğġģ"),
    ("h", "ĥħ"),
    ("i", "ìíîïĩīĭįı"),
    ("j", "ĵ"),
    ("k", "ķ"),
    ("l", "ĺļľŀł"),
    ("n", "ñńņňŋ"),
    ("o", "òóôõōŏ"),
    ("r", "ŕŗř"),
    ("s", "śŝşšș"),
    ("ss", "ß"),
    ("t", "ţťŧț"),
    ("th", "þ"),
    ("u", "ùúûũūŭůų"),
    ("w", "ŵ"),
    // Germans and Hungarians among Norwegians are looked for so.
    ("y", "ýÿŷüű"),
    ("z", "źżž"),
    (AE, "æä"),
    (OE, "øöőœ"),
    (AA, "å"),
];

// After z, and in this order.
const AE: &str = "{";
const OE: &str = "|";
const AA: &str = "}";

/// What names are compared by, byte by byte and alike in every database.
///
/// Without letter case and marks, words apart by one space, digits before letters, and Æ, Ø, Å after Z. Aa is how Å was
/// written, and stands with it.
pub fn key(name: &str) -> String {
    let folded = name.to_lowercase().replace("aa", "å");
    let mut key = String::with_capacity(folded.len());
    for c in folded.chars() {
        if c.is_alphanumeric() {
            match MARKED.iter().find(|(_, marked)| marked.contains(c)) {
                Some((letter, _)) => key.push_str(letter),
                None => key.push(c),
            }
        } else if !is_mark(c) && !key.is_empty() && !key.ends_with(' ') {
            key.push(' ');
        }
    }
    key.truncate(key.trim_end().len());
    key
}

/// What belongs to the letter before it, or is between two letters of one word.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36F}' | '\'' | '’' | '.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(names: &[&str]) {
        let mut sorted = names.to_vec();
        sorted.sort_by_cached_key(|name| key(name));
        assert_eq!(sorted, names);
    }

    #[test]
    fn names_stand_where_a_norwegian_looks_for_them() {
        check(&["7-Eleven", "ali", "Bo", "cato"]);
        check(&["Zoe", "Ærlig", "Ødegård", "Åse"]);
        check(&["André Berg", "Andre Dahl", "Andrea"]);
        check(&["Öberg", "Østby", "Aalesund", "Åsen"]);
        check(&["Müller", "Myrvold"]);
        check(&["Per", "Per Ås", "Pernille"]);
        check(&["Anne Lise", "Anne-Marie", "Annelise"]);
    }

    #[test]
    fn what_is_no_letter_separates() {
        assert_eq!(key("  Bjørn-Erik  O'Hara jr. "), "bj|rn erik ohara jr");
        assert_eq!(key("ÅSE"), key("Aase"));
        assert_eq!(key("Ren\u{e9}"), key("Rene\u{301}"));
        assert_eq!(key("…"), "");
    }
}
