//! `$patch`: what a patch says of a container as a whole; and why a patch does not fit.

use seatrial_model::{Node, Span};

/// The key of a directive.
pub(crate) const DIRECTIVE: &str = "$patch";

/// The patch does not fit the object.
#[derive(Clone, Debug)]
pub(crate) struct MergeError {
    /// The place in the patch.
    pub(crate) span: Span,
    /// The place in the object, where there is one.
    pub(crate) other: Option<Span>,
    /// One sentence.
    pub(crate) message: String,
}

/// What a patch says of a container as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Directive {
    Merge,
    Replace,
    Delete,
}

/// Reads the value of `$patch`.
pub(crate) fn directive(value: &Node) -> Result<Directive, MergeError> {
    match value.scalar_text() {
        Some("merge") => Ok(Directive::Merge),
        Some("replace") => Ok(Directive::Replace),
        Some("delete") => Ok(Directive::Delete),
        _ => {
            let message = "`$patch` must be `merge`, `replace` or `delete`".to_owned();
            Err(MergeError { span: value.span(), other: None, message })
        }
    }
}

pub(crate) fn directive_of_mapping(patch: &Node) -> Result<Directive, MergeError> {
    patch.get(DIRECTIVE).map_or(Ok(Directive::Merge), directive)
}

pub(crate) fn without_directive(patch: &Node) -> Node {
    let mut patch = patch.clone();
    patch.remove(DIRECTIVE);
    patch
}

/// The directive of a list: an item that holds nothing but `$patch`; and the list without it.
pub(crate) fn directive_of_list(patch: &Node) -> Result<(Directive, Node), MergeError> {
    let found = patch.items().iter().find_map(|item| item.get(DIRECTIVE).map(|value| (item, value)));
    let Some((item, value)) = found.filter(|(item, _)| item.entries().len() == 1) else {
        return Ok((Directive::Merge, patch.clone()));
    };
    debug_assert!(item.is_mapping());
    let directive = directive(value)?;
    let text = value.scalar_text();
    let kept = patch.items().iter().filter(|i| i.get(DIRECTIVE).and_then(Node::scalar_text) != text);
    let mut rest = patch.clone();
    rest.set_items(kept.cloned().collect());
    Ok((directive, rest))
}
