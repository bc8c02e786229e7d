//! Fingerprints of what a phone sent: the same request is known again by them. Not a defence against anybody.

use sha2::Digest as _;
use sha2::Sha256;
use wbxml::Element;

/// A fingerprint of an element with all that is in it.
pub(super) fn fingerprint(element: Element<'_>) -> String {
    let mut hash = Sha256::new();
    digest(element, &mut hash);
    hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

fn digest(element: Element<'_>, hash: &mut Sha256) {
    let tag = element.tag();
    hash.update([tag.page(), tag.token()]);
    let bytes = element.bytes();
    hash.update(bytes.len().to_le_bytes());
    hash.update(bytes);
    for child in element.children() {
        digest(child, hash);
    }
    // The end of an element, so that a child is not taken for a sibling.
    hash.update([0xFF]);
}
