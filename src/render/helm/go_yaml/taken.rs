//! What Helm makes of the findings of our parser: where a key is there twice, it takes the last one and says nothing.

use seatrial_model::ids::DUPLICATE_KEY;
use seatrial_model::{Finding, Level};

/// Whether Helm refuses a file because of it.
#[must_use]
pub fn is_refused(finding: &Finding) -> bool {
    finding.level == Level::Error && finding.rule != DUPLICATE_KEY
}

/// The finding, as a warning where it is an error about something that Helm takes.
pub(crate) fn as_taken(finding: Finding) -> Finding {
    let level = if finding.rule == DUPLICATE_KEY { finding.level.min(Level::Warning) } else { finding.level };
    finding.with_level(level)
}
