//! What is said to an IMAP server, with its texts quoted or announced. Sends nothing itself.

/// A command without its tag.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Command {
    parts: Vec<Part>,
}

/// A part of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// As it is.
    Plain(Vec<u8>),
    /// To be announced by its length; the server is asked first whether it wants it.
    Literal(Vec<u8>),
}

impl Command {
    /// A command that begins so; only words of our own.
    pub fn new(text: &str) -> Self {
        Self::default().plain(text)
    }

    /// Words of our own.
    pub fn plain(mut self, text: &str) -> Self {
        match self.parts.last_mut() {
            Some(Part::Plain(plain)) => plain.extend_from_slice(text.as_bytes()),
            Some(Part::Literal(_)) | None => self.parts.push(Part::Plain(text.as_bytes().to_vec())),
        }
        self
    }

    /// A text of somebody else's, after a space.
    pub fn text(mut self, text: &str) -> Self {
        self = self.plain(" ");
        // RFC 3501 4.3: what is quoted is ASCII and one line. NUL is in neither form.
        if text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
            let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
            return self.plain(&format!("\"{escaped}\""));
        }
        self.parts.push(Part::Literal(text.replace('\0', "").into_bytes()));
        self
    }

    /// This one and then that one.
    pub fn then(mut self, other: Self) -> Self {
        for part in other.parts {
            match (self.parts.last_mut(), part) {
                (Some(Part::Plain(plain)), Part::Plain(more)) => plain.extend_from_slice(&more),
                (_, part) => self.parts.push(part),
            }
        }
        self
    }

    /// The parts in their order.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }
}

#[cfg(test)]
mod tests {
    use super::Command;
    use super::Part;

    #[test]
    fn a_text_cannot_become_a_command() {
        let command = Command::new("LOGIN").text("a\"b\\c").text("x\r\na2 DELETE INBOX").plain(" NIL");
        let plain = |text: &str| Part::Plain(text.as_bytes().to_vec());
        let literal = Part::Literal(b"x\r\na2 DELETE INBOX".to_vec());
        assert_eq!(command.parts(), [plain("LOGIN \"a\\\"b\\\\c\" "), literal, plain(" NIL")]);
        assert_eq!(Command::new("SEARCH").text("å\0").parts()[1], Part::Literal("å".into()));
        assert_eq!(Command::new("SELECT").text("").parts(), [plain("SELECT \"\"")]);
    }
}
