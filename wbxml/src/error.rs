//! Why bytes are no document. Says where and what was there, never what the text was.

/// Why bytes could not be decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The bytes end too early.
    #[error("the document ends at byte {offset}, inside {inside}")]
    Truncated {
        /// Where the bytes end.
        offset: usize,
        /// What was not yet complete there.
        inside: &'static str,
    },
    /// A byte stands where it cannot.
    #[error("byte {offset} is {found:#04x} where {expected} is expected")]
    Unexpected {
        /// Where the byte stands.
        offset: usize,
        /// The byte.
        found: u8,
        /// What could have stood there.
        expected: &'static str,
    },
    /// A reference leads out of the string table.
    #[error("byte {offset} refers to byte {index} of a string table of {size} bytes")]
    Reference {
        /// Where the reference stands.
        offset: usize,
        /// Where it leads, counted from the start of the table.
        index: u32,
        /// The size of the table.
        size: usize,
    },
    /// The document is too large, or repeats too much of its string table.
    #[error("the document is larger than {limit} bytes")]
    TooLarge {
        /// The limit that it passes.
        limit: usize,
    },
    /// Elements stand in each other deeper than the limit.
    #[error("byte {offset} begins an element deeper than {limit}")]
    TooDeep {
        /// Where the element that is one too deep stands.
        offset: usize,
        /// The limit that it passes.
        limit: usize,
    },
    /// There are more elements than the limit.
    #[error("byte {offset} begins one element more than {limit}")]
    TooMany {
        /// Where the element that is one too many stands.
        offset: usize,
        /// The limit that it passes.
        limit: usize,
    },
    /// A text or opaque data is longer than the limit.
    #[error("byte {offset} begins or goes on with a text longer than {limit} bytes")]
    TooLong {
        /// Where the text stands.
        offset: usize,
        /// The limit that it passes.
        limit: usize,
    },
}
