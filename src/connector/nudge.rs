//! The signature of a nudge, by which a back office says "pull now". Sends and receives nothing itself.

use hmac::Hmac;
use hmac::KeyInit;
use hmac::Mac;
use sha2::Sha256;

/// The header that carries the signature.
pub const HEADER: &str = "x-lomme-signature";

/// What to put in the header: `sha256=` and the HMAC-SHA-256 of the body under the connection's key, in hex.
pub fn signature(key: &[u8], body: &[u8]) -> String {
    let digest = mac(key, body).finalize().into_bytes();
    let mut text = String::from("sha256=");
    text.extend(digest.iter().map(|byte| format!("{byte:02x}")));
    text
}

/// Whether the header's value signs this body; takes the same time however wrong it is.
pub fn is_signed(key: &[u8], body: &[u8], header: &str) -> bool {
    let Some(hex) = header.trim().strip_prefix("sha256=") else { return false };
    let Some(digest) = unhex(hex) else { return false };
    mac(key, body).verify_slice(&digest).is_ok()
}

#[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
fn mac(key: &[u8], body: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("any length").chain_update(body)
}

fn unhex(hex: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u32>> = hex.chars().map(|digit| digit.to_digit(16)).collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    digits
        .chunks_exact(2)
        .map(|pair| u8::try_from(pair.iter().fold(0, |byte, digit| byte * 16 + digit)).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::is_signed;
    use super::signature;

    /// RFC 4231, test case 2.
    const SIGNED: &str = "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";

    #[track_caller]
    fn check(header: &str, expected: bool) {
        assert_eq!(is_signed(b"Jefe", b"what do ya want for nothing?", header), expected, "{header}");
    }

    #[test]
    fn a_signature_is_known_by_its_body_and_key() {
        assert_eq!(signature(b"Jefe", b"what do ya want for nothing?"), SIGNED);
        check(SIGNED, true);
        check(&SIGNED.to_uppercase().replace("SHA256", "sha256"), true);
        check(&SIGNED.replace('5', "6"), false);
        check(&SIGNED[..30], false);
        check(&SIGNED[7..], false);
        check("sha256=", false);
        check("sha256=æøå", false);
        check("", false);
    }
}
