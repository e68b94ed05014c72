//! What would mend findings, as a patch that a click unfolds.

use seatrial_model::{Patch, Report};

use crate::markdown::details::folded;
use crate::markdown::escape::{block_lines, fenced};
use crate::wording::count;

/// How to have the same written into the files.
pub(crate) const COMMAND: &str = "seatrial validate --fix";

/// The patch of the fixes, whole; where it is longer than this many bytes, how to get it.
pub(crate) fn patch(report: &Report, longest: usize) -> Option<String> {
    let Patch { fixes, text } = report.patch.as_ref()?;
    if text.len() > longest {
        return Some(format!(
            "{}: `{COMMAND}` writes what mends {}.",
            title_of_patch(*fixes),
            count(*fixes, "finding")
        ));
    }
    let how = format!("`{COMMAND}` writes this into the files, and so does `git apply`:");
    Some(folded(&title_of_patch(*fixes), &format!("{how}\n\n{}", fenced(&block_lines(text), "diff"))))
}

/// `Fixes: 2 (patch)`.
pub(crate) fn title_of_patch(fixes: usize) -> String {
    format!("Fixes: {fixes} (patch)")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(text: &str) -> Report {
        let mut report = Report::new("run", "0.0.0");
        report.patch = Some(Patch { fixes: 1, text: text.to_owned() });
        report
    }

    #[test]
    fn a_patch_is_shown_whole_or_not_at_all() {
        let report = report("-a: ```\n+b: 1\n");
        let whole = patch(&report, 1_000).expect("there is one");
        assert!(whole.contains("````diff\n-a: ```\n+b: 1\n````"), "{whole}");
        let least = patch(&report, 3).expect("there is one");
        assert_eq!(least, "Fixes: 1 (patch): `seatrial validate --fix` writes what mends 1 finding.");
        assert_eq!(patch(&Report::new("run", "0.0.0"), 1_000), None);
    }
}
