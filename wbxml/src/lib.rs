//! The WBXML of Exchange ActiveSync.
