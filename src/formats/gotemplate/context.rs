//! What a function sees of the render that calls it: templates, budget, place, and the state of whoever renders.

use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use seatrial_golang::quote::quote;

use crate::exec::{Exec, State};
use crate::held::Held;
use crate::node::Tree;
use crate::quick::QuickMap;
use crate::{Budget, Data, Failure, MarkSet, Marks, Missing, Place, Templates, Text, TextBuilder, Value, format};

/// Which values a render looked at.
#[derive(Clone, Debug, Default)]
pub struct Reads {
    /// Values on the way to others, and those that were only tested.
    pub passed: MarkSet,
    /// Values that were printed, given to a function, or ranged over.
    pub used: MarkSet,
}

/// A value that is executed as a template.
struct Given {
    /// The action that executes it.
    place: Option<Place>,
    text: Text,
    marks: Marks,
}

/// How often somebody is asked whether to stop.
const STEPS_BETWEEN_LOOKS: u64 = 256;

/// A running render.
pub struct Context<'a> {
    pub(crate) templates: &'a Templates,
    /// What texts given to `execute_text` define, the innermost last.
    layers: Vec<QuickMap<Arc<str>, Arc<Tree>>>,
    /// The texts that are being executed by `execute_text`: their sources count down from the greatest number.
    given: Vec<Given>,
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

/// For how many bytes and pieces of output a template has room from the start.
const ROOM: (usize, usize) = (256, 8);

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

    /// Executes a template by its name, as `include` does.
    ///
    /// # Errors
    /// The template fails, or there is none of this name.
    pub fn execute(&mut self, name: &str, data: Value) -> Result<Text, Failure> {
        let Some(tree) = self.lookup(name) else {
            let own = quote(&self.templates.name);
            let message = format!("template: no template {} associated with template {own}", quote(name));
            return Err(Failure::of_template(message));
        };
        Ok(self.run(&tree, data)?)
    }

    /// Parses and executes a string, as `tpl` does. What it defines is known to it alone. `name` is what messages call it. What it prints is
    /// from the action that calls, and from the values of which the string is made.
    ///
    /// # Errors
    /// The string is not a template, or fails.
    pub fn execute_text(&mut self, name: &str, string: &Value, data: Value) -> Result<Text, Failure> {
        let text = string.as_text().cloned().unwrap_or_default();
        self.spend(text.len() as u64 / 16)?;
        if !text.contains(self.templates.left_delimiter()) {
            // Most strings that could be templates are none.
            self.spend_bytes(text.len() as u64)?;
            let mut out = TextBuilder::new();
            out.push_at(&text, self.place, &string.marks);
            return Ok(out.finish());
        }
        let source = u32::MAX - u32::try_from(self.given.len()).unwrap_or_default();
        let mut trees = self.templates.read(name, source, &text)?;
        let own = trees.iter().position(|tree| *tree.name == *name);
        let Some(main) = own.map(|at| Arc::new(trees.swap_remove(at))) else { return Ok(Text::default()) };
        let mut layer: QuickMap<Arc<str>, Arc<Tree>> = QuickMap::default();
        for tree in trees.into_iter().map(Arc::new).chain([main.clone()]) {
            if !tree.is_blank() || self.lookup(&tree.name).is_none() {
                layer.insert(tree.name.clone(), tree);
            }
        }
        self.layers.push(layer);
        self.given.push(Given { place: self.place, text, marks: string.marks.clone() });
        let result = self.run(&main, data);
        self.given.pop();
        self.layers.pop();
        Ok(result?)
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

    /// The output of a tree.
    pub(crate) fn run(&mut self, tree: &Tree, data: Value) -> Exec<Text> {
        let data = Held::from(data);
        let mut state = State::new(tree, data.clone());
        self.check_depth().map_err(|failure| state.failure(failure))?;
        let before = self.place;
        let outer = std::mem::replace(&mut self.out, TextBuilder::with_room(ROOM.0, ROOM.1));
        self.depth += 1;
        let result = self.deeper(|cx| state.walk(cx, &data, tree.root));
        let result = result.unwrap_or_else(|failure| Err(state.failure(failure)));
        self.depth -= 1;
        self.place = before;
        let own = std::mem::replace(&mut self.out, outer);
        result.map(|_| own.finish())
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

    /// What `fmt.Sprint(value)` makes: `%v`.
    ///
    /// # Errors
    /// The budget is spent.
    pub fn print(&mut self, value: &Value) -> Result<Text, Failure> {
        if let Data::Text(text) = &value.data {
            return Ok(text.clone());
        }
        let text = format::print_within(value, self.budget.bytes)?;
        self.spend_bytes(text.len() as u64)?;
        Ok(text)
    }

    /// What `fmt.Sprintf(format, arguments…)` makes. Strings that are printed as they are keep what made them.
    ///
    /// # Errors
    /// The budget is spent.
    pub fn printf(&mut self, format: &Text, arguments: &[Value]) -> Result<Text, Failure> {
        let text = format::printf_within(format, arguments, self.budget.bytes)?;
        self.spend_bytes(text.len() as u64)?;
        Ok(text)
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
