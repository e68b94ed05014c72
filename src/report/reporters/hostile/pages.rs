//! The same for the page and for SARIF: no text becomes a tag, an attribute or a link, and ten thousand findings stay readable.

use proptest::prelude::*;
use seatrial_model::{Age, Report, ids};
use serde_json::Value;

use super::hostile_text;
use crate::samples::{all, filled_with, many_failures};
use crate::{html, html_files, sarif};

/// The tags of a page with their attributes, but for the code that backticks make, and the end of an address of the forge.
fn tags(page: &str) -> Vec<&str> {
    let tags = page.split('<').skip(1).filter_map(|rest| rest.split_once('>').map(|(tag, _)| tag));
    let kept = |tag: &'_ str| tag.find("github.com&#x2f;acme&#x2f;shop&#x2f;").map_or(tag.len(), |at| at);
    tags.filter(|tag| !matches!(*tag, "code" | "/code")).map(|tag| &tag[..kept(tag)]).collect()
}

fn log(report: &Report) -> Value {
    serde_json::from_str(&sarif(report, ids::CATALOG)).expect("JSON")
}

fn results(log: &Value) -> &Vec<Value> {
    log["runs"][0]["results"].as_array().expect("results")
}

/// Every message of a value: in these, readers look for links.
fn messages<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| messages(item, found)),
        Value::Object(fields) => {
            found.extend(fields.get("message").and_then(|message| message["text"].as_str()));
            fields.values().for_each(|field| messages(field, found));
        }
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn no_text_becomes_a_tag_of_the_page(text in hostile_text()) {
        let (told, plain) = (html(&filled_with(&text)), html(&filled_with("x")));
        prop_assert!(tags(&told) == tags(&plain), "the tags differ");
        prop_assert!(!told.chars().any(|c| c.is_control() && c != '\n'), "a control character");
    }

    #[test]
    fn no_text_makes_a_link_or_hides_in_sarif(text in hostile_text()) {
        let log = log(&filled_with(&text));
        let mut found = Vec::new();
        messages(&log, &mut found);
        prop_assert!(found.len() > 10);
        let bad = found.iter().find(|text| text.contains("](") || text.chars().any(char::is_control));
        prop_assert!(bad.is_none(), "{:?}", bad);
    }
}

#[test]
fn a_page_is_whole_and_needs_nothing_beside_it() {
    for (name, report) in all() {
        let page = html(&report);
        assert!(page.starts_with("<!doctype html>") && page.ends_with("</html>\n"), "{name}");
        assert!(!page.contains("<script") && !page.contains("src=") && !page.contains("<link"), "{name}");
        let [(index, beside), (style, _)] = html_files(&report);
        assert_eq!((index, style), ("index.html", "style.css"));
        assert!(beside.contains(r#"<link rel="stylesheet" href="style.css">"#), "{name}");
        assert!(!beside.contains("<style") && !beside.contains("style=\""), "{name}");
    }
}

#[test]
fn ten_thousand_findings_stay_readable_and_the_rest_is_counted() {
    let report = many_failures(10_000);
    let page = html(&report);
    assert!(page.len() < 4_000_000, "{}", page.len());
    assert_eq!(page.matches("<article>").count(), 500);
    assert!(page.contains("9500 more are not shown here: 9500 schema. The JSON report has all of them."));
    let log = log(&report);
    assert_eq!(results(&log).len(), 5_000);
    let told = log["runs"][0]["invocations"][0]["toolExecutionNotifications"].to_string();
    assert!(told.contains("5000 more findings left out here, none of them worse: the JSON report has all"), "{told}");
}

#[test]
fn a_result_is_known_again_and_no_two_are_taken_for_one() {
    for (name, report) in all() {
        let log = log(&report);
        let mut known: Vec<&str> = results(&log)
            .iter()
            .map(|result| result["partialFingerprints"]["primaryLocationLineHash"].as_str().expect("a fingerprint"))
            .collect();
        let all = known.len();
        known.sort_unstable();
        known.dedup();
        assert_eq!(known.len(), all, "{name}");
    }
}

#[test]
fn every_finding_in_a_file_is_a_result_and_every_other_one_a_notification() {
    for (name, report) in all() {
        let log = log(&report);
        let told = report.by_mistake();
        let placed = told.findings.iter().filter(|finding| !finding.primary.location.path.is_empty());
        let old = placed.clone().filter(|finding| finding.age == Age::AlreadyThere).count();
        assert_eq!(results(&log).len(), placed.count(), "{name}");
        let suppressed = results(&log).iter().filter(|result| result.get("suppressions").is_some());
        assert_eq!(suppressed.count(), old, "{name}");
        let notifications = log["runs"][0]["invocations"][0]["toolExecutionNotifications"].to_string();
        for finding in told.findings.iter().filter(|finding| finding.primary.location.path.is_empty()) {
            assert!(notifications.contains(&finding.rule), "{name}: {notifications}");
        }
    }
}
