//! What Helm makes of what our parser says of YAML: of a key that is there twice, it takes the last, without a word.

use seatrial_model::ids::DUPLICATE_KEY;
use seatrial_model::{Finding, Level};

/// Whether Helm refuses a file because of it.
#[must_use]
pub fn is_refused(finding: &Finding) -> bool {
    finding.level == Level::Error && finding.rule != DUPLICATE_KEY
}

/// The finding, which is no error where Helm takes what it is about.
pub(crate) fn as_taken(finding: Finding) -> Finding {
    let level = if finding.rule == DUPLICATE_KEY { finding.level.min(Level::Warning) } else { finding.level };
    finding.with_level(level)
}
