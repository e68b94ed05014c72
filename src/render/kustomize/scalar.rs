//! Setting scalars the way kyaml does: what a value means after it was written over another (kyaml: `FieldSetter`, `yaml.Node.Tag`).

use seatrial_model::{Node, Origin, ScalarKind, SetBy, Span, Style, Text};
use seatrial_yaml::{Dialect, plain_kind};

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
}

impl Setter {
    pub(crate) fn field(name: &'static str, span: Span) -> Setter {
        Setter { by: SetBy::Field(name), span }
    }

    /// The origin of something that it creates.
    pub(crate) fn origin(&self) -> Origin {
        Origin::over(self.span, self.by.clone(), None)
    }

    /// The node that takes the place of `old`. A quoted style stays, and makes a string of any value.
    pub(crate) fn replace(&self, old: Option<&Node>, text: impl Into<Text>, tag: Tag) -> Node {
        let text = text.into();
        let style = old.filter(|o| o.scalar_text().is_some()).map_or(Style::Plain, Node::style);
        let kind = match tag {
            _ if style != Style::Plain => ScalarKind::String,
            Tag::Untyped => plain_kind(&text, Dialect::Kustomize),
            Tag::String => ScalarKind::String,
            Tag::Integer => ScalarKind::Integer,
        };
        // What was created a moment ago for this value is no former value.
        let before = old.filter(|o| !(o.is_null() && o.span() == self.span)).map(Node::origin);
        Node::scalar(text, kind, style, Origin::over(self.span, self.by.clone(), before))
    }

    /// Sets a key of a mapping; the key's place is the setter's where it is new.
    pub(crate) fn set_entry(&self, mapping: &mut Node, key: &str, text: impl Into<Text>, tag: Tag) {
        let value = self.replace(mapping.get(key), text, tag);
        mapping.set(key, value);
    }
}
