//! What is known of a rule, as code scanning shows it beside a result.

use seatrial_model::RuleId;
use serde_json::{Value, json};

use crate::plain::one_line;
use crate::wording::capitalised;

/// A rule of a report. GitHub wants a description of each, also of one that the catalog does not have: the report is of another version.
pub(super) fn described(id: &str, catalog: &[RuleId]) -> Value {
    let Some(rule) = catalog.iter().find(|rule| rule.as_str() == id) else {
        let text = json!({ "text": "A rule of another version of Seatrial." });
        return json!({ "id": one_line(id), "shortDescription": text, "fullDescription": text, "help": text });
    };
    let info = rule.info();
    let summary = format!("{}.", capitalised(info.summary));
    json!({
        "id": info.id,
        "shortDescription": { "text": summary },
        "fullDescription": { "text": format!("{summary} {}", info.page) },
        "help": { "text": info.page, "markdown": format!("**{summary}** {}", info.page) },
        "defaultConfiguration": { "level": info.level.as_str() },
        "properties": { "tags": ["kubernetes"] },
    })
}
