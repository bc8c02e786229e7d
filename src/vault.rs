//! Keeps log-ins to back offices sealed while they lie in the database. Knows no files: the key is given.

use std::fmt;

use chacha20poly1305::KeyInit;
use chacha20poly1305::XChaCha20Poly1305;
use chacha20poly1305::XNonce;
use chacha20poly1305::aead::Aead;
use chacha20poly1305::aead::Payload;
use hmac::Hmac;
use hmac::Mac as _;
use sha2::Sha256;

use crate::model::id::AccountId;
use crate::model::id::OrganisationId;

/// Seals and opens with the key of this installation. A copy of the database alone tells no password.
#[derive(Clone)]
pub struct Vault {
    cipher: XChaCha20Poly1305,
    marks: Hmac<Sha256>,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vault(…)")
    }
}

/// Bytes of the nonce that goes before what is sealed; random, so long that none comes twice.
const NONCE: usize = 24;

impl Vault {
    /// A vault with this key.
    pub fn new(key: &[u8; 32]) -> Self {
        // RFC 2104 2: a key that is shorter than a block is filled up with zeros.
        let mut block = [0; 64];
        block.iter_mut().zip(key).for_each(|(to, from)| *to = *from);
        let marks = Hmac::<Sha256>::new(&block.into());
        Self { cipher: XChaCha20Poly1305::new(key.into()), marks }
    }

    /// What follows from the key for a purpose, the same on every node; nobody without the key can tell it.
    pub fn mark(&self, purpose: &str) -> [u8; 24] {
        let mut mac = self.marks.clone();
        mac.update(b"mark ");
        mac.update(purpose.as_bytes());
        let mut mark = [0; 24];
        mark.iter_mut().zip(mac.finalize().into_bytes()).for_each(|(to, from)| *to = from);
        mark
    }

    /// Seals a secret of one account's access; moved to another row it does not open.
    pub fn seal(
        &self,
        account: AccountId,
        connection: &str,
        nonce: [u8; NONCE],
        secret: &str,
    ) -> Option<Vec<u8>> {
        self.seal_at(&place(account, connection), nonce, secret)
    }

    /// Seals the secrets of a connection that an organisation shares.
    pub fn seal_shared(
        &self,
        organisation: OrganisationId,
        connection: &str,
        nonce: [u8; NONCE],
        secret: &str,
    ) -> Option<Vec<u8>> {
        self.seal_at(&shared(organisation, connection), nonce, secret)
    }

    /// Seals something else of an account's; for another purpose it does not open.
    pub fn seal_for(
        &self,
        account: AccountId,
        purpose: &'static str,
        nonce: [u8; NONCE],
        secret: &str,
    ) -> Option<Vec<u8>> {
        self.seal_at(&own(account, purpose), nonce, secret)
    }

    fn seal_at(&self, place: &str, nonce: [u8; NONCE], secret: &str) -> Option<Vec<u8>> {
        let payload = Payload { msg: secret.as_bytes(), aad: place.as_bytes() };
        let sealed = self.cipher.encrypt(&XNonce::from(nonce), payload).ok()?;
        Some([nonce.as_slice(), &sealed].concat())
    }

    /// Opens what was sealed for this place; none with another key.
    pub fn open(&self, account: AccountId, connection: &str, sealed: &[u8]) -> Option<String> {
        self.open_at(&place(account, connection), sealed)
    }

    /// Opens what was sealed for a connection that an organisation shares.
    pub fn open_shared(
        &self,
        organisation: OrganisationId,
        connection: &str,
        sealed: &[u8],
    ) -> Option<String> {
        self.open_at(&shared(organisation, connection), sealed)
    }

    /// Opens what was sealed for this purpose.
    pub fn open_for(&self, account: AccountId, purpose: &'static str, sealed: &[u8]) -> Option<String> {
        self.open_at(&own(account, purpose), sealed)
    }

    fn open_at(&self, place: &str, sealed: &[u8]) -> Option<String> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE>()?;
        let payload = Payload { msg: sealed, aad: place.as_bytes() };
        let secret = self.cipher.decrypt(&XNonce::from(*nonce), payload).ok()?;
        String::from_utf8(secret).ok()
    }
}

fn shared(organisation: OrganisationId, connection: &str) -> String {
    format!("connection {organisation} {connection}")
}

fn own(account: AccountId, purpose: &str) -> String {
    format!("own {account} {purpose}")
}

fn place(account: AccountId, connection: &str) -> String {
    format!("access {account} {connection}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const KARI: AccountId = AccountId(1);

    #[test]
    fn a_mark_is_of_its_purpose_and_its_key() {
        let vault = Vault::new(&[7; 32]);
        assert_eq!(vault.mark("start 0"), Vault::new(&[7; 32]).mark("start 0"));
        assert_ne!(vault.mark("start 0"), vault.mark("start 1"));
        assert_ne!(vault.mark("start 0"), Vault::new(&[8; 32]).mark("start 0"));
    }

    #[test]
    fn a_secret_opens_in_its_own_place_only() {
        let vault = Vault::new(&[7; 32]);
        let sealed = vault.seal(KARI, "crm", [1; NONCE], "æble").unwrap();
        assert!(!sealed.windows(3).any(|bytes| bytes == b"ble"));
        assert_eq!(vault.open(KARI, "crm", &sealed).as_deref(), Some("æble"));
        assert_eq!(vault.open(AccountId(2), "crm", &sealed), None);
        assert_eq!(vault.open(KARI, "dav", &sealed), None);
        assert_eq!(Vault::new(&[8; 32]).open(KARI, "crm", &sealed), None);
        assert_eq!(vault.open(KARI, "crm", &sealed[..10]), None);
        assert_eq!(vault.open_shared(OrganisationId(1), "crm", &sealed), None);
        let shared = vault.seal_shared(OrganisationId(1), "crm", [2; NONCE], "ø").unwrap();
        assert_eq!(vault.open_shared(OrganisationId(1), "crm", &shared).as_deref(), Some("ø"));
        assert_eq!(vault.open_shared(OrganisationId(2), "crm", &shared), None);
        let own = vault.seal_for(KARI, "notice", [3; NONCE], "å").unwrap();
        assert_eq!(vault.open_for(KARI, "notice", &own).as_deref(), Some("å"));
        assert_eq!(vault.open_for(KARI, "factor", &own), None);
        assert_eq!(vault.open_for(AccountId(2), "notice", &own), None);
    }
}
