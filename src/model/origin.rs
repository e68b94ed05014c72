//! Where a rendered node came from.

use std::sync::Arc;

use crate::{Span, Text};

/// The source span that set a node last, and the chain of values it replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The line a human must edit.
    pub span: Span,
    /// What stood there before, when something replaced it.
    pub over: Option<Arc<Override>>,
}

/// One link of the chain: who set the value, and the origin of the value that was replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Override {
    /// Who set it.
    pub by: SetBy,
    /// The origin of the replaced value; `None` where there was none.
    pub before: Option<Origin>,
}

/// What can set a rendered value after its file did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SetBy {
    /// A strategic-merge or JSON 6902 patch.
    Patch,
    /// A field of a kustomization (`images`, `namePrefix`, …).
    Field(&'static str),
    /// A generator of a kustomization (`configMapGenerator`, …).
    Generator(&'static str),
    /// A flag (`--image`).
    CommandLine,
    /// A variable of a substitution; the variable's name.
    Variable(Text),
    /// `replacements` of a kustomization copied it from another object, where its span lies; the place that names the field.
    Replacement(Span),
    /// A var of a kustomization copied it from another object, where its span lies: the var's name, and the place that defines it.
    Var(Text, Span),
}

impl From<Span> for Origin {
    fn from(span: Span) -> Origin {
        Origin { span, over: None }
    }
}

impl Origin {
    /// An origin at `span`, set by `by` over a value that came from `before`.
    #[must_use]
    pub fn over(span: Span, by: SetBy, before: Option<Origin>) -> Origin {
        Origin { span, over: Some(Arc::new(Override { by, before })) }
    }
}
