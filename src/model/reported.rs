//! A finding as readers see it: places resolved, texts masked.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::confidential::without_quotations_of;
use crate::location::hidden_values;
use crate::{Age, Evidence, Finding, Level, Location, Masker, ObjectId, ReportedFix, Sources, Stage, locate};

/// Characters of a finding's sentence at most.
const LONGEST_SENTENCE: usize = 1_000;

/// A finding as readers see it: places resolved, texts masked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReportedFinding {
    /// Rule id.
    pub rule: String,
    /// Level.
    pub level: Level,
    /// One sentence without a full stop, names in backticks.
    pub message: String,
    /// The line a human must edit.
    pub primary: ReportedLabel,
    /// Second places.
    pub related: Vec<ReportedLabel>,
    /// The object it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object: Option<ObjectId>,
    /// JSON pointer into the object, or field path in the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// What would mend it, where that has one right answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix: Option<ReportedFix>,
    /// Further facts.
    pub notes: Vec<String>,
    /// Proofs.
    pub evidence: Vec<Evidence>,
    /// Identity across lines, base and head, and sinks.
    pub fingerprint: String,
    /// Whether the pull request brought it.
    #[serde(default)]
    pub age: Age,
    /// The stage that found it; `None` outside of any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<Stage>,
    /// Whether it tells what the change may destroy: it is read first, and nothing is wrong with the objects.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_danger: bool,
    /// Environments that have it, in their order; empty for a finding outside any environment.
    pub environments: Vec<String>,
}

/// A place and what is to be said of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReportedLabel {
    /// The place.
    pub location: Location,
    /// A short clause; may be empty.
    pub text: String,
}

impl ReportedFinding {
    /// Resolves a finding's places and masks every text of it.
    #[must_use]
    pub fn resolve(finding: &Finding, sources: &Sources, masker: &Masker) -> ReportedFinding {
        masker.learn(sources);
        let hidden = hidden_values(sources, finding.primary.span);
        let masked = |text: &str| short(&without_quotations_of(&hidden, &masker.mask(beginning(text))));
        let label = |label: &crate::Label| ReportedLabel {
            location: locate(sources, masker, label.span),
            text: masked(&label.text),
        };
        let told = finding.told_in(sources);
        let finding = told.as_ref().unwrap_or(finding);
        let primary = label(&finding.primary);
        let evidence = finding.evidence.iter();
        ReportedFinding {
            rule: finding.rule.as_str().to_owned(),
            level: finding.level,
            message: masked(&finding.message),
            related: finding.related.iter().map(label).collect(),
            object: finding.object.as_ref().map(|object| object.masked(masker)),
            field: finding.field.as_deref().map(masked),
            help: finding.help.as_deref().map(masked),
            fix: ReportedFix::of(finding, sources, masker),
            notes: finding.notes.iter().map(|n| masked(n)).collect(),
            evidence: evidence
                .map(|e| Evidence { title: masked(&e.title), text: masker.mask(&e.text).into_owned() })
                .collect(),
            fingerprint: finding.fingerprint(&primary.location.path),
            age: Age::New,
            stage: None,
            is_danger: false,
            environments: Vec::new(),
            primary,
        }
    }

    /// The fingerprint; of what has neither object nor field, which is told apart by its sentence, with a digest of that.
    #[must_use]
    pub fn identity(&self) -> String {
        if self.object.is_some() || self.field.is_some() {
            return self.fingerprint.clone();
        }
        let digest = Sha256::digest(&self.message);
        let digits: String = digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
        format!("{}-{digits}", self.fingerprint)
    }

    /// Leaves a fix out that another finding of the same mistake does not have: what mends the one would spoil the other.
    pub(crate) fn agree_on_fix(&mut self, other: &ReportedFinding) {
        if self.fix != other.fix {
            self.fix = None;
        }
    }

    /// The same finding, found by a stage.
    #[must_use]
    pub fn found_by(self, stage: Stage) -> ReportedFinding {
        ReportedFinding { stage: Some(stage), ..self }
    }

    /// The same finding, as a danger.
    #[must_use]
    pub fn dangerous(self, is_danger: bool) -> ReportedFinding {
        ReportedFinding { is_danger, ..self }
    }

    /// The same finding, of an age.
    #[must_use]
    pub fn aged(self, age: Age) -> ReportedFinding {
        ReportedFinding { age, ..self }
    }
}

/// As much of a text as is worth looking through for secrets, when only its first sentence will be shown.
fn beginning(text: &str) -> &str {
    text.char_indices().nth(20 * LONGEST_SENTENCE).map_or(text, |(end, _)| &text[..end])
}

/// A sentence that can be read: what a file calls a name may have megabytes.
fn short(text: &str) -> String {
    match text.char_indices().nth(LONGEST_SENTENCE) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{BelongsTo, Encoding, Span, ids};

    #[test]
    fn what_lies_in_another_checkout_is_told_at_the_line_that_asks_for_it() {
        let sources = Sources::new();
        let config = sources.add("seatrial.yaml", "a: 1\nrepositories: { platform: ../platform }\n".to_owned());
        let of = BelongsTo::Checkout { name: "platform".into(), asked: Span::new(config.id(), 21, 29) };
        let text = "kind: ConfigMap\nx: 1\n".to_owned();
        let file = sources.add_of(&of, "apps/base/x.yaml", text, Encoding::Utf8);
        let finding = Finding::new(ids::INVALID_OBJECT, Span::new(file.id(), 16, 17), "`x` is unknown");
        let told = ReportedFinding::resolve(&finding, &sources, &Masker::new());
        let place = |at: &Location| format!("{}:{}", at.shown_path(), at.line);
        assert_eq!(place(&told.primary.location), "seatrial.yaml:2");
        let related: Vec<String> = told.related.iter().map(|label| place(&label.location)).collect();
        assert_eq!(related, ["platform: apps/base/x.yaml:2"]);
        assert!(sources.find("apps/base/x.yaml").is_none(), "that file is not one of this repository");
    }
}
