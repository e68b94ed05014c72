//! What goes wrong in a template, in Go's words, with the place.

use std::fmt;
use std::rc::Rc;
use std::sync::Arc;

use crate::syntax::error::ParseError;
use crate::texts::marks::Marks;
use crate::texts::text::Place;
use crate::values::map::Map;

/// One of the templates that were being executed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The name of the template.
    pub template: Rc<str>,
    /// The action in it that was being executed.
    pub place: Option<Place>,
}

/// An execution that failed.
#[derive(Clone, Debug)]
pub struct ExecError {
    /// Go's whole message: `template: NAME:LINE:COLUMN: executing "NAME" at <.Values.x>: …`.
    pub message: String,
    /// What failed, without Go's prefixes: the text of `fail`, of a function, or of the interpreter.
    pub reason: String,
    /// The action that failed: the innermost.
    pub place: Option<Place>,
    /// The byte of the source that Go's message points at.
    pub offset: u32,
    /// Where the values are from that are to blame: those that the failing part was given, else the map in which it found no key, else those
    /// that the enclosing condition tested.
    pub marks: Marks,
    /// The templates that were being executed, the outermost first.
    pub chain: Vec<Frame>,
    /// Whether the budget is spent or the render was stopped.
    pub is_limit: bool,
    /// Whether no values would make it right.
    pub is_of_template: bool,
    /// The key that was missing, where that is what is wrong.
    pub missing: Option<Missing>,
}

/// A key that is not in a map.
#[derive(Clone, Debug)]
pub struct Missing {
    /// The key.
    pub key: Arc<str>,
    /// The map.
    pub map: Map,
    /// Where the map is from.
    pub marks: Marks,
}

impl fmt::Display for ExecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ExecError {}

/// What a function says when it fails.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The message.
    pub message: String,
    /// The failure of a template that the function executed.
    pub cause: Option<Box<ExecError>>,
    /// Where the values are from that are to blame, if the function knows better than "all arguments".
    pub marks: Marks,
    /// Whether the budget is spent or the render was stopped.
    pub is_limit: bool,
    /// Whether no values would make it right.
    pub is_of_template: bool,
}

impl Failure {
    /// The end of the budget.
    pub(crate) fn limit(message: &str) -> Self {
        Self { is_limit: true, ..Self::from(message) }
    }

    /// What the template does wrong, whatever the values are.
    #[must_use]
    pub fn of_template(message: impl Into<String>) -> Self {
        Self { is_of_template: true, ..Self::from(message.into()) }
    }

    /// The same failure with a text before its message, as `fmt.Errorf("…: %w", err)` makes it.
    #[must_use]
    pub fn context(mut self, before: &str) -> Self {
        self.message.insert_str(0, before);
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<String> for Failure {
    fn from(message: String) -> Self {
        Self { message, cause: None, marks: Marks::NONE, is_limit: false, is_of_template: false }
    }
}

impl From<&str> for Failure {
    fn from(message: &str) -> Self {
        message.to_owned().into()
    }
}

impl From<ExecError> for Failure {
    fn from(error: ExecError) -> Self {
        Box::new(error).into()
    }
}

impl From<Box<ExecError>> for Failure {
    fn from(error: Box<ExecError>) -> Self {
        let (message, marks, is_limit) = (error.message.clone(), error.marks.clone(), error.is_limit);
        Self { message, marks, is_limit, is_of_template: error.is_of_template, cause: Some(error) }
    }
}

impl From<ParseError> for Failure {
    fn from(error: ParseError) -> Self {
        error.message.into()
    }
}
