//! What the benchmarks share: a server as its own process, and phones. Measures nothing by itself.
#![expect(clippy::unwrap_used, reason = "a measurement that goes wrong is to stop")]

pub mod phone;
pub mod server;

/// A number that the environment may set, to try a benchmark small.
pub fn number(name: &str, default: usize) -> usize {
    std::env::var(name).map_or(default, |text| text.parse().unwrap())
}

/// The middle one of some measurements.
pub fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all.get(all.len() / 2).copied().unwrap_or(f64::NAN)
}
