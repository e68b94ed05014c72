//! The small print: head commit, duration, run, what was not checked; and where the rest is when something was left out.

use seatrial_model::Report;

use crate::left_out::not_checked;
use crate::markdown::escape::{Place, code, link, prose};
use crate::wording::{clip, duration};

/// Characters of a commit id that are shown.
const SHORT: usize = 7;

/// Characters of what was not checked.
const LONGEST: usize = 300;

pub(crate) fn footer(report: &Report) -> String {
    let mut facts = Vec::new();
    if let Some(head) = &report.revision.head {
        let short: String = head.chars().take(SHORT).collect();
        facts.push(format!("head {}", code(&short, Place::Line)));
    }
    facts.push(duration(report.duration_ms));
    facts.extend(report.run_url.as_ref().map(|url| link(&run_name(url), url)));
    let kinds = not_checked(report);
    if !kinds.is_empty() {
        facts.push(format!("not checked: {}", prose(&clip(&kinds, LONGEST), Place::Line)));
    }
    format!("<sub>{}</sub>", facts.join(" · "))
}

/// Where what was left out can be read.
pub(crate) fn pointer(report: &Report) -> String {
    let place = match &report.run_url {
        Some(url) => link(&run_name(url), url),
        None => "run".to_owned(),
    };
    format!("Shortened to fit: everything is in the log and the report files of the {place}.")
}

/// `run 5678`, by the number in its address.
fn run_name(url: &str) -> String {
    let number = url.split("/runs/").nth(1).and_then(|rest| rest.split('/').next());
    match number.filter(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit())) {
        Some(number) => format!("run {number}"),
        None => "run".to_owned(),
    }
}
