//! Change tracking decided without I/O: keys, cursors, differences, conflicts, merges.
