//! The name under which a node takes leases: the same after a restart, so that it takes up what it held.

use std::fs;
use std::path::Path;

/// The name that the data folder holds; `fresh` becomes it where there is none.
///
/// Where it cannot be kept the fresh one does: what was held before is then taken up when its lease runs out.
pub(super) fn name(data: &Path, fresh: &str) -> String {
    let file = data.join("node");
    if let Ok(kept) = fs::read_to_string(&file)
        && !kept.trim().is_empty()
    {
        return kept.trim().to_owned();
    }
    if let Err(error) = fs::write(&file, fresh) {
        tracing::warn!(file = %file.display(), %error, "cannot keep the name of this node");
    }
    fresh.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_keeps_its_name() {
        let data = tempfile::tempdir().unwrap();
        assert_eq!(name(data.path(), "a"), "a");
        assert_eq!(name(data.path(), "b"), "a");
        assert_eq!(name(&data.path().join("not/there"), "c"), "c");
    }
}
