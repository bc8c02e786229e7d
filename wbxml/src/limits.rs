//! How much a document may cost. The numbers only; `decode` keeps to them.

/// How much a document may cost before it is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How deep elements may stand in each other; the root is 1 deep.
    pub depth: usize,
    /// How many bytes it may have, what it repeats from its string table included.
    pub size: usize,
    /// How many elements the document may have.
    pub elements: usize,
    /// How many bytes a text or opaque data may have.
    pub text: usize,
}

impl Default for Limits {
    /// Suits a phone's request.
    fn default() -> Self {
        Self {
            // The deepest request, a Sync of exceptions with attachments, stays under 12.
            depth: 64,
            // A mail with attachments is one text of a request; servers commonly take 25 to 35 MB.
            size: 64 << 20,
            text: 64 << 20,
            // A Sync of 10 MB has 700,000; each costs 16 bytes.
            elements: 1 << 20,
        }
    }
}

impl Limits {
    /// As much as a document can hold, whose offsets have 32 bits.
    pub(crate) const WIDEST: Self = Self {
        depth: usize::MAX,
        // An eighth of what 32 bits reach: text that has to be put together anew takes room behind the bytes.
        size: u32::MAX as usize / 8,
        elements: u32::MAX as usize / 8,
        text: u32::MAX as usize / 8,
    };
}
