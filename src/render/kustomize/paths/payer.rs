//! What pays for the values that `replacements` copy and create.

use seatrial_model::Span;

use crate::values::budget::Budget;
use crate::values::size::Size;

/// About as long is a value in a text.
const BYTES_OF_A_VALUE: usize = 16;

/// What pays for the values that a replacement copies, and where that is written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Payer<'a> {
    budget: &'a Budget,
    /// Of the value.
    size: Size,
    place: Span,
}

impl<'a> Payer<'a> {
    pub(crate) fn new(budget: &'a Budget, size: Size, place: Span) -> Payer<'a> {
        Payer { budget, size, place }
    }

    /// Whether the value may be copied once more, so many levels below the object.
    pub(crate) fn may_copy(&self, level: usize) -> bool {
        self.budget.grow_at(level, self.size.set(), self.place)
    }

    /// Whether a text may be read as YAML.
    pub(crate) fn may_read(&self, text: &str) -> bool {
        self.budget.look_at(1 + text.len() / BYTES_OF_A_VALUE, self.place)
    }

    /// Whether a value with so many bytes of text may be written.
    pub(crate) fn may_add(&self, bytes: usize) -> bool {
        self.budget.grow(Size::scalar(bytes), self.place)
    }
}
