//! Picks from tables in an order that looks like chance and is the same on every machine.

/// A sequence that belongs to its seed.
#[derive(Clone, Debug)]
pub struct Mix(u64);

impl Mix {
    /// The sequence of this seed (FNV-1a).
    pub fn new(seed: &str) -> Self {
        let hash = |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        Self(seed.bytes().fold(0xcbf2_9ce4_8422_2325, hash))
    }

    /// A number from 0 to `count` - 1 (splitmix64).
    pub fn below(&mut self, count: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let count_wide = u64::try_from(count.max(1)).unwrap_or(1);
        usize::try_from((mixed ^ (mixed >> 31)) % count_wide).unwrap_or(0)
    }

    /// One entry of a table; the tables are never empty.
    pub fn pick<T: Copy + Default>(&mut self, table: &[T]) -> T {
        table.get(self.below(table.len())).copied().unwrap_or_default()
    }

    /// True once in so many times.
    pub fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }
}
