//! Codes of a second factor, as authenticator programs make them (RFC 6238, RFC 4226). Pure; keeps nothing.

use hmac::Hmac;
use hmac::KeyInit as _;
use hmac::Mac as _;
use jiff::Timestamp;
use sha1::Sha1;

/// Bytes of a secret: RFC 4226 4 wants 160 bits.
pub(super) const SECRET: usize = 20;

/// RFC 6238 4.1: the step that every program knows.
const STEP: i64 = 30;

/// RFC 6238 5.2: one step of drift to either side, for clocks that are off and fingers that are slow.
const DRIFT: i64 = 1;

const DIGITS: usize = 6;

/// The step in which a code counts, if it is one of about now and later than those that were used.
pub(super) fn accepted(secret: &[u8], said: &str, now: Timestamp, last: i64) -> Option<i64> {
    let said: String = said.chars().filter(|c| !c.is_whitespace()).collect();
    if said.len() != DIGITS || !said.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let present = now.as_second().div_euclid(STEP);
    (present - DRIFT..=present + DRIFT)
        .filter(|step| *step > last)
        .find(|step| crate::secret::is_same(&code(secret, *step), &said))
}

/// The code of a step. RFC 4226 5.3: four bytes of the HMAC, from where its last half byte says.
pub(super) fn code(secret: &[u8], step: i64) -> String {
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(secret) else { return String::new() };
    mac.update(&step.to_be_bytes());
    let hash = mac.finalize().into_bytes();
    let start = usize::from(hash.last().copied().unwrap_or_default() & 0x0F);
    let four = hash.get(start..start + 4).and_then(|four| <[u8; 4]>::try_from(four).ok());
    let number = u32::from_be_bytes(four.unwrap_or_default()) & 0x7FFF_FFFF;
    format!("{:06}", number % 1_000_000)
}

/// A secret as it is typed (RFC 4648 6, without filling).
pub(super) fn base32(secret: &[u8]) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut text = String::new();
    let (mut bits, mut count) = (0_u32, 0);
    for byte in secret {
        bits = (bits << 8) | u32::from(*byte);
        count += 8;
        while count >= 5 {
            count -= 5;
            let index = usize::try_from((bits >> count) & 31).unwrap_or_default();
            text.push(LETTERS.get(index).copied().map_or('A', char::from));
        }
    }
    text
}

/// What an authenticator program photographs; the address has to be one that needs no escapes but for its `@`.
pub(super) fn address(email: &str, secret: &[u8]) -> String {
    let email: String = email.chars().map(|c| if "%?&#/ \"".contains(c) { '_' } else { c }).collect();
    format!("otpauth://totp/Lomme:{email}?secret={}&issuer=Lomme", base32(secret))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RFC: &[u8] = b"12345678901234567890";

    /// RFC 6238 appendix B, of whose eight digits the last six are ours.
    #[test]
    fn codes_are_those_of_the_standard() {
        for (second, expected) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(code(RFC, second / STEP), expected, "{second}");
        }
    }

    #[track_caller]
    fn check(said: &str, second: i64, last: i64, expected: Option<i64>) {
        let now = Timestamp::from_second(second).unwrap();
        assert_eq!(accepted(RFC, said, now, last), expected, "{said} at {second} after {last}");
    }

    #[test]
    fn a_code_counts_a_step_around_its_own_and_never_again() {
        check("287082", 59, 0, Some(1));
        check(" 287 082 ", 59, 0, Some(1));
        check("287082", 0, 0, Some(1));
        check("287082", 89, 0, Some(1));
        check("287082", 90, 0, None);
        check("287082", 59, 1, None);
        check("287083", 59, 0, None);
        check("28708", 59, 0, None);
        check("94287082", 59, 0, None);
        check("", 59, 0, None);
    }

    #[test]
    fn a_secret_is_typed_and_photographed() {
        assert_eq!(base32(RFC), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert_eq!(
            address("kari@fjord.example", RFC),
            "otpauth://totp/Lomme:kari@fjord.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Lomme"
        );
    }
}
