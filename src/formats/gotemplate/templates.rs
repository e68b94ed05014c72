//! Parsed templates, shared by many renders.

use std::any::Any;
use std::collections::HashMap;

use crate::{Budget, ExecError, Function, ParseError, Reads, Text, Value};

/// A set of parsed templates that call each other by name.
#[derive(Clone, Debug)]
pub struct Templates {
    functions: HashMap<&'static str, Function>,
    delimiters: (String, String),
}

/// What a render made.
#[derive(Debug)]
pub struct Rendered {
    /// The output, with what made its bytes.
    pub text: Text,
    /// Which values it looked at.
    pub reads: Reads,
}

impl Templates {
    /// An empty set, whose templates can call these functions and Go's own.
    #[must_use]
    pub fn new(functions: &[Function]) -> Self {
        let functions = functions.iter().map(|function| (function.name, *function)).collect();
        Self { functions, delimiters: ("{{".to_owned(), "}}".to_owned()) }
    }

    /// The same set with other delimiters for what is parsed from now on.
    #[must_use]
    pub fn with_delimiters(mut self, left: &str, right: &str) -> Self {
        self.delimiters = (left.to_owned(), right.to_owned());
        self
    }

    /// Adds a text, and the templates that it defines. A later definition replaces an earlier one, unless it is blank.
    ///
    /// # Errors
    /// The text is not a template.
    pub fn parse(&mut self, name: &str, source: u32, text: &str) -> Result<(), ParseError> {
        let _ = (name, source, text, &self.functions, &self.delimiters);
        Ok(())
    }

    /// Executes a template. What it does is taken from the budget.
    ///
    /// # Errors
    /// The template fails, the budget is spent, or there is no such template.
    pub fn execute(
        &self,
        name: &str,
        data: Value,
        budget: &mut Budget<'_>,
        world: &mut dyn Any,
    ) -> Result<Rendered, Box<ExecError>> {
        let _ = (name, data, budget, world);
        Ok(Rendered { text: Text::default(), reads: Reads::default() })
    }
}
