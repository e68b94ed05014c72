//! The small print: the commits, duration, run, what was not checked; and where the rest is when something was left out.

use seatrial_model::Report;

use crate::left_out::not_checked;
use crate::markdown::escape::{Place, code, link, prose};
use crate::wording::{clip, duration, short};

/// Characters of what was not checked.
const LONGEST: usize = 300;

pub(crate) fn footer(report: &Report) -> String {
    let mut facts = Vec::new();
    if let Some(head) = &report.revision.head {
        facts.push(format!("head {}", code(&short(head), Place::Line)));
    }
    if let Some(base) = &report.revision.base {
        let found = report.revision.base_found.as_ref().map(|found| prose(&clip(found, LONGEST), Place::Line));
        let found = found.map(|found| format!(", {found}")).unwrap_or_default();
        facts.push(format!("compared with {}{found}", code(&short(base), Place::Line)));
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
