//! Something wrong with the repository or with what it became, as found; places are spans, resolved when it enters the report.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{Fix, ObjectId, RuleId, Sources, Span};

/// How bad a finding is. Ordered: the later one is worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Worth knowing.
    Note,
    /// Probably wrong.
    Warning,
    /// Wrong: fails the run.
    Error,
}

impl Level {
    /// `note`, `warning` or `error`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Level::Note => "note",
            Level::Warning => "warning",
            Level::Error => "error",
        }
    }
}

/// A place and what is to be said of it; the text may be empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// A short clause beside the underline: `the base moved on`.
    pub text: String,
}

/// A titled block of text that proves a finding: events, the last log lines of a container, a response.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Evidence {
    /// What it is: `last 20 log lines of pod web-7d9f-x2x4k, container web`.
    pub title: String,
    /// The text, masked.
    pub text: String,
}

/// The pull request's fault, as a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which rule.
    pub rule: RuleId,
    /// How bad.
    pub level: Level,
    /// One sentence without a full stop, with names in backticks.
    pub message: String,
    /// The line a human must edit.
    pub primary: Label,
    /// Second places involved.
    pub related: Vec<Label>,
    /// The object it is about.
    pub object: Option<ObjectId>,
    /// JSON pointer into the object, or field path in the file.
    pub field: Option<String>,
    /// What to do, as a sentence.
    pub help: Option<String>,
    /// What would mend it, where that has one right answer.
    pub fix: Option<Fix>,
    /// Further facts, as clauses.
    pub notes: Vec<String>,
    /// Blocks of text that prove it.
    pub evidence: Vec<Evidence>,
}

impl Finding {
    /// A finding of `rule` at `span`, with the level of that rule.
    #[must_use]
    pub fn new(rule: RuleId, span: Span, message: impl Into<String>) -> Finding {
        Finding {
            rule,
            level: rule.info().level,
            message: message.into(),
            primary: Label { span, text: String::new() },
            related: Vec::new(),
            object: None,
            field: None,
            help: None,
            fix: None,
            notes: Vec::new(),
            evidence: Vec::new(),
        }
    }

    /// With another level than the rule's own.
    #[must_use]
    pub fn with_level(mut self, level: Level) -> Finding {
        self.level = level;
        self
    }

    /// With a clause beside the underline.
    #[must_use]
    pub fn with_label(mut self, text: impl Into<String>) -> Finding {
        self.primary.text = text.into();
        self
    }

    /// With a second place.
    #[must_use]
    pub fn with_related(mut self, span: Span, text: impl Into<String>) -> Finding {
        self.related.push(Label { span, text: text.into() });
        self
    }

    /// At a place of this repository, where its own lies outside: that becomes a second place.
    #[must_use]
    pub fn told_at(mut self, span: Span) -> Finding {
        let place = std::mem::replace(&mut self.primary, Label { span, text: String::new() });
        let text = if place.text.is_empty() { "this is the place".to_owned() } else { place.text };
        self.related.insert(0, Label { span: place.span, text });
        self
    }

    /// The same, told in this repository at the line that asks for what it is about; `None` where it is told here already.
    pub(crate) fn told_in(&self, sources: &Sources) -> Option<Finding> {
        sources.asked(self.primary.span).map(|asked| self.clone().told_at(asked))
    }

    /// About an object.
    #[must_use]
    pub fn with_object(mut self, object: &ObjectId) -> Finding {
        self.object = Some(object.clone());
        self
    }

    /// About a field: a JSON pointer into the object, or a field path in the file.
    #[must_use]
    pub fn with_field(mut self, field: impl Into<String>) -> Finding {
        self.field = Some(field.into());
        self
    }

    /// With the way out.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Finding {
        self.help = Some(help.into());
        self
    }

    /// With what would mend it, where there is such a thing.
    #[must_use]
    pub fn with_fix(mut self, fix: Option<Fix>) -> Finding {
        self.fix = fix;
        self
    }

    /// With a further fact.
    #[must_use]
    pub fn with_note(mut self, note: impl Into<String>) -> Finding {
        self.notes.push(note.into());
        self
    }

    /// With a proof.
    #[must_use]
    pub fn with_evidence(mut self, title: impl Into<String>, text: impl Into<String>) -> Finding {
        self.evidence.push(Evidence { title: title.into(), text: text.into() });
        self
    }

    /// Sixteen hexadecimal digits of rule, object (without content hash) and field, or, without an object, of rule, `path` and field. Never of lines.
    #[must_use]
    pub fn fingerprint(&self, path: &str) -> String {
        let subject = match &self.object {
            Some(object) => {
                let id = object.stable();
                format!("{}\0{}\0{}\0{}", id.group, id.kind, id.namespace.unwrap_or_default(), id.name)
            }
            None => path.to_owned(),
        };
        let field = self.field.as_deref().unwrap_or_default();
        let hash = Sha256::digest(format!("{}\0{subject}\0{field}", self.rule.as_str()));
        hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Leaves the first of findings that say the same of the same place: a file or directory that is included twice is told of once.
pub fn tell_once(findings: &mut Vec<Finding>) {
    if findings.len() < 2 {
        return;
    }
    let mut told = HashSet::with_capacity(findings.len());
    let known: Vec<bool> =
        findings.iter().map(|f| !told.insert((f.rule, f.primary.span, f.message.as_str()))).collect();
    let mut known = known.into_iter();
    findings.retain(|_| !known.next().unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{FileId, ids};

    #[test]
    fn a_fingerprint_survives_other_lines_and_another_content_hash() {
        let at = |start, name| {
            Finding::new(ids::INVALID_OBJECT, Span::new(FileId(0), start, start), "x")
                .with_object(&ObjectId::new("", "ConfigMap", Some("shop"), name))
                .with_field("/data/a")
        };
        let one = at(1, "config-5g2b9f7h4k").fingerprint("a.yaml");
        assert_eq!(one, at(9, "config-2222222222").fingerprint("b.yaml"));
        assert_ne!(one, at(1, "other").fingerprint("a.yaml"));
        assert_eq!(one.len(), 16);
    }
}
