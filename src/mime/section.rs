//! Which part of a message is meant, numbered as IMAP does (RFC 9051 6.4.5.1). Not the part.

use std::fmt;
use std::str::FromStr;

/// The number of a part: `2.1` is the first part within the second; empty is the whole message.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Section(Vec<u32>);

/// No more numbers than a part can have.
const DEEPEST: usize = 64;

/// A text that names no part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the number of a part")]
pub struct NotASection;

impl Section {
    /// The whole message, header and all.
    pub const WHOLE: Self = Self(Vec::new());

    /// The part of this number (from 1 on) within this one.
    pub fn child(&self, number: u32) -> Self {
        let mut numbers = self.0.clone();
        numbers.push(number);
        Self(numbers)
    }

    /// Whether it is the whole message.
    pub fn is_whole(&self) -> bool {
        self.0.is_empty()
    }

    /// The numbers, the outermost first.
    pub fn numbers(&self) -> &[u32] {
        &self.0
    }
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, number) in self.0.iter().enumerate() {
            if place > 0 {
                f.write_str(".")?;
            }
            number.fmt(f)?;
        }
        Ok(())
    }
}

impl FromStr for Section {
    type Err = NotASection;

    fn from_str(text: &str) -> Result<Self, NotASection> {
        if text.is_empty() {
            return Ok(Self::WHOLE);
        }
        let is_number = |word: &str| word.bytes().all(|byte| byte.is_ascii_digit()) && !word.starts_with('0');
        let words = text.split('.').take(DEEPEST + 1);
        let numbers: Option<Vec<u32>> =
            words.map(|word| word.parse().ok().filter(|_| is_number(word))).collect();
        numbers.filter(|numbers| numbers.len() <= DEEPEST).map(Self).ok_or(NotASection)
    }
}

#[cfg(test)]
mod tests {
    use super::Section;

    #[track_caller]
    fn check(text: &str, numbers: Option<&[u32]>) {
        let section = text.parse::<Section>().ok();
        assert_eq!(section.as_ref().map(Section::numbers), numbers, "{text}");
        if let Some(section) = section {
            assert_eq!(section.to_string(), text);
        }
    }

    #[test]
    fn a_part_has_the_number_that_imap_gives_it() {
        check("", Some(&[]));
        check("1", Some(&[1]));
        check("2.1.10", Some(&[2, 1, 10]));
        for wrong in ["0", "01", "1.", ".1", "1..2", "a", "+1", "1.MIME", "4294967296", " 1"] {
            check(wrong, None);
        }
        check(&"1.".repeat(64), None);
        assert_eq!(Section::WHOLE.child(2).child(1).to_string(), "2.1");
        assert!(Section::WHOLE.is_whole());
    }
}
