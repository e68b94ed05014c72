//! Setting scalars the way kyaml does: what a value means after it was written over another (kyaml: `FieldSetter`, `yaml.Node.Tag`).

use std::sync::Arc;

use seatrial_model::{Node, Origin, ScalarKind, SetBy, Span, Style, Text};
use seatrial_yaml::{Dialect, plain_kind};

use crate::values::budget::Budget;
use crate::values::size::Size;

/// How kustomize tags the value it sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tag {
    /// It means what its plain text means.
    Untyped,
    /// It is a string, quoted where it must be.
    String,
    /// It is an integer.
    Integer,
}

/// Who sets a value, and where that is written.
#[derive(Clone, Debug)]
pub(crate) struct Setter {
    pub(crate) by: SetBy,
    pub(crate) span: Span,
    /// What pays for what it sets, where that may be much.
    budget: Option<Arc<Budget>>,
}

impl Setter {
    /// A field of a kustomization.
    pub(crate) fn field(name: &'static str, span: Span, budget: &Arc<Budget>) -> Setter {
        Setter::new(SetBy::Field(name), span, budget)
    }

    pub(crate) fn new(by: SetBy, span: Span, budget: &Arc<Budget>) -> Setter {
        Setter { by, span, budget: Some(Arc::clone(budget)) }
    }

    /// One that sets a single value, which needs no budget.
    pub(crate) fn free(by: SetBy, span: Span) -> Setter {
        Setter { by, span, budget: None }
    }

    /// Whether so much may be added; if not, the build is about to end.
    pub(crate) fn may_add(&self, size: Size) -> bool {
        self.budget.as_ref().is_none_or(|budget| budget.grow(size, self.span))
    }

    /// Whether the build is about to end, so that nothing need be set any more.
    pub(crate) fn is_spent(&self) -> bool {
        self.budget.as_ref().is_some_and(|budget| budget.is_exceeded())
    }

    /// The origin of something that it creates.
    pub(crate) fn origin(&self) -> Origin {
        Origin::over(self.span, self.by.clone(), None)
    }

    /// The node that takes the place of `old`. A quoted style stays, and makes a string of any value.
    pub(crate) fn replace(&self, old: Option<&Node>, text: impl Into<Text> + AsRef<str>, tag: Tag) -> Node {
        let may = self.may_add(Size::scalar(text.as_ref().len()).set());
        let text = if may { text.into() } else { Text::from_static("") };
        let style = old.filter(|o| o.scalar_text().is_some()).map_or(Style::Plain, Node::style);
        let kind = match tag {
            _ if style != Style::Plain => ScalarKind::String,
            Tag::Untyped => plain_kind(&text, Dialect::Kustomize),
            Tag::String => ScalarKind::String,
            Tag::Integer => ScalarKind::Integer,
        };
        // What was created a moment ago for this value is not a former value.
        let before = old.filter(|o| !(o.is_null() && o.span() == self.span)).map(Node::origin);
        Node::scalar(text, kind, style, Origin::over(self.span, self.by.clone(), before))
    }

    /// Sets a key of a mapping; the key's place is the setter's where it is new.
    pub(crate) fn set_entry(&self, mapping: &mut Node, key: &str, text: impl Into<Text> + AsRef<str>, tag: Tag) {
        let old = mapping.get(key);
        if old.is_none() && !self.may_add(Size { bytes: key.len(), ..Size::default() }) {
            return;
        }
        let value = self.replace(old, text, tag);
        mapping.set(key, value);
    }
}
