//! A message on its way: what it needs of the server, and its lines as SMTP wants them. Changes nothing else of it.

use super::conversation::Conversation;
use crate::connector::Result;
use crate::connector::source::Source;

/// What a message needs of the server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Content {
    /// Its bytes.
    pub size: u64,
    /// Whether there is more than ASCII in it.
    pub is_8bit: bool,
    /// Whether that is in its header (RFC 6531).
    pub has_8bit_header: bool,
}

/// Looks through a message.
pub async fn look(source: Source<'_>) -> Result<Content> {
    let mut look = Look { content: Content::default(), line: 0, is_in_header: true };
    let mut reader = source.open().await?;
    while let Some(piece) = reader.next().await? {
        look.take(piece);
    }
    Ok(look.content)
}

/// Sends a message, all but the dot that ends it.
pub async fn send(server: &mut Conversation, source: Source<'_>) -> Result<()> {
    let mut lines = Lines::default();
    let mut out = Vec::new();
    let mut reader = source.open().await?;
    while let Some(piece) = reader.next().await? {
        out.clear();
        lines.write(piece, &mut out);
        server.write(&out).await?;
    }
    out.clear();
    lines.end(&mut out);
    server.write(&out).await
}

struct Look {
    content: Content,
    /// How long the line is so far.
    line: usize,
    is_in_header: bool,
}

impl Look {
    fn take(&mut self, piece: &[u8]) {
        self.content.size += piece.len() as u64;
        self.content.is_8bit |= !piece.is_ascii();
        if !self.is_in_header {
            return;
        }
        for byte in piece {
            match byte {
                b'\n' if self.line == 0 => {
                    self.is_in_header = false;
                    return;
                }
                b'\n' => self.line = 0,
                b'\r' => {}
                _ => {
                    self.line += 1;
                    self.content.has_8bit_header |= !byte.is_ascii();
                }
            }
        }
    }
}

/// Where in a line the content is that was written so far.
#[derive(Debug, Default)]
struct Lines {
    has_carriage_return: bool,
    is_in_line: bool,
}

impl Lines {
    /// RFC 5321 4.5.2: a line that begins with a dot gets another one. Each line ends with CRLF and nothing else does:
    /// servers that take a single LF for an end would take what follows for commands of ours.
    fn write(&mut self, piece: &[u8], out: &mut Vec<u8>) {
        for byte in piece {
            match byte {
                b'\n' => {
                    self.has_carriage_return = false;
                    self.is_in_line = false;
                    out.extend_from_slice(b"\r\n");
                    continue;
                }
                _ if self.has_carriage_return => {
                    self.has_carriage_return = false;
                    self.is_in_line = false;
                    out.extend_from_slice(b"\r\n");
                }
                _ => {}
            }
            match byte {
                b'\r' => self.has_carriage_return = true,
                b'.' if !self.is_in_line => {
                    out.extend_from_slice(b"..");
                    self.is_in_line = true;
                }
                _ => {
                    out.push(*byte);
                    self.is_in_line = true;
                }
            }
        }
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        if self.is_in_line || self.has_carriage_return {
            out.extend_from_slice(b"\r\n");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Content;
    use super::Lines;
    use super::Source;
    use super::look;

    #[track_caller]
    fn check(message: &str, expected: &str) {
        for size in 1..=message.len().max(1) {
            let (mut lines, mut out) = (Lines::default(), Vec::new());
            message.as_bytes().chunks(size).for_each(|piece| lines.write(piece, &mut out));
            lines.end(&mut out);
            assert_eq!(String::from_utf8(out).unwrap(), expected, "{message:?} by {size}");
        }
    }

    #[test]
    fn no_line_of_a_message_ends_it() {
        check("a\r\n.\r\nb\r\n", "a\r\n..\r\nb\r\n");
        check(".a\r\n..\r\n", "..a\r\n...\r\n");
        check("a.b", "a.b\r\n");
        check("a\n.\nb", "a\r\n..\r\nb\r\n");
        check("a\r.\rb", "a\r\n..\r\nb\r\n");
        check("a\r\r\n", "a\r\n\r\n");
        check("", "");
    }

    #[tokio::test]
    async fn what_a_message_needs_is_seen_before_it_is_sent() {
        let check = async |message: &str, is_8bit, has_8bit_header| {
            let expected = Content { size: message.len() as u64, is_8bit, has_8bit_header };
            assert_eq!(look(Source::Bytes(message.as_bytes())).await.unwrap(), expected, "{message}");
        };
        check("Subject: a\r\n\r\nb", false, false).await;
        check("Subject: a\r\n\r\nblå", true, false).await;
        check("Subject: blå\r\n\r\nb", true, true).await;
        check("Subject: a\n\nblå", true, false).await;
    }
}
