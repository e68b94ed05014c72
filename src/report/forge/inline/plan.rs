//! What is to be done to the threads that there are, so that they say what was found: the same on every forge. Pure.

use std::collections::HashMap;

use super::text;
use crate::marker::{InlineMarker, escape_key};
use crate::{InlineComment, InlineComments, InlinePlace};

/// Threads that a run begins at most: more would bury what people write.
pub(crate) const MOST_NEW: usize = 20;

/// A thread of ours on a line.
#[derive(Clone, Debug)]
pub(crate) struct Begun {
    pub(crate) id: u64,
    /// Its first comment.
    pub(crate) comment: u64,
    pub(crate) marker: InlineMarker,
    /// The whole text.
    pub(crate) body: String,
    /// As Azure DevOps names it.
    pub(crate) status: Option<String>,
    /// Others have written below it.
    pub(crate) answered: bool,
}

impl Begun {
    fn is_fixed(&self) -> bool {
        self.status.as_deref() == Some("fixed")
    }

    /// Somebody has decided that it is not to be mended.
    fn is_settled(&self) -> bool {
        matches!(self.status.as_deref(), Some("wontFix" | "closed" | "byDesign"))
    }
}

/// One change.
#[derive(Debug)]
pub(crate) enum Step<'a> {
    /// A thread for a finding that has none.
    Begin(&'a InlineComment, &'a InlinePlace),
    /// The thread's text says something else by now.
    Say(&'a Begun, &'a InlineComment),
    /// The finding is back, or somebody resolved the thread though it is there.
    Reopen(&'a Begun),
    /// The finding is gone.
    Resolve(&'a Begun),
    /// An older thread is about the same finding.
    DeleteTwin(&'a Begun),
    /// The same; but somebody wrote below this one.
    CloseTwin(&'a Begun),
}

impl Step<'_> {
    /// Whether it heals what two runs at once have left.
    pub(crate) fn is_about_a_twin(&self) -> bool {
        matches!(self, Step::DeleteTwin(_) | Step::CloseTwin(_))
    }
}

/// All changes, and how many findings get no thread yet.
#[derive(Debug)]
pub(crate) struct Plan<'a> {
    pub(crate) steps: Vec<Step<'a>>,
    pub(crate) left: usize,
}

/// `begun` is sorted by age, the oldest first.
pub(crate) fn plan<'a>(begun: &'a [Begun], wanted: &'a InlineComments) -> Plan<'a> {
    let mut known: HashMap<&str, Vec<&Begun>> = HashMap::new();
    for thread in begun {
        known.entry(&thread.marker.finding).or_default().push(thread);
    }
    let (mut steps, mut new) = (Vec::new(), Vec::new());
    for comment in &wanted.comments {
        match (known.remove(escape_key(&comment.finding).as_str()), &comment.place) {
            (Some(threads), _) => steps.extend(of_known(&threads, comment)),
            (None, Some(place)) => new.push(Step::Begin(comment, place)),
            (None, None) => {}
        }
    }
    let is_gone = |thread: &&Begun| {
        let looked_for = thread.marker.stage.is_none_or(|stage| wanted.complete.contains(&stage));
        looked_for && !thread.is_fixed() && !thread.is_settled()
    };
    // In their order, and not in that of the table.
    let others = begun.iter().filter(|thread| known.contains_key(thread.marker.finding.as_str()));
    steps.extend(others.filter(is_gone).map(Step::Resolve));
    let left = new.len().saturating_sub(MOST_NEW);
    steps.extend(new.into_iter().take(MOST_NEW));
    Plan { steps, left }
}

/// What becomes of the threads about a finding that is there.
fn of_known<'a>(threads: &[&'a Begun], comment: &'a InlineComment) -> Vec<Step<'a>> {
    let Some((oldest, twins)) = threads.split_first() else { return Vec::new() };
    let mut steps = Vec::new();
    if !oldest.is_settled() && oldest.body != text(&oldest.marker, comment) {
        steps.push(Step::Say(oldest, comment));
    }
    if oldest.is_fixed() && comment.place.is_some() {
        steps.push(Step::Reopen(oldest));
    }
    steps.extend(twins.iter().filter_map(|twin| match twin.answered {
        false => Some(Step::DeleteTwin(twin)),
        true if twin.is_settled() => None,
        true => Some(Step::CloseTwin(twin)),
    }));
    steps
}
