//! What does not fit, as a tree: a choice of schemas has what is wrong with each.

use std::fmt::Write as _;
use std::sync::Arc;

use crate::message::{Kind, quoted};
use crate::pointer::{joined, of_path};

/// A value that does not fit a schema.
#[derive(Clone, Debug)]
pub struct Violation {
    /// The schema: URL, `#`, pointer.
    pub schema: String,
    /// The path of the value.
    pub path: Vec<Arc<str>>,
    /// What is wrong.
    pub kind: Kind,
    /// What this comes from.
    pub causes: Vec<Violation>,
}

impl Violation {
    /// All that is wrong, in Helm's words and lines.
    #[must_use]
    pub fn message(&self) -> String {
        let mut out = String::new();
        self.display(&mut out, 0);
        out
    }

    fn display(&self, out: &mut String, indent: usize) {
        let is_passed_over = self.causes.len() == 1 && matches!(self.kind, Kind::Reference);
        let mut inner = indent;
        if !is_passed_over {
            if indent > 0 {
                out.push('\n');
                out.push_str(&"  ".repeat(indent - 1));
                out.push_str("- ");
            }
            inner += 1;
            match &self.kind {
                Kind::Schema => {
                    let _ = write!(out, "jsonschema validation failed with {}", quoted(&self.schema));
                }
                kind => {
                    let place = quoted(&of_path(self.path.iter().map(AsRef::as_ref)));
                    let _ = write!(out, "at {place}: {}", kind.message());
                }
            }
        }
        self.causes.iter().for_each(|cause| cause.display(out, inner));
    }

    /// The parts that a human mends one by one: what a reference or `allOf` holds together is apart; a choice is one, unless all but one of its
    /// schemas are about values of another type.
    #[must_use]
    pub fn parts(&self) -> Vec<&Violation> {
        let mut parts = Vec::new();
        self.collect(&mut parts);
        parts
    }

    fn collect<'v>(&'v self, parts: &mut Vec<&'v Violation>) {
        match self.kind {
            Kind::Schema | Kind::Group | Kind::Reference | Kind::AllOf if !self.causes.is_empty() => {
                self.causes.iter().for_each(|cause| cause.collect(parts));
            }
            Kind::AnyOf | Kind::OneOf(None) => {
                let mut meant = self.causes.iter().filter(|cause| !cause.is_of_other_type(&self.path));
                match (meant.next(), meant.next()) {
                    (Some(only), None) => only.collect(parts),
                    _ => parts.push(self),
                }
            }
            _ => parts.push(self),
        }
    }

    /// Whether the value at the path is of a type of which the schema says nothing.
    fn is_of_other_type(&self, path: &[Arc<str>]) -> bool {
        match (&self.kind, self.causes.as_slice()) {
            (Kind::Type { .. }, _) => self.path == path,
            (Kind::Reference, [only]) => only.is_of_other_type(path),
            _ => false,
        }
    }

    /// The types of which the value would have to be, where all that is wrong with a choice of schemas is its type.
    #[must_use]
    pub fn wanted_types(&self) -> Option<Vec<&'static str>> {
        match (&self.kind, self.causes.as_slice()) {
            (Kind::Type { want, .. }, _) => Some(want.clone()),
            (Kind::Reference, [only]) => only.wanted_types(),
            (Kind::AnyOf | Kind::OneOf(None), causes) if !causes.is_empty() => {
                let is_of_type = |cause: &Violation| cause.is_of_other_type(&self.path);
                let all: Vec<&'static str> = causes
                    .iter()
                    .filter(|cause| is_of_type(cause))
                    .filter_map(Violation::wanted_types)
                    .flatten()
                    .collect();
                causes.iter().all(is_of_type).then_some(all)
            }
            _ => None,
        }
    }

    /// The pointer of what says so in the schema document; `None` in another one.
    #[must_use]
    pub fn schema_pointer(&self) -> Option<String> {
        let (url, fragment) = crate::pointer::split(&self.schema);
        crate::pointer::decoded(fragment).ok().filter(|_| url == crate::compile::OWN)
    }

    /// The pointer of the keyword in the schema document; `None` in another one.
    #[must_use]
    pub fn keyword_pointer(&self) -> Option<String> {
        let pointer = self.schema_pointer()?;
        let keyword = self.kind.keyword();
        Some(keyword.map_or_else(|| pointer.clone(), |keyword| joined(&pointer, keyword)))
    }

    /// The pointer of the value that is wrong in the end: the first one of a choice.
    pub(crate) fn deepest_pointer(&self) -> String {
        let mut violation = self;
        while let Some(cause) = violation.causes.first() {
            violation = cause;
        }
        of_path(violation.path.iter().map(AsRef::as_ref))
    }
}
