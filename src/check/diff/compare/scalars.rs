//! Whether two scalars are one value for a cluster.

use seatrial_kubernetes::{Schema, amount};
use seatrial_model::{Node, ScalarKind};

use super::fingerprint::number;

/// Equal as JSON, as numbers, or, where the field is a quantity, as amounts (`1000m` is `1`).
pub(crate) fn are_equal(before: &Node, after: &Node, schema: Option<&Schema>) -> bool {
    let (Some(one), Some(other)) = (before.scalar_text(), after.scalar_text()) else { return false };
    if before.kind() == after.kind() && one == other {
        return true;
    }
    if schema.and_then(Schema::format) == Some("quantity") {
        return matches!((amount(one), amount(other)), (Some(one), Some(other)) if one.to_bits() == other.to_bits());
    }
    let is_number = |node: &Node| matches!(node.kind(), ScalarKind::Integer | ScalarKind::Float);
    match is_number(before) && is_number(after) {
        true => before == after || are_equal_numbers(before, after),
        false => before == after,
    }
}

/// `1` and `1.0`. Integers that a float cannot hold are told apart by their digits, which `==` has looked at.
fn are_equal_numbers(before: &Node, after: &Node) -> bool {
    let is_integer = |node: &Node| node.kind() == ScalarKind::Integer;
    if is_integer(before) && is_integer(after) {
        return false;
    }
    matches!((number(before), number(after)), (Some(one), Some(other)) if one.to_bits() == other.to_bits())
}
