//! The report as JSON, in the format of [`seatrial_model::report_schema`].

use seatrial_model::Report;

/// The report itself, with a final newline.
#[must_use]
pub fn json(report: &Report) -> String {
    let mut text = serde_json::to_string_pretty(report).unwrap_or_default();
    text.push('\n');
    text
}
