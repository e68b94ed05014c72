//! A finding as a result: its place, second places, identity, and whether it was there before.

use std::collections::HashMap;

use seatrial_model::{Age, Location, Report, ReportedFinding, ReportedLabel};
use serde_json::{Value, json};

use crate::address::relative;
use crate::ages::is_compared;
use crate::plain::{lines, one_line};
use crate::sarif::fix;
use crate::wording::{capitalised, list};

/// What paths are relative to.
pub(super) const ROOT: &str = "%SRCROOT%";

/// Second places that GitHub shows of a result.
const MOST_RELATED: usize = 100;

/// Environments that are named one by one.
const MOST_NAMES: usize = 6;

/// Results of one report.
pub(super) struct Results<'a> {
    rules: HashMap<&'a str, usize>,
    is_compared: bool,
}

impl<'a> Results<'a> {
    /// For a run whose rules are listed in this order.
    pub(super) fn new(report: &Report, rules: &[&'a str]) -> Results<'a> {
        let rules = rules.iter().enumerate().map(|(position, id)| (*id, position)).collect();
        Results { rules, is_compared: is_compared(report) }
    }

    /// All of them; a second one of an identity is numbered, as readers take results of one fingerprint for one.
    pub(super) fn all(&self, findings: &[&ReportedFinding]) -> Vec<Value> {
        let mut seen: HashMap<String, usize> = HashMap::new();
        let numbered = findings.iter().map(|finding| {
            let identity = finding.identity();
            let nth = seen.entry(identity.clone()).or_insert(0);
            *nth += 1;
            self.result(finding, &format!("{identity}:{nth}"))
        });
        numbered.collect()
    }

    fn result(&self, finding: &ReportedFinding, fingerprint: &str) -> Value {
        let mut result = json!({
            "ruleId": one_line(&finding.rule),
            "ruleIndex": self.rules.get(finding.rule.as_str()),
            "level": finding.level.as_str(),
            "message": { "text": message(finding) },
            "locations": [location(&finding.primary, finding)],
            "relatedLocations": related(finding),
            // GitHub knows a result again by the first one alone.
            "partialFingerprints": { "primaryLocationLineHash": fingerprint, "seatrialFingerprint/v1": fingerprint },
            "properties": { "environments": finding.environments.iter().map(|name| one_line(name)).collect::<Vec<_>>() },
        });
        if let Some(fix) = finding.fix.as_ref().and_then(fix::described) {
            result["fixes"] = json!([fix]);
        }
        if let Some(field) = &finding.field {
            result["properties"]["field"] = json!(one_line(field));
        }
        let is_old = finding.age == Age::AlreadyThere;
        if self.is_compared {
            result["baselineState"] = json!(if is_old { "unchanged" } else { "new" });
        }
        if is_old {
            let because = "The base has it, too.";
            result["suppressions"] = json!([{ "kind": "external", "status": "accepted", "justification": because }]);
        }
        result
    }
}

/// Environments and sentence, further facts, and the way out.
fn message(finding: &ReportedFinding) -> String {
    let first = match list(&finding.environments, MOST_NAMES) {
        none if none.is_empty() => finding.message.clone(),
        names => format!("{names}: {}", finding.message),
    };
    let mut said = vec![first];
    said.extend(finding.notes.iter().cloned());
    let outside = finding.related.iter().filter(|label| label.location.belongs_to.is_some());
    said.extend(outside.map(|label| {
        let at = &label.location;
        format!("{}:{} {}", at.shown_path(), at.line, label.text)
    }));
    said.extend(finding.help.iter().cloned());
    let sentences = said.iter().enumerate().map(|(position, part)| {
        let part = text(part).trim().to_owned();
        // The name of an environment stays as it is.
        if position == 0 { part } else { capitalised(&part) }
    });
    sentences.filter(|part| !part.is_empty()).map(|part| format!("{part}.")).collect::<Vec<_>>().join(" ")
}

/// Plain text: `](` would make a link of it (SARIF 2.1.0, 3.11.6).
pub(super) fn text(text: &str) -> String {
    one_line(text).replace("](", "] (")
}

/// Second places in this repository; what lies in another checkout is told in the message.
fn related(finding: &ReportedFinding) -> Vec<Value> {
    let places = finding.related.iter().filter(|label| label.location.is_here()).take(MOST_RELATED).enumerate();
    let place = |(position, label): (usize, &ReportedLabel)| {
        json!({
            "id": position + 1,
            "physicalLocation": physical(&label.location),
            "message": { "text": if label.text.is_empty() { "see also".to_owned() } else { text(&label.text) } },
        })
    };
    places.map(place).collect()
}

fn location(label: &ReportedLabel, finding: &ReportedFinding) -> Value {
    let mut location = json!({ "physicalLocation": physical(&label.location) });
    if !label.text.is_empty() {
        location["message"] = json!({ "text": text(&label.text) });
    }
    if let Some(object) = &finding.object {
        let full = one_line(&object.to_string());
        location["logicalLocations"] =
            json!([{ "name": one_line(&object.name), "fullyQualifiedName": full, "kind": "resource" }]);
    }
    location
}

fn physical(at: &Location) -> Value {
    let mut physical = json!({
        "artifactLocation": { "uri": relative(&at.path), "uriBaseId": ROOT },
        "region": region(at),
    });
    if let (Some(first), Some(last)) = (at.excerpt.first(), at.excerpt.last()) {
        let shown: Vec<String> = at.excerpt.iter().flat_map(|line| lines(&line.text)).collect();
        physical["contextRegion"] =
            json!({ "startLine": first.number, "endLine": last.number, "snippet": { "text": shown.join("\n") } });
    }
    physical
}

/// Columns are characters, the last one exclusive, as ours are.
fn region(at: &Location) -> Value {
    let (line, column) = (at.line.max(1), at.column.max(1));
    let end_line = at.end_line.max(line);
    let least = if end_line == line { column } else { 1 };
    let mut region = json!({
        "startLine": line, "startColumn": column, "endLine": end_line, "endColumn": at.end_column.max(least),
    });
    if let [only] = at.excerpt.as_slice()
        && end_line == line
    {
        let (from, to) = only.underline;
        let marked: String = only.text.chars().skip(from).take(to.saturating_sub(from)).collect();
        if !marked.is_empty() {
            region["snippet"] = json!({ "text": one_line(&marked) });
        }
    }
    region
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_makes_no_link() {
        assert_eq!(text("see [this](https://evil.example)\n"), "see [this] (https://evil.example)");
    }
}
