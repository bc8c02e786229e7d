//! The versions of the ActiveSync protocol, in order. Knows nothing of what each of them changed.

use std::fmt;
use std::str::FromStr;

/// A version of the ActiveSync protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Version {
    /// Exchange 2003 SP2; Mail for Exchange on Symbian phones.
    V2_5 = 25,
    /// Exchange 2007.
    V12_0 = 120,
    /// Exchange 2007 SP1.
    V12_1 = 121,
    /// Exchange 2010.
    V14_0 = 140,
    /// Exchange 2010 SP1.
    V14_1 = 141,
    /// Exchange 2016.
    V16_0 = 160,
    /// Exchange 2016 and Exchange Online.
    V16_1 = 161,
}

impl Version {
    /// All of them, oldest first.
    pub const ALL: [Self; 7] =
        [Self::V2_5, Self::V12_0, Self::V12_1, Self::V14_0, Self::V14_1, Self::V16_0, Self::V16_1];

    /// As headers carry it: `14.1`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V2_5 => "2.5",
            Self::V12_0 => "12.0",
            Self::V12_1 => "12.1",
            Self::V14_0 => "14.0",
            Self::V14_1 => "14.1",
            Self::V16_0 => "16.0",
            Self::V16_1 => "16.1",
        }
    }

    /// The version times ten, as the base64 query string carries it: 141 is 14.1.
    pub const fn tenths(self) -> u8 {
        self as u8
    }

    /// The version that a base64 query string means by this byte.
    pub fn of_tenths(tenths: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|version| version.tenths() == tenths)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// The text names no version of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a version of ActiveSync")]
pub struct UnknownVersion;

impl FromStr for Version {
    type Err = UnknownVersion;

    /// Reads `14.1`; a bare `14` is 14.0.
    fn from_str(text: &str) -> Result<Self, UnknownVersion> {
        let text = text.trim();
        let is_meant =
            |name: &str| name == text || name.strip_suffix(".0").is_some_and(|major| major == text);
        Self::ALL.into_iter().find(|version| is_meant(version.as_str())).ok_or(UnknownVersion)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_version_reads_what_it_writes() {
        for version in Version::ALL {
            assert_eq!(version.to_string().parse(), Ok(version));
            assert_eq!(Version::of_tenths(version.tenths()), Some(version));
        }
    }

    #[test]
    fn a_bare_major_number_is_the_first_of_its_line() {
        assert_eq!("14".parse(), Ok(Version::V14_0));
        assert_eq!(" 16.1 ".parse(), Ok(Version::V16_1));
    }

    #[test]
    fn other_text_is_no_version() {
        for text in ["", ".", "1.0", "14.9", "13.11", "14.1.1", "255.255", "-2.5", "AS14"] {
            assert_eq!(text.parse::<Version>(), Err(UnknownVersion), "{text}");
        }
    }
}
