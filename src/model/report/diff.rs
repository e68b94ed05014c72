//! What a change makes of an environment's objects, as readers see it: paths, masked values, and the lines that set them.
//!
//! How two states are compared stands in `check/diff`.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::{Action, Masker, ObjectId, counted};

/// What a change makes of the objects of one environment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReportedDiff {
    /// The objects that differ, in the order of [`Action::MOST_SERIOUS_FIRST`], then of their identities.
    pub objects: Vec<ReportedObjectDiff>,
    /// How many objects are equal on both sides.
    pub unchanged: usize,
    /// Whether not all of the head was rendered: a chart or a source is not here, and what it brings may change, too.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_partial: bool,
    /// What is raised by a patch or a minor version, where nothing else makes a difference and nothing about it is dangerous.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub routine: Vec<Bump>,
    /// Why the two sides were not compared, as a clause; then there are no objects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_compared: Option<String>,
}

/// One object that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReportedObjectDiff {
    /// The object; its name is the new one.
    pub object: ObjectId,
    /// What would be done to it.
    pub action: Action,
    /// Its name before, where it has another one now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub was: Option<String>,
    /// Why, where the action does not speak for itself, as a clause.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
    /// Where its document begins: on the head, or, where that does not have it, on the base.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<SourceLine>,
    /// What differs in it, in the order of its fields.
    pub differences: Vec<ReportedDifference>,
    /// Differences that are only counted.
    #[serde(default)]
    pub left_out: usize,
    /// Whether no schema says which items of its lists belong together: they were matched by their content and place.
    #[serde(default)]
    pub is_positional: bool,
}

/// One value that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReportedDifference {
    /// The field: `spec.template.spec.containers[web].image`.
    pub path: String,
    /// The value on the base; `None` where there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<ReportedValue>,
    /// The value on the head; `None` where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<ReportedValue>,
    /// Of texts of several lines, those that differ, with a few around them: each begins with a blank, `-` or `+`, and `@` stands for lines
    /// that are left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<String>,
    /// What else is to be known, as a clause: `only the layout differs`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A value on one side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReportedValue {
    /// The value as YAML, masked, perhaps cut.
    pub text: String,
    /// The line that set it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<SourceLine>,
}

/// A line of a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SourceLine {
    /// Path from the root of the repository, forward slashes.
    pub path: String,
    /// Line, from 1.
    pub line: usize,
}

/// An image or a chart that is raised.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Bump {
    /// What it is: `image web`, `chart podinfo`.
    pub what: String,
    /// The version on the base.
    pub from: String,
    /// The version on the head.
    pub to: String,
    /// Which number is another one.
    pub size: BumpSize,
}

/// Which number of a version is another one. Ordered: the later one is more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BumpSize {
    /// The third one.
    Patch,
    /// The second one.
    Minor,
}

impl BumpSize {
    /// `patch` or `minor`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            BumpSize::Patch => "patch",
            BumpSize::Minor => "minor",
        }
    }
}

impl Bump {
    /// Without what is secret.
    #[must_use]
    pub fn masked(&self, masker: &Masker) -> Bump {
        let masked = |text: &str| masker.mask(text).into_owned();
        Bump { what: masked(&self.what), from: masked(&self.from), to: masked(&self.to), size: self.size }
    }
}

impl ReportedDiff {
    /// Nothing was compared; the reason as a clause.
    #[must_use]
    pub fn not_compared(because: impl Into<String>) -> ReportedDiff {
        ReportedDiff { not_compared: Some(because.into()), ..ReportedDiff::default() }
    }

    /// Whether both sides were compared and are equal.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.objects.is_empty() && self.not_compared.is_none()
    }

    /// How many objects have an action.
    #[must_use]
    pub fn count(&self, action: Action) -> usize {
        self.objects.iter().filter(|object| object.action == action).count()
    }

    /// The counts as a clause: `1 created, 2 changed, 38 unchanged`.
    #[must_use]
    pub fn summary(&self) -> String {
        let unchanged = (self.unchanged > 0).then(|| format!("{} unchanged", self.unchanged));
        let told: Vec<String> = self.counts().into_iter().chain(unchanged).collect();
        if told.is_empty() { counted(0, "object") } else { told.join(", ") }
    }

    /// The counts of what changes as a clause: `1 created, 2 changed`, or `nothing`.
    #[must_use]
    pub fn changes(&self) -> String {
        let told = self.counts();
        if told.is_empty() { "nothing".to_owned() } else { told.join(", ") }
    }

    fn counts(&self) -> Vec<String> {
        let counts = Action::MOST_SERIOUS_FIRST.iter().map(|action| (self.count(*action), action.of_a_diff()));
        counts.filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect()
    }

    /// Masks names and values.
    pub(crate) fn mask(&mut self, masker: &Masker) {
        let hide = |text: &mut String| {
            if let Cow::Owned(masked) = masker.mask(text) {
                *text = masked;
            }
        };
        self.not_compared.iter_mut().for_each(hide);
        for object in &mut self.objects {
            object.object = object.object.masked(masker);
            object.was.iter_mut().chain(&mut object.because).for_each(hide);
            for difference in &mut object.differences {
                let values = [&mut difference.before, &mut difference.after].into_iter().flatten();
                values.for_each(|value| hide(&mut value.text));
                hide(&mut difference.path);
                difference.lines.iter_mut().for_each(hide);
            }
        }
    }
}
