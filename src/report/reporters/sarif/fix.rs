//! A fix as the replacements that a reader may offer (SARIF 2.1.0, 3.55).

use std::collections::BTreeSet;

use seatrial_model::{ReportedEdit, ReportedFix};
use serde_json::{Value, json};

use crate::address::relative;
use crate::plain::one_line;
use crate::sarif::result::{ROOT, text};
use crate::wording::capitalised;

/// A fix, one change for each file; `None` where it would write what nobody sees: a reader would not know what it accepts.
pub(super) fn described(fix: &ReportedFix) -> Option<Value> {
    if fix.edits.is_empty() || fix.edits.iter().any(|edit| one_line(&edit.text) != edit.text) {
        return None;
    }
    let paths: BTreeSet<&str> = fix.edits.iter().map(|edit| edit.path.as_str()).collect();
    let change = |path: &&str| {
        let edits = fix.edits.iter().filter(|edit| edit.path == **path);
        json!({
            "artifactLocation": { "uri": relative(path), "uriBaseId": ROOT },
            "replacements": edits.map(replacement).collect::<Vec<_>>(),
        })
    };
    Some(json!({
        "description": { "text": format!("{}.", capitalised(&text(&fix.title))) },
        "artifactChanges": paths.iter().map(change).collect::<Vec<_>>(),
    }))
}

/// Columns are characters, the last one exclusive, as ours are.
fn replacement(edit: &ReportedEdit) -> Value {
    let (line, column) = (edit.line.max(1), edit.column.max(1));
    let end_line = edit.end_line.max(line);
    let least = if end_line == line { column } else { 1 };
    json!({
        "deletedRegion": {
            "startLine": line, "startColumn": column, "endLine": end_line, "endColumn": edit.end_column.max(least),
        },
        "insertedContent": { "text": edit.text },
    })
}
