//! A finding as an annotation: plain text, which GitHub shows as it is.

use seatrial_ci::annotation_message;
use seatrial_model::{Level, ReportedFinding, shown_in_lines, shown_on_one_line};
use serde_json::{Value, json};

/// Bytes of a message at most: GitHub says 64 KB.
const LONGEST_MESSAGE: usize = 60_000;

/// Characters of a title at most.
const LONGEST_TITLE: usize = 255;

/// The annotation of a finding that has a place.
pub(super) fn annotation(finding: &ReportedFinding) -> Value {
    let level = match finding.level {
        Level::Error => "failure",
        Level::Warning => "warning",
        Level::Note => "notice",
    };
    let place = &finding.primary.location;
    let (line, end_line) = (place.line.max(1), place.end_line.max(place.line).max(1));
    let title: String = shown_on_one_line(&format!("seatrial: {}", finding.rule)).chars().take(LONGEST_TITLE).collect();
    let message = annotation_message(finding);
    let mut annotation = json!({
        "path": place.path,
        "start_line": line,
        "end_line": end_line,
        "annotation_level": level,
        "title": title,
        "message": cut(&shown_in_lines(&message)),
    });
    // Columns of a place that spans lines are refused.
    if let Some(fields) = annotation.as_object_mut().filter(|_| line == end_line) {
        let column = place.column.max(1);
        fields.insert("start_column".to_owned(), json!(column));
        fields.insert("end_column".to_owned(), json!(place.end_column.max(column)));
    }
    annotation
}

fn cut(text: &str) -> String {
    if text.len() <= LONGEST_MESSAGE {
        return text.to_owned();
    }
    let end = (0..=LONGEST_MESSAGE).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
    format!("{}…", text.get(..end).unwrap_or_default())
}
