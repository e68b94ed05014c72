//! Whether two scalars are one value for a cluster.

use seatrial_golang::duration;
use seatrial_kubernetes::{Schema, amount};
use seatrial_model::{Node, ScalarKind};

use super::fingerprint::number;

/// Equal as JSON, as numbers, or, where the field is a quantity, as amounts (`1000m` is `1`), and where it is a duration, as such (`60s`
/// is `1m`).
pub(crate) fn are_equal(before: &Node, after: &Node, schema: Option<&Schema>) -> bool {
    let (Some(one), Some(other)) = (before.scalar_text(), after.scalar_text()) else { return false };
    if before.kind() == after.kind() && one == other {
        return true;
    }
    if schema.and_then(Schema::format) == Some("quantity") {
        return matches!((amount(one), amount(other)), (Some(one), Some(other)) if one.to_bits() == other.to_bits());
    }
    if schema.is_some_and(is_duration) {
        return matches!((duration::parse(one), duration::parse(other)), (Some(one), Some(other)) if one == other);
    }
    let is_number = |node: &Node| matches!(node.kind(), ScalarKind::Integer | ScalarKind::Float);
    match is_number(before) && is_number(after) {
        true => before == after || are_equal_numbers(before, after),
        false => before == after,
    }
}

/// Whether a field is a duration: by its format, or by the units in its pattern, as those of Flux and of the Gateway API are.
fn is_duration(schema: &Schema) -> bool {
    const UNITS: [&str; 2] = ["(ms|s|m|h)", "(h|m|s|ms)"];
    let limits = schema.limits();
    let pattern = limits.as_ref().and_then(|limits| limits.pattern.as_deref()).unwrap_or_default();
    schema.format() == Some("duration") || UNITS.iter().any(|units| pattern.contains(units))
}

/// `1` and `1.0`. Integers that a float cannot hold are told apart by their digits, which `==` has looked at.
fn are_equal_numbers(before: &Node, after: &Node) -> bool {
    let is_integer = |node: &Node| node.kind() == ScalarKind::Integer;
    if is_integer(before) && is_integer(after) {
        return false;
    }
    matches!((number(before), number(after)), (Some(one), Some(other)) if one.to_bits() == other.to_bits())
}
