//! What an answer must be, and whether it is. Pure.

use std::collections::BTreeMap;
use std::time::Duration;

use regex::{Regex, RegexBuilder};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::parse_duration;
use crate::probes::http::answer::Answer;

/// A pattern that needs more than this is a mistake or an attack.
const LARGEST_PATTERN: usize = 1 << 20;

/// Values that are shown in a sentence are cut here.
const SHOWN: usize = 80;

/// What an answer must be.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Expect {
    /// Status.
    pub status: Option<u16>,
    /// Header → regular expression that must match its value.
    pub headers: BTreeMap<String, String>,
    /// Text that the body contains.
    pub contains: Option<String>,
    /// Regular expression that matches the body.
    pub matches: Option<String>,
    /// JSON pointer → value that the body has there.
    pub json: BTreeMap<String, Value>,
    /// How long the answer may take, such as `500ms`.
    pub within: Option<String>,
}

/// What was expected, ready to be compared.
pub(crate) struct Expectation {
    status: u16,
    headers: Vec<(String, Regex)>,
    contains: Option<String>,
    matches: Option<Regex>,
    json: Vec<(String, Value)>,
    within: Option<Duration>,
}

impl Expectation {
    /// Compiles the patterns.
    ///
    /// # Errors
    /// A sentence per pattern or pointer that is none.
    pub(crate) fn new(expect: &Expect) -> Result<Expectation, Vec<String>> {
        let mut problems = Vec::new();
        let mut headers = Vec::new();
        for (name, text) in &expect.headers {
            match pattern(text) {
                Ok(regex) => headers.push((name.to_ascii_lowercase(), regex)),
                Err(why) => problems.push(format!("`expect.headers.{name}` is not a regular expression: {why}")),
            }
        }
        let matches = match expect.matches.as_deref().map(pattern).transpose() {
            Ok(regex) => regex,
            Err(why) => {
                problems.push(format!("`expect.matches` is not a regular expression: {why}"));
                None
            }
        };
        for pointer in expect.json.keys().filter(|p| !p.is_empty() && !p.starts_with('/')) {
            problems.push(format!(
                "`expect.json` has `{pointer}`, which is not a JSON pointer: a JSON pointer begins with `/`"
            ));
        }
        let within = match expect.within.as_deref().map(parse_duration).transpose() {
            Ok(within) => within,
            Err(sentence) => {
                problems.push(format!("`expect.within`: {sentence}"));
                None
            }
        };
        let status = expect.status.unwrap_or(200);
        if !(100..600).contains(&status) {
            problems.push(format!("`expect.status` is {status}, which is not an HTTP status code"));
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let json = expect.json.iter().map(|(pointer, value)| (pointer.clone(), value.clone())).collect();
        Ok(Expectation { status, headers, contains: expect.contains.clone(), matches, json, within })
    }

    /// Whether a redirect is what is expected: then none is followed.
    pub(crate) fn is_redirect(&self) -> bool {
        (300..400).contains(&self.status)
    }

    /// `None` when the answer is as expected; else what it did: `answered 503 instead of 200`.
    pub(crate) fn mismatch(&self, answer: &Answer) -> Option<String> {
        if answer.status != self.status {
            let to = answer.header("location").filter(|_| (300..400).contains(&answer.status));
            let to = to.map_or_else(String::new, |to| format!(" (to `{}`)", shown(without_query(to))));
            return Some(format!("answered {}{to} instead of {}", answer.status, self.status));
        }
        let mut wrong: Vec<String> =
            self.headers.iter().filter_map(|(name, regex)| header(answer, name, regex)).collect();
        let body = String::from_utf8_lossy(&answer.body);
        if let Some(text) = self.contains.as_deref().filter(|text| !body.contains(text)) {
            wrong.push(format!("its body does not contain `{}`", shown(text)));
        }
        if let Some(regex) = self.matches.as_ref().filter(|regex| !regex.is_match(&body)) {
            wrong.push(format!("its body does not match `{}`", shown(regex.as_str())));
        }
        if !self.json.is_empty() {
            wrong.extend(self.json_mismatch(&answer.body));
        }
        if let Some(within) = self.within.filter(|within| answer.took > *within) {
            wrong.push(format!("it took {} ms instead of at most {}", answer.took.as_millis(), within.as_millis()));
        }
        (!wrong.is_empty()).then(|| format!("answered {}, but {}", answer.status, wrong.join(", and ")))
    }

    fn json_mismatch(&self, body: &[u8]) -> Vec<String> {
        let Ok(document) = serde_json::from_slice::<Value>(body) else {
            return vec!["its body is not JSON".to_owned()];
        };
        let differ = |(pointer, wanted): &(String, Value)| {
            let shown_wanted = shown(&wanted.to_string());
            match document.pointer(pointer) {
                None => Some(format!("its JSON has no `{pointer}` (`{shown_wanted}` is expected)")),
                Some(found) if same(found, wanted) => None,
                Some(found) => Some(format!(
                    "`{pointer}` of its JSON is `{}` instead of `{shown_wanted}`",
                    shown(&found.to_string())
                )),
            }
        };
        self.json.iter().filter_map(differ).collect()
    }
}

fn header(answer: &Answer, name: &str, regex: &Regex) -> Option<String> {
    let mut values = answer.headers.iter().filter(|(own, _)| own == name).map(|(_, value)| value.as_str()).peekable();
    let Some(first) = values.peek().copied() else { return Some(format!("it has no header `{name}`")) };
    if values.any(|value| regex.is_match(value)) {
        return None;
    }
    Some(format!("its header `{name}` is `{}` and does not match `{}`", shown(first), shown(regex.as_str())))
}

/// Numbers are equal by value: YAML's `1` and JSON's `1.0` are the same.
fn same(found: &Value, wanted: &Value) -> bool {
    match (found, wanted) {
        (Value::Number(a), Value::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, value)| b.get(key).is_some_and(|other| same(value, other)))
        }
        _ => found == wanted,
    }
}

fn pattern(text: &str) -> Result<Regex, String> {
    let built = RegexBuilder::new(text).size_limit(LARGEST_PATTERN).dfa_size_limit(LARGEST_PATTERN).build();
    built.map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => "it is too large".to_owned(),
        // The parser draws a picture over several lines; its last one says what is wrong.
        other => {
            let text = other.to_string();
            text.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned()
        }
    })
}

fn without_query(address: &str) -> &str {
    address.split(['?', '#']).next().unwrap_or_default()
}

fn shown(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ").replace('`', "'");
    match line.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Case {
        name: String,
        expect: Expect,
        #[serde(default)]
        answer: Given,
        says: Option<String>,
        #[serde(default)]
        problems: Vec<String>,
    }

    #[derive(Default, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    struct Given {
        status: u16,
        headers: Vec<(String, String)>,
        body: String,
    }

    #[test]
    fn every_answer_is_judged_as_the_table_says() {
        let cases: Vec<Case> =
            serde_saphyr::from_str(include_str!("../../testdata/expectations.yaml")).expect("valid YAML");
        for case in &cases {
            match Expectation::new(&case.expect) {
                Err(problems) => assert_eq!(problems, case.problems, "{}", case.name),
                Ok(expectation) => {
                    let Given { status, headers, body } = &case.answer;
                    let answer = Answer {
                        status: *status,
                        headers: headers.clone(),
                        body: body.clone().into_bytes(),
                        ..Answer::default()
                    };
                    assert_eq!(expectation.mismatch(&answer), case.says, "{}", case.name);
                    assert!(case.problems.is_empty(), "{}", case.name);
                }
            }
        }
    }
}
