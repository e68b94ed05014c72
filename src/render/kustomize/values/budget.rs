//! What one build may grow to, so that a small repository does not become a large one by itself: copies, replacements, vars, prefixes and
//! inclusions can each double what is there, and a few dozen of them would fill any memory. kustomize has no such limits.
//!
//! A build has what its files hold, for free, once. Everything that it adds, sets, copies, or includes another time is counted as it would
//! be walked and printed, at the place that does so. Every directory counts for itself, what it includes included, so that the result does
//! not depend on who built a base first. Not here: aliases and the size of files, which have limits of their own where they are read.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use seatrial_model::{Finding, Span};

use crate::findings::ids;
use crate::values::size::{DEEPEST, Size};

// A fuzzer meets smaller limits, so that small inputs reach them.

/// Values that a build may add to those of its files. The largest public repositories have some 10,000 objects in a build, and transformers
/// set about 20 values of each, which count twice for their origin; two million take some 200 to 400 MB.
const VALUES: usize = if cfg!(fuzzing) { 20_000 } else { 2_000_000 };

/// Bytes of text that a build may add to those of its files: as much as 10,000 objects of 6 kB.
const BYTES: usize = if cfg!(fuzzing) { 1 << 20 } else { 64 << 20 };

/// Directories that a build may include, each counted as often as it is included. Every inclusion takes some 10 µs.
const INCLUSIONS: usize = if cfg!(fuzzing) { 500 } else { 50_000 };

/// Values that a build may look at when it changes objects, apart from those of its files, each a hundred times. They take some 1 s.
const STEPS: usize = if cfg!(fuzzing) { 50_000 } else { 5_000_000 };

/// How often each value of a file may be looked at besides.
const STEPS_OF_EACH: usize = 100;

/// Findings that a build may have, those of a base as often as it is included. Nobody reads more.
const FINDINGS: usize = 100_000;

/// What was too much.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Limit {
    Values,
    Bytes,
    Inclusions,
    Steps,
    Depth,
    Findings,
}

/// The budget of a directory with all that it includes. One thread uses it at a time, and once it is exceeded it stays so.
#[derive(Debug, Default)]
pub(crate) struct Budget {
    own: Counter,
    grown: Counter,
    inclusions: AtomicUsize,
    steps: AtomicUsize,
    findings: AtomicUsize,
    /// What was too much, and where; nothing in it when that has been told of elsewhere.
    exceeded: OnceLock<Option<(Limit, Span)>>,
}

#[derive(Debug, Default)]
struct Counter {
    values: AtomicUsize,
    bytes: AtomicUsize,
}

impl Counter {
    fn size(&self) -> Size {
        Size { values: self.values.load(Relaxed), bytes: self.bytes.load(Relaxed), depth: 0 }
    }

    fn add(&self, size: Size) {
        add(&self.values, size.values);
        add(&self.bytes, size.bytes);
    }
}

/// No other thread writes, so that nothing has to be locked.
fn add(counter: &AtomicUsize, more: usize) {
    counter.store(counter.load(Relaxed).saturating_add(more), Relaxed);
}

impl Budget {
    /// One that has used as much, to go on with.
    pub(crate) fn continued(&self) -> Budget {
        let next = Budget::default();
        next.own.add(self.own.size());
        next.grown.add(self.grown.size());
        add(&next.inclusions, self.inclusions.load(Relaxed));
        add(&next.steps, self.steps.load(Relaxed));
        add(&next.findings, self.findings.load(Relaxed));
        next
    }

    /// Whether the build is to end.
    pub(crate) fn is_exceeded(&self) -> bool {
        self.exceeded.get().is_some()
    }

    /// What stands in `written` comes in for the first time. What it is more than its text, by aliases say, counts as grown; the rest is
    /// given back.
    pub(crate) fn read(&self, size: Size, written: Span, place: Span) -> Size {
        let text = (written.end - written.start) as usize;
        // Lines of block YAML are rarely indented by more than their own text.
        let free = Size { values: size.values.min(text), bytes: size.bytes.min(4 * text), ..size };
        self.own(free);
        self.grow(Size { values: size.values - free.values, bytes: size.bytes - free.bytes, ..size }, place);
        free
    }

    /// Something comes in that costs nothing.
    pub(crate) fn own(&self, size: Size) {
        self.own.add(size);
    }

    /// Something of that size is about to be added at `place`; whether it may.
    pub(crate) fn grow(&self, size: Size, place: Span) -> bool {
        self.grown.add(size);
        if self.grown.values.load(Relaxed) > VALUES.saturating_add(self.own.values.load(Relaxed)) {
            self.exceed(Limit::Values, place);
        } else if self.grown.bytes.load(Relaxed) > BYTES.saturating_add(self.own.bytes.load(Relaxed)) {
            self.exceed(Limit::Bytes, place);
        }
        !self.is_exceeded()
    }

    /// Something of that size is moved to so many levels below the object; whether it may.
    pub(crate) fn shift_to(&self, level: usize, size: Size, place: Span) -> bool {
        if level + size.depth > DEEPEST {
            self.exceed(Limit::Depth, place);
        }
        self.look_at(size.values, place)
    }

    /// Something of that size is about to be added so many levels below the object; whether it may.
    pub(crate) fn grow_at(&self, level: usize, size: Size, place: Span) -> bool {
        if level + size.depth > DEEPEST {
            self.exceed(Limit::Depth, place);
        }
        let indentation = size.values.saturating_mul(2 * level);
        self.grow(Size { bytes: size.bytes.saturating_add(indentation), ..size }, place)
    }

    /// Bytes that may still be added.
    pub(crate) fn bytes_left(&self) -> usize {
        BYTES.saturating_add(self.own.bytes.load(Relaxed)).saturating_sub(self.grown.bytes.load(Relaxed))
    }

    /// A directory is about to be included at `place`; whether it may.
    pub(crate) fn include(&self, place: Span) -> bool {
        self.include_more(1, place)
    }

    fn include_more(&self, inclusions: usize, place: Span) -> bool {
        add(&self.inclusions, inclusions);
        if self.inclusions.load(Relaxed) > INCLUSIONS {
            self.exceed(Limit::Inclusions, place);
        }
        !self.is_exceeded()
    }

    /// So many values are about to be looked at; whether they may.
    pub(crate) fn look_at(&self, values: usize, place: Span) -> bool {
        add(&self.steps, values);
        if self.steps.load(Relaxed) > STEPS.saturating_add(self.own.values.load(Relaxed).saturating_mul(STEPS_OF_EACH))
        {
            self.exceed(Limit::Steps, place);
        }
        !self.is_exceeded()
    }

    /// So many findings are made at `place`; whether there may be more.
    pub(crate) fn find(&self, findings: usize, place: Span) -> bool {
        add(&self.findings, findings);
        if self.findings.load(Relaxed) > FINDINGS {
            self.exceed(Limit::Findings, place);
        }
        !self.is_exceeded()
    }

    /// Takes over what a base has used, which `place` names; whether that may be. A base that is too much has told so itself.
    pub(crate) fn take_over(&self, base: &Budget, place: Span) -> bool {
        if base.is_exceeded() {
            let _ = self.exceeded.set(None);
            return false;
        }
        self.include_more(base.inclusions.load(Relaxed), place)
            && self.look_at(base.steps.load(Relaxed), place)
            && self.find(base.findings.load(Relaxed), place)
            && self.grow(base.grown.size(), place)
    }

    /// Values that were added so far.
    pub(crate) fn grown_values(&self) -> usize {
        self.grown.values.load(Relaxed)
    }

    fn exceed(&self, limit: Limit, place: Span) {
        let _ = self.exceeded.set(Some((limit, place)));
    }

    /// Why the build ended, where nobody has told so.
    pub(crate) fn finding(&self) -> Option<Finding> {
        let (limit, place) = (*self.exceeded.get()?)?;
        let (message, help) = match limit {
            Limit::Values => (
                format!("the build stops here: it adds more than {VALUES} values to those of its files"),
                "copy and set less, or split what is rendered into several kustomizations that do not include each other",
            ),
            Limit::Bytes => (
                format!("the build stops here: it adds more than {} MB of text to that of its files", BYTES >> 20),
                "copy shorter texts, or split what is rendered into several kustomizations that do not include each other",
            ),
            Limit::Inclusions => (
                format!(
                    "the build stops here: it includes more than {INCLUSIONS} directories, counting each as often as it is named"
                ),
                "include each base and component once, in the kustomization that needs it",
            ),
            Limit::Steps => (
                format!("the build stops here: it looks at more than {STEPS} values to change objects"),
                "combine patches and labels that change the same objects, or split what is rendered into several kustomizations",
            ),
            Limit::Findings => {
                (format!("the build stops here: it has more than {FINDINGS} findings"), "fix the first ones")
            }
            Limit::Depth => (
                format!("the build stops here: values are nested more than {DEEPEST} levels deep"),
                "remove what copies a value into itself",
            ),
        };
        let finding = Finding::new(ids::BUDGET_EXCEEDED, place, message).with_help(help);
        Some(finding.with_note("nothing of this build is rendered, as it would be incomplete"))
    }
}
