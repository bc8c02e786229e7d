//! Cuts long data short in a document while that comes in, so that nobody has to hold it. Understands no element.

use std::ops::Range;

use crate::token;

/// A document that comes in pieces, of which long opaque data is cut: only its first bytes stay.
#[derive(Clone, Debug)]
pub struct Excerpt {
    longest: u32,
    state: State,
    /// How many bytes came in.
    at: u64,
    kept: Vec<u8>,
    cut: Vec<Range<u64>>,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Version,
    /// A number of seven bits a byte, so far, which began at this place of what is kept.
    Number(Of, u32, usize),
    Token,
    /// A byte that belongs to the token before it.
    Byte,
    Text,
    /// Bytes that stay, and then some that do not.
    Data {
        kept: u32,
        cut: u32,
    },
}

/// What a number is.
#[derive(Clone, Copy, Debug)]
enum Of {
    PublicId,
    /// Where in the string table the public identifier stands.
    PublicIdPlace,
    Charset,
    Table,
    Opaque,
    /// A reference, or a character.
    Other,
}

impl Excerpt {
    /// Leaves so many bytes of opaque data that is longer.
    pub fn new(longest: u32) -> Self {
        Self { longest, state: State::Version, at: 0, kept: Vec::new(), cut: Vec::new() }
    }

    /// Takes the next piece.
    pub fn push(&mut self, mut piece: &[u8]) {
        while let Some((byte, rest)) = piece.split_first() {
            if let State::Data { kept, cut } = self.state {
                piece = self.data(piece, kept, cut);
                continue;
            }
            self.kept.push(*byte);
            self.at += 1;
            self.byte(*byte);
            piece = rest;
        }
    }

    /// The document, as far as it came.
    pub fn kept(&self) -> &[u8] {
        &self.kept
    }

    /// Where the data that was cut stood as a whole, in all that came.
    pub fn cut(&self) -> &[Range<u64>] {
        &self.cut
    }

    /// Takes what there is of data, and gives back what follows it.
    fn data<'a>(&mut self, piece: &'a [u8], kept: u32, cut: u32) -> &'a [u8] {
        let left = if kept > 0 { kept } else { cut };
        let length = piece.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        let (data, rest) = piece.split_at(length);
        self.at += data.len() as u64;
        let taken = u32::try_from(length).unwrap_or(u32::MAX);
        let (kept, cut) = if kept > 0 {
            self.kept.extend_from_slice(data);
            (kept - taken, cut)
        } else {
            (0, cut - taken)
        };
        self.state = Self::still(kept, cut);
        rest
    }

    fn still(kept: u32, cut: u32) -> State {
        if kept == 0 && cut == 0 { State::Token } else { State::Data { kept, cut } }
    }

    fn byte(&mut self, byte: u8) {
        self.state = match self.state {
            State::Version => self.number(Of::PublicId),
            State::Number(of, value, start) => {
                let value = value.wrapping_shl(7) | u32::from(byte & 0x7F);
                if byte & 0x80 == 0 {
                    self.counted(of, value, start)
                } else {
                    State::Number(of, value, start)
                }
            }
            State::Token => self.token(byte),
            State::Text if byte != 0 => State::Text,
            State::Text | State::Byte | State::Data { .. } => State::Token,
        };
    }

    fn number(&self, of: Of) -> State {
        State::Number(of, 0, self.kept.len())
    }

    fn counted(&mut self, of: Of, value: u32, start: usize) -> State {
        match of {
            Of::PublicId if value == 0 => self.number(Of::PublicIdPlace),
            // WBXML 1.0, which is 0, does not say its character set.
            Of::PublicId | Of::PublicIdPlace if self.kept.first() == Some(&0) => self.number(Of::Table),
            Of::PublicId | Of::PublicIdPlace => self.number(Of::Charset),
            Of::Charset => self.number(Of::Table),
            Of::Other => State::Token,
            Of::Opaque if value > self.longest => {
                self.kept.truncate(start);
                self.count(self.longest);
                self.cut.push(self.at..self.at + u64::from(value));
                Self::still(self.longest, value - self.longest)
            }
            Of::Table | Of::Opaque => Self::still(value, 0),
        }
    }

    /// Writes a number of seven bits a byte.
    fn count(&mut self, value: u32) {
        for shift in [28, 21, 14, 7] {
            if value >> shift != 0 {
                self.kept.push(0x80 | (value >> shift & 0x7F).to_le_bytes()[0]);
            }
        }
        self.kept.push((value & 0x7F).to_le_bytes()[0]);
    }

    fn token(&self, byte: u8) -> State {
        const OF_LITERALS: u8 = token::CONTENT | token::ATTRIBUTES;
        match byte {
            token::SWITCH_PAGE => State::Byte,
            token::STR_I | token::EXT_I_0..=token::EXT_I_2 => State::Text,
            token::OPAQUE => self.number(Of::Opaque),
            token::ENTITY | token::STR_T | token::EXT_T_0..=token::EXT_T_2 => self.number(Of::Other),
            byte if byte & !OF_LITERALS == token::LITERAL => self.number(Of::Other),
            _ => State::Token,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prop_assert;
    use proptest::prop_assert_eq;

    use super::Excerpt;
    use crate::Document;
    use crate::Limits;
    use crate::Writer;
    use crate::composemail as tag;

    fn message(mime: &[u8]) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.open(tag::SEND_MAIL);
        writer.text(tag::CLIENT_ID, "7");
        writer.opaque(tag::MIME, mime);
        writer.empty(tag::SAVE_IN_SENT_ITEMS);
        writer.finish()
    }

    fn excerpt(body: &[u8], size: usize, longest: u32) -> Excerpt {
        let mut excerpt = Excerpt::new(longest);
        body.chunks(size).for_each(|piece| excerpt.push(piece));
        excerpt
    }

    fn whole(body: &[u8], excerpt: &Excerpt) -> Vec<Vec<u8>> {
        let place = |at: u64| usize::try_from(at).unwrap();
        excerpt.cut().iter().map(|cut| body[place(cut.start)..place(cut.end)].to_vec()).collect()
    }

    proptest::proptest! {
        #[test]
        fn long_data_is_cut_and_found_where_it_stood(
            mime in proptest::collection::vec(proptest::num::u8::ANY, 0..400),
            size in 1..50_usize,
            longest in 0..300_u32,
        ) {
            let body = message(&mime);
            let excerpt = excerpt(&body, size, longest);
            let longest = usize::try_from(longest).unwrap();
            let document = Document::decode(excerpt.kept(), &Limits::default()).unwrap();
            let left = document.root().child(tag::MIME).unwrap().bytes();
            prop_assert_eq!(left, &mime[..mime.len().min(longest)]);
            prop_assert!(document.root().has(tag::SAVE_IN_SENT_ITEMS));
            let expected = if mime.len() > longest { vec![mime] } else { Vec::new() };
            prop_assert_eq!(whole(&body, &excerpt), expected);
        }

        #[test]
        fn any_bytes_that_have_no_long_data_come_through(
            body in proptest::collection::vec(proptest::num::u8::ANY, 0..80),
            size in 1..9_usize,
        ) {
            let excerpt = excerpt(&body, size, u32::MAX);
            prop_assert_eq!(excerpt.kept(), &body[..]);
        }
    }

    #[test]
    fn what_a_document_may_begin_with_is_passed() {
        let body = message(b"long data");
        let (head, rest) = body.split_at(4);
        assert_eq!(head, [3, 1, 0x6A, 0]);
        let table = [&[3, 0, 0x81, 0x00, 0x6A, 3][..], b"\xC3\x7F\0", rest].concat();
        let oldest = [&[0, 1, 0][..], rest].concat();
        for body in [table, oldest] {
            assert_eq!(whole(&body, &excerpt(&body, 3, 4)), [b"long data"]);
        }
    }

    #[test]
    fn lengths_of_every_size_are_written() {
        for longest in [1_u32, 127, 128, 16_383, 16_384, 70_000] {
            let body = message(&vec![b'x'; 80_000]);
            let document =
                Document::decode(excerpt(&body, 4096, longest).kept(), &Limits::default()).unwrap();
            let left = document.root().child(tag::MIME).unwrap().bytes().len();
            assert_eq!(left, usize::try_from(longest).unwrap());
        }
    }
}
