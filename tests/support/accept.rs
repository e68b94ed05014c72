//! The one switch that writes what is seen as what is expected: `SEATRIAL_ACCEPT=1`. Read the difference before committing it.

use std::path::Path;

/// Whether what is seen becomes what is expected.
pub(crate) fn is_accepting() -> bool {
    std::env::var_os("SEATRIAL_ACCEPT").is_some()
}

/// Compares a text with the one in a file, and writes it there first if that is asked for.
#[track_caller]
pub(crate) fn expect(path: &Path, seen: &str) {
    if is_accepting() {
        std::fs::write(path, seen).expect("written");
    }
    let expected = std::fs::read_to_string(path).unwrap_or_default();
    let difference = similar::TextDiff::from_lines(expected.as_str(), seen).unified_diff().to_string();
    assert!(seen == expected, "{} differs (SEATRIAL_ACCEPT=1 writes it):\n{difference}", path.display());
}
