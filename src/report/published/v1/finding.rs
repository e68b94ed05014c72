//! Findings and their places.

use crate::mirror::{mirrors, mirrors_words};
use crate::v1::{Object, Stage};

mirrors! {
    /// A finding as readers see it: places resolved, texts masked.
    Finding of seatrial_model::ReportedFinding {
        /// Rule id.
        rule: String,
        /// Level.
        level: Level,
        /// One sentence without a full stop, names in backticks.
        message: String,
        /// The line a human must edit.
        primary: Label,
        /// Second places.
        related: Vec<Label>,
        /// The object it is about.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        object: Option<Object>,
        /// JSON pointer into the object, or field path in the file.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        field: Option<String>,
        /// What to do about it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        help: Option<String>,
        /// What would mend it, where that has one right answer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fix: Option<Fix>,
        /// Further facts.
        notes: Vec<String>,
        /// Proofs.
        evidence: Vec<Evidence>,
        /// Identity across lines, base and head, and sinks.
        fingerprint: String,
        /// Whether the pull request brought it.
        #[serde(default)]
        age: Age,
        /// The stage that found it; `None` outside of any.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stage: Option<Stage>,
        /// Whether it tells what the change may destroy.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        is_danger: bool,
        /// Environments that have it, in their order; empty for a finding outside any environment.
        environments: Vec<String>,
    }
}

mirrors! {
    /// A place and what is to be said of it.
    Label of seatrial_model::ReportedLabel {
        /// The place.
        location: Location,
        /// A short clause; may be empty.
        text: String,
    }
}

mirrors! {
    /// Edits that mend a finding.
    Fix of seatrial_model::ReportedFix {
        /// What they do, as a clause.
        title: String,
        /// The edits, none of which overlaps another one.
        edits: Vec<Edit>,
    }
}

mirrors! {
    /// A text in place of what stands between two places of a file of the repository.
    Edit of seatrial_model::ReportedEdit {
        /// Path from the root of the repository, forward slashes.
        path: String,
        /// Line, from 1.
        line: usize,
        /// Column in characters, from 1.
        column: usize,
        /// Last line, from 1.
        end_line: usize,
        /// Column after the last character, from 1.
        end_column: usize,
        /// What comes instead.
        text: String,
    }
}

mirrors! {
    /// A place in a file, with the text that stands there.
    Location of seatrial_model::Location {
        /// The name of what the file belongs to, where that is not this repository: another checkout. Only a second place lies there.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        belongs_to: Option<String>,
        /// Path from the root of the repository, forward slashes.
        path: String,
        /// Line, from 1.
        line: usize,
        /// Column in characters, from 1.
        column: usize,
        /// Last line, from 1.
        end_line: usize,
        /// Column after the last character, from 1.
        end_column: usize,
        /// The first lines of the place, masked.
        excerpt: Vec<ExcerptLine>,
    }
}

mirrors! {
    /// One line of an excerpt.
    ExcerptLine of seatrial_model::ExcerptLine {
        /// Line, from 1.
        number: usize,
        /// Its text, masked, without control characters, perhaps cut.
        text: String,
        /// Characters of `text` to underline: first (from 0) and one past the last.
        underline: (usize, usize),
    }
}

mirrors! {
    /// A titled block of text that proves a finding: events, the last log lines of a container, a response.
    Evidence of seatrial_model::Evidence {
        /// What it is: `last 20 log lines of pod web-7d9f-x2x4k, container web`.
        title: String,
        /// The text, masked.
        text: String,
    }
}

mirrors_words! {
    /// How bad a finding is. Ordered: the later one is worse.
    Level of seatrial_model::Level {
        /// Worth knowing.
        Note,
        /// Probably wrong.
        Warning,
        /// Wrong: fails the run.
        Error,
    }
}

mirrors_words! {
    /// Whether a finding is there because of the pull request. Ordered: new ones come first.
    #[derive(Default)]
    Age of seatrial_model::Age {
        /// The base does not have it, or there is no base to compare with.
        #[default]
        New,
        /// The base has it, too.
        AlreadyThere,
    }
}

mirrors_words! {
    /// Which findings of rendering and validating fail a run. What a deployment or a test finds always does.
    #[derive(Default)]
    FailOn of seatrial_model::FailOn {
        /// Errors that the pull request brought.
        #[default]
        New,
        /// All errors.
        All,
        /// None.
        Never,
    }
}

mirrors_words! {
    /// Which findings are told in full; the others are counted.
    #[derive(Default)]
    Listing of seatrial_model::Listing {
        /// New ones, and those that fail the run.
        #[default]
        New,
        /// All.
        All,
    }
}
