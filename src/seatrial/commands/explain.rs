//! `explain`: the page of a rule, and the list of all.

use seatrial_model::{RuleId, nearest};
use seatrial_reporters::wrapped;

use crate::catalog;
use crate::cli::ExplainArgs;
use crate::commands::write_out;
use crate::process::stop::Stop;
use crate::process::streams::Written;

/// Columns of a page.
const WIDTH: usize = 80;

/// `explain`.
///
/// # Errors
/// [`Stop::Usage`] for a rule that does not exist.
pub(crate) fn explain(args: &ExplainArgs) -> Result<u8, Stop> {
    let text = match &args.rule {
        Some(id) => page(catalog::find(id).ok_or_else(|| unknown(id))?),
        None => catalog::table(),
    };
    write_out(Written::Text(&text))
}

fn unknown(id: &str) -> Stop {
    let ids = catalog::all().iter().map(|rule| rule.as_str());
    let hint = nearest(id, ids).map_or_else(|| ".".to_owned(), |known| format!("; did you mean `{known}`?"));
    Stop::Usage(format!("there is no rule `{id}`{hint} `seatrial explain --list` lists all of them"))
}

/// What it finds, why that bites, and how its level is set.
fn page(rule: RuleId) -> String {
    let info = rule.info();
    let level = match info.setting.why_not() {
        None => format!(
            "It is {} by default. `rules: {{ {}: off }}` in seatrial.yaml turns it off; `note`, `warning` and `error` set another level.",
            article(info.level.as_str()),
            info.id
        ),
        Some(why) => format!("It is {}, whatever seatrial.yaml says: {why}.", article(info.level.as_str())),
    };
    let paragraph = |text: &str| format!("{}\n", wrapped("", 0, text, WIDTH));
    let heading = format!("{}: {}", info.id, info.summary);
    [paragraph(&heading), paragraph(info.page), paragraph(&level)].join("\n")
}

/// `an error`, `a warning`.
fn article(level: &str) -> String {
    if level == "error" { format!("an {level}") } else { format!("a {level}") }
}

#[cfg(test)]
mod tests {
    use seatrial_model::Setting;

    use super::*;

    #[test]
    fn every_rule_has_a_page_of_eighty_columns() {
        for rule in catalog::all() {
            let page = page(*rule);
            assert!(page.starts_with(&format!("{}: ", rule.as_str())), "{page}");
            assert!(page.lines().all(|line| line.chars().count() <= WIDTH), "{page}");
            let words: Vec<&str> = page.split_whitespace().collect();
            assert_eq!(words.join(" ").contains("turns it off"), rule.info().setting == Setting::Free, "{page}");
        }
    }

    #[test]
    fn a_rule_that_is_misspelt_is_found() {
        assert!(
            matches!(unknown("imutable-field"), Stop::Usage(text) if text.contains("did you mean `immutable-field`?"))
        );
    }
}
