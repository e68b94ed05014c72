//! What a function sees of the render that calls it.

use std::any::Any;

use crate::{Budget, Failure, MarkSet, Marks, Place, Templates, Text, Value};

/// Which values a render looked at.
#[derive(Clone, Debug, Default)]
pub struct Reads {
    /// Values on the way to others, and those that were only tested.
    pub passed: MarkSet,
    /// Values that were printed, given to a function, assigned, or ranged over.
    pub used: MarkSet,
}

/// A running render.
pub struct Context<'a> {
    pub(crate) templates: &'a Templates,
    pub(crate) budget: Budget<'a>,
    pub(crate) reads: Reads,
    pub(crate) place: Option<Place>,
    world: &'a mut dyn Any,
}

impl<'a> Context<'a> {
    /// Executes a template by its name, as `include` does.
    ///
    /// # Errors
    /// The template fails, or there is none of this name.
    pub fn execute(&mut self, name: &str, data: Value) -> Result<Text, Failure> {
        let _ = (name, data, self.templates);
        Err("not yet".into())
    }

    /// Parses and executes a text, as `tpl` does. What it defines is known to it alone. `name` is what messages call it.
    ///
    /// # Errors
    /// The text is not a template, or fails.
    pub fn execute_text(&mut self, name: &str, text: &Text, data: Value) -> Result<Text, Failure> {
        let _ = (name, text, data);
        Err("not yet".into())
    }

    /// Takes steps from the budget: for functions that loop over more than their arguments.
    ///
    /// # Errors
    /// The budget is spent, or the render was stopped.
    pub fn spend(&mut self, steps: u64) -> Result<(), Failure> {
        let _ = (steps, &self.budget);
        Ok(())
    }

    /// Takes bytes from the budget: before a function makes a text that is longer than its arguments.
    ///
    /// # Errors
    /// The budget is spent.
    pub fn spend_bytes(&mut self, bytes: u64) -> Result<(), Failure> {
        let _ = bytes;
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
