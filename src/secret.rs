//! The key that log-ins to back offices are sealed with, kept in a file of the data folder. Seals nothing itself.

use std::fs;
use std::io::ErrorKind;
use std::io::Write as _;
use std::path::Path;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::Digest as _;
use sha2::Sha256;
use zeroize::Zeroizing;

/// The key's file cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("cannot use the key of the secrets in {}: {reason}", file.display())]
pub struct Error {
    file: PathBuf,
    reason: String,
}

/// The key in the data folder; where there is none, `fresh` becomes it.
pub fn key(data: &Path, fresh: [u8; 32]) -> Result<Zeroizing<[u8; 32]>, Error> {
    let file = data.join("secret.key");
    let wrong = |reason: String| Error { file: file.clone(), reason };
    let text = match fs::read_to_string(&file) {
        Ok(text) => Zeroizing::new(text),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let text = Zeroizing::new(STANDARD.encode(fresh));
            write_private(&file, text.as_bytes()).map_err(|error| wrong(error.to_string()))?;
            text
        }
        Err(error) => return Err(wrong(error.to_string())),
    };
    let key = STANDARD.decode(text.trim()).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    key.map(Zeroizing::new).ok_or_else(|| wrong("it does not hold 32 bytes in base64".to_owned()))
}

/// Writes a new file that only its owner may read.
pub fn write_private(file: &Path, content: &[u8]) -> std::io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(file)?;
    file.write_all(content)?;
    file.sync_all()
}

/// Whether two secrets are the same, in a time that does not tell where they differ.
pub fn is_same(one: &str, other: &str) -> bool {
    let differences = one.bytes().zip(other.bytes()).fold(0, |all, (a, b)| all | (a ^ b));
    one.len() == other.len() && differences == 0
}

/// What is kept of a secret that is random and long, in hexadecimal: nobody guesses such a one, however quick the hash.
pub fn hash(secret: &str) -> String {
    Sha256::digest(secret.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// One letter or digit for each byte, none that is taken for another.
pub fn letters(chance: &[u8]) -> String {
    const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
    let letter = |byte: &u8| LETTERS.get(usize::from(*byte) % LETTERS.len()).copied().unwrap_or(b'a');
    chance.iter().map(|byte| char::from(letter(byte))).collect()
}

/// Letters as they are shown, in fours.
pub fn in_fours(letters: &str) -> String {
    let fours = letters.as_bytes().chunks(4).map(String::from_utf8_lossy);
    fours.collect::<Vec<_>>().join("-")
}

/// Letters as they were typed, without what stands between them.
pub fn typed(said: &str) -> String {
    said.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_shown_in_fours_and_typed_as_one_likes() {
        let shown = in_fours(&letters(&[0, 1, 2, 3, 30, 31, 61, 255]));
        assert_eq!(shown, "abcd-9a9h");
        assert_eq!(typed("Abcd 9a9h"), typed(&shown));
    }

    #[test]
    fn secrets_are_the_same_to_their_last_letter() {
        assert!(is_same("abc", "abc"));
        for other in ["", "ab", "abd", "abcd", "xbc"] {
            assert!(!is_same("abc", other), "{other}");
        }
    }

    #[test]
    fn the_key_is_made_once_and_kept() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(*key(folder.path(), [1; 32]).unwrap(), [1; 32]);
        assert_eq!(*key(folder.path(), [2; 32]).unwrap(), [1; 32]);
        fs::write(folder.path().join("secret.key"), "short").unwrap();
        assert!(key(folder.path(), [1; 32]).is_err());
    }
}
