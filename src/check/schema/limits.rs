//! One value against what limits it beside its type: an enumeration, a pattern, lengths and bounds, as a CustomResourceDefinition says them.

use seatrial_kubernetes::{Limits, Schema};
use seatrial_model::{Node, Value};

use crate::{Problem, nearest};

/// Values of an enumeration that are all told; of a longer one, the nearest is.
const MOST_TOLD: usize = 12;

/// What is wrong with a value that has the right type; `None` when it fits.
pub(crate) fn problem(schema: &Schema, node: &Node) -> Option<Problem> {
    let limits = schema.limits()?;
    match node.value() {
        Value::Sequence(items) => bounds(items.len(), limits.min_items, limits.max_items, "item").map(Problem::Invalid),
        Value::Scalar(_) => match node.as_str() {
            Some(text) => of_text(schema, limits, text),
            None => of_number(limits, node).map(Problem::Invalid),
        },
        Value::Mapping(_) => None,
    }
}

fn of_text(schema: &Schema, limits: &Limits, text: &str) -> Option<Problem> {
    if !limits.allowed.is_empty() && !limits.allowed.iter().any(|value| value == text) {
        return Some(Problem::Invalid(not_allowed(limits, text)));
    }
    if let Some(since) = schema.value_since(text) {
        return Some(Problem::LaterValue { value: text.to_owned(), since });
    }
    let length = text.chars().count();
    if let Some(predicate) = bounds(length, limits.min_length, limits.max_length, "character") {
        return Some(Problem::Invalid(predicate));
    }
    let pattern = limits.pattern.as_deref().filter(|_| !limits.matches(text))?;
    Some(Problem::Invalid(match pattern {
        duration if duration.contains("(ms|s|m|h)") => "must be a duration such as `10m` or `1h30m`".to_owned(),
        pattern => format!("must match `{pattern}`"),
    }))
}

/// Only texts are enumerated by those who publish these schemas.
fn not_allowed(limits: &Limits, text: &str) -> String {
    let values: Vec<&str> = limits.allowed.iter().map(String::as_str).filter(|value| !value.is_empty()).collect();
    let meant = nearest(text, values.iter().copied());
    let meant_too = meant.map(|value| format!("; did you mean `{value}`?")).unwrap_or_default();
    let quoted: Vec<String> = values.iter().take(MOST_TOLD).map(|value| format!("`{value}`")).collect();
    match quoted.as_slice() {
        [one] if values.len() == 1 => format!("must be {one}"),
        _ if meant.is_some() && values.len() > MOST_TOLD => {
            format!("must be one of {} values{meant_too}", values.len())
        }
        [all @ .., last] if values.len() <= MOST_TOLD => {
            format!("must be one of {} and {last}{meant_too}", all.join(", "))
        }
        _ => format!("must be one of {} values, such as {}", values.len(), quoted.join(", ")),
    }
}

fn bounds(count: usize, least: Option<usize>, most: Option<usize>, noun: &str) -> Option<String> {
    let nouns = |count: usize| if count == 1 { noun.to_owned() } else { format!("{noun}s") };
    match (least, most) {
        (Some(least), _) if count < least => Some(format!("must have at least {least} {}", nouns(least))),
        (_, Some(most)) if count > most => Some(format!("must have at most {most} {}", nouns(most))),
        _ => None,
    }
}

fn of_number(limits: &Limits, node: &Node) -> Option<String> {
    let number: f64 = node.scalar_text()?.replace('_', "").parse().ok()?;
    match (limits.minimum, limits.maximum) {
        (Some(least), _) if number < least => Some(format!("must be at least {least}")),
        (_, Some(most)) if number > most => Some(format!("must be at most {most}")),
        _ => None,
    }
}
