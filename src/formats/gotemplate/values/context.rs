//! What a function sees of the render that calls it: templates, budget, place, and the state of whoever renders.

use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::syntax::node::Tree;
use crate::texts::builder::TextBuilder;
use crate::texts::marks::{MarkSet, Marks};
use crate::texts::quick::QuickMap;
use crate::texts::text::{Place, Text};
use crate::values::budget::Budget;
use crate::values::error::{Failure, Missing};
use crate::values::templates::Templates;

/// Which values a render looked at.
#[derive(Clone, Debug, Default)]
pub struct Reads {
    /// Values on the way to others, and those that were only tested.
    pub passed: MarkSet,
    /// Values that were printed, given to a function, or ranged over.
    pub used: MarkSet,
}

/// A value that is executed as a template.
pub(crate) struct Given {
    /// The action that executes it.
    pub(crate) place: Option<Place>,
    pub(crate) text: Text,
    pub(crate) marks: Marks,
}

/// How often somebody is asked whether to stop.
const STEPS_BETWEEN_LOOKS: u64 = 256;

/// A running render.
pub struct Context<'a> {
    pub(crate) templates: &'a Templates,
    /// What texts given to `execute_text` define, the innermost last.
    pub(crate) layers: Vec<QuickMap<Arc<str>, Arc<Tree>>>,
    /// The texts that are being executed by `execute_text`: their sources count down from the greatest number.
    pub(crate) given: Vec<Given>,
    pub(crate) budget: Budget<'a>,
    pub(crate) reads: Reads,
    pub(crate) place: Option<Place>,
    /// The key that the action last looked for in vain.
    pub(crate) missing: Option<Missing>,
    /// Where the values are from because of which the action is executed: the innermost condition, or element of a loop.
    pub(crate) condition: Marks,
    pub(crate) out: TextBuilder,
    pub(crate) depth: u32,
    /// Bytes of stack that were added to the thread's own.
    added: usize,
    world: &'a mut dyn Any,
}

/// What is left of a stack before another one is begun: functions that go down into values by recursion need some, too.
const LEAST_STACK: usize = if cfg!(debug_assertions) { 6 << 20 } else { 1 << 20 };

/// The size of another stack, in bytes.
const MORE_STACK: usize = 16 << 20;

/// Does something that executes many templates, on another stack where this one has little left: otherwise each template would begin one of its
/// own.
pub fn with_large_stack<T>(run: impl FnOnce() -> T) -> T {
    if has_stack() { run() } else { stacker::grow(MORE_STACK, run) }
}

fn has_stack() -> bool {
    stacker::remaining_stack().is_none_or(|left| left >= LEAST_STACK)
}

impl<'a> Context<'a> {
    pub(crate) fn new(templates: &'a Templates, budget: Budget<'a>, world: &'a mut dyn Any) -> Self {
        let (reads, out) = (Reads::default(), TextBuilder::new());
        let (missing, condition) = (None, Marks::NONE);
        Self {
            missing,
            condition,
            templates,
            layers: Vec::new(),
            given: Vec::new(),
            budget,
            reads,
            place: None,
            out,
            depth: 0,
            added: 0,
            world,
        }
    }

    /// A place in a file as it is; of a place in a string that is executed, what made that part of the string, or else the action that
    /// executes it, and where the string is from.
    pub(crate) fn resolved(&self, place: Place) -> (Option<Place>, Marks) {
        let Some(given) = self.given.get((u32::MAX - place.source) as usize) else { return (Some(place), Marks::NONE) };
        let (start, end) = (place.start as usize, place.end as usize);
        let pieces = given.text.pieces();
        let from = pieces.partition_point(|piece| piece.end <= start);
        let to = pieces.partition_point(|piece| piece.end < end).min(pieces.len().saturating_sub(1));
        let known = pieces.get(from..=to).unwrap_or_default();
        let marks = known.iter().fold(Marks::NONE, |all, piece| all.union(&piece.marks));
        let begin = from.checked_sub(1).map_or(0, |before| pieces[before].end);
        let made = known.first().and_then(|piece| piece.place);
        let made = made.map(|made| made.cut(start - begin, end - start).changed());
        (made.or(given.place), if marks.is_empty() { given.marks.clone() } else { marks })
    }

    pub(crate) fn lookup(&self, name: &str) -> Option<Arc<Tree>> {
        let layered = self.layers.iter().rev().find_map(|layer| layer.get(name));
        layered.or_else(|| self.templates.trees.get(name)).cloned()
    }

    /// What is executed next, is because of these values, or because of the key that was just missing.
    pub(crate) fn depends_on(&mut self, marks: &Marks) {
        let because = match &self.missing {
            Some(missing) if marks.is_empty() => &missing.marks,
            _ => marks,
        };
        if !because.is_empty() {
            self.condition = because.clone();
        }
    }

    pub(crate) fn step(&mut self) -> Result<(), Failure> {
        self.spend(1)
    }

    pub(crate) fn check_depth(&self) -> Result<(), Failure> {
        if self.depth >= self.budget.depth {
            return Err(Failure::limit("exceeded maximum template depth (100000)"));
        }
        Ok(())
    }

    /// Does something that may go deep, on another stack where this one has little left.
    pub(crate) fn deeper<T>(&mut self, run: impl FnOnce(&mut Self) -> T) -> Result<T, Failure> {
        if has_stack() {
            return Ok(run(self));
        }
        if self.added + MORE_STACK > self.budget.stack {
            return Err(Failure::limit("exceeded maximum template depth (100000)"));
        }
        self.added += MORE_STACK;
        let result = stacker::grow(MORE_STACK, || run(self));
        self.added -= MORE_STACK;
        Ok(result)
    }

    /// Takes steps from the budget: for functions that loop over more than their arguments.
    ///
    /// # Errors
    /// The budget is spent, or the render was stopped.
    pub fn spend(&mut self, steps: u64) -> Result<(), Failure> {
        let Some(left) = self.budget.steps.checked_sub(steps) else {
            self.budget.steps = 0;
            return Err(Failure::limit("the template takes too many steps"));
        };
        let looks = left / STEPS_BETWEEN_LOOKS != self.budget.steps / STEPS_BETWEEN_LOOKS;
        self.budget.steps = left;
        if looks && self.budget.stop.is_some_and(|stop| stop.load(Ordering::Relaxed)) {
            return Err(Failure::limit("stopped"));
        }
        Ok(())
    }

    /// Takes bytes from the budget: before a function makes a text that is longer than its arguments.
    ///
    /// # Errors
    /// The budget is spent.
    pub fn spend_bytes(&mut self, bytes: u64) -> Result<(), Failure> {
        let Some(left) = self.budget.bytes.checked_sub(bytes) else {
            self.budget.bytes = 0;
            return Err(Failure::limit("the template makes too much text"));
        };
        self.budget.bytes = left;
        Ok(())
    }

    /// The action that calls.
    #[must_use]
    pub fn place(&self) -> Option<Place> {
        self.place
    }

    /// The marks count as used, though no argument has them.
    pub fn use_marks(&mut self, marks: &Marks) {
        self.reads.used.add(marks);
    }

    /// The state of whoever executes the templates.
    pub fn world<T: 'static>(&mut self) -> Option<&mut T> {
        self.world.downcast_mut()
    }
}
