//! Which line set a value that was made of several: of those that both sides have a part from, the one whose text is another one.

use seatrial_model::{Node, Sources, Span};

/// The places that are to be named for a value on both sides: those that set it last, unless another part of it is what differs.
pub(super) fn setters(before: &Node, after: &Node, sources: &Sources) -> (Span, Span) {
    let (one, other) = (parts(before), parts(after));
    let text = |span: &Span| {
        let file = sources.get(span.file)?;
        file.text().get(span.start as usize..span.end as usize).map(str::to_owned)
    };
    let differs =
        |(one, other): &(Span, Span)| matches!((text(one), text(other)), (Some(one), Some(other)) if one != other);
    let pairs = one.iter().copied().zip(other.iter().copied());
    let same_number = one.len() == other.len();
    pairs.filter(|_| same_number).find(differs).unwrap_or_else(|| (before.span(), after.span()))
}

/// The places that a value came from, the one that set it last first.
fn parts(node: &Node) -> Vec<Span> {
    let origin = node.origin();
    let beside = origin.over.iter().flat_map(|over| over.beside.iter().map(|part| part.origin.span));
    std::iter::once(origin.span).chain(beside).collect()
}
