//! What the request line and the headers of a request say, in either form of query string. Not its body.

use base64::Engine;
use base64::engine::DecodePaddingMode;
use base64::engine::GeneralPurpose;
use base64::engine::GeneralPurposeConfig;
use serde::Deserialize;
use serde::Serialize;
use wbxml::Version;

use crate::eas::command::Command;

/// A query string that has neither form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// There is none.
    #[error("the request line names no command")]
    Empty,
    /// It is neither plain text nor base64.
    #[error("the query string is neither plain nor base64")]
    Encoding,
    /// It ends before it should.
    #[error("the base64 query string ends too early")]
    Short,
}

/// The state of policy on a device, as it says (MS-ASPROV 2.2.2.42 `PolicyKey`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PolicyKey(pub u32);

impl PolicyKey {
    /// What a device sends that has no policy yet.
    pub const NONE: Self = Self(0);

    /// Reads the header `X-MS-PolicyKey`; an empty one is as good as none.
    pub fn parse(header: &str) -> Option<Self> {
        header.trim().parse().ok().map(Self)
    }
}

impl std::fmt::Display for PolicyKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(formatter)
    }
}

/// What a query string says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// What is to be done; none for a command that no version has.
    pub command: Option<Command>,
    /// The version, which only the base64 form carries; none where it means no version.
    pub version: Option<Version>,
    /// The log-in name. Mail for Exchange on the N900 leaves it out, so nobody may rely on it.
    pub user: Option<String>,
    /// The device's own name for itself; empty when it gave none.
    pub device_id: String,
    /// The kind of device; empty when it gave none.
    pub device_type: String,
    /// The policy key, which only the base64 form carries.
    pub policy_key: Option<PolicyKey>,
    /// The language of the device as a Windows locale number, which only the base64 form carries.
    pub locale: Option<u16>,
    /// Which attachment (`GetAttachment`).
    pub attachment_name: Option<String>,
    /// In which folder (`SmartForward`, `SmartReply`).
    pub collection_id: Option<String>,
    /// Which message (`SmartForward`, `SmartReply`).
    pub item_id: Option<String>,
    /// Which result of a search (`SmartForward`, `SmartReply`).
    pub long_id: Option<String>,
    /// Which occurrence of a series (`SmartForward`, `SmartReply`).
    pub occurrence: Option<String>,
    /// Whether what is sent is kept in the folder of sent mail.
    pub save_in_sent: bool,
    /// Whether fetched items may come in several parts.
    pub accept_multipart: bool,
}

impl Query {
    /// Reads a query string of either form: what stands behind the question mark.
    pub fn parse(query: &str) -> Result<Self, Malformed> {
        if query.is_empty() {
            return Err(Malformed::Empty);
        }
        if pairs(query).any(|(name, _)| name.eq_ignore_ascii_case("Cmd")) {
            return Ok(Self::parse_plain(query));
        }
        let bytes = LENIENT.decode(standard(&percent_decoded(query))).map_err(|_| Malformed::Encoding)?;
        Self::parse_bytes(&bytes)
    }

    // MS-ASHTTP 2.2.1.1.1.2 (Plain Text Query Value). Phones order the parameters as they like.
    fn parse_plain(query: &str) -> Self {
        let mut read = Self::default();
        for (name, value) in pairs(query) {
            let value = percent_decoded(value);
            match name.to_ascii_lowercase().as_str() {
                "cmd" => read.command = Command::from_name(&value),
                "user" => read.user = Some(value),
                "deviceid" => read.device_id = value,
                "devicetype" => read.device_type = value,
                "attachmentname" => read.attachment_name = Some(value),
                "collectionid" => read.collection_id = Some(value),
                "itemid" => read.item_id = Some(value),
                "longid" => read.long_id = Some(value),
                "occurrence" => read.occurrence = Some(value),
                "saveinsent" => read.save_in_sent = is_true(&value),
                _ => {}
            }
        }
        read
    }

    // MS-ASHTTP 2.2.1.1.1.1 (Base64 Encoded Query Value).
    fn parse_bytes(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut bytes = Bytes(bytes);
        let mut read = Self {
            version: Version::of_tenths(bytes.byte()?),
            command: Command::from_code(bytes.byte()?),
            locale: Some(u16::from_le_bytes([bytes.byte()?, bytes.byte()?])),
            device_id: device_id(bytes.counted()?),
            policy_key: policy_key(bytes.counted()?)?,
            device_type: String::from_utf8_lossy(bytes.counted()?).into_owned(),
            ..Self::default()
        };
        while !bytes.0.is_empty() {
            let tag = bytes.byte()?;
            read.parameter(tag, bytes.counted()?);
        }
        Ok(read)
    }

    // MS-ASHTTP 2.2.1.1.1.1.3 (Command Parameters).
    fn parameter(&mut self, tag: u8, value: &[u8]) {
        let text = || Some(String::from_utf8_lossy(value).into_owned());
        match tag {
            0 => self.attachment_name = text(),
            1 => self.collection_id = text(),
            3 => self.item_id = text(),
            4 => self.long_id = text(),
            6 => self.occurrence = text(),
            7 => {
                let flags = value.first().copied().unwrap_or(0);
                self.save_in_sent = flags & 0x01 != 0;
                self.accept_multipart = flags & 0x02 != 0;
            }
            8 => self.user = text(),
            _ => {}
        }
    }
}

/// Whether a header or parameter says `T`, as MS-ASHTTP has it for `MS-ASAcceptMultiPart` and `SaveInSent`.
pub fn is_true(value: &str) -> bool {
    value.trim().eq_ignore_ascii_case("T")
}

/// Phones pad as they like.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// Base64 for URLs turned into the ordinary alphabet; a blank was a plus before it was a form.
fn standard(text: &str) -> String {
    text.trim_end_matches('&').replace('-', "+").replace('_', "/").replace(' ', "+")
}

/// The parameters of a plain query string.
fn pairs(query: &str) -> impl Iterator<Item = (&str, &str)> {
    query.split('&').filter_map(|pair| pair.split_once('='))
}

/// A plus stays a plus: addresses with a tag come unescaped from some phones.
fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        if let (b'%', Some(byte)) = (first, tail.get(..2).and_then(hex_byte)) {
            bytes.push(byte);
            rest = tail.get(2..).unwrap_or_default();
        } else {
            bytes.push(*first);
            rest = tail;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hex_byte(digits: &[u8]) -> Option<u8> {
    if !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

// MS-ASHTTP 2.2.1.1.1.1: "a string or a GUID"; Windows Phone sends the sixteen bytes of a GUID.
fn device_id(bytes: &[u8]) -> String {
    if bytes.iter().all(u8::is_ascii_graphic) {
        return String::from_utf8_lossy(bytes).into_owned();
    }
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

// MS-ASHTTP 2.2.1.1.1.1 (Policy key length): 0 or 4.
fn policy_key(bytes: &[u8]) -> Result<Option<PolicyKey>, Malformed> {
    if bytes.is_empty() {
        return Ok(None);
    }
    let bytes = bytes.try_into().map_err(|_| Malformed::Encoding)?;
    Ok(Some(PolicyKey(u32::from_le_bytes(bytes))))
}

/// Bytes yet to be read.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn byte(&mut self) -> Result<u8, Malformed> {
        let (first, rest) = self.0.split_first().ok_or(Malformed::Short)?;
        self.0 = rest;
        Ok(*first)
    }

    /// As many bytes as the next one says.
    fn counted(&mut self) -> Result<&'a [u8], Malformed> {
        let length = usize::from(self.byte()?);
        let (taken, rest) = self.0.split_at_checked(length).ok_or(Malformed::Short)?;
        self.0 = rest;
        Ok(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Quirk request-line.
    #[test]
    fn parameters_come_in_any_order_and_letter_case() {
        let query =
            Query::parse("DEVICETYPE=iPhone&deviceid=ApplX1&User=kari%40fjord.example&cmd=sync").unwrap();
        assert_eq!(query.command, Some(Command::Sync));
        assert_eq!(query.user.as_deref(), Some("kari@fjord.example"));
        assert_eq!((query.device_id.as_str(), query.device_type.as_str()), ("ApplX1", "iPhone"));
        assert_eq!((query.version, query.policy_key), (None, None));
    }

    #[test]
    fn a_user_may_be_missing_and_a_command_unknown() {
        let query = Query::parse("Cmd=Telepathy&DeviceId=1&DeviceType=SP&SaveInSent=T").unwrap();
        assert_eq!((query.command, query.user, query.save_in_sent), (None, None, true));
    }

    #[test]
    fn bad_escapes_stay_as_they_are() {
        let query = Query::parse("Cmd=Ping&User=50%&DeviceId=a+b%2&DeviceType=%zz%C3%A5").unwrap();
        assert_eq!(query.user.as_deref(), Some("50%"));
        assert_eq!((query.device_id.as_str(), query.device_type.as_str()), ("a+b%2", "%zzå"));
    }

    /// A query of every field, as bytes.
    fn bytes(version: u8, device: &[u8], key: &[u8], rest: &[u8]) -> String {
        let counted = |bytes: &[u8]| [&[u8::try_from(bytes.len()).unwrap()], bytes].concat();
        let parts =
            [vec![version, 16, 0x14, 0x04], counted(device), counted(key), counted(b"SP"), rest.to_vec()];
        base64::engine::general_purpose::STANDARD.encode(parts.concat())
    }

    /// Quirk request-line.
    #[test]
    fn base64_carries_everything() {
        let query =
            Query::parse(&bytes(141, b"MyPhone1", &[4, 3, 2, 1], b"\x07\x01\x03\x08\x04kari\x01\x013"))
                .unwrap();
        assert_eq!(query.command, Some(Command::Search));
        assert_eq!((query.version, query.locale), (Some(Version::V14_1), Some(0x0414)));
        assert_eq!((query.device_id.as_str(), query.device_type.as_str()), ("MyPhone1", "SP"));
        assert_eq!(query.policy_key, Some(PolicyKey(0x0102_0304)));
        assert_eq!((query.save_in_sent, query.accept_multipart), (true, true));
        assert_eq!((query.user.as_deref(), query.collection_id.as_deref()), (Some("kari"), Some("3")));
    }

    #[test]
    fn a_device_that_is_a_guid_is_named_in_hex() {
        let query = Query::parse(&bytes(121, &[0, 1, 0xFE], &[], &[])).unwrap();
        assert_eq!((query.device_id.as_str(), query.policy_key), ("0001FE", None));
    }

    #[test]
    fn a_version_byte_that_means_nothing_is_no_version() {
        // go-activesync sends 0x91 for 14.1 and says 14.1 in the header.
        assert_eq!(Query::parse(&bytes(0x91, b"x", &[], &[])).unwrap().version, None);
    }

    #[test]
    fn base64_is_read_without_padding_with_escapes_and_for_urls() {
        let text = bytes(160, &[0xFB, 0xFF, 0xFE, 0x3E], &[9, 0, 0, 0], &[]);
        let expected = Query::parse(&text).unwrap();
        let variants = [
            text.trim_end_matches('=').to_owned(),
            text.replace('+', "%2B").replace('/', "%2f").replace('=', "%3D"),
            text.replace('+', "-").replace('/', "_"),
        ];
        for variant in variants {
            assert_eq!(Query::parse(&variant), Ok(expected.clone()), "{variant}");
        }
    }

    #[test]
    fn junk_is_refused_and_never_panics() {
        assert_eq!(Query::parse(""), Err(Malformed::Empty));
        assert_eq!(Query::parse("jAAJBA"), Err(Malformed::Short));
        assert_eq!(Query::parse("!!!"), Err(Malformed::Encoding));
        assert_eq!(Query::parse(&bytes(141, b"x", &[1, 2], &[])), Err(Malformed::Encoding));
        let whole = bytes(141, b"MyPhone1", &[4, 3, 2, 1], b"\x08\x04kari");
        let lengths = (0..whole.len()).filter(|length| Query::parse(&whole[..*length]).is_ok());
        assert!(lengths.count() < whole.len());
    }

    #[test]
    fn an_empty_policy_key_is_none() {
        assert_eq!(PolicyKey::parse(""), None);
        assert_eq!(PolicyKey::parse(" 3942919513 "), Some(PolicyKey(3_942_919_513)));
        assert_eq!(PolicyKey::parse("0"), Some(PolicyKey::NONE));
        assert_eq!(PolicyKey::parse("many"), None);
    }
}
