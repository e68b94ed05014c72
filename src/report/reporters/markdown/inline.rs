//! One finding in Markdown, for a comment on its own line of the diff: place and excerpt stand above it already.

use seatrial_model::{ReportedFinding, ReportedLabel, Stage};

use crate::markdown::escape::{Place, block_lines, code, fenced, prose};
use crate::markdown::problem::{LONGEST, MOST_NAMES, sentence};
use crate::wording::{clip, list};

/// Second places, and facts, at most.
const MOST: usize = 5;

/// A finding as GitHub-flavoured Markdown: sentence, second places, facts and help, at most some dozen kilobytes. It says nothing that
/// differs from run to run, so that what is still the same need not be written again.
#[must_use]
pub fn inline(finding: &ReportedFinding) -> String {
    let mut first = format!("**{}** {}: ", finding.level.as_str(), code(&clip(&finding.rule, LONGEST), Place::Line));
    if !finding.environments.is_empty() {
        let names: Vec<&str> = finding.environments.iter().map(String::as_str).collect();
        first.push_str(&format!("{}: ", prose(&clip(&list(&names, MOST_NAMES), LONGEST), Place::Line)));
    }
    first.push_str(&with_text(prose(&clip(&finding.message, LONGEST), Place::Line), &finding.primary));
    let related = finding.related.iter().filter(|label| !label.location.path.is_empty()).take(MOST).map(|label| {
        let at = &label.location;
        with_text(code(&clip(&format!("{}:{}", at.shown_path(), at.line), LONGEST), Place::Line), label)
    });
    // Those of a deployment name pods, which are others in every run.
    let is_live = matches!(finding.stage, Some(Stage::Deploy | Stage::Test));
    let notes = finding.notes.iter().filter(|_| !is_live);
    let facts = notes.chain(&finding.help).take(MOST).map(|fact| sentence(fact));
    let blocks = [first, related.collect::<Vec<_>>().join(" · "), facts.collect::<Vec<_>>().join(" ")].into_iter();
    blocks.filter(|block| !block.is_empty()).collect::<Vec<_>>().join("\n\n")
}

/// Lines to write in place of those that a comment is about, as a block that a click applies on GitHub, and in Azure Repos where it knows
/// suggestions; elsewhere it reads as code. `None` for text that cannot be shown as it is: a click would write what is shown.
#[must_use]
pub fn suggestion(lines: &str) -> Option<String> {
    let shown = block_lines(lines);
    (shown.join("\n") == lines).then(|| fenced(&shown, "suggestion"))
}

/// With the clause beside the underline.
fn with_text(before: String, label: &ReportedLabel) -> String {
    match label.text.as_str() {
        "" => before,
        text => format!("{before}: {}", prose(&clip(text, LONGEST), Place::Line)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn tells_one_finding_without_place_and_run() {
        let told: Vec<String> =
            samples::schema_in_two_environments().by_mistake().findings.iter().map(inline).collect();
        let expected = [
            "**error** `patch-target`: dev: no object matches this patch: HelmRelease v2beta1 flux-system/web: the base moved on\n\n\
             `apps/web/base/release.yaml:101`: it is v2 here\n\n\
             Write `helm.toolkit.fluxcd.io/v2` in the patch.",
            "**error** `schema`: dev and prod: Deployment shop/web has no field `spec.replicaz`; did you mean `replicas`?\n\n\
             Kubernetes 1.35 rejects unknown fields when validation is strict.",
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn a_suggestion_is_what_it_shows_or_there_is_none() {
        assert_eq!(suggestion("  a: 1\n  b: `2`").as_deref(), Some("```suggestion\n  a: 1\n  b: `2`\n```"));
        assert_eq!(suggestion("a: ```").as_deref(), Some("````suggestion\na: ```\n````"));
        for hidden in ["a: 1\r\nb: 2", "a:\t1", "a: \u{202e}1", "a: \u{1b}[1m"] {
            assert_eq!(suggestion(hidden), None, "{hidden:?}");
        }
    }

    #[test]
    fn says_nothing_that_differs_from_run_to_run() {
        let findings = samples::image_missing().findings;
        let live = |note: &str| ReportedFinding {
            notes: vec![note.to_owned()],
            stage: Some(Stage::Deploy),
            ..findings[0].clone()
        };
        assert_eq!(inline(&live("pod web-7d9f-x2x4k")), inline(&live("pod web-7d9f-b9c2d")));
    }

    #[test]
    fn is_bounded_whatever_a_finding_holds() {
        let report = samples::filled_with(&"@a<b>`|$[".repeat(50_000));
        let longest = report.findings.iter().map(|finding| inline(finding).len()).max();
        assert!(longest.is_some_and(|longest| (1_000..140_000).contains(&longest)), "{longest:?}");
    }
}
