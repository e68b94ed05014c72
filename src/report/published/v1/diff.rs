//! What a change makes of objects.

use crate::mirror::{mirrors, mirrors_words};
use crate::v1::{Action, Object};

mirrors! {
    /// What a change makes of the objects of one environment.
    Diff of seatrial_model::ReportedDiff {
        /// The objects that differ: deleted ones first, then recreated, changed, created, renamed ones and those that are left alone.
        objects: Vec<ObjectDiff>,
        /// How many objects are equal on both sides.
        unchanged: usize,
        /// Whether not all of the head was rendered: a chart or a source is not here, and what it brings may change, too.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        is_partial: bool,
        /// What is raised by a patch or a minor version, where nothing else makes a difference and nothing about it is dangerous.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        routine: Vec<Bump>,
        /// Why the two sides were not compared, as a clause; then there are no objects.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        not_compared: Option<String>,
    }
}

mirrors! {
    /// An image or a chart that is raised.
    Bump of seatrial_model::Bump {
        /// What it is: `image web`, `chart podinfo`.
        what: String,
        /// The version on the base.
        from: String,
        /// The version on the head.
        to: String,
        /// Which number is another one.
        size: BumpSize,
    }
}

mirrors_words! {
    /// Which number of a version is another one.
    BumpSize of seatrial_model::BumpSize {
        /// The third one.
        Patch,
        /// The second one.
        Minor,
    }
}

mirrors! {
    /// One object that differs.
    ObjectDiff of seatrial_model::ReportedObjectDiff {
        /// The object; its name is the new one.
        object: Object,
        /// What would be done to it.
        action: Action,
        /// Its name before, where it has another one now.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        was: Option<String>,
        /// Why, where the action does not speak for itself, as a clause.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        because: Option<String>,
        /// Where its document begins: on the head, or, where that does not have it, on the base.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        line: Option<SourceLine>,
        /// What differs in it, in the order of its fields.
        differences: Vec<Difference>,
        /// Differences that are only counted.
        #[serde(default)]
        left_out: usize,
        /// Whether no schema says which items of its lists belong together: they were matched by their content and place.
        #[serde(default)]
        is_positional: bool,
    }
}

mirrors! {
    /// One value that differs.
    Difference of seatrial_model::ReportedDifference {
        /// The field: `spec.template.spec.containers[web].image`.
        path: String,
        /// The value on the base; `None` where there was none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<DiffValue>,
        /// The value on the head; `None` where there is none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<DiffValue>,
        /// Of texts of several lines, those that differ, with a few around them: each begins with a blank, `-` or `+`, and `@` stands for
        /// lines that are left out.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        lines: Vec<String>,
        /// What else is to be known, as a clause.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    }
}

mirrors! {
    /// A value on one side.
    DiffValue of seatrial_model::ReportedValue {
        /// The value as YAML, masked, perhaps cut.
        text: String,
        /// The line that set it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        line: Option<SourceLine>,
    }
}

mirrors! {
    /// A line of a file.
    SourceLine of seatrial_model::SourceLine {
        /// Path from the root of the repository, forward slashes.
        path: String,
        /// Line, from 1.
        line: usize,
    }
}
