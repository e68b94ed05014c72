//! Where the bytes of a template's text are in the files: an object in a ResourceSet becomes a text anew before it is a template.

use std::ops::Range;

use seatrial_kustomize::places_in_text;
use seatrial_model::{Node, Sources, Span};

/// A part of a text, and where it is from.
#[derive(Clone, Copy, Debug)]
struct Stretch {
    start: usize,
    end: usize,
    span: Span,
}

/// The parts of a text, in its order.
#[derive(Clone, Debug, Default)]
pub(super) struct Stretches(Vec<Stretch>);

impl Stretches {
    /// What follows stands in `span`.
    pub(super) fn push(&mut self, range: Range<usize>, span: Span) {
        if !range.is_empty() {
            self.0.push(Stretch { start: range.start, end: range.end, span });
        }
    }

    /// The lines of a text that is a scalar, which stand in the template at these places; a place for each line of the text.
    pub(super) fn push_lines(&mut self, scalar: &Node, at: &[usize], sources: &Sources) {
        let text = scalar.scalar_text().unwrap_or_default();
        let lines = lines_of(text);
        let places = match sources.get(scalar.span().file) {
            Some(file) => places_in_text(text, scalar.span(), &file, &lines),
            None => vec![scalar.span(); lines.len()],
        };
        for ((line, place), at) in lines.into_iter().zip(places).zip(at) {
            self.push(*at..*at + line.len(), place);
        }
    }

    /// Where some bytes are from; those between the parts belong to what follows.
    pub(super) fn span(&self, start: usize, end: usize) -> Option<Span> {
        let first = self.at(start)?;
        let last = self.before(end.max(start + 1)).unwrap_or(first);
        let (from, to) = (first.part(start, end), last.part(start, end));
        Some(if from.file == to.file && to.start >= from.start { from.to(to) } else { from })
    }

    fn at(&self, byte: usize) -> Option<Stretch> {
        let next = self.0.partition_point(|stretch| stretch.end <= byte);
        self.0.get(next).or_else(|| self.0.last()).copied()
    }

    fn before(&self, end: usize) -> Option<Stretch> {
        let next = self.0.partition_point(|stretch| stretch.start < end);
        self.0.get(next.checked_sub(1)?).copied()
    }
}

impl Stretch {
    /// The part of it that some bytes are, where it stands in the file as it does in the text.
    fn part(self, start: usize, end: usize) -> Span {
        let Span { file, start: outer, end: outer_end } = self.span;
        if (outer_end - outer) as usize != self.end - self.start {
            return self.span;
        }
        let within = |byte: usize| byte.clamp(self.start, self.end) - self.start;
        Span::new(file, outer as usize + within(start), outer as usize + within(end.max(start)))
    }
}

/// The lines of a text, without their ends.
pub(super) fn lines_of(text: &str) -> Vec<Range<usize>> {
    let mut start = 0;
    let lines = text.split_inclusive('\n').map(|line| {
        let range = start..start + line.trim_end_matches('\n').len();
        start += line.len();
        range
    });
    lines.collect()
}
