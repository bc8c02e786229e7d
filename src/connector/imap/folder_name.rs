//! Names of mailboxes on the wire: modified UTF-7 (RFC 3501 5.1.3). Knows no mailbox.

use base64::Engine as _;
use base64::alphabet::IMAP_MUTF7;
use base64::engine::DecodePaddingMode;
use base64::engine::GeneralPurpose;
use base64::engine::GeneralPurposeConfig;

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &IMAP_MUTF7,
    GeneralPurposeConfig::new()
        .with_encode_padding(false)
        .with_decode_padding_mode(DecodePaddingMode::RequireNone)
        .with_decode_allow_trailing_bits(true),
);

/// What people read. A name that is not well encoded is shown as it is.
pub fn decode(name: &str) -> String {
    try_decode(name).unwrap_or_else(|| name.to_owned())
}

fn try_decode(name: &str) -> Option<String> {
    let mut text = String::new();
    let mut rest = name;
    while let Some((plain, coded)) = rest.split_once('&') {
        text.push_str(plain);
        let (coded, after) = coded.split_once('-')?;
        match coded {
            "" => text.push('&'),
            _ => text.push_str(&utf16(coded)?),
        }
        rest = after;
    }
    text.push_str(rest);
    Some(text)
}

fn utf16(coded: &str) -> Option<String> {
    let bytes = BASE64.decode(coded).ok()?;
    let units: Option<Vec<u16>> =
        bytes.chunks(2).map(|pair| Some(u16::from_be_bytes(pair.try_into().ok()?))).collect();
    String::from_utf16(&units?).ok()
}

/// What the server wants to read.
pub fn encode(name: &str) -> String {
    encode_but(name, |_, character| (' '..='~').contains(&character))
}

/// The same, of what is not plain; by its place and what it is. Nothing but what can be printed may be plain.
pub fn encode_but(name: &str, is_plain: impl Fn(usize, char) -> bool) -> String {
    let mut coded = String::new();
    let mut foreign = String::new();
    for (place, character) in name.chars().enumerate() {
        if is_plain(place, character) {
            flush(&mut foreign, &mut coded);
            coded.push(character);
            if character == '&' {
                coded.push('-');
            }
        } else {
            foreign.push(character);
        }
    }
    flush(&mut foreign, &mut coded);
    coded
}

fn flush(foreign: &mut String, coded: &mut String) {
    if foreign.is_empty() {
        return;
    }
    let bytes: Vec<u8> = foreign.encode_utf16().flat_map(u16::to_be_bytes).collect();
    coded.push('&');
    coded.push_str(&BASE64.encode(bytes));
    coded.push('-');
    foreign.clear();
}

#[cfg(test)]
mod tests {
    use super::decode;
    use super::encode;

    #[track_caller]
    fn check(name: &str, wire: &str) {
        assert_eq!(encode(name), wire);
        assert_eq!(decode(wire), name);
    }

    #[test]
    fn names_of_every_language_go_there_and_back() {
        check("INBOX", "INBOX");
        check("Søppelpost", "S&APg-ppelpost");
        check("Gelöschte Objekte", "Gel&APY-schte Objekte");
        check("Tom & Jerry", "Tom &- Jerry");
        check("~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-");
        check("😀", "&2D3eAA-");
    }

    #[test]
    fn a_name_that_is_badly_encoded_is_shown_as_it_is() {
        for name in ["A&B", "&AP", "&ä-", "&2D0-", "&APg"] {
            assert_eq!(decode(name), name);
        }
    }

    proptest::proptest! {
        #[test]
        fn any_name_comes_back(name in "\\PC{0,30}") {
            proptest::prop_assert_eq!(decode(&encode(&name)), name);
        }
    }
}
